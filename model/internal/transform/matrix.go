package transform

// A matrixConversion is a conversion by which samples R, G, B of 8 bits were made from luma Y and chroma D (red) and E (blue)
// of 8 bits, which are centred on zero. It makes only one in four to one in nine of all colours, but nothing else in an image
// shows that it was applied than that all pixels have a Y, D and E. These have coarser steps than the samples, and are all that
// need be coded. With L, P, Q and so on for the products of luma and chroma,
//
//	R = (L + P + add[0]) >> shift, G = (L - greenRed's - greenBlue's + add[1]) >> shift, B = (L + Q + add[2]) >> shift
//
// clipped to 0..255.
type matrixConversion struct {
	shift uint // the fractional bits of all constants

	luma, red, blue, greenRed, greenBlue product

	add [3]int64 // by sample

	redCentre, blueCentre int64 // what is subtracted from 8-bit chroma to give D and E

	// roundChroma says that green is made of red D >> 16 and blue E >> 16 instead of D and E.
	roundChroma bool

	weights [3]int64 // of the samples in luma, Q16

	// rest is what samples have beside gains times luma and chroma, in the mean, with four more fractional bits than the constants;
	// with half a sample taken away, since they are rounded down. lumaRest is the same of the samples' luma, without these bits.
	rest     [3]int64
	lumaRest int64
	// video says that the conversion is one of videomatrix.go. The others take rest for zero when they approximate, and for middle.
	video bool
}

// A product is a term of a sample: gain times luma or chroma, and an offset, rounded down to a multiple of mask + 1. If it has a unit,
// mask + 1 counts as that.
type product struct {
	gain, offset, mask int64
	unit               int64

	slope       int64   // how much the term grows with luma or chroma
	by, bySlope divisor // by gain, and by slope
}

// of returns the term for x.
func (p *product) of(x int64) int64 {
	v := (p.gain*x + p.offset) &^ p.mask
	if p.unit != 0 {
		v = v / (p.mask + 1) * p.unit
	}
	return v
}

// least returns the least x for which the term is at least t.
func (p *product) least(t int64) int64 {
	if p.unit != 0 {
		t = -floorDiv(-t, p.unit) * (p.mask + 1)
	}
	return p.by.ceil((t+p.mask)&^p.mask - p.offset)
}

// greatest returns the greatest x for which the term is at most t.
func (p *product) greatest(t int64) int64 {
	if p.unit != 0 {
		t = floorDiv(t, p.unit) * (p.mask + 1)
	}
	return p.by.floor(t&^p.mask + p.mask - p.offset)
}

// meanOffset returns the offset in the same units as slope.
func (p *product) meanOffset() int64 {
	if p.unit != 0 {
		return floorDiv(p.offset*p.unit, p.mask+1)
	}
	return p.offset
}

// by601 and by709 are the weights of R, G and B in luma, Q16: ITU-R BT.601 and BT.709.
var (
	by601 = [3]int64{19595, 38470, 7471}
	by709 = [3]int64{13933, 46871, 4732}
)

// newMatrix returns a conversion of Q16 whose constants are gains, and add's.
func newMatrix(luma, red, blue, greenRed, greenBlue, half int64, v matrixConversion) *matrixConversion {
	v.shift, v.add, v.weights = 16, [3]int64{half, half, half}, by601
	v.luma.gain, v.red.gain, v.blue.gain, v.greenRed.gain, v.greenBlue.gain = luma, red, blue, greenRed, greenBlue
	return v.prepared()
}

