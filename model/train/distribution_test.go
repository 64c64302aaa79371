package train

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/process"
)

func TestMath(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 100000 {
		x := float32(r.Float64()*170 - 85)
		if got, want := float64(exp(x)), math.Exp(float64(x)); math.Abs(got-want) > 3e-7*want {
			t.Fatalf("exp(%v) = %v, want %v", x, got, want)
		}
		y := float32(math.Exp(float64(x)))
		if got, want := float64(log(y)), math.Log(float64(y)); math.Abs(got-want) > 2e-7*max(1, math.Abs(want)) {
			t.Fatalf("log(%v) = %v, want %v", y, got, want)
		}
		if got, want := float64(negExpm1(y)), -math.Expm1(-float64(y)); math.Abs(got-want) > 2e-6*want {
			t.Fatalf("negExpm1(%v) = %v, want %v", y, got, want)
		}
		if got, want := float64(asinh(x)), math.Asinh(float64(x)); math.Abs(got-want) > 5e-6*math.Abs(want) {
			t.Fatalf("asinh(%v) = %v, want %v", x, got, want)
		}
		if got, want := float64(log1p(y)), math.Log1p(float64(y)); math.Abs(got-want) > 5e-6*want {
			t.Fatalf("log1p(%v) = %v, want %v", y, got, want)
		}
	}
	if exp(1000) != exp(87) || exp(-1000) != exp(-87) || exp(0) != 1 {
		t.Error("exp is not cut where it should be")
	}
}

// TestCells tests that the cells at every clock partition the integers, that each lies within a cell of the next clock, and that
// they hold the values that they are cells of.
func TestCells(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	for v := int32(-300); v <= 300; v++ {
		u := uint16(r.Uint32N(1 << ditherBits))
		around := cellOf(v, u, unknown)
		for k := 8; k >= 0; k-- {
			c := cellOf(v, u, uint8(k))
			if float32(v) < c.lo || float32(v) > c.hi || c.lo < around.lo || c.hi > around.hi || c.hi-c.lo != float32(int(1)<<k) {
				t.Fatalf("%d at clock %d: %v in %v", v, k, c, around)
			}
			for w := v - 300; w <= v+300; w++ {
				if in := float32(w) > c.lo && float32(w) < c.hi; in != (cellOf(w, u, uint8(k)) == c) {
					t.Fatalf("%d and %d at clock %d", w, v, k)
				}
			}
			around = c
		}
		if c := cellOf(v, u, 0); c.centre() != float32(v) {
			t.Fatalf("%d is %v at clock 0", v, c)
		}
	}
}

// lengthOracle computes codeLength from its definition in float64.
func lengthOracle(family process.Family, mean, logScale float64, c, s cell) float64 {
	mass := func(c cell) float64 {
		if c.clock == unknown {
			return 1
		}
		a, b := (float64(c.lo)-mean)*math.Exp(-logScale), (float64(c.hi)-mean)*math.Exp(-logScale)
		if a+b > 0 {
			a, b = -b, -a
		}
		if family == process.Gaussian {
			return (math.Erfc(-b/deviation/math.Sqrt2) - math.Erfc(-a/deviation/math.Sqrt2)) / 2
		}
		return 1/(1+math.Exp(-b)) - 1/(1+math.Exp(-a))
	}
	share := math.Min(float64(s.hi-s.lo)/math.Min(float64(c.hi-c.lo), 2048), 1)
	return -math.Log2((1-uniformShare)*(mass(s)+minMass*share)/(mass(c)+minMass) + uniformShare*share)
}

