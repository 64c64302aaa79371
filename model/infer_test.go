package model

import (
	"math"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/logistic"
	"github.com/ddpmz/ddpmz/model/internal/network"
	"github.com/ddpmz/ddpmz/model/internal/process"
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
			i, u, k := r.IntN(coordinates), uint16(r.UintN(1<<process.DitherBits)), uint8(r.UintN(12))
			if k > process.TopClock {
				k = unknown
			} else {
				k += uint8(deep)
			}
			a := cellOf(r.Int32N(1<<depth), u, k)
			centre := float64(a-int32(u)) + (math.Exp2(float64(k))-1)/2
			if k == unknown {
				a, centre = 0, 0
			}
			texture, activity := &b.inference.Textures(i/bands, 0)[0], &b.inference.Activities(i, 0)[0]
			*texture, *activity = r.Uint32N(1<<19), uint16(r.UintN(1<<16))
			logBase, meanBase := network.Bases(*texture, uint32(*activity), k, int(c.deep))
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

// TestHeads: groups and phases visit every coordinate of every site once, in coding order; in stage 0, those of luma.
func TestHeads(t *testing.T) {
	for _, g := range geometries {
		c := NewChain(tinyNet(t, 0), g, 0)
		if len(c.scales) < 2 {
			continue
		}
		s := &c.scales[len(c.scales)-1]
		c.begin(s)
		c.ll[s.number] = *c.newImage(1, 1, c.planes)
		for _, stage := range []int{0, 1} {
			b := whole(t, c, s, stage)
			visits := make([][coordinates]int, s.w*s.h)
			last := -1
			b.runTrunk(true)
			b.runHeads(func(group, phase, y0 int) bool {
				if now := (group*phases+phase)<<16 + y0; now <= last {
					t.Errorf("%v: group %d, phase %d comes late", g, group, phase)
				} else {
					last = now
				}
				for y := range b.inference.Hidden.H {
					for x := range b.inference.Hidden.W {
						for _, i := range groups[group] {
							visits[(2*(y0+y)+phaseOrigin[phase][0])*s.w+2*x+phaseOrigin[phase][1]][i]++
						}
					}
				}
				return true
			})
			for j, v := range visits {
				for i, n := range v {
					if want := map[bool]int{true: 1}[i < bands*process.PlanesIn(stage, g.Planes)]; n != want {
						t.Errorf("%v: coordinate %d of site %d is visited %d times in stage %d", g, i, j, n, stage)
					}
				}
			}
			stopped := 0
			if b.runHeads(func(int, int, int) bool { stopped++; return false }) || stopped != 1 {
				t.Errorf("%v: heads run on when told to stop", g)
			}
		}
	}
}
