package dct

import "github.com/ddpmz/ddpmz/model/internal/fixed"

// Log odds are log2(p/(1-p)) in Q8, from -maxOdds to maxOdds.
const maxOdds = 12<<8 - 1

// minProb is the least probability, Q16.
const minProb = 12

// probabilities has the probability, Q16, of log odds plus maxOdds. It is never 0 or 1.
var probabilities = func() (t [2*maxOdds + 1]uint16) {
	for i := range t {
		n := max(maxOdds-i, i-maxOdds)
		e := fixed.Exp2Q30(uint32(n%256)<<8) << (n / 256) // 2^n, Q30
		p := (1<<46 + (1<<30+e)/2) / (1<<30 + e)          // of the less probable bit
		if i > maxOdds {
			p = 1<<16 - p
		}
		t[i] = uint16(fixed.Clamp(int32(p), minProb, 1<<16-minProb))
	}
	return
}()

// logOdds has the log odds of a probability in Q12, from the middle of its interval.
var logOdds = func() (t [1 << 12]int16) {
	for i := range t {
		p := uint64(2*i + 1)
		l := fixed.Log2Q16(p) - fixed.Log2Q16(1<<13-p)
		t[i] = int16(fixed.Clamp((l+128)>>8, -maxOdds, maxOdds))
	}
	return
}()

// A prob is an adaptive probability of a 1: Q22 in its high bits, and in its ten low ones how often it was adapted.
type prob uint32

const countBits = 10

// evenOdds is the prob of which nothing is known.
const evenOdds = prob(1 << 31)

// rates has the share, Q16, by which a prob goes towards the bit: 1/(n+1.5) after n bits.
var rates = func() (t [1 << countBits]int32) {
	for n := range t {
		t[n] = int32(1 << 17 / (2*n + 3))
	}
	return
}()

// countLimit is the count at which a prob's rate stays.
const countLimit = 255

func (p *prob) adapt(bit uint32) {
	n, q := uint32(*p&(1<<countBits-1)), int64(*p>>countBits)
	q += (int64((1<<22-1)*bit) - q) * int64(rates[n]) >> 16
	if n < countLimit {
		n++
	}
	*p = prob(q)<<countBits | prob(n)
}

const (
	maxInputs  = 11 // of a decision, beside a constant
	setSize    = maxInputs + 1
	weightSets = 3  // that predict a decision, each on its own
	refiners   = 2  // of their mean
	points     = 33 // of log odds at which a refiner has a probability
	mixRate    = 3
)

// A state is all that adapts.
type state struct {
	probs    []prob
	weights  []int32  // Q16, sets of setSize: those of the inputs, then of the constant
	refiners []uint16 // Q16, of points each
}

// A mixer predicts the decisions of a band, and learns from them.
type mixer struct {
	state

	// The decision, as set by contexts.
	inputs  int
	prob    [maxInputs]int32  // indices of probs
	set     [weightSets]int32 // of weights
	refiner [refiners]int32

	// The prediction.
	odds  [setSize]int32    // of the inputs
	mixed [weightSets]int32 // log odds by each set
	point [refiners]uint32  // nearest of a refiner
}

// predict returns the probability of a 1, Q16.
func (m *mixer) predict() uint32 {
	n := m.inputs
	for i, j := range m.prob[:n] {
		m.odds[i] = int32(logOdds[m.probs[j]>>20])
	}
	for i := n; i < maxInputs; i++ {
		m.odds[i] = 0
	}
	m.odds[maxInputs] = 1 << 8
	sum := int32(0)
	for j, s := range m.set {
		w := (*[setSize]int32)(m.weights[s*setSize:])
		dot := int64(0)
		for i, x := range m.odds {
			dot += int64(w[i] * x) // maxWeight times maxOdds is less than 2^30
		}
		m.mixed[j] = int32(min(max(dot>>16, -maxOdds), maxOdds))
		sum += m.mixed[j]
	}
	o := sum / weightSets
	p := uint32(probabilities[o+maxOdds]) * 2
	at := uint32(o+maxOdds) * (points - 1)
	low := min(at/(2*maxOdds), points-2)
	between := at - low*(2*maxOdds) // of 2·maxOdds
	for j, r := range m.refiner {
		i := uint32(r)*points + low
		a, b := uint32(m.refiners[i]), uint32(m.refiners[i+1])
		p += (a*(2*maxOdds-between) + b*between) / (2 * maxOdds)
		if between > maxOdds {
			i++
		}
		m.point[j] = i
	}
	return min(max(p/(2+refiners), minProb), 1<<16-minProb)
}

// learn adapts all that took part in a prediction to the decision.
func (m *mixer) learn(bit uint32) {
	for _, j := range m.prob[:m.inputs] {
		m.probs[j].adapt(bit)
	}
	for j, s := range m.set {
		err := (int32(bit<<16) - int32(probabilities[m.mixed[j]+maxOdds])) * mixRate // Q16
		w := (*[setSize]int32)(m.weights[s*setSize:])
		for i, x := range m.odds {
			w[i] = min(max(w[i]+(x*err+1<<17)>>18, -maxWeight), maxWeight) // the product is less than 2^30
		}
	}
	for _, i := range m.point {
		r := &m.refiners[i]
		*r = uint16(int32(*r) + (int32(bit*65535)-int32(*r))>>6)
	}
}

// maxWeight bounds the weights of the mixer, Q16.
const maxWeight = 4<<16 - 1
