package model

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/fixed"
	"github.com/ddpmz/ddpmz/model/internal/logistic"
	"github.com/ddpmz/ddpmz/model/internal/logistic/logistictest"
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
}

func drawLogistic(r *rand.Rand, mean, scale float64) float64 {
	return logistictest.Logistic{Mean: mean, Scale: scale}.Draw(r)
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
	d := c.tables.Distribution()
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
			raw := d.Set(r.mean, r.scale, 0, u, unknown, 0)
			a, ok := logistic.CodeCell(new(length), &d, raw, v+int32(u))
			if !ok || a != v+int32(u) {
				t.Fatalf("%d was sent as %d", v, a-int32(u))
			}
			at.own[x] = r.learn(c.tables, d.Observe(a, unknown, 0))
		}
	}
	return b
}

// TestScaleIsLearned: where values spread twice or half as far as the network believes, the corrections
// soon add or take an octave.
func TestScaleIsLearned(t *testing.T) {
	for _, octaves := range []int32{-1, 0, 1} {
		r := newRand(20)
		const believed = 3 * logistic.ScaleSteps
		mean, sum, count, n := int64(0), 0.0, 0, 0
		stream(t, 80, 50, 1, func() (int64, int32) {
			mean = r.Int64N(64<<6) - 32<<6
			return mean, believed
		}, func(_ *band, _, _ int, c *correction) int32 {
			if n++; n > 1000 {
				sum += float64(c.scale-believed) / logistic.ScaleSteps
				count++
			}
			return int32(math.Round(drawLogistic(r, float64(mean)/64, math.Exp2(float64(believed/logistic.ScaleSteps+octaves)))))
		})
		if got := sum / float64(count); math.Abs(got-float64(octaves)) > .12 {
			t.Errorf("the scale is off by %d octaves, the corrections add %.3f", octaves, got)
		}
	}
}

// TestEdgesAreLearned: where the sites of one edge spread sixteen times as far as the network believes, twenty of them are
// enough to add three octaves there, and the sites inside are taken for what they are.
func TestEdgesAreLearned(t *testing.T) {
	const w, h, believed, off = 80, 50, 3 * logistic.ScaleSteps, 4
	for edge := range edges {
		r := newRand(22)
		var added, inside float64
		var sites, within int
		stream(t, w, h, 1, func() (int64, int32) { return 0, believed }, func(_ *band, y, x int, c *correction) int32 {
			octaves := float64(c.scale-believed) / logistic.ScaleSteps
			if edgeOf(y, x, h, w) != edge {
				inside += octaves
				within++
				return int32(math.Round(drawLogistic(r, 0, math.Exp2(believed/logistic.ScaleSteps))))
			}
			if sites++; sites > 20 {
				added += octaves
			}
			return int32(math.Round(drawLogistic(r, 0, math.Exp2(believed/logistic.ScaleSteps+off))))
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
		const believed = 5 * logistic.ScaleSteps
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
		for _, believed := range []int32{logistic.MinScale, logistic.ScaleSteps, logistic.MaxScale, logistic.MaxScale + 8*logistic.ScaleSteps} {
			n, lo, hi, shift := 0, believed, believed, 0.0
			stream(t, 60, 60, 4, func() (int64, int32) { return 0, believed }, func(_ *band, _, _ int, c *correction) int32 {
				lo, hi = min(lo, c.scale), max(hi, c.scale)
				shift = max(shift, math.Abs(float64(c.mean-c.before))/64/math.Exp2(float64(believed)/logistic.ScaleSteps))
				d := logistic.SharedTables().Distribution()
				d.Set(c.mean, c.scale, 0, 0, unknown, 0)
				if last, _, _ := d.Find(1<<logistic.ProbBits - 1); last >= 1<<(logistic.ProbBits-1) {
					t.Fatalf("%s: scale %d gives %d symbols", name, c.scale, last+1)
				}
				n++
				return value(n, c)
			})
			if lo < min(believed, logistic.MinScale-logistic.ScaleSteps) || hi > logistic.MaxScale+9*logistic.ScaleSteps {
				t.Errorf("%s: scale %d is corrected to between %d and %d steps", name, believed, lo, hi)
			}
			// A mean has steps of 1/64, of which a small scale has few.
			if most := maxCorrection / 65536.0; shift > most*1.001+1/64.0/math.Exp2(float64(believed)/logistic.ScaleSteps) {
				t.Errorf("%s: the mean is corrected by %v scales", name, shift)
			}
		}
	}
}
