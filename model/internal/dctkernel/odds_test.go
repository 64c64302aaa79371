package dctkernel

import (
	"math"
	"testing"
)

// TestLogOdds compares the tables with floating point.
func TestLogOdds(t *testing.T) {
	for i, p := range probabilities {
		x := float64(i-MaxOdds) / 256
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
		if want := min(max(256*math.Log2(p/(1-p)), -MaxOdds), MaxOdds); math.Abs(float64(x)-want) > 1 {
			t.Fatalf("a probability of %g has log odds of %d, not %g", p, x, want)
		}
	}
}
