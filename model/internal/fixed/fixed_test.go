package fixed

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

func TestLog2Q16(t *testing.T) {
	check := func(x uint64) {
		t.Helper()
		// Only the last bit is cut off, so that the result is the floor. float64 knows the logarithm to
		// 1e-10 of a unit.
		want := math.Log2(float64(x)) * 65536
		if got := float64(Log2Q16(x)); got > want+1e-6 || got < want-1-1e-6 {
			t.Errorf("Log2Q16(%d) = %v, want floor of %v", x, got, want)
		}
	}
	for x := range uint64(5000) {
		check(x + 1)
	}
	for n := range 64 {
		if got := Log2Q16(1 << n); got != int32(n)<<16 {
			t.Errorf("Log2Q16(2^%d) = %d/2^16", n, got)
		}
	}
	r := newRand(1)
	for range 5000 {
		check(r.Uint64()>>r.UintN(64) | 1)
	}
}

// fastLog2Error bounds what FastLog2Q16 falls short by, in units of 2^-16: a fifth of a unit of interpolation and
// a unit each of cutting off the table and the result.
const fastLog2Error = 2.2

func TestFastLog2Q16(t *testing.T) {
	last := int32(0)
	check := func(x uint32) {
		t.Helper()
		got := FastLog2Q16(x)
		if got < last {
			t.Fatalf("FastLog2Q16(%d) = %d, less than %d of a smaller number", x, got, last)
		}
		last = got
		if want := math.Log2(float64(x)) * 65536; float64(got) > want+1e-6 || float64(got) < want-fastLog2Error {
			t.Fatalf("FastLog2Q16(%d) = %d/2^16, want %.2f", x, got, want)
		}
	}
	if got := FastLog2Q16(1); got != 0 {
		t.Errorf("FastLog2Q16(1) = %d", got)
	}
	for x := uint32(1); x < 1<<17; x++ {
		check(x)
	}
	for x := uint64(1 << 17); x < 1<<32; x += 9973 { // steps small enough to visit every entry of the table
		check(uint32(x))
	}
	check(math.MaxUint32)
	for x := uint32(256); x <= 512; x++ { // mantissas of the table itself
		if FastLog2Q16(x) != Log2Q16(uint64(x)) {
			t.Errorf("FastLog2Q16(%d) = %d, Log2Q16 %d", x, FastLog2Q16(x), Log2Q16(uint64(x)))
		}
	}
}

func TestExp2Q30(t *testing.T) {
	last := uint64(0)
	for f := range uint32(1 << 16) {
		got := Exp2Q30(f)
		want := math.Exp2(float64(f)/65536) * (1 << 30)
		if math.Abs(float64(got)-want) > 48 { // a product of sixteen roots, each cut off
			t.Fatalf("Exp2Q30(%d) = %d, want %.1f", f, got, want)
		}
		if got <= last {
			t.Fatalf("Exp2Q30(%d) = %d is not above %d", f, got, last)
		}
		last = got
	}
	if got := Exp2Q30(0); got != 1<<30 {
		t.Errorf("Exp2Q30(0) = %d", got)
	}
}

func TestSqrt(t *testing.T) {
	check := func(x uint64) {
		t.Helper()
		want := new(big.Int).Sqrt(new(big.Int).SetUint64(x)).Uint64()
		if got := Sqrt(x); got != want {
			t.Errorf("Sqrt(%d) = %d, want %d", x, got, want)
		}
	}
	for x := range uint64(1000) {
		check(x)
	}
	for n := range 64 {
		check(1<<n - 1)
		check(1 << n)
	}
	check(math.MaxUint64)
	r := newRand(2)
	for range 2000 {
		root := r.Uint64() >> 32 >> r.UintN(32)
		check(root * root)
		check(root*root - 1)
		check(r.Uint64())
	}
}

func TestSat16(t *testing.T) {
	for _, c := range [][2]int32{{0, 0}, {32767, 32767}, {32768, 32767}, {-32768, -32768}, {-32769, -32768}, {math.MaxInt32, 32767}, {math.MinInt32, -32768}} {
		if got := Sat16(c[0]); int32(got) != c[1] {
			t.Errorf("Sat16(%d) = %d", c[0], got)
		}
	}
}

// newRand returns a source that is the same in every run.
func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0xdd)) }
