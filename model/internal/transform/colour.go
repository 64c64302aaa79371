package transform

// A Colour is a reversible transform of samples R, G, B into a plane of the samples' range, called luma here, and two with
// a sign more, chroma. Gray has no chroma, and the luma of its samples. Of two samples p and q and the third, s:
//
//	d = p - q,  t = q + floor(d/2),  e = s - t
//
// Chroma is d and e. Luma is t, the mean of p and q; with YCoCg-R (Malvar, Sullivan 2003) it is t + floor(e/2).
type Colour uint8

// Colours by their number in the format. Where p and q are clipped and s is not, only one of the last two leaves s in a
// single plane.
const (
	YCoCg     Colour = iota // p, q, s are R, B, G: Y, Co, Cg
	RedGreen                // R, G, B
	GreenBlue               // G, B, R
	PhotoCD                 // Derived: see conversions
	JFIF
	JFIFGo
	PhotoCDHalved // Halved: see upsampling
	JFIFHalved
	JFIFRepeated
	JFIFGoRepeated
	Colours // how many there are
)

// roles returns which of R, G and B are p, q and s.
func (c Colour) roles(r, g, b []int32) (p, q, s []int32) {
	switch c {
	case RedGreen:
		return r, g, b
	case GreenBlue:
		return g, b, r
	}
	return r, b, g
}

// Forward replaces samples by luma and chroma. If c is Derived, it is for samples that Derive has found to have any.
func (c Colour) Forward(r, g, b []int32) {
	if c.Derived() {
		c.Derive(r, g, b, nil)
		return
	}
	p, q, s := c.roles(r, g, b)
	for i := range r {
		d := p[i] - q[i]
		t := q[i] + d>>1
		e := s[i] - t
		if c == YCoCg {
			t += e >> 1
		}
		r[i], g[i], b[i] = t, d, e
	}
}

// Inverse undoes Forward.
func (c Colour) Inverse(luma, d, e []int32) {
	if c.Derived() {
		c.conversion().inverse(luma, d, e)
		return
	}
	p, q, s := c.roles(luma, d, e)
	for i, t := range luma {
		d, e := d[i], e[i]
		if c == YCoCg {
			t -= e >> 1
		}
		s[i] = e + t
		t -= d >> 1
		p[i], q[i] = t+d, t
	}
}

// Estimate is Inverse for estimates in Q4, which it rounds to integers; see divide.
func (c Colour) Estimate(luma, d, e []int32) {
	if c.Derived() {
		c.conversion().estimate(luma, d, e)
		return
	}
	half := func(v int32) int32 { return divide(v-1<<4, 1, 4) } // rounds down
	p, q, s := c.roles(luma, d, e)
	for i, t := range luma {
		d, e := d[i], e[i]
		if c == YCoCg {
			t -= half(e)
		}
		s[i] = (e + t + 8) >> 4
		t -= half(d)
		p[i], q[i] = (t+d+8)>>4, (t+8)>>4
	}
}

// String returns what the three planes are.
func (c Colour) String() string {
	switch c {
	case YCoCg:
		return "Y, Co, Cg"
	case RedGreen:
		return "(R+G)/2, R-G, B-(R+G)/2"
	case GreenBlue:
		return "(G+B)/2, G-B, R-(G+B)/2"
	case PhotoCD:
		return "Photo CD: Y, C2, C1"
	case JFIF:
		return "JFIF: Y, Cr, Cb"
	case JFIFGo:
		return "JFIF as Go has it: Y, Cr, Cb"
	case PhotoCDHalved:
		return "Photo CD: Y, C2, C1, chroma halved"
	case JFIFHalved, JFIFRepeated:
		return "JFIF: Y, Cr, Cb, chroma halved"
	case JFIFGoRepeated:
		return "JFIF as Go has it: Y, Cr, Cb, chroma halved"
	}
	return "unknown"
}