// TestCodeLength checks length and gradient against float64, the gradient as central differences, over narrow and wide
// distributions, for likely and unlikely cells, in the middle and in the tails.
func TestCodeLength(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for n := range 200000 {
		family := process.Family(n % process.Families)
		v := int32(r.NormFloat64() * math.Exp2(r.Float64()*8))
		k := []uint8{unknown, 6, 5, 4, 3, 2, 1}[r.IntN(7)]
		to, u := uint8(r.IntN(int(min(k, 7)))), uint16(r.Uint32N(1<<ditherBits))
		c, s := cellOf(v, u, k), cellOf(v, u, to)
		logScale := float32(minLogScale + r.Float64()*(maxLogScale-minLogScale))
		mean := float32(v) + float32(r.NormFloat64()*3)*float32(math.Exp(float64(logScale))) + float32(r.NormFloat64())
		bits, dMean, dLog := codeLength(family, mean, logScale, c, s)
		m, l := float64(mean), float64(logScale)
		scale := math.Exp(l)
		want := lengthOracle(family, m, l, c, s)
		const h = 1e-5
		wantMean := (lengthOracle(family, m+h*scale, l, c, s) - lengthOracle(family, m-h*scale, l, c, s)) / (2 * h) // per scale
		wantLog := (lengthOracle(family, m, l+h, c, s) - lengthOracle(family, m, l-h, c, s)) / (2 * h)
		if math.Abs(float64(bits)-want) > 1e-4*(1+want) ||
			math.Abs(float64(dMean)*scale-wantMean) > 1e-3*(1+math.Abs(wantMean)) || math.Abs(float64(dLog)-wantLog) > 1e-3*(1+math.Abs(wantLog)) {
			t.Fatalf("%v: %d at clock %d to %d, mean %v, log scale %v: %v bits, gradient %v, %v; want %v, %v, %v",
				family, v, k, to, mean, logScale, bits, float64(dMean)*scale, dLog, want, wantMean, wantLog)
		}
	}
}

// TestLengthsTelescope tests that the lengths of all steps add up to that of the value.
func TestLengthsTelescope(t *testing.T) {
	for v := int32(-40); v <= 40; v++ {
		sum, before := float32(0), cellOf(v, 77, unknown)
		for _, k := range []uint8{5, 3, 2, 1, 0} {
			c := cellOf(v, 77, k)
			bits, _, _ := codeLength(process.Family(v&1), 3, 2, before, c)
			sum, before = sum+bits, c
		}
		if want, _, _ := codeLength(process.Family(v&1), 3, 2, cellOf(v, 77, unknown), cellOf(v, 77, 0)); math.Abs(float64(sum-want)) > .02 {
			t.Errorf("%d: steps of %v bits, at once %v", v, sum, want)
		}
	}
}

// TestLengthIsFinite tests that loss and gradient are finite for any outputs of the network.
func TestLengthIsFinite(t *testing.T) {
	for _, mean := range []float32{-1e6, -1000, 0, .5, 1000, 1e6} {
		for _, logScale := range []float32{minLogScale, 0, maxLogScale} {
			for _, v := range []int32{-511, -1, 0, 1, 511} {
				for _, k := range []uint8{unknown, 6, 1} {
					for family := range process.Family(process.Families) {
						a, b, c := codeLength(family, mean, logScale, cellOf(v, 77, k), cellOf(v, 77, 0))
						d := truncatedMean(family, mean, logScale, cellOf(v, 77, k))
						for _, x := range []float32{a, b, c, d} {
							if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
								t.Fatalf("%v, mean %v, log scale %v, %d at clock %d: %v %v %v %v", family, mean, logScale, v, k, a, b, c, d)
							}
						}
					}
				}
			}
		}
	}
}

// TestTruncatedMean compares truncatedMean with a sum over thin slices.
func TestTruncatedMean(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for n := range 600 {
		family := process.Family(n % process.Families)
		c := cellOf(int32(r.NormFloat64()*20), 77, uint8(r.IntN(6)))
		mean, logScale := float32(r.NormFloat64()*20), float32(r.Float64()*4-1)
		var sum, weight float64
		const slices = 4000
		for i := range slices {
			x := float64(c.lo) + (float64(i)+.5)/slices*float64(c.hi-c.lo)
			e := math.Exp(-math.Abs(x-float64(mean)) * math.Exp(-float64(logScale)))
			f := e / (1 + e) / (1 + e)
			if family == process.Gaussian {
				z := (x - float64(mean)) * math.Exp(-float64(logScale)) / deviation
				f = math.Exp(-z * z / 2)
			}
			sum, weight = sum+f*x, weight+f
		}
		if got := float64(truncatedMean(family, mean, logScale, c)); weight > 1e-5 && math.Abs(got-sum/weight) > .002*float64(c.hi-c.lo) {
			t.Errorf("%v: %v, mean %v, log scale %v: %v, want %v", family, c, mean, logScale, got, sum/weight)
		}
	}
}
