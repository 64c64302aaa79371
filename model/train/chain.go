package train

import (
	"math/rand/v2"

	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

type planes = [process.Planes]transform.Plane

// A chain is the reverse process of one image: a pyramid of scales, whose coefficients are unknown at first. The image is
// whole, or a crop, whose pyramid has fewer scales.
type chain struct {
	lifting *transform.Lifting
	planes  int
	colour  transform.Colour
	crop    bool
	random  *rand.Rand
	scales  []scale  // scales[l] is scale l; scales[0] is unused
	exact   []planes // the image at scale l, in the units of the samples
	ll      []planes // the current estimate of the image at scale l, Q4; ll[0] is unused
}

// newChain returns the chain of n scales for luma and chroma of 8-bit samples, which it overwrites. Gray images have luma
// alone, and their colour transform does not matter. Dither is random. In a crop, noise is added to the coarsest image, as much
// as the coarser scales of a whole image would leave it uncertain.
func newChain(x planes, n, present int, colour transform.Colour, lifting *transform.Lifting, crop bool, random *rand.Rand) *chain {
	c := &chain{lifting: lifting, planes: present, colour: colour, crop: crop, random: random,
		scales: make([]scale, n+1), exact: make([]planes, n+1), ll: make([]planes, n+1)}
	class := colour.Class()
	if present == 1 {
		class = 0
		for p := 1; p < process.Planes; p++ {
			x[p] = transform.NewPlane(x[0].W, x[0].H)
		}
	}
	c.exact[0] = x
	for l := 1; l <= n; l++ {
		fw, fh := x[0].W, x[0].H
		s := &c.scales[l]
		*s = scale{number: l, w: (fw + 1) / 2, h: (fh + 1) / 2, fw: fw, fh: fh, stage: -1, class: class}
		size := s.w * s.h
		for p := range x {
			var detail [transform.Subbands]transform.Plane
			x[p], detail = transform.Analyse(colour.Wavelet(lifting, l, p), x[p])
			for b, d := range detail {
				i := transform.Subbands*p + b
				s.v[i], s.u[i] = make([]int32, size), make([]uint16, size)
				s.k[i] = make([]uint8, size) // 0, for an exact value, where there is no coefficient
				s.mean[i], s.logScale[i] = make([]float32, size), make([]float32, size)
				if p >= present || l == 1 && p > 0 && colour.Subsampled() { // for which the codec does not use the network
					continue
				}
				for y := range d.H {
					for site, v := range d.Row(y) {
						j := y*s.w + site
						s.v[i][j], s.u[i][j], s.k[i][j] = v, uint16(random.Uint32N(1<<ditherBits)), unknown
					}
				}
			}
		}
		c.exact[l] = x
	}
	return c
}

// coarse returns the estimate of the image at scale l, Q4, that a decoder has before the given stage of scale l.
func (c *chain) coarse(l, stage int) *planes {
	if n := len(c.scales) - 1; l == n {
		width := int32(0)
		if c.crop && stage+1 < stages-1 {
			width = int32(.7 * 16 * float32(int32(1)<<process.StageClocks[stage+1]))
		}
		for p := range c.ll[l] {
			c.ll[l][p] = c.exact[l][p].Sixteenths()
			if width > 0 && p < c.planes {
				width := width >> c.scales[l].coarse(transform.Subbands*p)
				for i := range c.ll[l][p].Pix {
					c.ll[l][p].Pix[i] += c.random.Int32N(width) - width/2
				}
			}
		}
	}
	return &c.ll[l]
}

// advance runs a step of scale l with the graph for its size, and updates the estimate of the next finer image, if
// there is a finer scale.
func (c *chain) advance(q *graph, l, stage int, tau float32) error {
	return advanceAll([]*chain{c}, q, l, stage, []float32{tau})
}

// synthesize returns the estimate of the image at scale l-1, Q4, from scale l and the image at scale l.
func (c *chain) synthesize(l int) (x planes) {
	done := true
	for m := l; m < len(c.scales); m++ {
		done = done && c.scales[m].stage == stages-1
	}
	s := &c.scales[l]
	for p := range x {
		switch {
		case p >= c.planes:
			x[p] = transform.NewPlane(s.fw, s.fh)
		case done:
			x[p] = c.exact[l-1][p].Sixteenths()
		default:
			var detail [transform.Subbands]transform.Plane
			for b := range detail {
				d := transform.NewPlane(transform.SubbandSize(s.fw, s.fh, b))
				i := transform.Subbands*p + b
				for y := range d.H {
					row := d.Row(y)
					for x := range row {
						row[x] = s.estimate(i, y*s.w+x)
					}
				}
				detail[b] = d
			}
			x[p] = transform.Synthesize(c.colour.Wavelet(c.lifting, l, p), s.fw, s.fh, c.ll[l][p], detail, 4)
		}
	}
	return x
}

// estimate returns x̂_0 (eq. 15) of a coefficient, Q4: the mean of the predicted distribution restricted to the cell.
func (s *scale) estimate(i, j int) int32 {
	k := s.k[i][j]
	if k == 0 {
		return s.v[i][j] << 4
	}
	m := truncatedMean(s.family, s.mean[i][j], s.logScale[i][j], s.cell(i, j, k)) * float32(int32(16)>>s.coarse(i))
	if m < 0 {
		return int32(m - .5)
	}
	return int32(m + .5)
}
