package logistic_test

import (
	"math"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/logistic"
	"github.com/ddpmz/ddpmz/model/internal/logistic/logistictest"
	"github.com/ddpmz/ddpmz/model/internal/process"
)

func TestTimesScale(t *testing.T) {
	r := newRand(18)
	for range 20_000 {
		v, scale := r.Int64N(1<<30)-1<<29, r.Int32N(900)-300 // scales reach MaxScale and 8 octaves
		want := float64(v) * math.Exp2(float64(scale)/logistic.ScaleSteps)
		if got := float64(logistic.SharedTables(process.Logistic).TimesScale(v, scale)); math.Abs(got-want) > 2e-6*math.Abs(want)+1 {
			t.Fatalf("%d times 2^(%d/32) = %v, want %v", v, scale, got, want)
		}
	}
}

// TestDerivatives compares derivatives with their formulas, and with the difference quotients that they stand for.
func TestDerivatives(t *testing.T) {
	for family := range process.Family(process.Families) {
		t.Run(family.String(), func(t *testing.T) { testDerivatives(t, logistictest.Density{Family: family, Scale: 1}) })
	}
}

func testDerivatives(t *testing.T, d logistictest.Density) {
	r, tab := newRand(19), logistic.SharedTables(d.Family)
	mass := d.Mass
	for range 20_000 {
		a := int64(r.NormFloat64() * 4 * 1024)
		b := a + 1 + int64(math.Exp2(15*r.Float64()))
		fa, fb := float64(a)/1024, float64(b)/1024
		if mass(fa, fb) < 1e-4 {
			continue // too thin for the tables' 31 bits
		}
		if fb > logistic.TailT {
			b, fb = logistic.TailT<<10, logistic.TailT
		}
		f := d.Density
		want := (fb*f(fb) - fa*f(fa)) / mass(fa, fb)
		spread, centre := tab.Derivatives(tab.Bound(a), tab.Bound(b))
		got := float64(spread) / 1024
		if math.Abs(got-want) > .02+.005*math.Abs(want) { // the tables' steps show where the interval is narrower
			t.Errorf("derivative over [%v,%v) = %v, want %v", fa, fb, got, want)
		}
		const h = 1e-5 // a scale less by a factor of e^h is deviations more by it
		if quotient := (math.Log(mass(fa*(1+h), fb*(1+h))) - math.Log(mass(fa*(1-h), fb*(1-h)))) / (2 * h); math.Abs(quotient-want) > 1e-4 {
			t.Errorf("derivative over [%v,%v): formula %v, quotient %v", fa, fb, want, quotient)
		}
		// A mean higher by h is deviations less by it.
		quotient := (math.Log(mass(fa-h, fb-h)) - math.Log(mass(fa+h, fb+h))) / (2 * h)
		most := 1e-3
		if d.Family == process.Gaussian && b-a < 4<<10/logistic.TableSteps {
			most = .5/logistic.TableSteps*3/math.Pi/math.Pi + .001 // half a step of the tables
		}
		if got := float64(centre) / logistic.OneQ31; math.Abs(got-quotient) > most {
			t.Errorf("derivative by the mean over [%v,%v) = %v, quotient %v", fa, fb, got, quotient)
		}
	}
	spread, centre := tab.Derivatives(tab.Bound(-logistic.TailT<<10), tab.Bound(logistic.TailT<<10))
	if max(spread, -spread) > 1 || centre != 0 || spread != tab.WholeInverseScale() {
		t.Errorf("derivatives over everything are %d/1024, %d in the tables, and %d/2^31", spread, tab.WholeInverseScale(), centre)
	}
}

// TestDerivativeAveragesZero: the derivative by the mean averages zero under the distribution itself, whatever cell is known and
// however many cells it is divided into. (The distance from the mean to the middle of the new cell has another average
// unless nothing was known: a filter that follows it learns what is known already.)
func TestDerivativeAveragesZero(t *testing.T) {
	r := newRand(23)
	for i := range 4_000 {
		family := process.Family(i % process.Families)
		tab := logistic.SharedTables(family)
		cdf := func(t int64) float64 { return float64(tab.Bound(t).Integral()) / logistic.OneQ31 }
		width := 1 + r.Int64N(2<<10) // of the new cells
		n := int64(2 + r.IntN(7))
		from := r.Int64N(12<<10) - 6<<10
		mass := cdf(from+n*width) - cdf(from)
		if mass < 1e-4 {
			continue
		}
		_, known := tab.Derivatives(tab.Bound(from), tab.Bound(from+n*width))
		mean := 0.0
		for a := from; a < from+n*width; a += width {
			_, centre := tab.Derivatives(tab.Bound(a), tab.Bound(a+width))
			mean += (cdf(a+width) - cdf(a)) / mass * float64(centre-known) / logistic.OneQ31
		}
		most := 1e-5
		if family == process.Gaussian { // whose tails end sooner: beyond, one bound stands for a cell
			most = 5e-5
		}
		if math.Abs(mean) > most {
			t.Fatalf("%d cells of %d/1024 from %d/1024 on: the derivative averages %v", n, width, from, mean)
		}
	}
}

