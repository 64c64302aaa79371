package stored

import "math/bits"

// A residualCoder is the part of a pixelCoder that codes pixels which nothing has guessed.
type residualCoder struct {
	depth   uint
	shift   uint  // of sums of differences, which makes those of 16-bit samples comparable
	most    int32 // the largest sample
	colours bool  // there are three samples
	values  bool  // samples are coded bit by bit

	bit8   [256]probability           // of a sample's bits, by those above
	first  [levels][8][3]difference   // of green, or of the only sample
	plain  [2][levels][4]difference   // of red and of blue, from how they differ from green around
	onLine [2][spanBits][4]difference // of red and of blue, from the line
	errors [2][spanBits][2]int32      // of these two predictions, in the mean, in Q4

	// Colours that came up with the same green: where the pixels on the left and above were the same, too, and anywhere.
	sameAround, sameGreen colourTable
	isSameAround          [maxConfidence + 1][levels]probability
	isSameGreen           [maxConfidence + 1][levels][2]probability
}

const (
	levels    = 10 // of the differences among neighbours
	spanBits  = 8
	leastSpan = 8 // of greens, for the line between two colours to be of use
)

func (c *residualCoder) init(r *Raster, method byte, log int) {
	c.depth, c.most, c.values = uint(r.Depth), int32(1)<<r.Depth-1, method == methodValue
	if r.Depth == 16 {
		c.shift = 4
	}
	if c.colours = r.Channels == 3; c.colours {
		c.sameAround, c.sameGreen = newColourTable(min(log, 15)), newColourTable(min(log, 12))
	}
}

// around are the neighbours of a pixel: on the left, above, above to the left and to the right, left of the left one, above the
// one above.
type around [6]Pixel

// residual codes a pixel that nothing has guessed.
func (c *pixelCoder) residual(a *around, v Pixel) Pixel {
	if c.values {
		return c.sampleBits(v)
	}
	at := uint(0) // of green in a pixel
	if c.colours {
		at = 2 * c.depth
	}
	var greens [6]int32
	for i, q := range a {
		greens[i] = int32(q >> at)
	}
	p, unrest := predict(&greens)
	level := c.level(unrest)
	equal := bitIf(a[0] == a[2], 1) | bitIf(a[1] == a[2], 2) | bitIf(a[1] == a[3], 4)
	zone := 1
	if p<<3 < c.most {
		zone = 0
	} else if (c.most-p)<<3 < c.most {
		zone = 2
	}
	slope := 0
	if greens[0] > greens[1] {
		slope = 1
	} else if greens[0] < greens[1] {
		slope = 2
	}
	d := c.difference(&c.first[level][equal][zone], slope, int32(v>>at)-p)
	green := c.clamp(p + d)
	if !c.colours {
		return Pixel(green)
	}

	hash := uint64(a[0])*hashFactors[0] + uint64(a[1])*hashFactors[1] + uint64(green)*hashFactors[2]
	s0, s1 := c.sameAround.find(hash), c.sameGreen.find(uint64(green)*hashFactors[0])
	q, same := c.colourOf(s0, s1, level, v)
	if !same {
		l := c.lineOf(&greens)
		red, d := c.chroma(0, a, &greens, &l, green, d, int32(v>>c.depth)&c.most)
		blue, _ := c.chroma(1, a, &greens, &l, green, d, int32(v)&c.most)
		q = Pixel(green)<<at | Pixel(red)<<c.depth | Pixel(blue)
	}
	remember(s0, q)
	remember(s1, q)
	return q
}

// colourOf codes whether a pixel is one of those that came up with the same green, which are in two slots.
func (c *pixelCoder) colourOf(s0, s1 *uint64, level int, v Pixel) (q Pixel, same bool) {
	confidence, first := int(*s0>>confidenceAt), Pixel(*s0&pixelMask)
	tried := 0
	if confidence > 0 {
		if c.bit(&c.isSameAround[confidence][level], limit, first == v) {
			return first, true
		}
		tried = 1
	}
	confidence, q = int(*s1>>confidenceAt), Pixel(*s1&pixelMask)
	if confidence == 0 || tried == 1 && q == first {
		return 0, false
	}
	return q, c.bit(&c.isSameGreen[confidence][level][tried], limit, q == v)
}

// level returns how large a sum of differences is, in bits.
func (c *pixelCoder) level(sum int32) int {
	return min(bits.Len32(uint32(sum)>>c.shift), levels-1)
}

// clamp keeps what damage may have made of a sample, and predictions, in range.
func (c *pixelCoder) clamp(v int32) int32 { return min(max(v, 0), c.most) }

