package thumbnail

import (
	"github.com/ddpmz/ddpmz/model/internal/fixed"
	"github.com/ddpmz/ddpmz/model/internal/logistic"
	"github.com/ddpmz/ddpmz/model/internal/process"
)

const (
	// rangeBits: values of 8-bit samples from -2^rangeBits to 2^rangeBits - 1 are coded by the mixture. No image has been seen that has others; those
	// have an escape.
	rangeBits = 10
	// inside is the probability, in 1/65536, of a value that the mixture codes.
	inside = 1<<16 - 1
	// densityFactor times t² is the logarithm of a Gaussian's density below its greatest: log2(e)/(2 π²/3), Q16.
	densityFactor = 14370
	// farthest bounds deviations, Q4.
	farthest = 1 << 15
)

// A State is what is known of a thumbnail while it is coded. Its values have to be taken in order, each by one of Code, Know and Skip.
type State struct {
	prior  *Prior
	tables *logistic.Tables
	depth  uint // bits of a sample beyond 8

	next       int
	weights    [MaxComponents]int32         // log2, Q16, without a common term
	deviations [MaxComponents][Values]int32 // of the values so far from a component's means, Q4
}

// NewState returns the state of a thumbnail of which nothing is known, of samples of 8 + extraDepth bits.
func NewState(p *Prior, extraDepth uint) *State {
	s := &State{prior: p, tables: logistic.SharedTables(process.Gaussian), depth: extraDepth}
	for k := range p.Components {
		s.weights[k] = int32(p.Components[k].Weight) << (16 - WeightBits)
	}
	return s
}

// mean returns the mean of the next value under component k, Q4.
func (s *State) mean(k int) int32 {
	c := &s.prior.Components[k]
	sum := int64(0)
	for j, f := range c.Row(s.next) {
		sum += int64(f) * int64(s.deviations[k][j])
	}
	return int32(fixed.Clamp(int64(c.Mean[s.next])+(sum+1<<(FactorBits-1))>>FactorBits, -farthest, farthest))
}

// Code codes the next value, which is v in an encoder, and returns it: a bit for whether it is in the range of the mixture, which then is halved until
// it is a single value of 8-bit samples; then the lower bits of deeper ones. Outer codes a value out of the range. It returns false if a coder does.
func (s *State) Code(coder logistic.Coder, v int32, outer func() (int32, bool)) (int32, bool) {
	n := v >> s.depth
	is := uint32(0)
	if -1<<rangeBits <= n && n < 1<<rangeBits {
		is = 1
	}
	is, ok := coder.Bit(is, inside)
	if !ok {
		return 0, false
	}
	if is == 0 {
		if v, ok = outer(); !ok {
			return 0, false
		}
		s.Know(v)
		return v, true
	}
	var m mixture
	m.set(s)
	lo, hi := int32(-1<<rangeBits), int32(1<<rangeBits)
	below, above := m.integral(lo), m.integral(hi)
	for hi-lo > 1 {
		middle := (lo + hi) >> 1
		at := m.integral(middle)
		p := int64(1) << 15
		if whole := above - below; whole >= 1<<16 {
			p = fixed.Clamp((above-at)<<16/whole, 1, 1<<16-1)
		}
		b := uint32(0)
		if n >= middle {
			b = 1
		}
		if b, ok = coder.Bit(b, uint32(p)); !ok {
			return 0, false
		}
		if b != 0 {
			lo, below = middle, at
		} else {
			hi, above = middle, at
		}
	}
	low := uint32(0)
	if s.depth > 0 {
		if low, ok = coder.Bits(uint32(v)&(1<<s.depth-1), s.depth); !ok {
			return 0, false
		}
	}
	v = lo<<s.depth | int32(low)
	s.Know(v)
	return v, true
}

// Know takes the next value as v: components that predicted it better than others gain weight.
func (s *State) Know(v int32) {
	x := int32(fixed.Clamp(int64(v)<<MeanBits>>s.depth, -farthest, farthest))
	most := int32(-1 << 31)
	for k := range s.prior.Components {
		c := &s.prior.Components[k]
		scale := int32(c.Scale[s.next])
		t := fixed.Clamp(s.tables.Deviation(int64(x)<<(6-MeanBits), int64(s.mean(k))<<(6-MeanBits), scale), -tailT, tailT)
		s.weights[k] -= int32(t*t>>4*densityFactor>>16) + scale<<16/logistic.ScaleSteps
		most = max(most, s.weights[k])
		s.deviations[k][s.next] = x - int32(c.Mean[s.next])
	}
	for k := range s.prior.Components {
		s.weights[k] = max(s.weights[k]-most, leastWeight)
	}
	s.next++
}

// Skip passes over the next value, which the thumbnail does not have: later ones are predicted as if it were what each component expects.
func (s *State) Skip() {
	for k := range s.prior.Components {
		s.deviations[k][s.next] = s.mean(k) - int32(s.prior.Components[k].Mean[s.next])
	}
	s.next++
}

const (
	tailT       = 24 << 10  // beyond so many scales, Q10, a deviation makes no more difference
	leastWeight = -64 << 16 // log2, Q16
)

// A mixture is the distribution of a value.
type mixture struct {
	tables  *logistic.Tables
	n       int
	half    int64 // half of the distance of values, Q6
	weights [MaxComponents]int64
	means   [MaxComponents]int64 // Q6
	scales  [MaxComponents]int32
}

// set makes m the distribution of the next value of s. The greatest of its weights is 2^16; those below 1 are left out.
func (m *mixture) set(s *State) {
	m.tables, m.half = s.tables, 32>>s.depth
	most := int32(-1 << 31)
	for k := range s.prior.Components {
		most = max(most, s.weights[k])
	}
	for k := range s.prior.Components {
		mantissa, octaves := m.tables.InverseScale((most - s.weights[k]) >> 11) // log2, Q16, as a scale
		w := mantissa >> 4 >> min(octaves, 63)
		if w == 0 {
			continue
		}
		m.weights[m.n], m.means[m.n], m.scales[m.n] = w, int64(s.mean(k))<<(6-MeanBits), int32(s.prior.Components[k].Scale[s.next])
		m.n++
	}
}

// integral returns the integral of the density below value v of 8-bit samples, in units that are the same for all v.
func (m *mixture) integral(v int32) int64 {
	at, sum := int64(v)<<6-m.half, int64(0)
	for k := range m.n {
		sum += m.weights[k] * int64(m.tables.Integral(m.tables.Deviation(at, m.means[k], m.scales[k])))
	}
	return sum >> 10
}
