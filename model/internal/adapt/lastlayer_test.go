package adapt

import (
	"math"
	"slices"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/kernel"
	"github.com/ddpmz/ddpmz/model/internal/process"
)

const headOutputs = 16 // of a head, as the network has them

const layerUnits, layerBits = 32, 8 // of the tests' heads

// newLastLayer returns a last layer whose own outputs are 0.
func newLastLayer(t testing.TB, members int) (*LastLayer, *LayerState) {
	t.Helper()
	const weightBits = 12
	layer, err := kernel.NewConv(1, layerUnits, headOutputs, make([]int16, headOutputs*layerUnits), make([]int32, headOutputs), weightBits+layerBits-process.OutputBits)
	if err != nil {
		t.Fatal(err)
	}
	r, u := new(LastLayer), new(LayerState)
	r.Begin(u, layer, members, layerBits)
	return r, u
}

// Add notes and takes a site.
func (l *LastLayer) Add(units []int16, gradients *[process.MaxGroup]Gradient) {
	l.Note(0, gradients)
	l.Take(units)
}

// outputs returns the outputs of the layer for a site's units.
func (r *LastLayer) outputs(units []int16) []int16 {
	src, dst := kernel.NewTensor(1, 1, len(units)), kernel.NewTensor(1, 1, headOutputs)
	copy(src.Site(0, 0), units)
	r.Layer.Rows(dst, kernel.View{T: src}, kernel.View{}, kernel.View{}, false, 0, 1)
	return dst.Site(0, 0)
}

// TestLastLayerFollowsGradient compares LastLayer with its definition in floating point:
//
//	w += rate · Σ gradient · (h - centre) / (units · power + 1),   correction = w · (h - centre)
func TestLastLayerFollowsGradient(t *testing.T) {
	r := newRand(61)
	q, u := newLastLayer(t, 2)
	var w [corrections][layerUnits]float64
	var centre [layerUnits]float64
	var power [layerUnits]float64
	worst, largest := 0.0, 0.0
	for step := range 400 {
		type site struct {
			units     []int16
			gradients [process.MaxGroup]Gradient
			values    [corrections]int32
		}
		sites := make([]site, Interval+r.IntN(Interval))
		for i := range sites {
			s := site{units: make([]int16, layerUnits)}
			for j := range s.units {
				s.units[j] = int16(max(0, 60*float64(j%7)+150*r.NormFloat64())) // as a ReLU leaves them
			}
			for _, o := range []int{0, 1} {
				s.values[o] = int32(r.IntN(511) - 255)
				s.values[process.MaxGroup+o] = int32(r.IntN(128) - 60) // not 0 on average
				s.gradients[o] = newGradient(int64(s.values[o]), int64(s.values[process.MaxGroup+o]))
			}
			sites[i] = s
		}
		got := q.outputs(sites[0].units)
		for _, o := range []int{0, 1, process.MaxGroup, process.MaxGroup + 1} {
			want := 0.0
			for j, v := range sites[0].units {
				want += w[o][j] * (float64(v)/256 - centre[j])
			}
			if math.Abs(want) < 30 {
				worst, largest = max(worst, math.Abs(want-float64(got[MeanOutput+o])/1024)), max(largest, math.Abs(want))
			}
		}
		var mean [layerUnits]float64
		n := 0.0
		for i, s := range sites {
			q.Add(s.units, &s.gradients)
			if i%4 == 0 {
				n++
				for j, v := range s.units {
					mean[j] += float64(v) / 256
				}
			}
		}
		q.Step()
		for j := range mean {
			mean[j] /= n
		}
		if step == 0 {
			centre = mean
		}
		var now [layerUnits]float64
		for i := 0; i < len(sites); i += 4 {
			for j, v := range sites[i].units {
				now[j] += (float64(v)/256 - centre[j]) * (float64(v)/256 - centre[j]) / n
			}
		}
		if step == 0 {
			power = now
		}
		for _, s := range sites {
			for j, v := range s.units {
				h := float64(v)/256 - centre[j]
				for o := range w {
					if rate := .03; o < process.MaxGroup {
						w[o][j] += rate * float64(s.values[o]) / 256 * h / (layerUnits*power[j] + 1)
					} else {
						w[o][j] += .012 * float64(s.values[o]) / 64 * h / (layerUnits*power[j] + 1)
					}
				}
			}
		}
		for j := range centre {
			centre[j] += (mean[j] - centre[j]) / 8
			power[j] += (now[j] - power[j]) / 8
		}
	}
	t.Logf("corrections up to %.2f, off by at most %.4f; a power of %.3f, want %.3f", largest, worst, float64(u.power[3])/(1<<(2*layerBits)), power[3])
	if largest < .5 || worst > .02 {
		t.Errorf("corrections up to %.2f are off by up to %.4f", largest, worst)
	}
}

