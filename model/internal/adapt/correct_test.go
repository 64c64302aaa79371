package adapt

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/kernel"
	"github.com/ddpmz/ddpmz/model/internal/logistic"
	"github.com/ddpmz/ddpmz/model/internal/logistic/logistictest"
	"github.com/ddpmz/ddpmz/model/internal/process"
)

// newRand returns a source that is the same in every run.
func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0xdd)) }

func drawLogistic(r *rand.Rand, mean, scale float64) float64 {
	return logistictest.Density{Mean: mean, Scale: scale}.Draw(r)
}

// stream runs the corrections alone: it codes one coefficient at w x h sites in raster order, exactly and in one step. predicted
// gives mean (Q6) and scale for the next value; value gives the value, when it knows the correction and the record of the site to
// the left.
func stream(t *testing.T, w, h int, predicted func() (int64, int32), value func(left Record, y, x int, c *Correction) int32) *Coefficient {
	t.Helper()
	const stride = 2 * Border // more than a row has sites
	records, none := make([]Record, (h+2*Border)*(w+stride)), make([]Record, w+stride)
	learned, tab, random := new(Coefficient), logistic.SharedTables(process.Logistic), newRand(24)
	d := tab.Distribution()
	var c Correction
	p := new(Predictions)
	for y := range h {
		row := Row{Y: y, W: w, H: h, Outer: y == 0 || y == h-1, Related: [2][]Record{none, none}, Coarser: none, Learned: learned, Tables: tab}
		for k := range row.Around {
			row.Around[k] = records[(y+k)*(w+stride):][:w+stride]
		}
		own := row.Around[Border][Border:]
		for x := range w {
			mean, scale := predicted()
			p.Mean[0], p.Scale[0] = mean, scale
			row.Gather(p, 0, x)
			row.CorrectScale(&c, p, 0, x, 0)
			row.CorrectMean(&c, p, 0, 0)
			u := uint16(random.UintN(256))
			v := value(row.Around[Border][Border+x-1], y, x, &c)
			raw := d.Set(c.Mean, c.Scale, 0, u, process.Unknown, 0)
			a, ok := logistic.CodeCell(new(logistictest.Length), &d, raw, v+int32(u))
			if !ok || a != v+int32(u) {
				t.Fatalf("%d is coded as %d", v, a-int32(u))
			}
			own[x], _ = row.Learn(&c, d.Observe(a, process.Unknown, 0))
		}
	}
	return learned
}

// TestGatherAll compares with Gather, and checks that as many sites as the assembly has lanes, which are all in the row, are not left to it.
func TestGatherAll(t *testing.T) {
	r := newRand(25)
	for w := 1; w < 150; w += 1 + r.IntN(9) {
		row := Row{W: w}
		for k := range row.Around {
			row.Around[k] = make([]Record, w+2*Border)
			for x := Border; x < w+Border; x++ {
				if r.IntN(4) > 0 {
					row.Around[k][x] = newRecord(r.Int64N(8000)-1000, r.Int64N(121)-60)
				}
			}
		}
		for x := range min(w, 5) {
			want, got := new(Predictions), new(Predictions)
			sites := min((w-x+1)/2, Interval)
			n := row.GatherAll(got, x, sites)
			if most := max(kernel.Lanes(), 1); n > sites || kernel.Lanes() > 0 && n < sites-most {
				t.Fatalf("%d of %d", n, sites)
			}
			for j := range n {
				row.Gather(want, j, x+2*j)
			}
			if *got != *want {
				t.Fatalf("%d sites from %d of %d:\n got %v\nwant %v", n, x, w, got, want)
			}
		}
	}
}

// TestScaleIsLearned: where values spread twice or half as far as is predicted, the corrections
// soon add or take an octave.
func TestScaleIsLearned(t *testing.T) {
	for _, octaves := range []int32{-1, 0, 1} {
		r := newRand(20)
		const predicted = 3 * logistic.ScaleSteps
		mean, sum, count, n := int64(0), 0.0, 0, 0
		stream(t, 80, 50, func() (int64, int32) {
			mean = r.Int64N(64<<6) - 32<<6
			return mean, predicted
		}, func(_ Record, _, _ int, c *Correction) int32 {
			if n++; n > 1000 {
				sum += float64(c.Scale-predicted) / logistic.ScaleSteps
				count++
			}
			return int32(math.Round(drawLogistic(r, float64(mean)/64, math.Exp2(float64(predicted/logistic.ScaleSteps+octaves)))))
		})
		if got := sum / float64(count); math.Abs(got-float64(octaves)) > .12 {
			t.Errorf("the scale is off by %d octaves, the corrections add %.3f", octaves, got)
		}
	}
}