// TestTruncatedMean compares the mean within a cell with the integral of x times the density.
func TestTruncatedMean(t *testing.T) {
	r := newRand(17)
	for range 3000 {
		s := randomStep(r)
		got := logistic.SharedTables(s.family).TruncatedMean(s.mean, s.scale, s.a, s.u, s.k)
		switch {
		case s.k == process.Unknown:
			if got != s.mean {
				t.Fatalf("%+v: mean %d/64 of anything", s, got)
			}
			continue
		case s.k == 0:
			if got != int64(s.a-int32(s.u))<<6 {
				t.Fatalf("%+v: mean %d/64 of one value", s, got)
			}
			continue
		}
		b, lo := s.density(), edge(s.a, s.u)
		hi := lo + math.Exp2(float64(s.k))
		x := float64(got) / 64
		if x < lo || x > hi {
			t.Fatalf("%+v: mean %v is outside the cell [%v,%v)", s, x, lo, hi)
		}
		if b.Mass(lo, hi) < 1e-5 { // the tables do not reach that far
			continue
		}
		// Simpson's rule, where there is anything to integrate.
		from, to := max(lo, b.Mean-25*b.Scale), min(hi, b.Mean+25*b.Scale)
		const n = 2000
		var mass, moment float64
		for i := range n + 1 {
			w := float64(2 + 2*(i%2))
			if i == 0 || i == n {
				w = 1
			}
			x := from + (to-from)*float64(i)/n
			f := w * b.Density(x)
			mass += f
			moment += f * (x - b.Mean)
		}
		want := b.Mean + moment/mass
		if math.Abs(x-want) > .01*b.Scale+.03 {
			t.Errorf("%+v: mean in [%v,%v) of %+v is %v, want %v", s, lo, hi, b, x, want)
		}
	}
}

func TestTables(t *testing.T) {
	for family := range process.Family(process.Families) {
		t.Run(family.String(), func(t *testing.T) { testTables(t, family) })
	}
}

func testTables(t *testing.T, family process.Family) {
	tab := logistic.SharedTables(family)
	for i := range tab.CDF() {
		x := float64(i)/logistic.TableSteps - logistic.TailT
		f := 1 / (1 + math.Exp(-x))
		m, most := math.Log1p(math.Exp(-math.Abs(x)))+math.Abs(x)*min(f, 1-f), 32. // the binary entropy of f
		if family == process.Gaussian {
			const variance = math.Pi * math.Pi / 3
			f = math.Erfc(-x/math.Sqrt(2*variance)) / 2
			m, most = math.Sqrt(variance/2/math.Pi)*math.Exp(-x*x/2/variance), 1
		}
		if i < len(tab.CDF())-2 { // the last entries are set to 1
			if math.Abs(float64(tab.CDF()[i])-f*logistic.OneQ31) > 1.5 {
				t.Errorf("F(%v) = %d, want %.1f", x, tab.CDF()[i], f*logistic.OneQ31)
			}
			if math.Abs(float64(tab.Moment()[i])-m*logistic.OneQ31) > most {
				t.Errorf("the moment up to %v is %d, want %.1f", x, tab.Moment()[i], m*logistic.OneQ31)
			}
		}
		if i > 0 && tab.CDF()[i] < tab.CDF()[i-1] {
			t.Errorf("F falls at %v", x)
		}
	}
	for i, v := range tab.Inverse() {
		if want := math.Exp2(20 - float64(i)/logistic.ScaleSteps); math.Abs(float64(v)-want) > .6 {
			t.Errorf("2^(-%d/32) = %d, want %.1f", i, v, want)
		}
	}
	for i := 1 << 11; i < 1<<12; i++ {
		if got := uint64(tab.Reciprocal()[i-1<<11]); got != 1<<42/uint64(i+1) {
			t.Errorf("reciprocal of %d is %d", i+1, got)
		}
	}
}
