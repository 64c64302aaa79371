package model

import (
	"math"
	"testing"

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
		deep := float64(depth - 8)
		c.begin(&c.scales[1])
		b := whole(t, c, &c.scales[1], 0)
		b.runTrunk(true)
		var at coefficientRow
		for range 10_000 {
			i, u, k := r.IntN(process.Coefficients), uint16(r.UintN(1<<process.DitherBits)), uint8(r.UintN(12))
			if k > process.TopClock {
				k = process.Unknown
			} else {
				k += uint8(deep)
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
			want := centre + float64(epsilon)/1024*float64(meanBase)/4096*math.Exp2(deep)
			if math.Abs(float64(mean)/64-want) > 1./64 {
				t.Fatalf("mean %v, want %v", float64(mean)/64, want)
			}
			octaves := clampFloat(float64(logScale)/1024+float64(logBase)/65536, logistic.MinScale/32., logistic.MaxScale/32.) + deep
			if math.Abs(float64(scale)-logistic.ScaleSteps*octaves) > .5001 {
				t.Fatalf("scale %v octaves, want %v", float64(scale)/logistic.ScaleSteps, octaves)
			}
		}
	}
}

func clampFloat(v, lo, hi float64) float64 { return min(max(v, lo), hi) }
