package model

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/fixed"
)

func TestTrace(t *testing.T) {
	for score := int64(-2000); score <= 12000; score += 7 {
		for residual := int64(-70); residual <= 70; residual++ {
			v := newTrace(score, residual)
			if v == 0 {
				t.Fatalf("score %d, residual %d: a trace like none", score, residual)
			}
			if got, want := v.residual(), fixed.Clamp(residual, -60, 60); got != want {
				t.Fatalf("residual %d is read as %d", residual, got)
			}
			if n := v.seen() >> 15; n != 1 {
				t.Fatalf("score %d, residual %d: counted %d times", score, residual, n)
			}
			if got, want := int64(v.seen()&0x7fff)-16, fixed.Clamp(score, -16<<6, 100<<6); math.Abs(float64(got<<6-want)) > 32 {
				t.Fatalf("score %d is read as %d/16", score, got)
			}
		}
	}
	if trace(0).residual() != 0 || trace(0).seen() != 0 {
		t.Error("no trace has a residual or counts")
	}
	// All that correct adds up, thirteen around and twice two of the same site, stays within the fields.
	most := newTrace(math.MaxInt64, -1).seen()
	if sum := 17 * most; sum>>15 != 17 || sum&0x7fff != 17*(most&0x7fff) {
		t.Errorf("17 scores of %d do not fit", most&0x7fff)
	}
}

func TestTimes(t *testing.T) {
	r := newRand(18)
	for range 20_000 {
		v, scale := r.Int64N(1<<30)-1<<29, r.Int32N(900)-300 // scales reach maxScale and 8 octaves
		want := float64(v) * math.Exp2(float64(scale)/scaleSteps)
		if got := float64(theTables().times(v, scale)); math.Abs(got-want) > 2e-6*math.Abs(want)+1 {
			t.Fatalf("%d times 2^(%d/32) = %v, want %v", v, scale, got, want)
		}
	}
}

// TestSlopes compares the slopes with their formulas, and with the difference quotients that they stand for.
func TestSlopes(t *testing.T) {
	r := newRand(19)
	mass := func(a, b float64) float64 { return logistic{0, 1}.mass(a, b) }
	for range 20_000 {
		a := int64(r.NormFloat64() * 4 * 1024)
		b := a + 1 + int64(math.Exp2(15*r.Float64()))
		fa, fb := float64(a)/1024, float64(b)/1024
		if mass(fa, fb) < 1e-4 {
			continue // too thin for the tables' 31 bits
		}
		if fb > tailT {
			b, fb = tailT<<10, tailT
		}
		f := logistic{0, 1}.density
		want := (fb*f(fb) - fa*f(fa)) / mass(fa, fb)
		spread, centre := slopes(theTables().bound(a), theTables().bound(b))
		got := float64(spread) / 1024
		if math.Abs(got-want) > .02+.005*math.Abs(want) { // the tables' steps show where the interval is narrower
			t.Errorf("slope over [%v,%v) = %v, want %v", fa, fb, got, want)
		}
		const h = 1e-5 // a scale less by a factor of e^h is deviations more by it
		if quotient := (math.Log(mass(fa*(1+h), fb*(1+h))) - math.Log(mass(fa*(1-h), fb*(1-h)))) / (2 * h); math.Abs(quotient-want) > 1e-4 {
			t.Errorf("slope over [%v,%v): formula %v, quotient %v", fa, fb, want, quotient)
		}
		// A mean higher by h is deviations less by it.
		quotient := (math.Log(mass(fa-h, fb-h)) - math.Log(mass(fa+h, fb+h))) / (2 * h)
		if got := float64(centre) / oneQ31; math.Abs(got-quotient) > 1e-3 {
			t.Errorf("slope by the mean over [%v,%v) = %v, quotient %v", fa, fb, got, quotient)
		}
	}
	if spread, centre := slopes(theTables().bound(-tailT<<10), theTables().bound(tailT<<10)); max(spread, -spread) > 1 || max(centre, -centre) > 1 {
		t.Errorf("slopes over everything are %d/1024 and %d/2^31", spread, centre)
	}
}