// prepared returns v with what follows from its constants.
func (v matrixConversion) prepared() *matrixConversion {
	for _, p := range [...]*product{&v.luma, &v.red, &v.blue, &v.greenRed, &v.greenBlue} {
		p.slope = p.gain
		if p.unit != 0 {
			p.slope = floorDiv(p.gain*p.unit+p.mask/2, p.mask+1)
		}
		p.by, p.bySlope = newDivisor(p.gain), newDivisor(p.slope)
	}
	// What is lost, in the mean, by rounding down terms of chroma, luma and samples, times two.
	chroma, luma, sample := v.red.mask, v.luma.mask, int64(1)<<v.shift-v.luma.mask
	if (v.luma.gain|v.luma.offset)&v.luma.mask == 0 {
		luma = 0
	}
	if v.luma.unit != 0 {
		chroma, sample = v.luma.unit, 1<<v.shift
	}
	first := v.luma.meanOffset()
	v.rest = [3]int64{
		16*(first+v.red.meanOffset()+v.add[0]) - 8*(luma+chroma+sample),
		16*(first-v.greenRed.meanOffset()-v.greenBlue.meanOffset()+v.add[1]) - 8*(luma-2*chroma+sample),
		16*(first+v.blue.meanOffset()+v.add[2]) - 8*(luma+chroma+sample),
	}
	v.lumaRest = (v.weights[0]*(v.rest[0]>>4) + v.weights[1]*(v.rest[1]>>4) + v.weights[2]*(v.rest[2]>>4)) >> 16
	return &v
}

var (
	// Kodak Photo CD: R = 1.3584 Y + 1.8215 (C2 - 137), B = 1.3584 Y + 2.2179 (C1 - 156), and green of Y and these two products,
	// rounded down; nothing is rounded to the nearest integer.
	photoCD = newMatrix(89024, 119374, 145352, 33358, 12714, 0, matrixConversion{redCentre: 137, blueCentre: 156, roundChroma: true})
	// JFIF, ITU-R BT.601, as the Independent JPEG Group's decoder and most that follow it round it.
	jfif = newMatrix(1<<16, 91881, 116130, 46802, 22554, 1<<15, matrixConversion{redCentre: 128, blueCentre: 128})
	// The same as Go's image/color rounds it.
	jfifGo = newMatrix(0x10101, 91881, 116130, 46802, 22554, 0, matrixConversion{redCentre: 128, blueCentre: 128})
)

func (v *matrixConversion) middle(depth uint) int32 {
	if v.video {
		least := min(v.rest[0], v.rest[1], v.rest[2]) + 8<<v.shift
		return int32((128<<(v.shift+4) - least + v.luma.slope - 1) / v.luma.slope)
	}
	return int32((8<<depth<<16 + v.luma.gain - 1) / v.luma.gain)
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
	half, shift := int64(8)<<v.shift, v.shift+4
	green := v.rest[1]
	if v.roundChroma {
		green += 8 * (v.greenRed.gain + v.greenBlue.gain)
	}
	for i := range y {
		l, p, q := v.luma.slope*int64(y[i])+half, int64(d[i]), int64(e[i])
		r, b := l+v.red.slope*p, l+v.blue.slope*q
		if v.roundChroma {
			p, q = v.red.gain*p>>16, v.blue.gain*q>>16
		}
		g := l - v.greenRed.slope*p - v.greenBlue.slope*q
		y[i], d[i], e[i] = int32((r+v.rest[0])>>shift), int32((g+green)>>shift), int32((b+v.rest[2])>>shift)
	}
}

// rgb returns the samples that luma and chroma make, before they are clipped.
func (v *matrixConversion) rgb(y, d, e int64) (r, g, b int64) {
	l, shift := v.luma.of(y), v.shift&63
	r, b = (l+v.red.of(d)+v.add[0])>>shift, (l+v.blue.of(e)+v.add[2])>>shift
	return r, (l - v.green(d, e) + v.add[1]) >> shift, b
}

// green returns what chroma takes away from green.
func (v *matrixConversion) green(d, e int64) int64 {
	if v.roundChroma {
		d, e = v.red.gain*d>>16, v.blue.gain*e>>16
	}
	return v.greenRed.of(d) + v.greenBlue.of(e)
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
	var rest [3]int64
	for c := range rest {
		if v.video {
			rest[c] = v.rest[c] >> 4
		}
	}
	for i := range r {
		p, q, s := int64(r[i])<<v.shift-rest[0], int64(g[i])<<v.shift-rest[1], int64(b[i])<<v.shift-rest[2]
		luma := (v.weights[0]*p + v.weights[1]*q + v.weights[2]*s) >> 16
		r[i], g[i], b[i] = limit(round(luma, v.luma.slope), 0), limit(round(p-luma, v.red.slope), -v.redCentre), limit(round(s-luma, v.blue.slope), -v.blueCentre)
	}
}
