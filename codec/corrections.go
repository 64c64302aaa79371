package codec

import "github.com/ddpmz/ddpmz/model"

// Corrections are what a picture differs by from the one that a JPEG decoder makes of the coefficients found for it. They are coded in
// the last pass, block by block of the file's grid; most blocks have none.

// correctionsStage is the stage of that pass, after those of luma and chroma.
const correctionsStage = 2

// correctionsPass is the last pass of a decompressed picture.
var correctionsPass = model.Pass{Level: 0, Scale: 1, Stage: correctionsStage}

// An adaptiveBit is the probability of a bit, as the bits before it have it.
type adaptiveBit struct {
	one   uint32 // Q22
	count uint32
}

const (
	adaptiveBits  = 22
	adaptiveLimit = 126 // bits that are remembered, about
	leastBit      = 24  // of 2^16, for either value
)

// A corrector codes corrections.
type corrector struct {
	coder model.Coder
	out   bool // the coder ran out

	any      [16]adaptiveBit
	zero     [3][3][2][6]adaptiveBit
	minus    [3][5]adaptiveBit
	more     [3][4][unaryCorrection]adaptiveBit
	channels int
	apart    bool      // what a plane is corrected by says nothing of others
	truth    [][]uint8 // of an encoder, or nil
	made     [][]uint8 // the planes, which become those of the truth
	wide     int       // of the planes
	differ   int       // pixels of an encoder's that are corrected
}

// unaryCorrection is up to which magnitude, less 1, a correction has decisions of its own.
const unaryCorrection = 14

// bit codes a bit.
func (c *corrector) bit(p *adaptiveBit, b bool) bool {
	if p.count == 0 {
		*p = adaptiveBit{1 << (adaptiveBits - 1), 2}
	}
	v := uint32(0)
	if b {
		v = 1
	}
	one := min(max(p.one>>(adaptiveBits-16), leastBit), 1<<16-leastBit)
	v, ok := c.coder.Bit(v, one)
	if !ok {
		c.out = true
		return false
	}
	if v == 1 {
		p.one += (1<<adaptiveBits - p.one) / p.count
	} else {
		p.one -= p.one / p.count
	}
	p.count = min(p.count+1, adaptiveLimit)
	return v == 1
}

// code codes the corrections of a picture of so many pixels that begins at (x0, y0) of the grid. It reports whether the coder did not run
// out.
func (c *corrector) code(w, h, x0, y0 int) bool {
	c.wide, c.channels = w, len(c.made)
	b := uint32(0)
	if c.truth != nil {
		for i := range c.truth[0] {
			for k, p := range c.truth {
				if p[i] != c.made[k][i] {
					c.differ++
					b = 1
					break
				}
			}
		}
	}
	b, ok := c.coder.Bit(b, 1<<15)
	if !ok || b == 0 {
		return ok
	}
	columns := (x0%8 + w + 7) / 8
	above := make([]bool, columns)
	for y := -(y0 % 8); y < h; y += 8 {
		left := false
		for i := range columns {
			x := 8*i - x0%8
			left = c.block(max(x, 0), max(y, 0), min(x+8, w), min(y+8, h), left, above[i])
			if c.out {
				return false
			}
			above[i] = left
		}
	}
	return true
}

// block codes the corrections of a block, and returns whether there are any. left and above say that of the blocks there.
func (c *corrector) block(fromX, fromY, toX, toY int, left, above bool) bool {
	differs, extreme := false, false
	for i, p := range c.made {
		for y := fromY; y < toY; y++ {
			row := p[y*c.wide+fromX : y*c.wide+toX]
			for _, v := range row {
				extreme = extreme || v == 0 || v == 255
			}
			if c.truth != nil {
				for x, v := range c.truth[i][y*c.wide+fromX : y*c.wide+toX] {
					differs = differs || v != row[x]
				}
			}
		}
	}
	context := 0
	for i, is := range [4]bool{left, above, extreme, toX-fromX < 8 || toY-fromY < 8} {
		if is {
			context |= 1 << i
		}
	}
	if !c.bit(&c.any[context], differs) {
		return false
	}
	var last [9][9][3]int32 // what was coded of the pixel at the right and below, by row and column
	for y := fromY; y < toY; y++ {
		for x := fromX; x < toX; x++ {
			if !c.pixel(y*c.wide+x, &last[y-fromY+1][x-fromX], &last[y-fromY][x-fromX+1], &last[y-fromY+1][x-fromX+1]) {
				return false
			}
		}
	}
	return true
}

// channelOrder is the order in which a pixel's samples are corrected: those of green first, since those of the others are often the same.
var channelOrder = [3]int{1, 0, 2}

// pixel codes the corrections of a pixel. left and above are what was coded of the pixels there. It reports whether the coder did not run
// out.
func (c *corrector) pixel(at int, left, above, now *[3]int32) bool {
	first := int32(0)
	for i := range c.channels {
		k := i
		if c.channels == 3 {
			k = channelOrder[i]
		}
		made := &c.made[k][at]
		v := int32(0)
		if c.truth != nil {
			v = int32(c.truth[k][at]) - int32(*made) - first
		}
		v = c.difference(i, min(max(first, -first), 2), *made == 0 || *made == 255, left[i], above[i], v)
		if c.out {
			return false
		}
		now[i] = v
		*made = uint8(min(max(int32(*made)+first+v, 0), 255))
		if i == 0 && !c.apart {
			first = v
		}
	}
	return true
}

// difference codes a difference.
func (c *corrector) difference(i int, first int32, extreme bool, left, above, v int32) int32 {
	around := max(left, -left) + max(above, -above)
	class := int32(5)
	for k, most := range [5]int32{0, 1, 2, 4, 9} {
		if around <= most {
			class = int32(k)
			break
		}
	}
	e := 0
	if extreme {
		e = 1
	}
	if c.bit(&c.zero[i][first][e][class], v == 0) || c.out {
		return 0
	}
	sign := min(max(left, -1), 1) + min(max(above, -1), 1)
	minus := c.bit(&c.minus[i][sign+2], v < 0)
	if c.out {
		return 0
	}
	magnitude := c.magnitude(&c.more[i][min(class, 3)], max(v, -v)-1) + 1
	if minus {
		return -magnitude
	}
	return magnitude
}

// magnitude codes a number from 0: each up to a limit as a decision, and what is more by the number of its bits.
func (c *corrector) magnitude(p *[unaryCorrection]adaptiveBit, v int32) (m int32) {
	for m < unaryCorrection {
		if !c.bit(&p[m], v > m) {
			return m
		}
		m++
	}
	rest, ok := c.coder.Bits(uint32(min(max(v-m, 0), 511)), 9)
	if !ok {
		c.out = true
		return 0
	}
	return m + int32(rest)
}