// TestGradientAveragesZero: whatever the cell that is known, and into however many it is divided, a true belief
// has nothing to learn on average. (The distance from the mean to the middle of the new cell has another average,
// unless nothing was known: a filter that follows it learns what it has been told.)
func TestGradientAveragesZero(t *testing.T) {
	r, tab := newRand(23), theTables()
	cdf := func(t int64) float64 { return float64(integral(&tab.cdf, t)) / oneQ31 }
	for range 2_000 {
		width := 1 + r.Int64N(2<<10) // of the new cells
		n := int64(2 + r.IntN(7))
		from := r.Int64N(12<<10) - 6<<10
		mass := cdf(from+n*width) - cdf(from)
		if mass < 1e-4 {
			continue
		}
		_, known := slopes(tab.bound(from), tab.bound(from+n*width))
		mean := 0.0
		for a := from; a < from+n*width; a += width {
			_, centre := slopes(tab.bound(a), tab.bound(a+width))
			mean += (cdf(a+width) - cdf(a)) / mass * float64(centre-known) / oneQ31
		}
		if math.Abs(mean) > 1e-5 {
			t.Fatalf("%d cells of %d/1024 from %d/1024 on: the gradient averages %v", n, width, from, mean)
		}
	}
}

// TestQuotient compares with division, at the limits too.
func TestQuotient(t *testing.T) {
	r := newRand(23)
	for d := int32(1); d < 256; d++ {
		limit := int32(min(int64(d)<<22, 1<<31-1))
		for k := range int32(400) {
			n := []int32{k, k * d, k*d - 1, limit - k, r.Int32N(limit)}[k%5]
			if k&8 != 0 {
				n = -n
			}
			if got := quotient(n, d); got != n/d {
				t.Fatalf("%d/%d: %d", n, d, got)
			}
		}
	}
	tab := theTables()
	if spread, centre := slopes(tab.bound(-tailT<<10), tab.bound(tailT<<10)); spread != tab.allSpread || centre != 0 {
		t.Errorf("where nothing is known the slopes are %d and %d", spread, centre)
	}
}

func drawLogistic(r *rand.Rand, mean, scale float64) float64 {
	p := r.Float64()*(1-2e-9) + 1e-9
	return mean + scale*math.Log(p/(1-p))
}

// stream runs the corrections alone, without a network: it codes one coordinate at sites in raster order, exactly
// and in one step. believed gives mean (Q6) and scale of the next value, value the value, given the correction.
func stream(t *testing.T, w, h, i int, believed func() (int64, int32), value func(b *band, y, x int, c *correction) int32) *band {
	t.Helper()
	c := NewChain(tinyNet(t, 0), Geometry{2 * w, 2 * h, 3, 8}, 0)
	s := &c.scales[1]
	c.begin(s)
	s.parent = nil // as if it were the coarsest
	b := whole(t, c, s, 0)
	b.texture[i/bands], b.activity[i] = make([]uint32, w*h), make([]uint16, w*h) // no belief is made of them
	d := Distribution{tab: c.tables}
	var r correction
	var at row
	for y := range h {
		b.row(&at, i, y)
		for x := range w {
			mean, scale := believed()
			p := belief{mean: mean, scale: scale}
			at.look(&p, x)
			at.correctScale(&r, &p, x, 0)
			at.correctMean(&r, &p, 0)
			u := b.dither[i].At(y*w + x)
			v := value(b, y, x, &r)
			raw := d.set(r.mean, r.scale, 0, u, unknown, 0)
			a, ok := transmit(new(length), &d, raw, v+int32(u))
			if !ok || a != v+int32(u) {
				t.Fatalf("%d was sent as %d", v, a-int32(u))
			}
			at.own[x] = d.learn(&r, 0, a, unknown, 0)
		}
	}
	return b
}

// TestScaleIsLearned: where values spread twice or half as far as the network believes, the corrections
// soon add or take an octave.
func TestScaleIsLearned(t *testing.T) {
	for _, octaves := range []int32{-1, 0, 1} {
		r := newRand(20)
		const believed = 3 * scaleSteps
		mean, sum, count, n := int64(0), 0.0, 0, 0
		stream(t, 80, 50, 1, func() (int64, int32) {
			mean = r.Int64N(64<<6) - 32<<6
			return mean, believed
		}, func(_ *band, _, _ int, c *correction) int32 {
			if n++; n > 1000 {
				sum += float64(c.scale-believed) / scaleSteps
				count++
			}
			return int32(math.Round(drawLogistic(r, float64(mean)/64, math.Exp2(float64(believed/scaleSteps+octaves)))))
		})
		if got := sum / float64(count); math.Abs(got-float64(octaves)) > .12 {
			t.Errorf("the scale is off by %d octaves, the corrections add %.3f", octaves, got)
		}
	}
}