// TestRoundWeights compares the assembly with the portable code.
func TestRoundWeights(t *testing.T) {
	r := newRand(66)
	for n := 1; n <= maxUnits; n++ {
		weight, centre := make([]int32, n), make([]int32, n)
		for j := range weight {
			weight[j], centre[j] = r.Int32N(1<<31-1)-1<<30, r.Int32N(1<<21)
		}
		got, want, down := make([]int16, n), make([]int16, n), r.UintN(25)
		dot := roundWeights(got, weight, centre, down)
		if wanted := roundPortable(want, weight, centre, down); !slices.Equal(got, want) || dot != wanted {
			t.Fatalf("%d weights by %d bits: %v, %d; want %v, %d", n, down, got, dot, want, wanted)
		}
	}
}

// TestSamples compares with division.
func TestSamples(t *testing.T) {
	r := newRand(67)
	for n := 1; n < 40; n++ {
		for range 100 {
			sum := r.Int64()>>r.UintN(63) - r.Int64()>>r.UintN(63)
			if got := bySamples(n).mean(sum); got != sum/int64(n) {
				t.Fatalf("%d/%d is %d", sum, n, got)
			}
		}
	}
}

// TestLastLayerLearns: where means and scales are linear in the units, of which the network made nothing, the layer finds
// out, and its corrections come near to what they should be.
func TestLastLayerLearns(t *testing.T) {
	r := newRand(62)
	q, _ := newLastLayer(t, 1)
	var direction [2][layerUnits]float64
	for i := range direction {
		for j := range direction[i] {
			direction[i][j] = r.NormFloat64() / 4
		}
	}
	units := make([]int16, layerUnits)
	var before, after [2]float64
	for n := range 60_000 {
		want := [2]float64{}
		for j := range units {
			h := max(0, .3+r.NormFloat64()/2)
			units[j] = int16(256 * h)
			for i := range want {
				want[i] += direction[i][j] * (h - .44)
			}
		}
		o := q.outputs(units)
		got := [2]float64{float64(o[MeanOutput]) / 1024, float64(o[ScaleOutput]) / 1024}
		if n > 40_000 {
			for i := range want {
				before[i] += want[i] * want[i]
				after[i] += (want[i] - got[i]) * (want[i] - got[i])
			}
		}
		// A value of the true distribution, relative to the corrected one.
		scale := math.Exp2(want[1] - got[1])
		x := drawLogistic(r, (want[0]-got[0])/math.Exp2(got[1]), scale)
		f := 1 / (1 + math.Exp(-x))
		gradients := [process.MaxGroup]Gradient{newGradient(int64(256*(2*f-1)), int64(64*max(-1, min(x*(2*f-1)-1, 6))))}
		q.Add(units, &gradients)
		if q.Due() {
			q.Step()
		}
	}
	t.Logf("squared error of what it was: mean %.3f, scale %.3f", after[0]/before[0], after[1]/before[1])
	for i, what := range []string{"mean", "scale"} {
		if after[i] > .3*before[i] {
			t.Errorf("the %s keeps %.3f of the squared error", what, after[i]/before[i])
		}
	}
}

