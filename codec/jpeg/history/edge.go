package history

import (
	"image"
	"math/bits"
)

// Blocks at the edges of a part of a picture have samples that nobody knows. Their coefficients are chosen so that the others come right
// with few bits. A transform of whole columns, where these are known, leaves eight problems of a row each, of eight steps and the known
// samples; likewise with rows.

// A lineFit finds quantized coefficients of a line of which some samples are known.
type lineFit struct {
	n      int         // known samples
	step   [8][8]int32 // by coefficient and known sample, what a step of the coefficient adds, coefBits
	square [8]int64    // of the step's
	sure   int64       // what a squared miss is worth, in 1/16 bit for 2^10 units
	miss   [8]int32    // by known sample, what is missing, coefBits
	coef   [8]int32
}

// newLineFit returns the fit of a line of which the samples from a to b are known.
func newLineFit(a, b int, steps *[8]uint16, sure int64) *lineFit {
	l := &lineFit{n: b - a, sure: sure}
	for u := range l.step {
		for i := range l.n {
			v := (basis[u][a+i]*int32(steps[u]) + 1<<(11-coefBits)) >> (12 - coefBits)
			l.step[u][i] = v
			l.square[u] += int64(v) * int64(v)
		}
	}
	return l
}

// bitsOf is about what a coefficient takes, in 1/16 bit.
func bitsOf(c int32) int64 {
	if c == 0 {
		return 8
	}
	return 48 + 32*int64(bits.Len32(uint32(max(c, -c))))
}

// gain returns by how much the line gets better, in 1/16 bit, if coefficient u changes by d while so much is missing and so many
// bits are gained already.
func (l *lineFit) gain(miss *[8]int32, u int, d int32) int64 {
	better := int64(0)
	for i := range l.n {
		before := int64(miss[i])
		after := before - int64(d*l.step[u][i])
		better += before*before - after*after
	}
	return better*l.sure>>10 + bitsOf(l.coef[u]) - bitsOf(l.coef[u]+d)
}

// nearest returns the change of coefficient u that leaves the least missing.
func (l *lineFit) nearest(miss *[8]int32, u int) int32 {
	sum := int64(0)
	for i := range l.n {
		sum += int64(miss[i]) * int64(l.step[u][i])
	}
	if l.square[u] == 0 {
		return 0
	}
	if sum < 0 {
		return -int32((-2*sum + l.square[u]) / (2 * l.square[u]))
	}
	return int32((2*sum + l.square[u]) / (2 * l.square[u]))
}

// change applies changes.
func (l *lineFit) change(miss *[8]int32, u int, d int32) {
	for i := range l.n {
		miss[i] -= d * l.step[u][i]
	}
}

// fit changes one, two or three coefficients at a time, the last of them to the nearest, as long as that makes the line better.
func (l *lineFit) fit() {
	for range 40 {
		if !l.better(&l.miss, 0, 0, 3) {
			return
		}
	}
}

// better looks for changes of so many coefficients from u on, and makes the first that gain something with what is gained already.
func (l *lineFit) better(miss *[8]int32, from int, gained int64, depth int) bool {
	for u := range 8 {
		if d := l.nearest(miss, u); d != 0 {
			if gained+l.gain(miss, u, d) > 0 {
				l.coef[u] += d
				l.miss = *miss
				l.change(&l.miss, u, d)
				return true
			}
		}
	}
	if depth == 1 {
		return false
	}
	for u := from; u < 8; u++ {
		for _, d := range [2]int32{-1, 1} {
			g := l.gain(miss, u, d)
			next := *miss
			l.change(&next, u, d)
			l.coef[u] += d
			if l.better(&next, u+1, gained+g, depth-1) {
				return true
			}
			l.coef[u] -= d
		}
	}
	return false
}

// fitEdge chooses the coefficients of a block of which the samples in a rectangle are known, and the others guesses. samples have so many
// fractional bits.
func (s *solution) fitEdge(samples *block, frac uint, known image.Rectangle, sure int64) {
	s.coef = [64]int16{}
	turned := known.Dx() == 8 // then rows are known, not columns
	at := func(line, i int) int {
		if turned {
			return 8*i + line
		}
		return 8*line + i
	}
	from, to := known.Min.X, known.Max.X
	if turned {
		from, to = known.Min.Y, known.Max.Y
	}
	// The transform across the lines.
	b := *samples
	for i := from; i < to; i++ {
		if turned {
			line(b[8*i:8*i+8:8*i+8], 1, 12+frac-coefBits)
		} else {
			line(b[i:], 8, 12+frac-coefBits)
		}
	}
	for v := range 8 {
		var steps [8]uint16
		for u := range steps {
			steps[u] = s.steps[at(v, u)]
		}
		l := newLineFit(from, to, &steps, sure)
		for i := range l.n {
			l.miss[i] = b[at(v, from+i)]
		}
		l.fit()
		for u, c := range l.coef {
			s.coef[at(v, u)] = int16(min(max(c, -maxCoef), maxCoef))
		}
	}
	s.decode()
}

// flat makes a block of one level, as near as may be.
func (s *solution) flat(level int32) {
	s.coef = [64]int16{}
	s.coef[0] = quantize(8*level*unit, int32(s.steps[0])*unit)
	s.decode()
}

// What a squared miss is worth, in 1/16 bit for 2^10 units, where samples were rounded and where they are estimated as well.
const (
	sureLuma   = 34
	sureChroma = 12
)

// part returns which of a block's samples are in a rectangle.
func part(bx, by int, inside image.Rectangle) image.Rectangle {
	return image.Rect(8*bx, 8*by, 8*bx+8, 8*by+8).Intersect(inside).Sub(image.Pt(8*bx, 8*by))
}

// hide makes blocks flat of which nothing is known, of the level beside them.
func (c *component) hide(inside image.Rectangle, put func(bx, by int, s *solution)) {
	left, right := inside.Min.X/8, (inside.Max.X-1)/8
	top, bottom := inside.Min.Y/8, (inside.Max.Y-1)/8
	for by := range c.high {
		for bx := range c.wide {
			if x, y := min(max(bx, left), right), min(max(by, top), bottom); x != bx || y != by {
				s, beside := c.solution(bx, by), c.solution(x, y)
				s.coef = [64]int16{beside.coef[0]}
				s.decode()
				put(bx, by, &s)
			}
		}
	}
}
