//go:build !noasm

package network

import (
	"github.com/ddpmz/ddpmz/model/internal/fixed"
	"github.com/ddpmz/ddpmz/model/internal/kernel"
)

// PredictAll predicts a coefficient at n sites, every second one of a row from x on, or at the first of them: it returns how many. The
// coefficient is member m of a group with so many, for which a head has given outputs. Where the coefficient is known exactly, mean and
// scale have no meaning.
func (r *Predictor) PredictAll(to Predicted, at Place, x, n int, outputs *kernel.Tensor, m, members int) int {
	if lanes == 0 {
		return 0
	}
	groups := min(n, (len(at.Cells)-x)/2) / lanes // the sites in between are read too
	if groups <= 0 {
		return 0
	}
	n = lanes * groups
	o := outputs.Row(0)[:HeadOutputs*n]
	choose(predictAVX2, predictAVX512)(groups, &r.constants[0], &at.Cells[x:][:2*n][0], &at.Dither[x:][:2*n][0], &at.Texture[x:][:2*n][0], &at.Activity[x:][:2*n][0],
		&o[m], 2*members, &fixed.Log2Table()[0], r.down, &to.Mean[:n][0], &to.Scale[:n][0], &to.Cell[:n][0], &to.U[:n][0], &to.Clocks[:n][0])
	return n
}