// TestLastLayerIsBounded: whatever it is fed with, its layer stays one whose sums fit, and it goes on.
func TestLastLayerIsBounded(t *testing.T) {
	r := newRand(63)
	for name, draw := range map[string]func() (unit int16, mean, scale int64){
		"largest":    func() (int16, int64, int64) { return 1<<15 - 1, 256, 384 },
		"lowest":     func() (int16, int64, int64) { return 1<<15 - 1, -256, -64 },
		"some large": func() (int16, int64, int64) { return int16(r.IntN(2) * (1<<15 - 1)), 256, 384 },
		"all zero":   func() (int16, int64, int64) { return 0, 256, 384 },
		"tiny":       func() (int16, int64, int64) { return int16(r.IntN(2)), int64(r.IntN(2)*512 - 256), 384 },
		"any":        func() (int16, int64, int64) { return int16(r.IntN(1 << 15)), r.Int64N(513) - 256, r.Int64N(449) - 64 },
	} {
		q, u := newLastLayer(t, process.MaxGroup)
		units := make([]int16, layerUnits)
		for range 300 {
			for range 2*Interval - 1 {
				var gradients [process.MaxGroup]Gradient
				for j := range units {
					unit, mean, scale := draw()
					units[j], gradients = unit, [process.MaxGroup]Gradient{newGradient(mean, scale), newGradient(mean, scale), newGradient(mean, scale)}
				}
				q.Add(units, &gradients)
			}
			q.Step()
			for j := range layerUnits {
				if c := u.centre[j]; c < 0 || c > 1<<(15+centreBits) {
					t.Fatalf("%s: a centre of %d", name, c)
				}
				if p := u.power[j]; p < 0 || p > 1<<30 {
					t.Fatalf("%s: a power of %d", name, p)
				}
			}
		}
		again := *u // what a next band does with it
		next, _ := newLastLayer(t, process.MaxGroup)
		next.Begin(&again, next.Layer, process.MaxGroup, layerBits)
		for j := range units {
			units[j], _, _ = draw()
		}
		for o, v := range next.outputs(units) {
			if w := q.outputs(units)[o]; v != w {
				t.Errorf("%s: output %d is %d, in the next band %d", name, o, w, v)
			}
		}
	}
}

// TestLayerStatesAverage: bands are averaged, towards zero; centres and powers, of those that have learned something.
func TestLayerStatesAverage(t *testing.T) {
	r := newRand(64)
	for range 20 {
		bands := make([]*LayerState, 1+r.IntN(6))
		var learned []*LayerState
		for i := range bands {
			bands[i] = new(LayerState)
			if r.IntN(3) > 0 {
				b := bands[i]
				learned = append(learned, b)
				b.begun, b.power[r.IntN(maxUnits)] = true, int32(r.IntN(1<<30))
				for o := range b.weight {
					b.weight[o][r.IntN(maxUnits)] = int32(r.Int64N(1<<31) - 1<<30)
				}
				b.centre[r.IntN(maxUnits)] = int32(r.IntN(1 << 21))
			}
		}
		got := LayerState{centre: [maxUnits]int32{17}}
		got.average(bands)
		if len(learned) == 0 {
			if got != (LayerState{centre: [maxUnits]int32{17}}) {
				t.Fatal("bands that have learned nothing change what was known")
			}
			continue
		}
		n := int64(len(learned))
		sum := func(of func(*LayerState) int64) (sum int64) {
			for _, b := range learned {
				sum += of(b)
			}
			return sum
		}
		if !got.begun {
			t.Fatal("nothing has been learned")
		}
		for j := range maxUnits {
			if want := sum(func(b *LayerState) int64 { return int64(b.centre[j]) }) / n; int64(got.centre[j]) != want {
				t.Fatalf("centre %d, want %d", got.centre[j], want)
			}
			if want := sum(func(b *LayerState) int64 { return int64(b.power[j]) }) / n; int64(got.power[j]) != want {
				t.Fatalf("power %d, want %d", got.power[j], want)
			}
			for o := range corrections {
				if want := sum(func(b *LayerState) int64 { return int64(b.weight[o][j]) }) / int64(len(bands)); int64(got.weight[o][j]) != want {
					t.Fatalf("weight %d, want %d", got.weight[o][j], want)
				}
			}
		}
	}
}
