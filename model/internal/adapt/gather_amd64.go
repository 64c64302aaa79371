//go:build !noasm

package adapt

import (
	"unsafe"

	"github.com/ddpmz/ddpmz/model/internal/kernel"
)

var gatherWide = kernel.AVX512()

// GatherAll is Gather for n sites, every second one of the row from x on, into predictions 0 to n-1, or for the first of them: it
// returns how many.
func (r *Row) GatherAll(p *Predictions, x, n int) int {
	const lanes = 16
	groups := min(n, (r.W-x)/2) / lanes // the sites in between are read too
	if !gatherWide || groups <= 0 {
		return 0
	}
	var at [2*Border + 1]*uint16
	for k := range at {
		at[k] = (*uint16)(&r.Around[k][x:][:2*lanes*groups+2*Border][0])
	}
	gatherAVX512(groups, at[0], at[1], at[2], at[3], at[4], &p.scores[0], &p.residual[0][0], int(unsafe.Sizeof(p.residual[0])))
	return lanes * groups
}
