//go:build !noasm

package adapt

import (
	"unsafe"

	"github.com/ddpmz/ddpmz/model/internal/kernel"
)

var lanes = kernel.Lanes()

// GatherAll is Gather for n sites, every second one of the row from x on, into predictions 0 to n-1, or for the first of them: it
// returns how many.
func (r *Row) GatherAll(p *Predictions, x, n int) int {
	if lanes == 0 {
		return 0
	}
	groups := min(n, (r.W-x)/2) / lanes // the sites in between are read too
	if groups <= 0 {
		return 0
	}
	gather := gatherAVX2
	if lanes == 16 {
		gather = gatherAVX512
	}
	var at [2*Border + 1]*uint16
	for k := range at {
		at[k] = (*uint16)(&r.Around[k][x:][:2*lanes*groups+2*Border][0])
	}
	gather(groups, at[0], at[1], at[2], at[3], at[4], &p.scores[0], &p.residual[0][0], int(unsafe.Sizeof(p.residual[0])))
	return lanes * groups
}

// wideRound is roundWeights by assembly, for a multiple of 16 weights, or returns false.
func wideRound(w []int16, weight, centre []int32, down uint) (dot int64, ok bool) {
	n := len(w)
	if lanes != 16 || n == 0 || n%16 != 0 {
		return 0, false
	}
	return roundAVX512(n/16, &weight[:n][0], 1<<down>>1, int(down), &centre[:n][0], &w[0]), true
}
