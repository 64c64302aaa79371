package model

import "github.com/ddpmz/ddpmz/model/internal/kernel"

// runTrunk computes the trunk's share of the heads' hidden units for a step of a scale.
func (c *Chain) runTrunk(s *scale, stage int, ll *[planes]Plane) {
	c.prepare(s, ll)
	t := &c.net.trunks[stage][min(s.number-1, conditions-1)]
	a, b := &c.trunk[0], &c.trunk[1]
	c.convolve(t.stem, a, kernel.View{T: &c.input}, kernel.View{}, kernel.View{}, true, s.w, s.h)
	for _, k := range t.blocks {
		c.convolve(k, b, kernel.View{T: a}, kernel.View{}, kernel.View{T: a}, true, s.w, s.h)
		a, b = b, a
	}
	c.convolve(c.net.sites[stage], &c.site, kernel.View{T: a}, kernel.View{}, kernel.View{}, false, s.w, s.h)
}

// convolve computes a layer into dst, given the size of w x h sites, on all processors.
func (c *Chain) convolve(k *kernel.Conv, dst *kernel.Tensor, src, pre, post kernel.View, relu bool, w, h int) {
	dst.Reset(h, w, k.Out())
	parallel(h, w*h*k.Out()*k.In()/8, func(y0, y1 int) { k.Rows(dst, src, pre, post, relu, y0, y1) })
}

// runHeads computes the output of every head, group by group and phase by phase, and calls then for each,
// which may update c.cells and stops the run by returning false.
func (c *Chain) runHeads(s *scale, stage int, then func(g, phase int) bool) bool {
	for g, members := range groups {
		if members[0] >= bands*c.planes {
			break
		}
		hd := &c.net.heads[stage][g]
		for phase, origin := range phaseOrigin {
			w, h := (s.w-origin[1]+1)/2, (s.h-origin[0]+1)/2
			if w == 0 || h == 0 {
				continue
			}
			at := kernel.View{T: &c.cells, Step: 2, Y: origin[0], X: origin[1]}
			site := kernel.View{T: &c.site, Step: 2, Y: origin[0], X: origin[1], Channel: g * c.net.w.hidden}
			c.convolve(hd.near[phase], &c.hidden, at, site, kernel.View{}, true, w, h)
			c.convolve(hd.out, &c.output, kernel.View{T: &c.hidden}, kernel.View{}, kernel.View{}, false, w, h)
			if !then(g, phase) {
				return false
			}
		}
	}
	return true
}

// Bounds of log2 of the scale in scale steps: e^-3 and e^6 grey levels.
const (
	minScale = -138
	maxScale = 277
)

// predict turns the outputs ε and log2 σ of a head for coordinate i at site j into the belief about it: the
// mean is the cell's centre + ε · width (eq. 11), if width is what the cell and its surroundings allow.
func (c *Chain) predict(s *scale, i, j int, epsilon, logScale int16) (mean int64, scale int32) {
	z := int64(0)
	if k := s.clock[i][j]; k != unknown {
		z = int64(centreQ6(s.cell[i][j], s.dither[i][j], k))
	}
	mean = z + int64(epsilon)*int64(c.belief[i].meanBase[j])>>(16-c.deep)
	scale = clamp((int32(logScale)<<(16-outBits)+c.belief[i].logBase[j]+1<<10)>>11, minScale, maxScale) + int32(c.deep)*scaleSteps
	return mean, scale
}