// predict returns what a sample is expected to be, from those around, and the sum of the differences among these.
func predict(s *[6]int32) (p, unrest int32) {
	w, n, nw, ne, ww, nn := s[0], s[1], s[2], s[3], s[4], s[5]
	low, high := min(w, n), max(w, n)
	p = min(max(w+n-nw, low), high)
	p = (2*p + w + ne + 2) >> 2
	p = min(max(p, min(low, ne)), max(high, ne))
	return p, distance(w, nw) + distance(n, nw) + distance(n, ne) + distance(w, ww) + distance(n, nn)
}

func distance(a, b int32) int32 { return max(a-b, b-a) }

// A line leads through the colours of two neighbours, whose greens differ by span.
type line struct {
	low, high int // their places in around
	span      int32
}

// lineOf returns the line between those two of the four nearest neighbours whose greens differ the most.
func (c *pixelCoder) lineOf(greens *[6]int32) (l line) {
	for i := 1; i < 4; i++ {
		for j := range i {
			if d := greens[i] - greens[j]; d > l.span {
				l = line{j, i, d}
			} else if -d > l.span {
				l = line{i, j, -d}
			}
		}
	}
	return l
}

// chroma codes red, which is i = 0, or blue, 1, of a pixel whose green is known. There are two predictions: by how much the sample
// differs from green around, and where green is on the line. That which was better of late is used. before is the difference that
// was coded before this one, which is returned, too.
func (c *pixelCoder) chroma(i int, a *around, greens *[6]int32, l *line, green, before, v int32) (sample, d int32) {
	at := c.depth * uint(1-i)
	var s [6]int32
	for j, q := range a {
		s[j] = int32(q>>at)&c.most - greens[j]
	}
	p, unrest := predict(&s)
	p = c.clamp(p + green)
	size := min(bits.Len32(uint32(distance(before, 0))>>c.shift), 7) / 2
	m := &c.plain[i][c.level(unrest)][size]
	if l.span>>c.shift < leastSpan {
		d = c.difference(m, 0, v-p)
		return c.clamp(p + d), d
	}

	low, high := s[l.low]+greens[l.low], s[l.high]+greens[l.high]
	q := c.clamp(low + divide(int64(high-low)*int64(green-greens[l.low]), int64(l.span)))
	n := min(bits.Len32(uint32(l.span)>>c.shift), spanBits-1)
	e, by := &c.errors[i][n], p
	if e[1] <= e[0] {
		by, m = q, &c.onLine[i][n][size]
	}
	d = c.difference(m, 0, v-by)
	v = c.clamp(by + d)
	e[0] += distance(v, p)<<4 - e[0]>>4
	e[1] += distance(v, q)<<4 - e[1]>>4
	return v, d
}

// divide returns a/b, rounded to the nearest integer, halves away from zero.
func divide(a, b int64) int32 {
	if a < 0 {
		return -int32((-a + b/2) / b)
	}
	return int32((a + b/2) / b)
}

// A difference is what is known of the differences of a kind from what was expected. Of the magnitude less 1, the number of bits is coded,
// and then those below the highest.
type difference struct {
	isZero     probability
	isPositive [3]probability // by the slope
	length     [16]probability
	second     [17]probability    // the second bit, by the length
	third      [17][2]probability // the third, by the length and the second
}

// difference codes a difference.
func (c *pixelCoder) difference(m *difference, slope int, d int32) int32 {
	if c.bit(&m.isZero, limit, d == 0) {
		return 0
	}
	positive := c.bit(&m.isPositive[slope], limit, d > 0)
	a := uint32(distance(d, 0)) - 1
	n := c.unary(m.length[:bits.Len32(uint32(c.most-1))], bits.Len32(a))
	v := uint32(min(n, 1))
	if n > 1 {
		v = v<<1 | c.bitOf(&m.second[n], a>>(n-2)&1)
	}
	if n > 2 {
		v = v<<1 | c.bitOf(&m.third[n][v&1], a>>(n-3)&1)
		v = v<<(n-3) | c.bits(a, uint(n-3))
	}
	if positive {
		return int32(v) + 1
	}
	return -int32(v) - 1
}

// bitOf codes a bit.
func (c *pixelCoder) bitOf(p *probability, b uint32) uint32 {
	return uint32(bitIf(c.bit(p, limit, b == 1), 1))
}

// sampleBits codes a sample of at most 8 bits as it is, from the highest bit on.
func (c *pixelCoder) sampleBits(v Pixel) Pixel {
	node := uint32(1)
	for i := int(c.depth) - 1; i >= 0; i-- {
		node = node<<1 | c.bitOf(&c.bit8[node], uint32(v>>i)&1)
	}
	return Pixel(node - 1<<c.depth)
}
