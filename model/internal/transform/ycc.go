package transform

// A conversion is one that samples R, G, B of 8 bits were made by, from luma Y and chroma D (red) and E (blue) of 8 bits,
// around their centres. Few colours come out of it, one in four to one in nine, but nothing in the image says which, short
// of undoing it: then Y, D and E, which have coarser steps, are all there is to code.
//
//	R = (luma Y + red D + half) >> 16, B = (luma Y + blue E + half) >> 16
//	G = (luma Y - greenRed D - greenBlue E + half) >> 16
//
// clipped to 0..255. All constants are Q16.
type conversion struct {
	luma, red, blue, greenRed, greenBlue, half int64

	// whole: green is of red D >> 16 and blue E >> 16 in place of D and E.
	whole bool

	byLuma, byRed, byBlue divisor // by the constants of these names
}

var conversions = [...]conversion{
	// Kodak Photo CD: R = 1.3584 Y + 1.8215 (C2 - 137), B = 1.3584 Y + 2.2179 (C1 - 156), and green from these chroma:
	// 1.3584 Y - 0.194 ... - 0.509 ..., without rounding.
	PhotoCD: {luma: 89024, red: 119374, blue: 145352, greenRed: 33358, greenBlue: 12714, whole: true},
	// JFIF, ITU-R BT.601, as the Independent JPEG Group's decoder rounds it, and most that follow it.
	JFIF: {luma: 1 << 16, red: 91881, blue: 116130, greenRed: 46802, greenBlue: 22554, half: 1 << 15},
	// The same as Go's image/color rounds it.
	JFIFGo: {luma: 0x10101, red: 91881, blue: 116130, greenRed: 46802, greenBlue: 22554},
}

func init() {
	for c := PhotoCD; c < PhotoCDHalved; c++ {
		v := &conversions[c]
		v.byLuma, v.byRed, v.byBlue = newDivisor(v.luma), newDivisor(v.red), newDivisor(v.blue)
	}
}

// Derived reports whether c stands for samples that were made from 8-bit luma and chroma: not every R, G, B has these.
func (c Colour) Derived() bool { return c >= PhotoCD && c < Colours }

// conversion returns the one that c undoes.
func (c Colour) conversion() *conversion {
	if k := &halvings[c]; c.Halved() {
		c = k.of
	}
	return &conversions[c]
}

// Middle returns the luma of mid-gray, 2^(depth-1), in Q4: the least of which the estimate is that.
func (c Colour) Middle(depth uint) int32 {
	if !c.Derived() {
		return 8 << depth
	}
	luma := c.conversion().luma
	return int32((8<<depth<<16 + luma - 1) / luma)
}

// Approximate replaces samples by the luma and chroma of 8 bits that are nearest to them, which make others in general. It
// is for images that a Derived transform is to be tried on.
func (c Colour) Approximate(r, g, b []int32) {
	v := c.conversion()
	round := func(x, by int64) int64 {
		if x < 0 {
			return -((-x + by/2) / by)
		}
		return (x + by/2) / by
	}
	limit := func(x, least int64) int32 { return int32(min(max(x, least), least+255)) }
	red, blue := int64(-128), int64(-128) // the least chroma there is
	if v.whole {
		red, blue = -137, -156
	}
	for i := range r {
		p, q, s := int64(r[i]), int64(g[i]), int64(b[i])
		luma := 19595*p + 38470*q + 7471*s // Q16
		r[i], g[i], b[i] = limit(round(luma, v.luma), 0), limit(round(p<<16-luma, v.red), red), limit(round(s<<16-luma, v.blue), blue)
	}
}

// rgb returns the samples, before they are clipped.
func (v *conversion) rgb(y, d, e int64) (r, g, b int64) {
	l, p, q := v.luma*y+v.half, d, e
	r, b = (l+v.red*d)>>16, (l+v.blue*e)>>16
	if v.whole {
		p, q = v.red*d>>16, v.blue*e>>16
	}
	return r, (l - v.greenRed*p - v.greenBlue*q) >> 16, b
}

func clip(v int64) int64 { return min(max(v, 0), 255) }

// Searching for luma and chroma: how far luma may be from what the samples say, in samples none or some of which are
// clipped, and how much chroma may be more than what clips a sample.
const (
	lumaReach   = 2
	clippedMore = 24
)

// undo returns luma and chroma that samples come from, and how many it tried. Where none is clipped, there is one at most.
func (v *conversion) undo(r, g, b int64) (y, d, e int64, tried int, ok bool) {
	if clipped(r, g, b) {
		return v.undoClipped(r, g, b)
	}
	return v.undoWithin(r, g, b)
}

// middle returns the luma that samples come from, or one nearby.
func (v *conversion) middle(r, g, b int64) int64 {
	return v.byLuma.floor(19595*r + 38470*g + 7471*b + 1<<15 - v.half + v.luma/2)
}