// TestEdgesAreLearned: where the sites of one edge spread sixteen times as far as is predicted, twenty of them are
// enough to add three octaves there, and the sites inside are taken for what they are.
func TestEdgesAreLearned(t *testing.T) {
	const w, h, predicted, off = 80, 50, 3 * logistic.ScaleSteps, 4
	for edge := range edges {
		r := newRand(22)
		var added, inside float64
		var sites, within int
		stream(t, w, h, func() (int64, int32) { return 0, predicted }, func(_ Record, y, x int, c *Correction) int32 {
			octaves := float64(c.Scale-predicted) / logistic.ScaleSteps
			if edgeOf(y, x, h, w) != edge {
				inside += octaves
				within++
				return int32(math.Round(drawLogistic(r, 0, math.Exp2(predicted/logistic.ScaleSteps))))
			}
			if sites++; sites > 20 {
				added += octaves
			}
			return int32(math.Round(drawLogistic(r, 0, math.Exp2(predicted/logistic.ScaleSteps+off))))
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
		const predicted = 5 * logistic.ScaleSteps
		var mean int64
		before, after, n := 0.0, 0.0, 0
		learned := stream(t, 80, 50, func() (int64, int32) {
			mean = r.Int64N(64<<6) - 32<<6
			return mean, predicted
		}, func(left Record, _, _ int, c *Correction) int32 {
			residual := float64(left.residual()) / 16 * 32 // Q4 in scales of 2^5
			v := math.Round(drawLogistic(r, float64(mean)/64+rho*residual, 8))
			if n++; n > 1000 {
				before += math.Pow(v-float64(c.predictedMean)/64, 2)
				after += math.Pow(v-float64(c.Mean)/64, 2)
			}
			return int32(v)
		})
		t.Logf("correlation %v: weights %.3f, squared error %.3f of what it was", rho, floats(learned.weight), after/before)
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

// TestCorrectionsAreBounded feeds values that no image has. Whatever a damaged file makes of them, predictions stay
// such that a Distribution of them is sound.
func TestCorrectionsAreBounded(t *testing.T) {
	for name, value := range map[string]func(n int, c *Correction) int32{
		"far up":       func(int, *Correction) int32 { return 1 << 19 },
		"far out":      func(n int, _ *Correction) int32 { return (1<<19 - 1) * int32(1-2*(n&1)) },
		"never off":    func(_ int, c *Correction) int32 { return int32(c.Mean >> 6) },
		"always zero":  func(int, *Correction) int32 { return 0 },
		"a scale off":  func(_ int, c *Correction) int32 { return int32(c.Mean>>6) + 1<<(max(c.Scale, 0)>>5) },
		"12 scales up": func(_ int, c *Correction) int32 { return int32(c.Mean>>6) + 12<<min(max(c.Scale, 0)>>5, 24) },
	} {
		for _, predicted := range []int32{logistic.MinScale, logistic.ScaleSteps, logistic.MaxScale, logistic.MaxScale + 8*logistic.ScaleSteps} {
			n, lo, hi, shift := 0, predicted, predicted, 0.0
			stream(t, 60, 60, func() (int64, int32) { return 0, predicted }, func(_ Record, _, _ int, c *Correction) int32 {
				lo, hi = min(lo, c.Scale), max(hi, c.Scale)
				shift = max(shift, math.Abs(float64(c.Mean-c.predictedMean))/64/math.Exp2(float64(predicted)/logistic.ScaleSteps))
				d := logistic.SharedTables(process.Logistic).Distribution()
				d.Set(c.Mean, c.Scale, 0, 0, process.Unknown, 0)
				if last, _, _ := d.Find(1<<logistic.ProbBits - 1); last >= 1<<(logistic.ProbBits-1) {
					t.Fatalf("%s: scale %d gives %d symbols", name, c.Scale, last+1)
				}
				n++
				return value(n, c)
			})
			if lo < min(predicted, logistic.MinScale-logistic.ScaleSteps) || hi > logistic.MaxScale+9*logistic.ScaleSteps {
				t.Errorf("%s: scale %d is corrected to between %d and %d steps", name, predicted, lo, hi)
			}
			// A mean has steps of 1/64, of which a small scale has few.
			if most := maxCorrection / 65536.0; shift > most*1.001+1/64.0/math.Exp2(float64(predicted)/logistic.ScaleSteps) {
				t.Errorf("%s: the mean is corrected by %v scales", name, shift)
			}
		}
	}
}
