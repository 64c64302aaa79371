package transform

// A matrixConversion is a conversion by which samples R, G, B of 8 bits were made from luma Y and chroma D (red) and E (blue)
// of 8 bits, which are centred on zero. It makes only one in four to one in nine of all colours, but nothing else in an image
// shows that it was applied than that all pixels have a Y, D and E. These have coarser steps than the samples, and are all that
// need be coded.
//
//	R = (luma Y + red D + half) >> 16, B = (luma Y + blue E + half) >> 16
//	G = (luma Y - greenRed D - greenBlue E + half) >> 16
//
// clipped to 0..255. All constants are Q16.
type matrixConversion struct {
	luma, red, blue, greenRed, greenBlue, half int64

	redCentre, blueCentre int64 // what is subtracted from 8-bit chroma to give D and E

	// roundChroma says that green is made of red D >> 16 and blue E >> 16 instead of D and E.
	roundChroma bool

	byLuma, byRed, byBlue divisor // by the constants luma, red and blue
}

// newMatrix returns v with its divisors.
func newMatrix(v matrixConversion) *matrixConversion {
	v.byLuma, v.byRed, v.byBlue = newDivisor(v.luma), newDivisor(v.red), newDivisor(v.blue)
	return &v
}

var (
	// Kodak Photo CD: R = 1.3584 Y + 1.8215 (C2 - 137), B = 1.3584 Y + 2.2179 (C1 - 156), and green of Y and these two products,
	// rounded down; nothing is rounded to the nearest integer.
	photoCD = newMatrix(matrixConversion{luma: 89024, red: 119374, blue: 145352, greenRed: 33358, greenBlue: 12714, redCentre: 137, blueCentre: 156, roundChroma: true})
	// JFIF, ITU-R BT.601, as the Independent JPEG Group's decoder and most that follow it round it.
	jfif = newMatrix(matrixConversion{luma: 1 << 16, red: 91881, blue: 116130, greenRed: 46802, greenBlue: 22554, half: 1 << 15, redCentre: 128, blueCentre: 128})
	// The same as Go's image/color rounds it.
	jfifGo = newMatrix(matrixConversion{luma: 0x10101, red: 91881, blue: 116130, greenRed: 46802, greenBlue: 22554, redCentre: 128, blueCentre: 128})
)

func (v *matrixConversion) middle(depth uint) int32 {
	return int32((8<<depth<<16 + v.luma - 1) / v.luma)
}

func (v *matrixConversion) forward(r, g, b []int32) { v.derive(r, g, b, nil) }

func (v *matrixConversion) inverse(y, d, e []int32) {
	for i := range y {
		r, g, b := v.rgb(int64(y[i]), int64(d[i]), int64(e[i]))
		y[i], d[i], e[i] = int32(clip(r)), int32(clip(g)), int32(clip(b))
	}
}

// estimate rounds to the nearest integer, and corrects for what inverse loses on average by rounding down.
func (v *matrixConversion) estimate(y, d, e []int32) {
	lost, green := v.half-1<<15, v.half-1<<15
	if v.roundChroma {
		green += (v.greenRed + v.greenBlue) / 2
	}
	for i := range y {
		l, p, q := v.luma*int64(y[i]), int64(d[i]), int64(e[i])
		r, b := l+v.red*p, l+v.blue*q
		if v.roundChroma {
			p, q = v.red*p>>16, v.blue*q>>16
		}
		g := l - v.greenRed*p - v.greenBlue*q
		y[i], d[i], e[i] = int32((r+lost<<4+1<<19)>>20), int32((g+green<<4+1<<19)>>20), int32((b+lost<<4+1<<19)>>20)
	}
}

// rgb returns the samples that luma and chroma make, before they are clipped.
func (v *matrixConversion) rgb(y, d, e int64) (r, g, b int64) {
	l, p, q := v.luma*y+v.half, d, e
	r, b = (l+v.red*d)>>16, (l+v.blue*e)>>16
	if v.roundChroma {
		p, q = v.red*d>>16, v.blue*e>>16
	}
	return r, (l - v.greenRed*p - v.greenBlue*q) >> 16, b
}

func clip(v int64) int64 { return min(max(v, 0), 255) }

// distance is Colour.Distance.
func (v *matrixConversion) distance(luma, d, e []int32) {
	for i, l := range luma {
		r, g, b := v.rgb(int64(l), int64(d[i]), int64(e[i]))
		luma[i] = int32(min(r, g, b, 255-max(r, g, b)))
	}
}

// approximate is Colour.Approximate.
func (v *matrixConversion) approximate(r, g, b []int32) {
	round := func(x, by int64) int64 {
		if x < 0 {
			return -((-x + by/2) / by)
		}
		return (x + by/2) / by
	}
	limit := func(x, least int64) int32 { return int32(min(max(x, least), least+255)) }
	for i := range r {
		p, q, s := int64(r[i]), int64(g[i]), int64(b[i])
		luma := 19595*p + 38470*q + 7471*s // Q16
		r[i], g[i], b[i] = limit(round(luma, v.luma), 0), limit(round(p<<16-luma, v.red), -v.redCentre), limit(round(s<<16-luma, v.blue), -v.blueCentre)
	}
}
