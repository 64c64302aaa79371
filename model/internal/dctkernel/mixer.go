package dctkernel

import "slices"

// A Prob is an adaptive probability of a 1: Q22 in its high bits, and in its ten low ones, CountBits, how often it was adapted.
type Prob uint32

// CountBits is the number of a Prob's bits that have its count.
const CountBits = 10

// EvenOdds is the Prob of which nothing is known.
const EvenOdds = Prob(1 << 31)

// countLimit is the count at which a Prob's rate stays.
const countLimit = 255

// steps has, by count, how a Prob goes on: in the low 16 bits the share, Q16, by which it goes towards the bit, 1/(n+1.5) after n
// bits, and above the next count.
var steps = func() (t [1 << CountBits]uint32) {
	for n := range t {
		next := n
		if n < countLimit {
			next++
		}
		t[n] = uint32(1<<17/(2*n+3)) | uint32(next)<<16
	}
	return
}()

func (p Prob) adapted(bit uint32) Prob {
	step, q := steps[p&(1<<CountBits-1)], int64(p>>CountBits)
	q += (int64((1<<22-1)*bit) - q) * int64(step&(1<<16-1)) >> 16
	return Prob(q)<<CountBits | Prob(step>>16)
}

const (
	MaxInputs  = 10 // of a decision, beside a constant. Others have 5 or 6.
	SetSize    = 12 // of a set of weights: those of the inputs, one that is not used, and that of the constant
	WeightSets = 3  // that predict a decision, each on its own
	Refiners   = 2  // of their mean
	Points     = 33 // of log odds at which a refiner has a probability
	mixRate    = 3

	constant      = SetSize - 1
	constantInput = 1 << 8
)

// MaxWeight bounds the weights of the mixer, Q16.
const MaxWeight = 4<<16 - 1

// A State is all that adapts.
type State struct {
	Probs    []Prob
	Weights  []int32  // Q16, sets of SetSize
	Refiners []uint16 // Q16, of Points each
}

// Clone returns a copy.
func (s *State) Clone() State {
	return State{slices.Clone(s.Probs), slices.Clone(s.Weights), slices.Clone(s.Refiners)}
}

// A Mixer predicts decisions, and learns from each before the next.
type Mixer struct {
	State
	decision
}

// A decision is the part of a Mixer that assembly reads and writes. Its layout is known there.
type decision struct {
	probs         *Prob
	weights       *int32
	refiners      *uint16
	odds          *int16  // of logOdds
	probabilities *uint16 // of probabilities
	steps         *uint32 // of steps

	input [SetSize]int16   // log odds; the last is the constant
	mixed [4]int32         // log odds by each set, and something
	point [Refiners]uint32 // nearest of a refiner
}

// A Choice says what a decision is predicted by: Inputs of Probs, and sets of weights and refiners, as indices into those of a State, which
// they must be within. Its layout is known to assembly.
type Choice struct {
	Inputs   int32 // 5, 6 or 10
	Probs    [MaxInputs]int32
	Sets     [WeightSets]int32
	Refiners [Refiners]int32
}

// NewMixer returns a mixer that begins with a state, which it changes.
func NewMixer(s State) Mixer {
	m := Mixer{State: s}
	m.probs, m.weights, m.refiners = &s.Probs[0], &s.Weights[0], &s.Refiners[0]
	m.odds, m.probabilities, m.steps = &logOdds[0], &probabilities[0], &steps[0]
	return m
}

// Predict returns the probability of a 1, Q16.
func (m *Mixer) Predict(c *Choice) uint32 {
	if accelerated {
		return mixAssembly(&m.decision, c)
	}
	return m.mix(c)
}

// Learn adapts all that took part in the last prediction, which was by the same choice, to the decision.
func (m *Mixer) Learn(c *Choice, bit uint32) {
	if accelerated {
		learnAssembly(&m.decision, c, bit)
	} else {
		m.learn(c, bit)
	}
}

// mix is Predict. It sets input, mixed and point.
func (m *Mixer) mix(c *Choice) uint32 {
	n := int(c.Inputs)
	input := m.input[:n]
	for i, j := range c.Probs[:n] {
		input[i] = logOdds[m.Probs[j]>>20]
	}
	clear(m.input[n:constant])
	m.input[constant] = constantInput
	sum := int32(0)
	for j, s := range c.Sets {
		w := m.Weights[s*SetSize:][:SetSize]
		dot := int64(w[constant] * constantInput)
		for i, x := range input {
			dot += int64(w[i] * int32(x)) // MaxWeight times MaxOdds is less than 2^30
		}
		m.mixed[j] = int32(min(max(dot>>16, -MaxOdds), MaxOdds))
		sum += m.mixed[j]
	}
	return m.refine(c, sum)
}

// refine returns the probability of a 1 by the sum of mixed.
func (m *Mixer) refine(c *Choice, sum int32) uint32 {
	o := sum / WeightSets
	p := uint32(probabilities[o+MaxOdds]) * 2
	at := uint32(o+MaxOdds) * (Points - 1)
	low := min(at/(2*MaxOdds), Points-2)
	between := at - low*(2*MaxOdds) // of 2·MaxOdds
	for j, r := range c.Refiners {
		i := uint32(r)*Points + low
		a, b := uint32(m.Refiners[i]), uint32(m.Refiners[i+1])
		p += (a*(2*MaxOdds-between) + b*between) / (2 * MaxOdds)
		if between > MaxOdds {
			i++
		}
		m.point[j] = i
	}
	return min(max(p/(2+Refiners), minProb), 1<<16-minProb)
}

// learn is Learn.
func (m *Mixer) learn(c *Choice, bit uint32) {
	for _, j := range c.Probs[:c.Inputs] {
		m.Probs[j] = m.Probs[j].adapted(bit)
	}
	input := m.input[:c.Inputs] // weights of inputs that are not used, which are 0, stay
	for j, s := range c.Sets {
		miss := (int32(bit<<16) - int32(probabilities[m.mixed[j]+MaxOdds])) * mixRate // Q16
		w := m.Weights[s*SetSize:][:SetSize]
		adapt := func(w *int32, x int32) {
			*w = min(max(*w+(x*miss+1<<17)>>18, -MaxWeight), MaxWeight) // the product is less than 2^30
		}
		for i, x := range input {
			adapt(&w[i], int32(x))
		}
		adapt(&w[constant], constantInput)
	}
	for _, i := range m.point {
		r := &m.Refiners[i]
		*r = uint16(int32(*r) + (int32(bit*65535)-int32(*r))>>6)
	}
}