// undoWithin is undo where no sample is clipped.
func (v *conversion) undoWithin(r, g, b int64) (y, d, e int64, tried int, ok bool) {
	middle := v.middle(r, g, b)
	for k := range int64(2*lumaReach + 1) {
		y := nearby(middle, k)
		// What is left for chroma to add, to red and blue: as much, or less than one step of a sample more.
		red := r<<16 - v.half - v.luma*y
		blue := red + (b-r)<<16
		d := v.byRed.ceil(red)
		if v.red*d >= red+1<<16 {
			continue
		}
		e := v.byBlue.ceil(blue)
		if v.blue*e >= blue+1<<16 {
			continue
		}
		tried++
		if _, m, _ := v.rgb(y, d, e); m == g {
			return y, d, e, tried, true
		}
	}
	return 0, 0, 0, tried, false
}

// undoClipped is undo where a sample is clipped.
func (v *conversion) undoClipped(r, g, b int64) (y, d, e int64, tried int, ok bool) {
	middle := v.middle(r, g, b)
	for k := range int64(2*clippedMore + 1) {
		y := nearby(middle, k)
		l := v.luma*y + v.half
		d0, dn, ds := steps(r, l, v.red, &v.byRed)
		e0, en, es := steps(b, l, v.blue, &v.byBlue)
		for i := range dn {
			for j := range en {
				d, e := d0+i*ds, e0+j*es
				tried++
				if _, m, _ := v.rgb(y, d, e); clip(m) == g {
					return y, d, e, tried, true
				}
			}
		}
	}
	return 0, 0, 0, tried, false
}

// clipped reports whether one of the samples may have been beyond what 8 bits hold: it is 0 or 255.
func clipped(r, g, b int64) bool {
	return ((r - 1) | (g - 1) | (b - 1) | (254 - r) | (254 - g) | (254 - b)) < 0
}

// nearby returns number k of the integers around one, the nearest first.
func nearby(middle, k int64) int64 { return middle + (k+1)/2*(1-k&1*2) }

// steps returns the chroma with which a sample is s: n values from the first on, by step.
func steps(s, luma, gain int64, by *divisor) (first, n, step int64) {
	if s == 0 {
		return by.ceil(1<<16-luma) - 1, clippedMore, -1
	}
	first = by.ceil(s<<16 - luma) // the least with which the sample is at least s
	switch {
	case s == 255:
		return first, clippedMore, 1
	case (luma+gain*first)>>16 > s:
		return 0, 0, 0
	}
	return first, 1, 0
}

// A divisor divides by one of a conversion's constants, without a division: it multiplies by the reciprocal, which is rounded
// up in Q48. It is right for quotients from -256 to 767. With 256 times the divisor n, of 18 bits at most, added, what it
// divides, x, is 0 at least and below 1024n. The reciprocal is too large by less than 2^-48, which makes the quotient too
// large by less than x/2^48 < 2^28/2^48, and rounding down does not notice anything below 1/n > 2^-18.
type divisor struct{ n, reciprocal int64 }

const beforeZero = 256 // quotients

func newDivisor(n int64) divisor { return divisor{n, 1<<48/n + 1} }

func (d *divisor) floor(x int64) int64 { return (x+beforeZero*d.n)*d.reciprocal>>48 - beforeZero }

func (d *divisor) ceil(x int64) int64 { return d.floor(x + d.n - 1) }

// Derive is Forward for a conversion: it replaces samples by luma and chroma, and reports whether all of them have any. If
// not, it stops at the first that has none; it may also give up when it has tried as much as most, from which that is
// subtracted. Most may be nil.
func (c Colour) Derive(r, g, b []int32, most *int) bool {
	v := c.conversion()
	type triple [3]int32
	found := map[triple]triple{} // of clipped samples
	var last, is triple
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

// inverse undoes Derive.
func (v *conversion) inverse(y, d, e []int32) {
	for i := range y {
		r, g, b := v.rgb(int64(y[i]), int64(d[i]), int64(e[i]))
		y[i], d[i], e[i] = int32(clip(r)), int32(clip(g)), int32(clip(b))
	}
}

// estimate is inverse for estimates in Q4, which it rounds to integers: what rounding down takes on average is subtracted.
func (v *conversion) estimate(y, d, e []int32) {
	lost, green := v.half-1<<15, v.half-1<<15
	if v.whole {
		green += (v.greenRed + v.greenBlue) / 2
	}
	for i := range y {
		l, p, q := v.luma*int64(y[i]), int64(d[i]), int64(e[i])
		r, b := l+v.red*p, l+v.blue*q
		if v.whole {
			p, q = v.red*p>>16, v.blue*q>>16
		}
		g := l - v.greenRed*p - v.greenBlue*q
		y[i], d[i], e[i] = int32((r+lost<<4+1<<19)>>20), int32((g+green<<4+1<<19)>>20), int32((b+lost<<4+1<<19)>>20)
	}
}

// Distance replaces luma, of a Derived transform, by how far the samples that it makes with chroma are from being clipped: the
// least distance of one of them to 0 or 255, negative beyond.
func (c Colour) Distance(luma, d, e []int32) {
	v := c.conversion()
	for i, l := range luma {
		r, g, b := v.rgb(int64(l), int64(d[i]), int64(e[i]))
		luma[i] = int32(min(r, g, b, 255-max(r, g, b)))
	}
}