// TestEdgesAreLearned: where the sites of one edge spread sixteen times as far as the network believes, twenty of them are
// enough to add three octaves there, and the sites inside are taken for what they are.
func TestEdgesAreLearned(t *testing.T) {
	const w, h, believed, off = 80, 50, 3 * scaleSteps, 4
	for edge := range edges {
		r := newRand(22)
		var added, inside float64
		var sites, within int
		stream(t, w, h, 1, func() (int64, int32) { return 0, believed }, func(_ *band, y, x int, c *correction) int32 {
			octaves := float64(c.scale-believed) / scaleSteps
			if edgeOf(y, x, h, w) != edge {
				inside += octaves
				within++
				return int32(math.Round(drawLogistic(r, 0, math.Exp2(believed/scaleSteps))))
			}
			if sites++; sites > 20 {
				added += octaves
			}
			return int32(math.Round(drawLogistic(r, 0, math.Exp2(believed/scaleSteps+off))))
		})
		added, inside = added/float64(sites-20), inside/float64(within)
		t.Logf("edge %d: %.2f octaves are added after 20 of %d sites, %.2f inside", edge, added, sites, inside)
		if math.Abs(added-off) > 1 || math.Abs(inside) > .3 {
			t.Errorf("edge %d is off by %d octaves: %.2f are added after 20 sites, and %.2f inside", edge, off, added, inside)
		}
	}
}

// TestMeanIsLearned: where residuals follow those of the site to the left, the filter finds that out.
func TestMeanIsLearned(t *testing.T) {
	for _, rho := range []float64{-.7, 0, .7} {
		r := newRand(21)
		const believed = 5 * scaleSteps
		var mean int64
		before, after, n := 0.0, 0.0, 0
		b := stream(t, 80, 50, 2, func() (int64, int32) {
			mean = r.Int64N(64<<6) - 32<<6
			return mean, believed
		}, func(b *band, y, x int, c *correction) int32 {
			left := float64(b.traces[2][(y+traceBorder)*(80+2*traceBorder)+x+traceBorder-1].residual()) / 16 * 32 // Q4 in scales of 2^5
			v := math.Round(drawLogistic(r, float64(mean)/64+rho*left, 8))
			if n++; n > 1000 {
				before += math.Pow(v-float64(c.before)/64, 2)
				after += math.Pow(v-float64(c.mean)/64, 2)
			}
			return int32(v)
		})
		t.Logf("correlation %v: weights %.3f, squared error %.3f of what it was", rho, floats(b.learned.contexts[2].weight), after/before)
		if ideal := 1 - rho*rho; after/before > ideal+.12 {
			t.Errorf("correlation %v: the corrected mean has %.3f of the squared error, ideal %.3f", rho, after/before, ideal)
		}
	}
}

func floats(q32 [taps]int64) (f [taps]float64) {
	for i, v := range q32 {
		f[i] = float64(v) / (1 << 32)
	}
	return f
}

// TestCorrectionsAreBounded feeds values that no image has. Whatever a damaged file makes of them, beliefs stay
// such that a Distribution of them is sound.
func TestCorrectionsAreBounded(t *testing.T) {
	for name, value := range map[string]func(n int, c *correction) int32{
		"far up":       func(int, *correction) int32 { return 1 << 19 },
		"far out":      func(n int, _ *correction) int32 { return (1<<19 - 1) * int32(1-2*(n&1)) },
		"never off":    func(_ int, c *correction) int32 { return int32(c.mean >> 6) },
		"always zero":  func(int, *correction) int32 { return 0 },
		"a scale off":  func(_ int, c *correction) int32 { return int32(c.mean>>6) + 1<<(max(c.scale, 0)>>5) },
		"12 scales up": func(_ int, c *correction) int32 { return int32(c.mean>>6) + 12<<min(max(c.scale, 0)>>5, 24) },
	} {
		for _, believed := range []int32{minScale, scaleSteps, maxScale, maxScale + 8*scaleSteps} {
			n, lo, hi, shift := 0, believed, believed, 0.0
			stream(t, 60, 60, 4, func() (int64, int32) { return 0, believed }, func(_ *band, _, _ int, c *correction) int32 {
				lo, hi = min(lo, c.scale), max(hi, c.scale)
				shift = max(shift, math.Abs(float64(c.mean-c.before))/64/math.Exp2(float64(believed)/scaleSteps))
				s := step{mean: c.mean, scale: c.scale, k: unknown}
				if d, _ := s.distribution(); d.count > 1<<(ProbBits-1) {
					t.Fatalf("%s: scale %d gives %d symbols", name, c.scale, d.count)
				}
				n++
				return value(n, c)
			})
			if lo < min(believed, minScale-scaleSteps) || hi > maxScale+9*scaleSteps {
				t.Errorf("%s: scale %d is corrected to between %d and %d steps", name, believed, lo, hi)
			}
			// A mean has steps of 1/64, of which a small scale has few.
			if most := maxCorrection / 65536.0; shift > most*1.001+1/64.0/math.Exp2(float64(believed)/scaleSteps) {
				t.Errorf("%s: the mean is corrected by %v scales", name, shift)
			}
		}
	}
}
