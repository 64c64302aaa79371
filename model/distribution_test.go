package model

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/fixed"
)

// logistic is the belief in floating point.
type logistic struct{ mean, scale float64 }

// mass returns the integral over [lo,hi). It is computed in the tail that is smaller.
func (l logistic) mass(lo, hi float64) float64 {
	a, b := (lo-l.mean)/l.scale, (hi-l.mean)/l.scale
	if a > 0 {
		a, b = -b, -a
	}
	return 1/(1+math.Exp(-b)) - 1/(1+math.Exp(-a))
}

func (l logistic) density(x float64) float64 {
	c := math.Cosh((x - l.mean) / l.scale / 2)
	return 1 / (4 * l.scale * c * c)
}

// edge returns the lower edge of cell a of a coordinate with dither u: integers own the half on either side.
func edge(a int32, u uint16) float64 { return float64(a-int32(u)) - .5 }

// A step is one that a coordinate may take, with a belief.
type step struct {
	mean  int64
	scale int32
	a     int32
	u     uint16
	k, to uint8
}

func (s step) belief() logistic {
	return logistic{float64(s.mean) / 64, math.Exp2(float64(s.scale) / scaleSteps)}
}

func (s step) distribution() (d Distribution, raw uint8) {
	d.tab = theTables()
	raw = d.set(s.mean, s.scale, s.a, s.u, s.k, s.to)
	return d, raw
}

// randomStep draws a step of an 8-bit or a 16-bit image, with beliefs good, bad and absurd.
func randomStep(r *rand.Rand) step {
	deep := uint(8 * r.IntN(2))
	v := int32(r.NormFloat64() * math.Exp2(r.Float64()*8+float64(deep)))
	v = fixed.Clamp(v, -1<<(9+deep), 1<<(9+deep))
	u := uint16(r.UintN(1 << ditherBits))
	s := step{u: u, k: unknown, to: uint8(r.UintN(8 + deep))}
	if r.IntN(3) > 0 {
		s.k = s.to + 1 + uint8(r.UintN(ditherBits-uint(s.to)))
		s.a = cellOf(v, u, s.k)
	}
	s.scale = minScale + r.Int32N(maxScale-minScale+1) + int32(deep)*scaleSteps
	s.mean = int64(v) << 6
	switch r.IntN(3) {
	case 0:
		s.mean += int64(r.NormFloat64() * 64 * math.Exp2(float64(s.scale)/scaleSteps))
	case 1:
		s.mean += r.Int64N(1<<(17+deep)) - 1<<(16+deep)
	}
	return s
}

