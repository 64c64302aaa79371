package model

import (
	"math"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/adapt"
	"github.com/ddpmz/ddpmz/model/internal/kernel"
	"github.com/ddpmz/ddpmz/model/internal/logistic"
	"github.com/ddpmz/ddpmz/model/internal/network"
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// TestPredict compares eq. 11 in floating point: the mean is the centre plus ε times the base of the mean; the
// scale is the base of the scale times 2 to the network's output.
func TestPredict(t *testing.T) {
	r := newRand(40)
	for _, depth := range []int{8, 16} {
		c := NewChain(tinyNet(t, 0), Geometry{2, 2, 3, depth}, 0)
		extraBits := float64(depth - 8)
		c.begin(&c.scales[1])
		b := whole(t, c, &c.scales[1], 0)
		b.runTrunk(true)
		var at coefficientRow
		for range 10_000 {
			i, u, k := r.IntN(process.Coefficients), uint16(r.UintN(1<<process.DitherBits)), uint8(r.UintN(12))
			if k > process.TopClock {
				k = process.Unknown
			} else {
				k += uint8(extraBits)
			}
			a := cellOf(r.Int32N(1<<depth), u, k)
			centre := float64(a-int32(u)) + (math.Exp2(float64(k))-1)/2
			if k == process.Unknown {
				a, centre = 0, 0
			}
			texture, activity := &b.inference.Textures(i/transform.Subbands, 0)[0], &b.inference.Activities(i, 0)[0]
			*texture, *activity = r.Uint32N(1<<19), uint16(r.UintN(1<<16))
			logBase, meanBase := network.Bases(*texture, uint32(*activity), k, int(c.extraDepth))
			epsilon, logScale := int16(r.UintN(1<<16)), int16(r.UintN(1<<16))

			b.beginRow(&at, i, 0)
			mean, scale := at.predict(0, a, u, k, epsilon, logScale)
			want := centre + float64(epsilon)/1024*float64(meanBase)/4096*math.Exp2(extraBits)
			if math.Abs(float64(mean)/64-want) > 1./64 {
				t.Fatalf("mean %v, want %v", float64(mean)/64, want)
			}
			octaves := clampFloat(float64(logScale)/1024+float64(logBase)/65536, logistic.MinScale/32., logistic.MaxScale/32.) + extraBits
			if math.Abs(float64(scale)-logistic.ScaleSteps*octaves) > .5001 {
				t.Fatalf("scale %v octaves, want %v", float64(scale)/logistic.ScaleSteps, octaves)
			}
		}
	}
}

// TestPredictSites compares with predictions that are made one by one, of all kinds of cells, at every place in a row.
func TestPredictSites(t *testing.T) {
	r := newRand(41)
	outputs := new(kernel.Tensor)
	for _, colour := range []Colour{transform.YCoCg, transform.JFIF} {
		c := NewChain(tinyNet(t, 0), Geometry{300, 4, 3, 8}, 0)
		c.Colour = colour
		s := &c.scales[1]
		c.begin(&c.scales[2])
		c.begin(s)
		b := whole(t, c, s, 0)
		b.runTrunk(true)
		for round := range 300 {
			i := r.IntN(process.Coefficients)
			var row coefficientRow
			b.beginRow(&row, i, r.IntN(s.h))
			for x := range s.w {
				k := uint8(r.UintN(process.TopClock + 1))
				if r.IntN(3) == 0 {
					k = process.Unknown
				}
				row.cells.SetCell(x, (r.Int32N(1<<14)-1<<13)>>(k&31)<<(k&31), k)
				row.dither.Narrow[x] = uint8(r.UintN(1 << 8))
				row.texture[x], row.activity[x] = r.Uint32N(1<<20)>>r.UintN(18), uint16(r.UintN(1<<16)>>r.UintN(16))
			}
			x := r.IntN(8)
			if round%4 == 0 {
				x = r.IntN(s.w)
			}
			n, members := min(1+r.IntN(adapt.Interval), (s.w-x+1)/2), 1+r.IntN(process.MaxGroup)
			m := r.IntN(members)
			outputs.Reset(1, n, network.HeadOutputs)
			for j := range outputs.Row(0) {
				outputs.Row(0)[j] = int16(r.UintN(1 << 16))
			}
			got := new(predictions)
			row.predictSites(got, x, n, nil, outputs, m, members)
			for j := range n {
				sx := x + 2*j
				a, k := row.cells.Cell(sx)
				u := row.dither.At(sx)
				if got.a[j] != a || got.u[j] != int32(u) || got.k[j] != int32(k) {
					t.Fatalf("site %d: cell %d, dither %d, clock %d; want %d, %d, %d", sx, got.a[j], got.u[j], got.k[j], a, u, k)
				}
				if k == 0 {
					continue
				}
				o := outputs.Site(0, j)
				if mean, scale := row.predict(sx, a, u, k, o[m], o[members+m]); got.Mean[j] != mean || got.Scale[j] != scale {
					t.Fatalf("site %d of %d from %d, clock %d: mean %d, scale %d; want %d, %d", sx, n, x, k, got.Mean[j], got.Scale[j], mean, scale)
				}
			}
		}
	}
}

func clampFloat(v, lo, hi float64) float64 { return min(max(v, lo), hi) }
