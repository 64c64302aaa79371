package pixels

// A Decoder is a program that makes pictures of coefficients: T.81 leaves the roundings open.
type Decoder uint8

// The decoders whose pixels this package makes to the last bit. Those of Go repeat the samples of chroma, and have a
// conversion of colours of their own.
const (
	LibjpegTurbo Decoder = iota
	Go                   // image/jpeg from Go 1.26 on
	GoBefore26           // image/jpeg up to Go 1.25
)

// Invert makes the 64 samples of a block, row by row, of its coefficients: dequantized, in row-major order, in units of 1.
func (d Decoder) Invert(samples *[64]byte, coef *[64]int32) {
	d.invert(samples[:], 8, coef)
}

// invert is the inverse DCT in units of 1; dst has rows of the given stride.
func (d Decoder) invert(dst []byte, stride int, coef *[64]int32) {
	if d == LibjpegTurbo {
		invert(dst, stride, coef, 0)
		return
	}
	b := *coef
	for pass := range 2 { // rows, then columns: either leaves the block transposed
		from := b
		for i := range 8 {
			v := (*[8]int32)(from[8*i:])
			if d == Go {
				lineOfGo(v, &passesOfGo[pass])
			} else {
				lineOfWang(v, &passesOfWang[pass])
			}
			for k, c := range v {
				b[8*k+i] = c
			}
		}
	}
	for y := range 8 {
		row := dst[y*stride:][:8]
		for x := range row {
			row[x] = clip(b[8*y+x] + 128)
		}
	}
}

// Go's transforms go through the rows of coefficients first. All of their numbers have 32 bits, and wrap around. In the
// names of constants, c3 stands for cos(3pi/16) and s3 for sin(3pi/16).

// A passOfGo has the roundings of one direction of Go's transform, and the constants that have other fractional bits in each.
type passOfGo struct {
	bias                int32 // is added to the first coefficient
	even                int32 // the first and the fifth coefficient are multiplied by it,
	evenShift           uint  // and their sum and difference shifted
	low                 uint  // bits that coefficients lose before they are multiplied by constants
	c6, s6              int32 // over sqrt(2)
	odd, root           int32 // the second and the eighth coefficient are multiplied by odd, the fourth and the sixth by root, 1/sqrt(2)
	oddShift, lastShift uint
}

var passesOfGo = [2]passOfGo{
	{even: 1 << 17, c6: 70936, s6: 171254, odd: 1 << 7, root: 181, oddShift: 2},
	{bias: 1 << 19, even: 1, evenShift: 2, low: 13, c6: 1108, s6: 2676, odd: 1, root: 11585, oddShift: 14, lastShift: 18},
}

// lineOfGo is the inverse DCT of eight coefficients as Go has it from 1.26 on: that of [line], its constants of 12 fractional bits where
// they are the same in both directions.
func lineOfGo(v *[8]int32, p *passOfGo) {
	const c1, s1, c3, s3 = 4017, 799, 3406, 2276
	low := p.low & 31
	x0, x1, x2, x3, x4, x5, x6, x7 := v[0]+p.bias, v[1], v[2]>>low, v[3]>>low, v[4], v[5]>>low, v[6]>>low, v[7]

	e0, e1 := (x0+x4)*p.even>>(p.evenShift&31), (x0-x4)*p.even>>(p.evenShift&31)
	e2, e3 := x2*p.c6-x6*p.s6, x2*p.s6+x6*p.c6

	x3, x5 = x3*p.root, x5*p.root
	sum, difference := (x1+x7)*p.odd, (x1-x7)*p.odd
	shift := p.oddShift & 31
	a, b, c, d := (sum+x3)>>shift, (sum-x3)>>shift, (difference+x5)>>shift, (difference-x5)>>shift

	mirror(v, [4]int32{e0 + e3, e1 + e2, e1 - e2, e0 - e3}, [4]int32{c*s3 + a*c3, b*s1 + d*c1, b*c1 - d*s1, c*c3 - a*s3}, p.lastShift)
}

// A passOfWang has the roundings of one direction of Wang's transform.
type passOfWang struct {
	even             int32 // the first and the fifth coefficient are multiplied by it
	bias             int32 // is added to the first one then
	half             int32 // of what turn shifts out
	shift, lastShift uint
}

// turn rotates two coefficients.
func (p *passOfWang) turn(x, y, c, s int32) (int32, int32) {
	return (x*c + y*s + p.half) >> (p.shift & 31), (x*s - y*c + p.half) >> (p.shift & 31)
}

var passesOfWang = [2]passOfWang{{even: 1 << 11, bias: 1 << 7, lastShift: 8}, {even: 1 << 8, bias: 1 << 13, half: 4, shift: 3, lastShift: 14}}

// lineOfWang is the inverse DCT of eight coefficients as Go had it up to 1.25, after the decoder of MPEG's Software Simulation Group: that
// of Wang ("Fast algorithms for the discrete W transform and for the discrete Fourier transform", 1984). Constants are those of 11
// fractional bits times sqrt(2).
func lineOfWang(v *[8]int32, p *passOfWang) {
	const c1, c2, c3, c5, c6, c7 = 2841, 2676, 2408, 1609, 1108, 565
	x0, x4 := v[0]*p.even+p.bias, v[4]*p.even
	e0, e1 := x0+x4, x0-x4
	e3, e2 := p.turn(v[2], v[6], c2, c6)

	a, b := p.turn(v[1], v[7], c1, c7)
	c, d := p.turn(v[5], v[3], c5, c3)
	x, y := a-c, b-d
	o1, o2 := (181*(x+y)+128)>>8, (181*(x-y)+128)>>8 // over sqrt(2)

	mirror(v, [4]int32{e0 + e3, e1 + e2, e1 - e2, e0 - e3}, [4]int32{a + c, o1, o2, b + d}, p.lastShift)
}

// mirror sets the first four of eight numbers to sums, and the last four, backwards, to differences, shifted.
func mirror(v *[8]int32, even, odd [4]int32, shift uint) {
	for i, e := range even {
		v[i], v[7-i] = (e+odd[i])>>(shift&31), (e-odd[i])>>(shift&31)
	}
}
