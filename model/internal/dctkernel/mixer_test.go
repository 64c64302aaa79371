package dctkernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// testState returns a state of so many probs, sets and refiners that knows nothing.
func testState(probs, sets, refiners int) State {
	s := State{make([]Prob, probs), make([]int32, sets*SetSize), make([]uint16, refiners*Points)}
	for i := range s.Probs {
		s.Probs[i] = EvenOdds
	}
	for i := range s.Weights {
		s.Weights[i] = 1 << 14
	}
	for i := range s.Refiners {
		s.Refiners[i] = Probability(int32(i%Points)*2*MaxOdds/(Points-1) - MaxOdds)
	}
	return s
}

// testChoice returns a choice among eight contexts of each.
func testChoice(n int, context func() int32) (c Choice) {
	c.Inputs = int32(n)
	for i := range c.Probs {
		c.Probs[i] = int32(8*i) + context()
	}
	for i := range c.Sets {
		c.Sets[i] = int32(8*i) + context()
	}
	for i := range c.Refiners {
		c.Refiners[i] = int32(8*i) + context()
	}
	return c
}

func first() int32 { return 0 }

func newTestMixer() Mixer { return NewMixer(testState(8*MaxInputs, 8*WeightSets, 8*Refiners)) }

// TestAssembly compares the assembly with plain Go, decision by decision, where it is there.
func TestAssembly(t *testing.T) {
	if !accelerated {
		t.Skip("there is no assembly")
	}
	r := rand.New(rand.NewPCG(1, 0xdc))
	for _, n := range []int{5, 6, 10} {
		for round := range 20 {
			m := newTestMixer()
			if round > 0 { // anything that may be
				for i := range m.Probs {
					m.Probs[i] = Prob(r.Uint32())&^(1<<CountBits-1) | Prob(r.IntN(countLimit+1))
				}
				for i := range m.Refiners {
					m.Refiners[i] = uint16(r.Uint32())
				}
				for i := range m.Weights {
					m.Weights[i] = []int32{-MaxWeight, MaxWeight, r.Int32N(2*MaxWeight+1) - MaxWeight, r.Int32N(1<<17) - 1<<16}[r.IntN(4)]
				}
			}
			for range 400 {
				choice := testChoice(n, func() int32 { return r.Int32N(8) })
				p := m.mix(&choice)
				want := m.decision
				q := mixAssembly(&m.decision, &choice)
				if got := m.decision; p != q || got.input != want.input || [3]int32(got.mixed[:3]) != [3]int32(want.mixed[:3]) || got.point != want.point {
					t.Fatalf("%d inputs, weights %v: %d, %+v, want %d, %+v", n, m.Weights, q, got, p, want)
				}
				bit := r.Uint32N(2)
				before := m.State.Clone()
				m.learn(&choice, bit)
				after := m.State.Clone()
				copy(m.Probs, before.Probs)
				copy(m.Weights, before.Weights)
				copy(m.Refiners, before.Refiners)
				learnAssembly(&m.decision, &choice, bit)
				if !slices.Equal(m.Probs, after.Probs) || !slices.Equal(m.Weights, after.Weights) || !slices.Equal(m.Refiners, after.Refiners) {
					t.Fatalf("%d inputs, %+v: %v and %v, want %v and %v", n, m.decision, m.Probs, m.Weights, after.Probs, after.Weights)
				}
			}
		}
	}
}

// TestAssemblyRefines compares the assembly with plain Go at all sums of log odds, with the refiners that make the most and the least of them.
func TestAssemblyRefines(t *testing.T) {
	if !accelerated {
		t.Skip("there is no assembly")
	}
	m := newTestMixer()
	for i := range m.Refiners[:Points] {
		m.Refiners[i], m.Refiners[8*Points+i] = 1<<16-1, 0
		m.Refiners[Points+i], m.Refiners[9*Points+i] = uint16(i%2*65535), uint16(65535-i%2*65535)
	}
	for refiner := range int32(2) {
		choice := testChoice(5, first)
		for i := range choice.Refiners {
			choice.Refiners[i] += refiner
		}
		for sum := int32(-3 * MaxOdds); sum <= 3*MaxOdds; sum++ {
			for j := range int32(WeightSets) { // of the constant alone
				odds := (sum+3*MaxOdds+j)/3 - MaxOdds
				w := m.Weights[choice.Sets[j]*SetSize:][:SetSize]
				clear(w)
				w[SetSize-1] = odds << 8
			}
			p := m.mix(&choice)
			want := m.decision
			if m.mixed[0]+m.mixed[1]+m.mixed[2] != sum {
				t.Fatalf("%v are not %d", m.mixed, sum)
			}
			if q := mixAssembly(&m.decision, &choice); q != p || m.point != want.point {
				t.Fatalf("a sum of %d: %d and %v, want %d and %v", sum, q, m.point, p, want.point)
			}
		}
	}
}

// TestMixerLearns: a mixer comes to predict decisions that follow one of its inputs, near to what they hold.
func TestMixerLearns(t *testing.T) {
	m := newTestMixer()
	length := 0.0
	const n, last = 20000, 2000
	seed := uint32(1)
	for i := range n {
		seed = seed*1664525 + 1013904223
		context, noise := int32(seed>>31), seed>>8&1023
		bit := uint32(context)
		if noise < 51 { // one in twenty is otherwise
			bit ^= 1
		}
		choice := testChoice(6, first)
		choice.Probs[0] += context
		choice.Probs[1] += int32(seed >> 28 & 7)
		p := float64(m.Predict(&choice)) / 65536
		if bit == 0 {
			p = 1 - p
		}
		if i >= n-last {
			length -= math.Log2(p)
		}
		m.Learn(&choice, bit)
	}
	q := 51.0 / 1024
	if ideal := -q*math.Log2(q) - (1-q)*math.Log2(1-q); length/last > 1.15*ideal {
		t.Errorf("%.3f bits a decision; they hold %.3f", length/last, ideal)
	}
}

// TestWeightsStayBounded: decisions that are always wrong drive no weight out of its bounds.
func TestWeightsStayBounded(t *testing.T) {
	m := newTestMixer()
	for i := range 20000 {
		choice := testChoice(MaxInputs, first)
		bit := uint32(0)
		if m.Predict(&choice) < 1<<15 == (i%64 != 0) {
			bit = 1
		}
		m.Learn(&choice, bit)
	}
	for _, w := range m.Weights {
		if w < -MaxWeight || w > MaxWeight {
			t.Fatalf("a weight of %d", w)
		}
	}
}
