package logistic_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/fixed"
	"github.com/ddpmz/ddpmz/model/internal/logistic"
	"github.com/ddpmz/ddpmz/model/internal/logistic/logistictest"
	"github.com/ddpmz/ddpmz/model/internal/process"
)

// edge returns the lower edge of cell a of a coefficient with dither u: integers own the half on either side.
func edge(a int32, u uint16) float64 { return float64(a-int32(u)) - .5 }

// A step is one that a coefficient may take, with the distribution that is predicted for it.
type step struct {
	mean   int64
	scale  int32
	a      int32
	u      uint16
	k, to  uint8
	family process.Family
}

func (s step) density() logistictest.Density {
	return logistictest.Density{Family: s.family, Mean: float64(s.mean) / 64, Scale: math.Exp2(float64(s.scale) / logistic.ScaleSteps)}
}

func (s step) distribution() (d logistic.Distribution, raw uint8) {
	d = logistic.SharedTables(s.family).Distribution()
	raw = d.Set(s.mean, s.scale, s.a, s.u, s.k, s.to)
	return d, raw
}

// randomStep draws a step of an 8-bit or a 16-bit image, with distributions that are right, wrong and absurd.
func randomStep(r *rand.Rand) step {
	extraBits := uint(8 * r.IntN(2))
	v := int32(r.NormFloat64() * math.Exp2(r.Float64()*8+float64(extraBits)))
	v = fixed.Clamp(v, -1<<(9+extraBits), 1<<(9+extraBits))
	u := uint16(r.UintN(1 << process.DitherBits))
	s := step{u: u, k: process.Unknown, to: uint8(r.UintN(8 + extraBits)), family: process.Family(r.IntN(process.Families))}
	if r.IntN(3) > 0 {
		s.k = s.to + 1 + uint8(r.UintN(process.DitherBits-uint(s.to)))
		s.a = cell(v, u, s.k)
	}
	s.scale = logistic.MinScale + r.Int32N(logistic.MaxScale-logistic.MinScale+1) + int32(extraBits)*logistic.ScaleSteps
	s.mean = int64(v) << 6
	switch r.IntN(3) {
	case 0:
		s.mean += int64(r.NormFloat64() * 64 * math.Exp2(float64(s.scale)/logistic.ScaleSteps))
	case 1:
		s.mean += r.Int64N(1<<(17+extraBits)) - 1<<(16+extraBits)
	}
	return s
}

// TestIntervals checks what the entropy coder needs: intervals without gap or overlap, none empty, that fill
// 2^ProbBits, and that Find tells which one holds a number. Both remember the bounds of the symbol's cell.
func TestIntervals(t *testing.T) {
	r := newRand(13)
	for n := range 4000 {
		s := randomStep(r)
		d, raw := s.distribution()
		if int(d.Clock()) != int(s.to+raw) || d.Count() < 1 || d.Middle() < 0 || d.Middle() >= d.Count() || s.k != process.Unknown && d.Clock() > s.k {
			t.Fatalf("%+v: %+v", s, d)
		}
		end := uint32(0)
		for i := range d.Count() {
			start, freq := d.Interval(i)
			if start != end || freq < 1 || start+freq > 1<<logistic.ProbBits {
				t.Fatalf("%+v: symbol %d has [%d,+%d) after %d", s, i, start, freq, end)
			}
			end = start + freq
			cell := d.Cell(i)
			checkBounds := func() {
				t.Helper()
				if lower, upper := d.Bounds(cell); lower != d.BoundOf(cell) || upper != d.BoundOf(cell+1) {
					t.Fatalf("%+v: symbol %d is remembered to be from %v to %v", s, i, lower, upper)
				}
				if (d.Last() == i) != (d.Single(i) && d.Divides()) {
					t.Fatalf("%+v: symbol %d of %d: %d is remembered", s, i, d.Count(), d.Last())
				}
			}
			checkBounds()
			for _, c := range []uint32{start, start + freq/2, start + freq - 1} {
				if j, js, jf := d.Find(c); j != i || js != start || jf != freq {
					t.Fatalf("%+v: Find(%d) = %d [%d,+%d), want %d [%d,+%d)", s, c, j, js, jf, i, start, freq)
				}
				checkBounds()
			}
		}
		if end != 1<<logistic.ProbBits {
			t.Fatalf("%+v: %d symbols end at %d", s, d.Count(), end)
		}
		if n%200 != 0 {
			continue
		}
		for c := range uint32(1 << logistic.ProbBits) {
			if i, start, freq := d.Find(c); c < start || c-start >= freq || i < 0 || i >= d.Count() {
				t.Fatalf("%+v: Find(%d) = %d [%d,+%d)", s, c, i, start, freq)
			}
		}
	}
}

// TestCloseToIdeal takes values through all clocks, from nothing known to exact, as a chain without skipping
// does. The mean length, if the values have the predicted distribution, is hardly more than the entropy:
// neither the integers, nor the window with its escapes, nor the raw bits cost much; and the steps telescope,
// but for the least frequency of the symbols that hardly ever occur, half a thousandth of a bit a step.
func TestCloseToIdeal(t *testing.T) {
	r := newRand(14)
	for _, clocks := range [][]uint8{{0}, {5, 4, 3, 2, 1, 0}, {7, 3, 0}, {15, 13, 12, 11, 10, 9, 0}} {
		for scale := int32(-128); scale <= 9*logistic.ScaleSteps; scale += 24 {
			u := uint16(r.UintN(1 << process.DitherBits))
			s := step{mean: r.Int64N(1<<15) - 1<<14, scale: scale, u: u, family: process.Family(scale / 24 & 1)}
			b := s.density()
			reach := int32(40*b.Scale) + 2
			middle := int32(math.Round(b.Mean))
			var entropy, mean float64
			for v := middle - reach; v <= middle+reach; v++ {
				p := b.Mass(float64(v)-.5, float64(v)+.5)
				if p < 1e-12 {
					continue
				}
				entropy -= p * math.Log2(p)
				s.k, s.a = process.Unknown, 0
				var l logistictest.Length
				for _, s.to = range clocks {
					d, raw := s.distribution()
					a, ok := logistic.CodeCell(&l, &d, raw, v+int32(u))
					if !ok || a != cell(v, u, s.to) {
						t.Fatalf("%d at clock %d came back as %d", v, s.to, a)
					}
					s.k, s.a = s.to, a
				}
				mean += p * float64(l)
			}
			if excess := mean - entropy; excess < -1e-6 || excess > .001*entropy+.0005*float64(1+len(clocks)) {
				t.Errorf("%v, scale %v, clocks %v: %.4f bits, ideal %.4f, %.4f more", b.Family, b.Scale, clocks, mean, entropy, excess)
			}
		}
	}
}

func TestCodeLength(t *testing.T) {
	for freq := uint32(1); freq <= 1<<logistic.ProbBits; freq++ {
		want := 65536 * (logistic.ProbBits - math.Log2(float64(freq)))
		if got := float64(logistic.CodeLength(freq)); got < want-1e-6 || got > want+3 { // FastLog2Q16 is too small by less than 3
			t.Fatalf("CodeLength(%d) = %v, want %v", freq, got, want)
		}
	}
}

// cell returns the cell at clock k of value v with dither u (eq. 4).
func cell(v int32, u uint16, k uint8) int32 { return (v + int32(u)) >> k << k }

// newRand returns a source that is the same in every run.
func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0xdd)) }