// TestIntervals checks what the entropy coder needs: intervals without gap or overlap, none empty, that fill
// 2^ProbBits, and that Find tells which one holds a number. Both note the bounds of the symbol's cell.
func TestIntervals(t *testing.T) {
	r := newRand(13)
	for n := range 4000 {
		s := randomStep(r)
		d, raw := s.distribution()
		if int(d.clock) != int(s.to+raw) || d.count < 1 || d.middle < 0 || d.middle >= d.count || s.k != unknown && d.clock > s.k {
			t.Fatalf("%+v: %+v", s, d)
		}
		end := uint32(0)
		for i := range d.count {
			start, freq := d.Interval(i)
			if start != end || freq < 1 || start+freq > 1<<ProbBits {
				t.Fatalf("%+v: symbol %d has [%d,+%d) after %d", s, i, start, freq, end)
			}
			end = start + freq
			cell := int64(d.origin + i)
			checkBounds := func() {
				t.Helper()
				if lower, upper := d.bounds(cell); lower != d.bound(cell) || upper != d.bound(cell+1) {
					t.Fatalf("%+v: symbol %d is noted to be from %v to %v", s, i, lower, upper)
				}
				if single := !(d.below && i == 0) && !(d.above && i == d.count-1); (d.last == i) != (single && d.rec > 0) {
					t.Fatalf("%+v: symbol %d of %d: %d is noted", s, i, d.count, d.last)
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
		if end != 1<<ProbBits {
			t.Fatalf("%+v: %d symbols end at %d", s, d.count, end)
		}
		if n%200 != 0 {
			continue
		}
		for c := range uint32(1 << ProbBits) {
			if i, start, freq := d.Find(c); c < start || c-start >= freq || i < 0 || i >= d.count {
				t.Fatalf("%+v: Find(%d) = %d [%d,+%d)", s, c, i, start, freq)
			}
		}
	}
}

// TestCloseToIdeal takes values through all clocks, from nothing known to exact, as a chain without skipping
// does. The mean length, if the values are distributed as the model believes, is hardly more than the entropy:
// neither the integers, nor the window with its escapes, nor the raw bits cost much; and the steps telescope,
// but for the least frequency of the symbols that hardly ever occur, half a thousandth of a bit a step.
func TestCloseToIdeal(t *testing.T) {
	r := newRand(14)
	for _, clocks := range [][]uint8{{0}, {5, 4, 3, 2, 1, 0}, {7, 3, 0}, {15, 13, 12, 11, 10, 9, 0}} {
		for scale := int32(-128); scale <= 9*scaleSteps; scale += 24 {
			u := uint16(r.UintN(1 << ditherBits))
			s := step{mean: r.Int64N(1<<15) - 1<<14, scale: scale, u: u}
			b := s.belief()
			reach := int32(40*b.scale) + 2
			middle := int32(math.Round(b.mean))
			var entropy, mean float64
			for v := middle - reach; v <= middle+reach; v++ {
				p := b.mass(float64(v)-.5, float64(v)+.5)
				if p < 1e-12 {
					continue
				}
				entropy -= p * math.Log2(p)
				s.k, s.a = unknown, 0
				var l length
				for _, s.to = range clocks {
					d, raw := s.distribution()
					a, ok := transmit(&l, &d, raw, v+int32(u))
					if !ok || a != cellOf(v, u, s.to) {
						t.Fatalf("%d at clock %d came back as %d", v, s.to, a)
					}
					s.k, s.a = s.to, a
				}
				mean += p * float64(l)
			}
			if excess := mean - entropy; excess < -1e-6 || excess > .001*entropy+.0005*float64(1+len(clocks)) {
				t.Errorf("scale %v, clocks %v: %.4f bits, ideal %.4f, %.4f more", b.scale, clocks, mean, entropy, excess)
			}
		}
	}
}

// TestTruncatedMean compares the mean within a cell with the integral of x times the density.
func TestTruncatedMean(t *testing.T) {
	r := newRand(17)
	for range 3000 {
		s := randomStep(r)
		got := theTables().truncatedMean(s.mean, s.scale, s.a, s.u, s.k)
		switch {
		case s.k == unknown:
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
		b, lo := s.belief(), edge(s.a, s.u)
		hi := lo + math.Exp2(float64(s.k))
		x := float64(got) / 64
		if x < lo || x > hi {
			t.Fatalf("%+v: mean %v is outside the cell [%v,%v)", s, x, lo, hi)
		}
		if b.mass(lo, hi) < 1e-5 { // the tables do not reach that far
			continue
		}
		// Simpson's rule, where there is anything to integrate.
		from, to := max(lo, b.mean-25*b.scale), min(hi, b.mean+25*b.scale)
		const n = 2000
		var mass, moment float64
		for i := range n + 1 {
			w := float64(2 + 2*(i%2))
			if i == 0 || i == n {
				w = 1
			}
			x := from + (to-from)*float64(i)/n
			f := w * b.density(x)
			mass += f
			moment += f * (x - b.mean)
		}
		want := b.mean + moment/mass
		if math.Abs(x-want) > .01*b.scale+.03 {
			t.Errorf("%+v: mean in [%v,%v) of %+v is %v, want %v", s, lo, hi, b, x, want)
		}
	}
}

func TestTables(t *testing.T) {
	tab := theTables()
	for i := range tab.cdf {
		x := float64(i)/tableSteps - tailT
		f := 1 / (1 + math.Exp(-x))
		h := math.Log1p(math.Exp(-math.Abs(x))) + math.Abs(x)*min(f, 1-f)
		if i < len(tab.cdf)-2 { // the last entries are set to 1
			if math.Abs(float64(tab.cdf[i])-f*oneQ31) > 1.5 {
				t.Errorf("F(%v) = %d, want %.1f", x, tab.cdf[i], f*oneQ31)
			}
			if math.Abs(float64(tab.entropy[i])-h*oneQ31) > 32 {
				t.Errorf("H(%v) = %d, want %.1f", x, tab.entropy[i], h*oneQ31)
			}
		}
		if i > 0 && tab.cdf[i] < tab.cdf[i-1] {
			t.Errorf("F falls at %v", x)
		}
	}
	for i, v := range tab.shrink {
		if want := math.Exp2(20 - float64(i)/scaleSteps); math.Abs(float64(v)-want) > .6 {
			t.Errorf("2^(-%d/32) = %d, want %.1f", i, v, want)
		}
	}
	for i := 1 << 11; i < 1<<12; i++ {
		if got := uint64(tab.rec[i-1<<11]); got != 1<<42/uint64(i+1) {
			t.Errorf("reciprocal of %d is %d", i+1, got)
		}
	}
}

func TestCodeLength(t *testing.T) {
	for freq := uint32(1); freq <= 1<<ProbBits; freq++ {
		want := 65536 * (ProbBits - math.Log2(float64(freq)))
		if got := float64(CodeLength(freq)); got < want-1e-6 || got > want+3 { // FastLog2Q16 is too small by less than 3
			t.Fatalf("CodeLength(%d) = %v, want %v", freq, got, want)
		}
	}
}
