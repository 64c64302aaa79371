package logistic_test

import (
	"math"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/logistic"
	"github.com/ddpmz/ddpmz/model/internal/process"
)

// TestWithin compares the symbols of Within with those whose cells a search in floating point finds near the mean.
func TestWithin(t *testing.T) {
	r := newRand(17)
	one := 0
	for range 20_000 {
		s := randomStep(r)
		d, raw := s.distribution()
		const scales = 6
		start, end := d.Within(scales)
		if end <= start || end > 1<<logistic.ProbBits {
			t.Fatalf("%+v: [%d, %d)", s, start, end)
		}
		first, from, _ := d.Find(start)
		last, begin, freq := d.Find(end - 1)
		if from != start || begin+freq != end {
			t.Fatalf("%+v: [%d, %d) cuts the interval of symbol %d or %d", s, start, end, first, last)
		}
		l, width := s.density(), math.Exp2(float64(s.to+raw))
		near := func(symbol int32) float64 { // distance of its cell from the mean, in scales
			lo := edge(int32(d.Cell(symbol))<<d.Clock(), s.u)
			return max(lo-l.Mean, l.Mean-lo-width, 0) / l.Scale
		}
		if far := max(near(first), near(last)); first < last && far > scales+.1 {
			t.Fatalf("%+v: symbols %d to %d are up to %v scales away", s, first, last, far)
		}
		for symbol := range d.Count() {
			if (symbol < first || symbol > last) && d.Single(symbol) && near(symbol) < scales-.1 {
				t.Fatalf("%+v: symbol %d is %v scales away, and not among %d to %d", s, symbol, near(symbol), first, last)
			}
		}
		if first == last {
			one++
		}
	}
	if one > 19_000 {
		t.Errorf("%d of 20,000 have one symbol", one)
	}
	d := logistic.SharedTables(process.Logistic).Distribution()
	d.SetBit(3)
	if start, end := d.Within(1); start != 0 || end != 1<<logistic.ProbBits {
		t.Errorf("of a bit, [%d, %d)", start, end)
	}
}
