package dctkernel

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestSkip compares Skip with what it is for one coefficient, by words of the format.
func TestSkip(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 0xdc))
	for range 3000 {
		k := uint8(r.IntN(12))
		n := r.IntN(5)
		predictions, clocks := make([]Predictions, n), make([]uint8, 2*Lanes*n+1)
		number := func() int32 {
			return r.Int32N([]int32{3, 2<<k + 2, 1 << 13, mostMagnitude}[r.IntN(4)])
		}
		for i := range clocks {
			clocks[i] = []uint8{uint8(r.IntN(12)), Never + uint8(r.IntN(12))}[r.IntN(2)]
		}
		for g := range predictions {
			for lane := range Lanes {
				predictions[g].All[lane] = number()
				predictions[g].Value[lane] = number() / 2 * (1 - 2*r.Int32N(2))
				if r.IntN(100) == 0 {
					predictions[g].Value[lane] = []int32{-mostValue, mostValue}[r.IntN(2)]
				}
			}
		}
		want, wantCoded := slices.Clone(clocks), make([]uint8, n)
		for i := range Lanes * n {
			c := &want[2*i]
			p := &predictions[i/Lanes]
			m := max(p.All[i%Lanes], 2*p.Value[i%Lanes], -2*p.Value[i%Lanes])
			switch {
			case *c >= Never && k > *c-Never:
			case *c >= Never && k > 0 && m < 2<<k:
				k := k - 1
				for k > 0 && 2*m < 2<<k {
					k--
				}
				*c = Never + k
			default:
				wantCoded[i/Lanes] |= 1 << (i % Lanes)
			}
		}
		coded := make([]uint8, n)
		Skip(coded, predictions, clocks, k)
		if !slices.Equal(coded, wantCoded) || !slices.Equal(clocks, want) {
			t.Fatalf("clock %d, %v: coded %08b, clocks %v; want %08b, %v", k, predictions, coded, clocks, wantCoded, want)
		}
	}
}
