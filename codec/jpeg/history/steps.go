package history

import (
	"math/bits"

	"github.com/ddpmz/ddpmz/codec/jpeg"
)

// coefficients has samples of the coefficients of a plane's blocks, by frequency, with coefBits fractional bits.
type coefficients [64][]int32

func (c *coefficients) add(b *block) {
	for f, v := range b {
		c[f] = append(c[f], v)
	}
}

// grow makes room for so many blocks.
func (c *coefficients) grow(n int) {
	all := make([]int32, 64*n)
	for f := range c {
		c[f] = all[f*n : f*n : f*n+n]
	}
}

const unit = 1 << coefBits

// A noise is what rounding to integers adds to a coefficient: its variance, with 2 coefBits fractional bits.
type noise [64]int64

// rounding is the noise of samples that were rounded to integers: 1/12.
var rounding = func() (n noise) {
	for f := range n {
		n[f] = roundingVariance
	}
	return n
}()

const roundingVariance = unit * unit / 12

const (
	evidentNonzero = 12  // coefficients that are evidence
	mostNonzero    = 500 // that are looked at
	largestStep    = 255 // that is looked for
	outlierShare   = 33  // one in so many coefficients may be an outlier, far from where the noise should take it
)

// A table is what has been found of quantization steps.
type table struct {
	steps    [64]uint16 // of each frequency the largest that its coefficients are multiples of, but for the noise; 0 if all are 0
	counts   [64]int    // of coefficients that say so
	evidence int        // for quantization, in bits: by how much shorter a description becomes
}

// steps finds the quantization steps.
func (c *coefficients) steps(n *noise) *table {
	t := new(table)
	for f := range t.steps {
		step, count, e := stepOf(c[f], n[f], largestStep)
		t.steps[f], t.counts[f] = step, count
		t.evidence += e
	}
	return t
}

// add adds steps that another table has where few coefficients speak for those of this.
func (t *table) add(u *table) {
	for f := range t.steps {
		if t.counts[f] < evidentNonzero && u.counts[f] > t.counts[f] && u.steps[f] > 2 {
			t.steps[f], t.counts[f] = u.steps[f], u.counts[f]
		}
	}
}

// stepOf finds the step of a frequency, up to a limit.
func stepOf(coef []int32, variance int64, limit int32) (step uint16, count, evidence int) {
	reach := int32(4 * root(variance)) // of the noise
	least := reach + 4                 // of a coefficient that is not 0
	large := make([]int32, 0, mostNonzero)
	nonzero := 0
	sum := int64(0) // of the squares of others
	largest := int32(0)
	for _, v := range coef {
		if v = max(v, -v); v > least {
			if nonzero++; nonzero <= mostNonzero {
				large = append(large, v)
			}
			largest = max(largest, v)
		} else {
			sum += int64(v) * int64(v)
		}
	}
	zeros := int64(len(coef) - nonzero)
	if nonzero == 0 {
		if zeros > 8 && sum > 2*variance*zeros {
			return 1, 0, 0
		}
		return 0, 0, 0
	}
	step, count, evidence = gain(large, mostStep(large, min((largest+least)/unit, limit), reach), reach, variance)
	switch {
	case step == 0 && len(large)*outlierShare < int(zeros):
		return 0, 0, 0
	case step == 0:
		return 1, len(large), -len(large)
	case count < evidentNonzero:
		evidence = 0
	}
	return step, count, evidence
}

// gain finds the step, up to a limit, of which coefficients other than 0 are multiples, and by how many bits their description becomes shorter by it:
// the step is 0 if there is none.
func gain(large []int32, limit, reach int32, variance int64) (step uint16, count, evidence int) {
	for q := limit; q > 1; q-- {
		n, d, ok := multiples(large, q, reach, variance)
		if !ok {
			continue
		}
		for q > 2 { // the nearest, of those that are near enough
			n1, d1, ok := multiples(large, q-1, reach, variance)
			if !ok || d1*int64(n) >= d*int64(n1) {
				break
			}
			q, n, d = q-1, n1, d1
		}
		gain := n * (bits.Len32(uint32(q*q)) - 2) / 2
		if gain <= evidence {
			continue
		}
		step, count, evidence = uint16(q), n, gain
	}
	return step, count, evidence
}

