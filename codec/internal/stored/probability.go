package stored

import "github.com/ddpmz/ddpmz/rans"

// A probability is that of a decision being true, and how many decisions it has learned from: the distance from one half in the
// high 22 bits, modulo 2^22 and in Q0.22, and a count in the low 10. The zero value is one half, learned from none.
type probability uint32

const (
	countBits = 10
	half      = 1 << 31 // in the high bits: one half
	one       = 1 << 22
)

// steps are 1/(n + 3/2) in Q0.16: how far a probability goes towards what a decision was, after n others.
var steps = func() (s [1 << countBits]uint32) {
	for n := range s {
		s[n] = uint32(2 << 16 / (2*n + 3))
	}
	return s
}()

// frequency returns the probability of true as the entropy coder takes it: odd, so that neither decision is impossible.
func (p probability) frequency() uint32 {
	return uint32(p^half)>>16 | 1
}

// learn changes the probability after a decision. The count stops at most, from which on the probability forgets. It never
// becomes 1, since steps are less than 1.
func (p *probability) learn(b bool, most uint32) {
	v := uint32(*p) ^ half
	n := v % (1 << countBits)
	q, step := v>>countBits, uint64(steps[n])
	if n < most {
		v++
	}
	if b {
		v += uint32(uint64(one-q)*step>>16) << countBits
	} else {
		v -= uint32(uint64(q)*step>>16) << countBits
	}
	*p = probability(v ^ half)
}

// limit is the limit of the counts. That of runs, which may be nearly certain, is another one.
const (
	limit    = 60
	limitRun = 1000
)

// A bitCoder codes decisions, in either direction: an encoder is given them, a decoder returns them, and both adapt alike. So
// what is coded, and in which order, is written once.
type bitCoder struct {
	encoding bool
	symbols  int // coded since the group began
	enc      rans.Encoder
	dec      rans.Decoder
}

// bit codes a decision. It returns b if it encodes, and ignores it if it decodes.
func (c *bitCoder) bit(p *probability, most uint32, b bool) bool {
	const total = 1 << rans.ProbBits
	f := p.frequency()
	switch {
	case !c.encoding:
		if b = c.dec.Peek() < f; b {
			c.dec.Advance(0, f)
		} else {
			c.dec.Advance(f, total-f)
		}
	case b:
		c.enc.Put(0, f)
	default:
		c.enc.Put(f, total-f)
	}
	c.symbols++
	p.learn(b, most)
	return b
}

// bits codes the low n bits of v, n <= 32, of which nothing is known.
func (c *bitCoder) bits(v uint32, n uint) uint32 {
	if n == 0 {
		return 0
	}
	c.symbols++
	if !c.encoding {
		return c.dec.Bits(n)
	}
	c.enc.PutBits(v, n)
	return v & (1<<n - 1)
}

// unary codes a number from 0 to len(p), by a decision for each of 0, 1 and so on whether it is that: the last needs none.
func (c *bitCoder) unary(p []probability, v int) int {
	for i := range p {
		if c.bit(&p[i], limit, v == i) {
			return i
		}
	}
	return len(p)
}
