package train

import (
	"math"

	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/process/reals"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// The first channels of the network's inputs at a site: of the coarser image, the deviation from its local mean, then its
// brightness; the centres of the cells, followed by their clocks; the logarithms of the local activity of the coarser image,
// and of the cells.
const (
	inDeviation  = 0
	inBrightness = inDeviation + process.Planes
	inCell       = inBrightness + process.Planes
	inTexture    = inCell + cellInputs
	inActivity   = inTexture + process.Planes
)

// boxSums writes to dst the sums of src, h rows of len(dst), over the windows of 2r+1 columns and rows centred on
// row y; the edge repeats beyond the edge. Sums of integers are exact, in whatever order.
func boxSums(dst, src []int32, h, y, r int, column []int32) {
	w := len(dst)
	clear(column)
	for dy := -r; dy <= r; dy++ {
		row := src[min(max(y+dy, 0), h-1)*w:][:w]
		for x, v := range row {
			column[x] += v
		}
	}
	last := w - 1
	sum := int32(r+1) * column[0]
	for x := 1; x <= r; x++ {
		sum += column[min(x, last)]
	}
	for x := range dst {
		dst[x] = sum
		sum += column[min(x+r+1, last)] - column[max(x-r, 0)]
	}
}

// prepare computes the network's inputs from the coarser image ll (Q4) and the current cells, and the bases that the
// outputs are relative to: that of the scale, as a logarithm, and that of the mean.
func (s *step) prepare(ll *[process.Planes]transform.Plane) {
	w, h := s.w, s.h
	feature := func(y, x int) []float32 { return s.features[((y+1)*(w+2)+x+1)*inputs:][:inputs] }
	for p := range process.Planes {
		for y := range h {
			row := s.level[p][y*w:][:w]
			for x, v := range ll[p].Row(y) {
				v = min(max(v<<s.s.coarse(3*p), -1<<14), 1<<14)
				row[x] = v
				feature(y, x)[inBrightness+p] = float32(v)/(128*16) - 1
			}
		}
		for y := range h {
			boxSums(s.sums, s.level[p], h, y, 2, s.column)
			for x, sum := range s.sums {
				e := 25*s.level[p][y*w+x] - sum // 25 times the deviation, Q4
				s.deviation[p][y*w+x] = max(e, -e)
				feature(y, x)[inDeviation+p] = asinh(float32(e) / (25 * 16 * reals.CompressScale))
			}
		}
		for y := range h {
			boxSums(s.sums, s.deviation[p], h, y, 1, s.column)
			for x, sum := range s.sums {
				texture := float32(sum) / (225 * 16) // the mean deviation
				feature(y, x)[inTexture+p] = log(texture + reals.LogOffset)
				s.local[p][y*w+x] = localOf(texture)
			}
		}
	}
	for i := range coefficients {
		for j, c := range s.at[i] {
			z := int32(2 * c.centre())
			s.magnitude[j] = max(z, -z)
		}
		for y := range h {
			boxSums(s.sums, s.magnitude, h, y, 2, s.column)
			for x, sum := range s.sums {
				j, f := y*w+x, feature(y, x)
				c := s.at[i][j]
				s.writeCell(i, y, x, c)
				inputs := s.cells[((y+1)*(w+2)+x+1)*cellInputs:]
				f[inCell+i], f[inCell+coefficients+i] = inputs[i], inputs[coefficients+i]
				a := activityOf(sum)
				f[inActivity+i] = a.input
				s.logBase[i][j], s.meanBase[i][j] = bases(s.local[i/3][j], a, c.clock)
			}
		}
	}
	s.round(s.features)
	s.round(s.cells)
}

// A local is the scale of the coefficients at a site that follows from the coarser image alone, and its logarithm.
type local struct{ scale, log float32 }

func localOf(texture float32) local {
	scale := texture*reals.TextureGain + reals.TextureOffset
	return local{scale, log(scale)}
}

// An activity is computed from the mean magnitude of the cells around a coefficient: the network's input, the scale of the
// coefficient, and the logarithm of the scale.
type activity struct{ input, scale, log float32 }

// activityOf returns the activity for 50 times the mean magnitude of the cells around.
func activityOf(sum int32) activity {
	if int(sum) < len(activities) {
		return activities[sum]
	}
	return newActivity(sum)
}

func newActivity(sum int32) activity {
	mean := float32(sum) / 50
	scale := mean*reals.ActivityGain + reals.ActivityOffset
	return activity{log(mean + reals.LogOffset), scale, log(scale)}
}

// activities has the most frequent activities, by the argument of activityOf.
var activities = func() (t [1 << 12]activity) {
	for i := range t {
		t[i] = newActivity(int32(i))
	}
	return t
}()

// logShare is the logarithm of reals.TextureShare.
var logShare = float32(math.Log(reals.TextureShare))

// bases returns the bases that the network's outputs are relative to, for a coefficient at clock k.
func bases(l local, a activity, k uint8) (logScale, mean float32) {
	if k == unknown {
		return l.log, 2 * l.scale
	}
	width := float32(int32(1) << k)
	base := min(max(a.scale, l.scale*reals.TextureShare), width)
	return min(max(a.log, l.log+logShare), float32(k)*math.Ln2), min(width, 2*base)
}
