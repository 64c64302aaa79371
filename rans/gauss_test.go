package rans

import (
	"math"
	"math/rand"
)

// Symbols as the codec makes them: a byte with a Gaussian distribution, whose
// width changes from symbol to symbol.

const (
	widths = 16
	values = 64
)

// cumul[w][v] is the start of value v at width w; its second half only keeps indices in
// range. guess[w] has the value at every 64th number, where find
// starts.
var (
	cumul [widths][2 * values]uint32
	guess [widths][total / 64]uint8
)

func init() {
	for w := range cumul {
		sigma := 0.3 * math.Pow(1.25, float64(w))
		for v := 1; v < values; v++ {
			p := (1 + math.Erf((float64(v)-values/2-0.5)/(sigma*math.Sqrt2))) / 2
			// Every value gets a frequency of 1, and a share of the rest by its probability.
			cumul[w][v] = uint32(v) + uint32(p*(total-values))
		}
		cumul[w][values] = total
		v := uint8(0)
		for i := range guess[w] {
			for cumul[w][v+1] <= uint32(64*i) {
				v++
			}
			guess[w][i] = v
		}
	}
}

// find returns the value whose interval at width w holds peek.
func find(w uint8, peek uint32) uint8 {
	v := guess[w%widths][peek/64%(total/64)]
	for peek >= cumul[w%widths][(v+1)%(2*values)] {
		v++
	}
	return v
}

type gaussian struct{ width, value uint8 }

func gauss(rng *rand.Rand) gaussian {
	w := uint8(rng.Intn(widths))
	return gaussian{w, find(w, uint32(rng.Intn(total)))}
}

func (g gaussian) interval() interval {
	c := &cumul[g.width]
	return interval{c[g.value], c[g.value+1] - c[g.value]}
}

func gaussians(seed int64, n int) []gaussian {
	rng := rand.New(rand.NewSource(seed))
	g := make([]gaussian, n)
	for i := range g {
		g[i] = gauss(rng)
	}
	return g
}

// ideal is the information in the symbols, in bits.
func ideal(syms []interval) float64 {
	var sum float64
	for _, s := range syms {
		sum += ProbBits - math.Log2(float64(s.freq))
	}
	return sum
}
