package network

import (
	"math"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/fixed"
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/storage"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

func TestFeatureTables(t *testing.T) {
	for frac := uint(6); frac <= 12; frac++ {
		f, one := newFeatureTables(frac), math.Exp2(float64(frac))
		near := func(name string, x any, got int16, want, tolerance float64) {
			t.Helper()
			if math.Abs(float64(got)-want*one) > tolerance {
				t.Errorf("%d bits: %s(%v) = %d, want %.3f", frac, name, x, got, want*one)
			}
		}
		for x := range int32(1 << 13) {
			near("compress", x, f.compress(x), math.Asinh(float64(x)/8/process.CompressScale), 0.6)
			if f.compress(-x) != -f.compress(x) {
				t.Errorf("compress is not odd at %d", x)
			}
		}
		for _, x := range []int32{1 << 13, 1 << 20, math.MaxInt32} { // saturates
			if f.compress(x) != f.compress(1<<13-1) || f.compress(-x) != -f.compress(x) {
				t.Errorf("compress(%d) = %d", x, f.compress(x))
			}
		}
		for k := range process.DitherBits + 1 {
			near("precise", k, f.precise[k], process.PrecisionAtZero-float64(k)/process.PrecisionSteps, 1.5) // rounded towards zero where negative
		}
		if f.precise[process.Unknown] != 0 {
			t.Error("an unknown coefficient has a precision")
		}
		for x := int32(-1 << 16); x <= 11<<16+1<<10; x += 977 { // activities are between 1/2 and 2^11
			near("ln", x, f.ln(x), float64(x)/65536*math.Ln2, 0.52)
		}
	}
}

// TestCellFeatures: the network sees cells in 8-bit grey levels, so that a 16-bit image that is an 8-bit one
// with eight more bits looks nearly the same.
func TestCellFeatures(t *testing.T) {
	f := newFeatureTables(10)
	if c, p := f.cell(12345, 99, process.Unknown, 0); c != 0 || p != 0 {
		t.Error("an unknown cell has features")
	}
	r := newRand(10)
	for range 1000 {
		v, u, k := r.Int32N(512)-256, uint16(r.UintN(1<<process.DitherBits)), uint8(r.UintN(8))
		a := cellOf(v, u, k)
		centre, precision := f.cell(a, u, k, 0)
		z := float64(a-int32(u)) + (math.Exp2(float64(k))-1)/2
		if math.Abs(float64(centre)-1024*math.Asinh(z/1.5)) > 90 || precision != f.precise[k] { // z is cut to 1/8
			t.Fatalf("cell of %d at clock %d has features %d, %d", v, k, centre, precision)
		}
		if k+8 <= process.DitherBits {
			centre, precision := f.cell(cellOf(v<<8, u, k+8), u, k+8, 8)
			z := float64(storage.CentreQ6(cellOf(v<<8, u, k+8), u, k+8)) / 64 / 256
			if math.Abs(float64(centre)-1024*math.Asinh(z/1.5)) > 90 || precision != f.precise[k] {
				t.Fatalf("cell of a deeper sample, of %d at clock %d has features %d, %d", v, k, centre, precision)
			}
		}
	}
}

// TestPrecision: a clock has features the one of 8-bit samples that it stands for; what is exact is, whatever its steps.
func TestPrecision(t *testing.T) {
	f := newFeatureTables(10)
	for extraBits := -1; extraBits <= mostExtra; extraBits++ {
		for k := range process.DitherBits + 1 {
			want := f.precise[max(k-extraBits, 0)]
			if k == 0 {
				want = f.precise[0]
			}
			if got := f.precision(uint8(k), extraBits); got != want {
				t.Errorf("%d extra bits, clock %d has feature %d, want %d", extraBits, k, got, want)
			}
		}
		if f.precision(process.Unknown, extraBits) != 0 {
			t.Errorf("%d extra bits, an unknown coefficient has a precision", extraBits)
		}
	}
}

func TestBoxSums(t *testing.T) {
	r := newRand(11)
	for _, size := range [][2]int{{1, 1}, {2, 1}, {1, 2}, {3, 3}, {4, 7}, {9, 2}, {20, 13}} {
		src := transform.NewPlane(size[0], size[1])
		for i := range src.Pix {
			src.Pix[i] = r.Int32N(2001) - 1000
		}
		rows := ring[int32]{src.W, src.H, src.Pix}
		dst := make([]int32, src.W)
		var sums boxSum
		for radius := range 4 {
			sums.begin(src.W)
			for k := range 2 * src.H {
				y := k
				if k >= src.H { // in no order
					y = r.IntN(src.H)
				}
				sums.sums(dst, &rows, y, src.H, radius)
				for x, got := range dst {
					want := int32(0)
					for dy := -radius; dy <= radius; dy++ {
						for dx := -radius; dx <= radius; dx++ { // the edge repeats
							want += src.Row(fixed.Clamp(y+dy, 0, src.H-1))[fixed.Clamp(x+dx, 0, src.W-1)]
						}
					}
					if got != want {
						t.Fatalf("%v radius %d: sum at %d,%d is %d, want %d", size, radius, x, y, got, want)
					}
				}
			}
		}
	}
}

// TestBases checks the scale and the mean that the network's outputs are relative to, against the formulas
// that it was trained with.
func TestBases(t *testing.T) {
	r := newRand(12)
	for range 20_000 {
		texture, activity := uint32(r.UintN(1<<r.UintN(18))), uint32(r.UintN(1<<r.UintN(17)))
		extraBits := uint(8 * r.UintN(2))
		k := uint8(extraBits) + uint8(r.UintN(8))
		local := process.TextureGain*float64(texture)/256 + process.TextureOffset
		width := math.Exp2(float64(k) - float64(extraBits))
		base := min(max(process.ActivityGain*float64(activity)/256+process.ActivityOffset, process.TextureShare*local), width)
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
