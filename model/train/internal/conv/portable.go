package conv

var portable = kernels{"portable", applyPortable, gradientPortable, biasPortable, maskPortable}

func applyPortable(l Layer, dst, src Grid, tapRow, y, w int, weights, bias []float32, e Epilogue) {
	for x := range w {
		at := src.row(y)[x*src.Site:]
		to := dst.row(y)[x*dst.Site:][:l.Out]
		for b := 0; b < l.Out; b += block {
			var sum [block]float32
			if bias != nil {
				copy(sum[:], bias[b:])
			}
			k := weights[b:]
			for r := range l.Rows {
				for _, v := range at[r*tapRow:][:l.Taps] {
					for o, f := range (*[block]float32)(k) {
						sum[o] += v * f
					}
					k = k[min(l.Out, len(k)):]
				}
			}
			if e.Pre.Data != nil {
				for o, v := range e.Pre.row(y)[x*e.Pre.Site+b:][:block] {
					sum[o] += v
				}
			}
			if e.ReLU {
				for o, v := range sum {
					sum[o] = max(v, 0)
				}
			}
			if e.Post.Data != nil {
				for o, v := range e.Post.row(y)[x*e.Post.Site+b:][:block] {
					sum[o] += v
				}
			}
			copy(to[b:], sum[:])
		}
	}
}

func gradientPortable(l Layer, sum []float32, src Grid, tapRow int, grad Grid, h, w int) {
	for y := range h {
		for x := range w {
			at, g := src.row(y)[x*src.Site:], grad.row(y)[x*grad.Site:][:l.Out]
			s := sum
			for r := range l.Rows {
				for _, v := range at[r*tapRow:][:l.Taps] {
					for o, f := range g {
						s[o] += v * f
					}
					s = s[l.Out:]
				}
			}
		}
	}
}

func biasPortable(l Layer, sum, grad []float32, site, w int) {
	for x := range w {
		for o, v := range grad[x*site:][:l.Out] {
			sum[o] += v
		}
	}
}

func maskPortable(dst, y, x, g []float32) {
	for i := range dst {
		low := float32(0)
		if x != nil {
			low = x[i]
		}
		v := g[i]
		if !(y[i] > low) {
			v = 0
		}
		dst[i] = v
	}
}
