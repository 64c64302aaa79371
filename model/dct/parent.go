package dct

import "math/bits"

// A parent is what coefficients of a plane of chroma are expected to be like: those of luma around, and those of the plane of chroma before.
type parent struct {
	luma        *component
	down, right int        // blocks of luma to one
	before      *component // or nil
	frequencies [BlockSize]parentFrequency
}

// A parentFrequency has, for a frequency, where luma's coefficients are, and the steps of both planes before over its own.
type parentFrequency struct {
	at                   int
	lumaStep, beforeStep uint64
	lumaShare            divisor // of step, and of the blocks
	beforeShare          divisor
}

// A divisor d holds 2^64/d, rounded up, or 0 for a d of 1: n/d is then the upper half of a product, for an n of which n·d is less than 2^64.
type divisor uint64

func newDivisor(d uint64) divisor { return divisor(^uint64(0)/d + 1) }

func (d divisor) of(n uint64) uint64 {
	if d == 0 {
		return n
	}
	high, _ := bits.Mul64(n, uint64(d))
	return high
}

// newParent returns the parent of a component of chroma in a band, of which the components before it are given.
func newParent(c *component, before []*component) *parent {
	l := before[0]
	p := &parent{luma: l, down: max(l.plane.V/max(c.plane.V, 1), 1), right: max(l.plane.H/max(c.plane.H, 1), 1)}
	if b := before[len(before)-1]; b.class == c.class && b.same(&c.shape) {
		p.before = b
	}
	for f := range p.frequencies {
		g := (f>>3+p.down-1)/p.down*8 + (f&7+p.right-1)/p.right
		step := uint64(max(c.plane.Quant[f], 1))
		p.frequencies[f] = parentFrequency{
			at:          g * l.size,
			lumaStep:    uint64(max(l.plane.Quant[g], 1)),
			beforeStep:  uint64(max(before[len(before)-1].plane.Quant[f], 1)),
			lumaShare:   newDivisor(step * uint64(p.down*p.right)),
			beforeShare: newDivisor(step),
		}
	}
	return p
}

// magnitude returns the expected magnitude of a coefficient, Q4: of frequency f of the block at pos, in row y and column x.
func (p *parent) magnitude(f, pos, y, x int) int32 {
	l, q := p.luma, &p.frequencies[f]
	sum := uint64(0)
	for dy := range p.down {
		row := q.at + l.at(min(y*p.down+dy, l.high-1), 0)
		for dx := range p.right {
			sum += uint64(l.magnitudes[row+min(x*p.right+dx, l.wide-1)])
		}
	}
	sum = q.lumaShare.of(sum * q.lumaStep)
	if b := p.before; b != nil {
		sum = (sum + 3*q.beforeShare.of(uint64(b.magnitudes[f*b.size+pos])*q.beforeStep)) / 4
	}
	return int32(min(sum, beyond))
}
