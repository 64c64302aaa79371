package picture

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestInterpolate compares with weights of 9, 3, 3 and 1 in sixteenths, from which
// cutting on the way is off by less than one.
func TestInterpolate(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 100000 {
		a, b, c, d := byte(rng.Uint32()), byte(rng.Uint32()), byte(rng.Uint32()), byte(rng.Uint32())
		exact := (9*float64(a) + 3*float64(b) + 3*float64(c) + float64(d)) / 16
		if got := interpolate(a, b, c, d); math.Abs(float64(got)-exact) >= 1 {
			t.Fatalf("interpolate(%d, %d, %d, %d) is %d, want about %.2f", a, b, c, d, got, exact)
		}
		if got := interpolate(a, a, a, a); got != a {
			t.Fatalf("four samples of %d give %d", a, got)
		}
	}
}

// TestBT601 compares with the equations of BT.601, in floating point.
func TestBT601(t *testing.T) {
	clip := func(v float64) float64 { return min(max(v, 0), 255) }
	for y := range 256 {
		for u := 0; u < 256; u += 5 {
			for v := 0; v < 256; v += 5 {
				luma, cb, cr := 255.0/219*float64(y-16), 255.0/112*float64(u-128), 255.0/112*float64(v-128)
				want := [3]float64{clip(luma + 0.701*cr), clip(luma - 0.886*0.114/0.587*cb - 0.701*0.299/0.587*cr), clip(luma + 0.886*cb)}
				r, g, b := bt601(byte(y), byte(u), byte(v))
				for i, got := range [3]byte{r, g, b} {
					if math.Abs(float64(got)-want[i]) > 0.6 {
						t.Fatalf("bt601(%d, %d, %d): sample %d is %d, want about %.2f", y, u, v, i, got, want[i])
					}
				}
			}
		}
	}
}
