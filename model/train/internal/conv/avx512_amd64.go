//go:build !noasm

package conv

import "math"

// avx512 takes bias and mask, which wait for memory, from AVX2.
var avx512 = kernels{"AVX-512", applyAVX512, gradientAVX512, biasAVX2, maskAVX2Go}

// most is the largest number of vectors of outputs in a tile.
const most = 3

// applyWide are the tiles by vectors, the largest first.
var applyWide = [most + 1][]struct {
	sites int
	f     func(tiles, rows, taps int, w *float32, wStride int, bias *float32, low float32,
		src *float32, srcStride, srcRow int, dst *float32, dstStride int,
		pre *float32, preStride int, post *float32, postStride int)
}{
	1: {{8, apply1x8AVX512}, {4, apply1x4AVX512}, {2, apply1x2AVX512}, {1, apply1x1AVX512}},
	2: {{8, apply2x8AVX512}, {4, apply2x4AVX512}, {2, apply2x2AVX512}, {1, apply2x1AVX512}},
	3: {{8, apply3x8AVX512}, {4, apply3x4AVX512}, {2, apply3x2AVX512}, {1, apply3x1AVX512}},
}

// outerWide are the tiles by vectors, the largest first. Taps are even.
var outerWide = [most + 1][]struct {
	taps int
	f    func(rows, sites int, a *float32, aStride, aRow int, b *float32, bStride, bRow int, c *float32, cStride int)
}{
	1: {{16, outer1x16AVX512}, {6, outer1x6AVX512}, {4, outer1x4AVX512}, {2, outer1x2AVX512}},
	2: {{12, outer2x12AVX512}, {6, outer2x6AVX512}, {4, outer2x4AVX512}, {2, outer2x2AVX512}},
	3: {{8, outer3x8AVX512}, {6, outer3x6AVX512}, {4, outer3x4AVX512}, {2, outer3x2AVX512}},
}

// vectors returns how many vectors the next tile has where n outputs are left: as many as there can be, but 2 and 2 of
// 4, for one alone is slow.
func vectors(n int) int {
	if n /= block; n == 4 {
		return 2
	}
	return min(n, most)
}

func applyAVX512(l Layer, dst, src Grid, tapRow, y, w int, weights, bias []float32, e Epilogue) {
	low := float32(math.Inf(-1))
	if e.ReLU {
		low = 0
	}
	from, to := src.row(y), dst.row(y)
	for b := 0; b < l.Out; {
		v := vectors(l.Out - b)
		x := 0
		for _, t := range applyWide[v] {
			tiles := (w - x) / t.sites
			if tiles == 0 {
				continue
			}
			offset, pre, post := e.operands(bias, y, x, b)
			t.f(tiles, l.Rows, l.Taps, &weights[b], elem*l.Out, offset, low,
				&from[x*src.Site], elem*src.Site, elem*tapRow, &to[x*dst.Site+b], elem*dst.Site,
				pre, elem*e.Pre.Site, post, elem*e.Post.Site)
			x += tiles * t.sites
		}
		b += v * block
	}
}

// chunk is about how many sites a gradient is summed over before the next tile of weights: so many that loading and
// storing the sums takes no time, and so few that taps and gradients of all of them stay in the first cache.
const chunk = 128

func gradientAVX512(l Layer, sum []float32, src Grid, tapRow int, grad Grid, h, w int) {
	rows := max(chunk/w, 1)
	for y := 0; y < h; y += rows {
		rows := min(rows, h-y)
		from, g := src.row(y), grad.row(y)
		for r := range l.Rows {
			for b := 0; b < l.Out; {
				v, t := vectors(l.Out-b), 0
				for _, tile := range outerWide[v] {
					for ; l.Taps-t >= tile.taps; t += tile.taps {
						tile.f(rows, w, &from[r*tapRow+t], elem*src.Site, elem*src.Row,
							&g[b], elem*grad.Site, elem*grad.Row, &sum[(r*l.Taps+t)*l.Out+b], elem*l.Out)
					}
				}
				b += v * block
			}
		}
	}
}
