package network

import (
	"math"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/process/reals"
)

// TestBases checks the scale and the mean that the network's outputs are relative to, against the formulas
// that it was trained with.
func TestBases(t *testing.T) {
	r := newRand(12)
	for range 20_000 {
		texture, activity := uint32(r.UintN(1<<r.UintN(18))), uint32(r.UintN(1<<r.UintN(17)))
		extraBits := uint(8 * r.UintN(2))
		k := uint8(extraBits) + uint8(r.UintN(8))
		local := reals.TextureGain*float64(texture)/256 + reals.TextureOffset
		width := math.Exp2(float64(k) - float64(extraBits))
		base := min(max(reals.ActivityGain*float64(activity)/256+reals.ActivityOffset, reals.TextureShare*local), width)
		wantScale, wantMean := math.Log2(base), min(width, 2*base)
		if r.UintN(4) == 0 {
			k = process.Unknown
			wantScale, wantMean = math.Log2(local), 2*local
		}
		scale, mean := Bases(texture, activity, k, int(extraBits))
		if math.Abs(float64(scale)/65536-wantScale) > .003 || math.Abs(float64(mean)/4096-wantMean) > .001+.001*wantMean {
			t.Fatalf("bases(%d, %d, %d, %d) = %.4f, %.4f; want %.4f, %.4f", texture, activity, k, extraBits, float64(scale)/65536, float64(mean)/4096, wantScale, wantMean)
		}
	}
}
