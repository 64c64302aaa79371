package sparse

import (
	"github.com/ddpmz/ddpmz/model/internal/fixed"
	"github.com/ddpmz/ddpmz/model/internal/logistic"
)

// A probability is an adaptive binary probability: that a bit is 1, as learned from the bits before it.
type probability struct {
	one   int32 // Q24
	count int32 // bits learned from, up to a limit, so that the probability goes on to follow them
}

const (
	probabilityBits = 24
	countLimit      = 250
	leastFrequency  = 8 // of either value, of 2^logistic.ProbBits
)

// even is the probability before the first bit.
var even = probability{1 << (probabilityBits - 1), 1}

// code codes a bit and learns from it. d is scratch.
func (p *probability) code(coder logistic.Coder, d *logistic.Distribution, bit bool) (is, ok bool) {
	one := fixed.Clamp(p.one>>(probabilityBits-logistic.ProbBits), leastFrequency, 1<<logistic.ProbBits-leastFrequency)
	d.SetBit(uint32(1<<logistic.ProbBits - one))
	v := int32(0)
	if bit {
		v = 1
	}
	v, ok = coder.Symbol(d, v)
	p.count = min(p.count+1, countLimit)
	p.one += (v<<probabilityBits - p.one) / (p.count + 1)
	return v == 1, ok
}
