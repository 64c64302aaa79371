package dct

import (
	"math"
	"testing"
)

// TestLogOdds compares the tables with floating point.
func TestLogOdds(t *testing.T) {
	for i, p := range probabilities {
		x := float64(i-maxOdds) / 256
		want := min(max(65536/(1+math.Exp2(-x)), minProb), 65536-minProb)
		if math.Abs(float64(p)-want) > 1 {
			t.Fatalf("log odds of %g have the probability %d, not %g", x, p, want)
		}
		if q := probabilities[len(probabilities)-1-i]; uint32(p)+uint32(q) != 1<<16 {
			t.Fatalf("the probabilities of %g and its negative are %d and %d", x, p, q)
		}
	}
	for i, x := range logOdds {
		p := (float64(i) + .5) / 4096
		if want := min(max(256*math.Log2(p/(1-p)), -maxOdds), maxOdds); math.Abs(float64(x)-want) > 1 {
			t.Fatalf("a probability of %g has log odds of %d, not %g", p, x, want)
		}
	}
}

// TestMixerLearns: a mixer comes to predict decisions that follow one of its inputs, near to what they hold.
func TestMixerLearns(t *testing.T) {
	m := mixer{state: untrained().state.clone()}
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
		m.choose(isLarger, []int32{context, int32(seed >> 28 & 7)}, [weightSets]int32{}, [refiners]int32{})
		p := float64(m.predict()) / 65536
		if bit == 0 {
			p = 1 - p
		}
		if i >= n-last {
			length -= math.Log2(p)
		}
		m.learn(bit)
	}
	q := 51.0 / 1024
	if ideal := -q*math.Log2(q) - (1-q)*math.Log2(1-q); length/last > 1.15*ideal {
		t.Errorf("%.3f bits a decision; they hold %.3f", length/last, ideal)
	}
}

// TestWeightsStayBounded: decisions that are always wrong drive no weight out of its bounds.
func TestWeightsStayBounded(t *testing.T) {
	m := mixer{state: untrained().state.clone()}
	for i := range 20000 {
		m.choose(isLarge, []int32{0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, [weightSets]int32{}, [refiners]int32{})
		bit := uint32(0)
		if m.predict() < 1<<15 == (i%64 != 0) {
			bit = 1
		}
		m.learn(bit)
	}
	for _, w := range m.weights {
		if w < -maxWeight || w > maxWeight {
			t.Fatalf("a weight of %d", w)
		}
	}
}
