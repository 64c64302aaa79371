package network

import (
	"math"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/process/reals"
	"github.com/ddpmz/ddpmz/model/internal/storage"
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
			near("compress", x, f.compress(x), math.Asinh(float64(x)/8/reals.CompressScale), 0.6)
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
			near("precise", k, f.precise[k], reals.PrecisionAtZero-float64(k)/reals.PrecisionSteps, 1.5) // rounded towards zero where negative
		}
		if f.precise[process.Unknown] != 0 {
			t.Error("an unknown coefficient has a precision")
		}
		for x := int32(-1 << 16); x <= 11<<16+1<<10; x += 977 { // activities are between 1/2 and 2^11
			near("ln", x, f.ln(x), float64(x)/65536*math.Ln2, 0.52)
		}
		for v := uint32(0); v < 1<<19; v += 1 + v/100 {
			near("log", v, f.log(v), math.Log(float64(v)/256+reals.LogOffset), 0.6+one/(1<<14))
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
		if math.Abs(float64(centre)-1024*math.Asinh(z/reals.CompressScale)) > 90 || precision != f.precise[k] { // z is cut to 1/8
			t.Fatalf("cell of %d at clock %d has features %d, %d", v, k, centre, precision)
		}
		if k+8 <= process.DitherBits {
			centre, precision := f.cell(cellOf(v<<8, u, k+8), u, k+8, 8)
			z := float64(storage.CentreQ6(cellOf(v<<8, u, k+8), u, k+8)) / 64 / 256
			if math.Abs(float64(centre)-1024*math.Asinh(z/reals.CompressScale)) > 90 || precision != f.precise[k] {
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
