package transform

// Limits of the search for luma and chroma. lumaReach is how far luma may be from its estimate if no sample is clipped.
// clippedMore is how far it may be if one is, and how much chroma may exceed the least value that clips a sample; the conversions of
// video, of which more colours are clipped, have videoClippedMore.
const (
	lumaReach        = 2
	clippedMore      = 24
	videoClippedMore = 48
)

// clippedMore is the constant of that name for the conversion.
func (v *matrixConversion) clippedMore() int64 {
	if v.video {
		return videoClippedMore
	}
	return clippedMore
}

// undo returns luma and chroma that make the samples, if there are any, and how many it tried. If no sample is clipped, there is
// at most one solution.
func (v *matrixConversion) undo(r, g, b int64) (y, d, e int64, tried int, ok bool) {
	if clipped(r, g, b) {
		return v.undoClipped(r, g, b)
	}
	return v.undoUnclipped(r, g, b)
}

// estimateLuma returns an estimate of the luma that makes the samples.
func (v *matrixConversion) estimateLuma(r, g, b int64) int64 {
	w := &v.weights
	return v.luma.bySlope.floor((w[0]*r+w[1]*g+w[2]*b)<<(v.shift-16) - v.lumaRest + v.luma.slope/2)
}

// undoUnclipped is undo for samples none of which is clipped.
func (v *matrixConversion) undoUnclipped(r, g, b int64) (y, d, e int64, tried int, ok bool) {
	middle, shift := v.estimateLuma(r, g, b), v.shift&63
	for k := range int64(2*lumaReach + 1) {
		y := nearby(middle, k)
		l := v.luma.of(y)
		// Chroma must add at least red and blue to luma, and less than one step of a sample more.
		red := r<<shift - v.add[0] - l
		blue := b<<shift - v.add[2] - l
		d := v.red.least(red)
		if v.red.of(d) >= red+1<<shift {
			continue
		}
		e := v.blue.least(blue)
		if v.blue.of(e) >= blue+1<<shift {
			continue
		}
		tried++
		if (l-v.green(d, e)+v.add[1])>>shift == g {
			return y, d, e, tried, true
		}
	}
	return 0, 0, 0, tried, false
}

// undoClipped is undo for samples of which one is clipped.
func (v *matrixConversion) undoClipped(r, g, b int64) (y, d, e int64, tried int, ok bool) {
	middle := v.estimateLuma(r, g, b)
	for k := range 2*v.clippedMore() + 1 {
		y := nearby(middle, k)
		l := v.luma.of(y)
		d0, dn, ds := v.steps(r, l+v.add[0], &v.red)
		e0, en, es := v.steps(b, l+v.add[2], &v.blue)
		for i := range dn {
			for j := range en {
				d, e := d0+i*ds, e0+j*es
				tried++
				if clip((l-v.green(d, e)+v.add[1])>>v.shift) == g {
					return y, d, e, tried, true
				}
			}
		}
	}
	return 0, 0, 0, tried, false
}

// clipped reports whether one of the samples is 0 or 255, and so may have been outside of the range of 8 bits.
func clipped(r, g, b int64) bool {
	return ((r - 1) | (g - 1) | (b - 1) | (254 - r) | (254 - g) | (254 - b)) < 0
}

// nearby returns element k of the integers in order of their distance from middle.
func nearby(middle, k int64) int64 { return middle + (k+1)/2*(1-k&1*2) }

// steps returns the values of chroma for which a sample is s, if it has luma beside: n values, the first and those that follow in
// steps.
func (v *matrixConversion) steps(s, luma int64, p *product) (first, n, step int64) {
	if s == 0 {
		return p.least(1<<v.shift-luma) - 1, v.clippedMore(), -1
	}
	first = p.least(s<<v.shift - luma) // the least for which the sample is at least s
	switch {
	case s == 255:
		return first, v.clippedMore(), 1
	case (luma+p.of(first))>>v.shift > s:
		return 0, 0, 0
	}
	return first, 1, 0
}

// A divisor divides by one of a conversion's constants, n, without a division: it multiplies by the reciprocal, which is Q48 and
// rounded up. It is exact for quotients from -256 to 767. With 256n added, the dividend x is at least 0 and below 1024n, where n
// has at most 18 bits. The reciprocal is too large by less than 2^-48, so the quotient is too
// large by less than x/2^48 < 2^28/2^48, and an error below 1/n > 2^-18 does not change the quotient rounded down. For larger n
// the reciprocal is 0, and it divides.
type divisor struct{ n, reciprocal int64 }

const beforeZero = 256 // the number of negative quotients

func newDivisor(n int64) divisor {
	if n >= 1<<18 {
		return divisor{n, 0}
	}
	return divisor{n, 1<<48/n + 1}
}

func (d *divisor) floor(x int64) int64 {
	if d.reciprocal == 0 {
		return floorDiv(x, d.n)
	}
	return (x+beforeZero*d.n)*d.reciprocal>>48 - beforeZero
}

func (d *divisor) ceil(x int64) int64 { return d.floor(x + d.n - 1) }

// derive is Colour.Derive.
func (v *matrixConversion) derive(r, g, b []int32, most *int) bool {
	type triple [3]int32
	found := map[triple]triple{} // luma and chroma of clipped samples
	var last, is triple          // the samples of the last pixel, and their luma and chroma
	for i := range r {
		p := triple{r[i], g[i], b[i]}
		if i == 0 || p != last {
			red, green, blue := int64(p[0]), int64(p[1]), int64(p[2])
			hard := clipped(red, green, blue)
			known := false
			if hard {
				is, known = found[p]
			}
			if !known {
				y, d, e, tried, ok := v.undo(red, green, blue)
				if most != nil {
					*most -= tried
					ok = ok && *most >= 0
				}
				if !ok {
					return false
				}
				is = triple{int32(y), int32(d), int32(e)}
				if hard {
					found[p] = is
				}
			}
			last = p
		}
		r[i], g[i], b[i] = is[0], is[1], is[2]
	}
	return true
}