// farthest is how far from a multiple a coefficient may be at most, unless noise takes it farther.
const farthest = 5 * unit / 2

// mostStep returns a step, up to a limit, for which multiples is not ok for larger ones: too many coefficients are between 0 and the first multiple of these.
func mostStep(coef []int32, limit, reach int32) int32 {
	var below [largestStep + 1]int16 // coefficients that are below the first multiple of larger steps than the index
	far := max(farthest, reach)
	for _, v := range coef {
		if v > far {
			below[min((v+far)/unit, largestStep)]++
		}
	}
	others := 0
	for step := range limit {
		if others += int(below[step]); tooMany(others, len(coef)) {
			return step
		}
	}
	return limit
}

// tooMany reports whether so many of all coefficients are no multiples that even if all others are, that is more than one in ten of these.
func tooMany(others, all int) bool { return others*10 > all-others }

// multiples returns how many coefficients are multiples of a step other than 0, and the sum of their squared distances from these; not ok
// if there are none, or too many others. What is not a multiple, and small, is taken for a 0 with much noise.
func multiples(coef []int32, step, reach int32, variance int64) (n int, sum int64, ok bool) {
	c := &combs[step]
	if variance != roundingVariance {
		other := combOf(step, reach, variance)
		c = &other
	}
	if c.most == 0 {
		return 0, 0, false
	}
	width, far, inverse := c.width, c.far, c.inverse
	limit := c.most * int64(len(coef)) // of the sum, if all are multiples
	others := 0
	for i, v := range coef {
		m := int32(uint64(v+width/2) * inverse >> 32)
		d := v - m*width
		switch {
		case d > far || d < -far:
			if others++; others > 3+i/8 || tooMany(others, len(coef)) {
				return 0, 0, false
			}
		case m > 0:
			n++
			if sum += int64(d) * int64(d); sum > limit {
				return 0, 0, false
			}
		}
	}
	return n, sum, n > 0 && others*10 <= n && sum <= c.most*int64(n)
}

// root returns the square root, rounded down.
func root(n int64) int64 {
	r := int64(0)
	for bit := int64(1) << (bits.Len64(uint64(n)) / 2); bit > 0; bit >>= 1 {
		if (r+bit)*(r+bit) <= n {
			r += bit
		}
	}
	return r
}

// complete returns the steps, those included that are not known, or not well, where few coefficients speak for them: those of libjpeg's
// table that the well known ones are of, or else, where they are not known or much smaller than those of lower frequencies around, the
// largest of these. Luma's steps, if they are libjpeg's, speak for chroma's being of the same quality.
func (t *table) complete(luma *[64]uint16) [64]uint16 {
	best, most := 0, 4
	for k := range 200 {
		quality, chroma := 1+k%100, k >= 100
		typical := jpeg.Typical(chroma, quality)
		score := 0
		if luma != nil && chroma && jpeg.Typical(false, quality) == *luma {
			score = 5
		}
		for f, s := range t.steps {
			switch n := t.counts[f]; {
			case s == 0 || n < evidentNonzero:
			case s == typical[f]:
				score++
			case s%typical[f] == 0 && s <= 4*typical[f]:
				score -= 2
			default:
				score -= min(n/2, 16)
			}
		}
		if score > most {
			best, most = k+1, score
		}
	}
	if best > 0 {
		return jpeg.Typical(best > 100, 1+(best-1)%100)
	}
	steps := t.steps
	around := func(f int) (largest uint16) {
		for v := max(f/8-1, 0); v <= f/8; v++ {
			for u := max(f%8-1, 0); u <= f%8; u++ {
				if g := 8*v + u; g != f {
					largest = max(largest, steps[g])
				}
			}
		}
		return max(largest, 1)
	}
	for f := 1; f < 64; f++ {
		if s := around(f); steps[f] == 0 || t.counts[f] < evidentNonzero && 2*steps[f] < s || 4*steps[f] < s {
			steps[f] = s
		}
	}
	steps[0] = max(steps[0], 1)
	return steps
}
