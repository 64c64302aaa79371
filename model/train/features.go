package train

import (
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// The network's inputs, by channel of a site: the coarser image's deviation from its local mean, its brightness,
// the centres of the cells, their clocks, the logarithms of the coarser image's local activity and of the cells'.
const (
	inDeviation  = 0
	inBrightness = inDeviation + process.Planes
	inCell       = inBrightness + process.Planes
	inTexture    = inCell + known
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

// prepare computes the network's inputs from the coarser image ll (Q4) and the present cells, and what the
// outputs are relative to: the base of the scale, as a logarithm, and that of the mean.
func (s *step) prepare(ll *[process.Planes]transform.Plane) {
	w, h := s.w, s.h
	feature := func(y, x int) []float32 { return s.features[((y+1)*(w+2)+x+1)*inputs:][:inputs] }
	for p := range process.Planes {
		for y := range h {
			row := s.level[p][y*w:][:w]
			for x, v := range ll[p].Row(y) {
				v = min(max(v, -1<<14), 1<<14)
				row[x] = v
				feature(y, x)[inBrightness+p] = float32(v)/(128*16) - 1
			}
		}
		for y := range h {
			boxSums(s.sums, s.level[p], h, y, 2, s.column)
			for x, sum := range s.sums {
				e := 25*s.level[p][y*w+x] - sum // 25 times the deviation, Q4
				s.deviation[p][y*w+x] = max(e, -e)
				feature(y, x)[inDeviation+p] = asinh(float32(e) / (25 * 16 * 1.5))
			}
		}
		for y := range h {
			boxSums(s.sums, s.deviation[p], h, y, 1, s.column)
			for x, sum := range s.sums {
				s.texture[p][y*w+x] = sum // 225 times the mean deviation, Q4
				feature(y, x)[inTexture+p] = log(float32(sum)/(225*16) + .5)
			}
		}
	}
	for i := range coordinates {
		for j, c := range s.at[i] {
			z := int32(2 * c.centre())
			s.magnitude[j] = max(z, -z)
		}
		for y := range h {
			boxSums(s.sums, s.magnitude, h, y, 2, s.column)
			for x, sum := range s.sums {
				j, f := y*w+x, feature(y, x)
				c := s.at[i][j]
				s.show(i, y, x, c)
				shown := s.cells[((y+1)*(w+2)+x+1)*known:]
				f[inCell+i], f[inCell+coordinates+i] = shown[i], shown[coordinates+i]
				activity := float32(sum) / 50
				f[inActivity+i] = log(activity + .5)
				s.logBase[i][j], s.meanBase[i][j] = bases(float32(s.texture[i/3][j])/(225*16), activity, c.clock)
			}
		}
	}
	s.round(s.features)
	s.round(s.cells)
}

// bases returns what the network's outputs are relative to: texture and activity are the mean absolute deviations
// of the coarser image and of the cells around. Package model has the same constants.
func bases(texture, activity float32, k uint8) (logScale, mean float32) {
	local := texture*.4 + .3
	if k == unknown {
		return log(local), 2 * local
	}
	width := float32(int32(1) << k)
	base := min(max(activity*.6+.2, local*.3), width)
	return log(base), min(width, 2*base)
}
