//go:build !noasm

package conv

import "math"

var avx2 = kernels{"AVX2", applyAVX2, gradientAVX2, biasAVX2, maskAVX2Go}

// tile is the most sites, or taps, that the assembly computes together.
const tile = 6

var applyTiles = [tile + 1]func(tiles, rows, taps int, w *float32, wStride int, bias *float32, low float32,
	src *float32, srcStride, srcRow int, dst *float32, dstStride int,
	pre *float32, preStride int, post *float32, postStride int){
	1: apply1AVX2, 2: apply2AVX2, 3: apply3AVX2, 4: apply4AVX2, 5: apply5AVX2, 6: apply6AVX2,
}

var outerTiles = [tile + 1]func(sites int, a *float32, aStride int, b *float32, bStride int, c *float32, cStride int){
	1: outer1AVX2, 2: outer2AVX2, 3: outer3AVX2, 4: outer4AVX2, 5: outer5AVX2, 6: outer6AVX2,
}

// split cuts n into as few tiles as possible, of two sizes that differ by one, so that none is very small: large
// of size+1 and small of size.
func split(n int) (size, large, small int) {
	tiles := (n + tile - 1) / tile
	size, large = n/tiles, n%tiles
	return size, large, tiles - large
}

// zeros stand in for a bias, pre or post that is not given.
var zeros [most * block]float32

const elem = 4 // bytes

// operands returns what a tile at site x of row y adds to outputs from b on: bias, pre and post.
func (e *Epilogue) operands(bias []float32, y, x, b int) (offset, pre, post *float32) {
	offset, pre, post = &zeros[0], &zeros[0], &zeros[0]
	if bias != nil {
		offset = &bias[b]
	}
	if e.Pre.Data != nil {
		pre = &e.Pre.row(y)[x*e.Pre.Site+b]
	}
	if e.Post.Data != nil {
		post = &e.Post.row(y)[x*e.Post.Site+b]
	}
	return offset, pre, post
}

func applyAVX2(l Layer, dst, src Grid, tapRow, y, w int, weights, bias []float32, e Epilogue) {
	low := float32(math.Inf(-1))
	if e.ReLU {
		low = 0
	}
	size, large, small := split(w)
	from, to := src.row(y), dst.row(y)
	for b := 0; b < l.Out; b += block {
		x := 0
		run := func(tiles, sites int) {
			if tiles == 0 {
				return
			}
			offset, pre, post := e.operands(bias, y, x, b)
			applyTiles[sites](tiles, l.Rows, l.Taps, &weights[b], elem*l.Out, offset, low,
				&from[x*src.Site], elem*src.Site, elem*tapRow, &to[x*dst.Site+b], elem*dst.Site,
				pre, elem*e.Pre.Site, post, elem*e.Post.Site)
			x += tiles * sites
		}
		run(large, size+1)
		run(small, size)
	}
}

func gradientAVX2(l Layer, sum []float32, src Grid, tapRow int, grad Grid, h, w int) {
	size, large, small := split(l.Taps)
	for y := range h {
		from, g := src.row(y), grad.row(y)
		for r := range l.Rows {
			t := 0
			for i := range large + small {
				n := size
				if i < large {
					n++
				}
				for b := 0; b < l.Out; b += block {
					outerTiles[n](w, &from[r*tapRow+t], elem*src.Site, &g[b], elem*grad.Site, &sum[(r*l.Taps+t)*l.Out+b], elem*l.Out)
				}
				t += n
			}
		}
	}
}

var one = float32(1)

func biasAVX2(l Layer, sum, grad []float32, site, w int) {
	for b := 0; b < l.Out; b += block { // a tap that is always 1
		outer1AVX2(w, &one, 0, &grad[b], elem*site, &sum[b], elem*l.Out)
	}
}

func maskAVX2Go(dst, y, x, g []float32) {
	n := len(dst) &^ 7
	var from *float32
	if n > 0 {
		if x != nil {
			from = &x[0]
			x = x[n:]
		}
		maskAVX2(n, &dst[0], &y[0], from, &g[0])
	}
	maskPortable(dst[n:], y[n:], x, g[n:])
}
