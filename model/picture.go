package model

import "github.com/ddpmz/ddpmz/model/internal/transform"

// estimateInto writes the estimates x̂_0 of coordinate i of the scale that the model was last asked about into
// band, Q4.
func (c *Chain) estimateInto(band Plane, s *scale, i int) {
	b := &c.belief[i]
	parallel(band.H, band.W*band.H*10, func(y0, y1 int) {
		for y := y0; y < y1; y++ {
			j := y * s.w
			row := band.Row(y)
			for x := range row {
				m := c.tables.truncatedMean(int64(b.mean[j+x]), int32(b.scale[j+x]), s.cell[i][j+x], s.dither[i][j+x], s.clock[i][j+x])
				row[x] = int32((m + 2) >> 2)
			}
		}
	})
}

// synthesize returns the estimate, Q4, of the image that scale l and the image ll at scale l make up.
func (c *Chain) synthesize(l int, ll *[planes]Plane) [planes]Plane {
	s := &c.scales[l]
	return c.assemble(s, ll, c.net.lifting.Estimate, func(band Plane, i int) {
		if s.clock[0] != nil { // else nothing is known
			c.estimateInto(band, s, i)
		}
	})
}

// synthesizeExact returns the image that scale l, now exact, and c.exact make up.
func (c *Chain) synthesizeExact(l int) [planes]Plane {
	s := &c.scales[l]
	return c.assemble(s, &c.exact, c.net.lifting.Synthesize, func(band Plane, i int) {
		for y := range band.H {
			a, u := s.cell[i][y*s.w:], s.dither[i][y*s.w:]
			row := band.Row(y)
			for x := range row {
				row[x] = a[x] - int32(u[x])
			}
		}
	})
}

// assemble merges the image finer than ll by one scale, whose details fill writes, band by band.
func (c *Chain) assemble(s *scale, ll *[planes]Plane, merge func(int, int, Plane, [bands]Plane) Plane, fill func(band Plane, i int)) (x [planes]Plane) {
	for p := range x {
		if p >= c.planes {
			x[p] = NewPlane(s.fw, s.fh)
			continue
		}
		var detail [bands]Plane
		for b := range detail {
			detail[b] = NewPlane(transform.BandSize(s.fw, s.fh, b))
			fill(detail[b], bands*p+b)
		}
		x[p] = merge(s.fw, s.fh, ll[p].Clone(), detail)
	}
	return x
}

// Exact reports whether every pass is done, so that Picture is the image itself.
func (c *Chain) Exact() bool { return c.hasTop && c.exactAt == 0 }

// Picture returns the image that the present state stands for: itself once it is known, and until then the
// model's x̂_0 (eq. 15), clipped to the samples' range. Planes are gray or R, G, B. It leaves the state as it
// is, so that the chain can go on.
func (c *Chain) Picture() []Plane {
	var x [planes]Plane
	if c.Exact() {
		for p := range x {
			x[p] = c.exact[p].Clone()
		}
		if c.planes == planes {
			transform.InverseColour(x[0].Pix, x[1].Pix, x[2].Pix)
		}
		return x[:c.planes]
	}
	switch {
	case !c.hasTop: // x_T: mid-gray
		x = c.flat([planes]int32{8 << c.depth})
	case c.exactAt == len(c.scales)-1:
		// The thumbnail is cut. A single sample is not the picture's mean: the picture is flat, at seven
		// eighths of the way from gray to it.
		x = c.flat([planes]int32{14*c.top[0] + 2<<(c.depth-1), 14 * c.top[1], 14 * c.top[2]})
	default:
		x = c.estimate()
	}
	if c.planes == planes {
		transform.EstimateColour(x[0].Pix, x[1].Pix, x[2].Pix)
	} else {
		for i, v := range x[0].Pix {
			x[0].Pix[i] = (v + 8) >> 4
		}
	}
	top := int32(1)<<c.depth - 1
	for p := range c.planes {
		for i, v := range x[p].Pix {
			x[p].Pix[i] = clamp(v, 0, top)
		}
	}
	return x[:c.planes]
}

// flat returns an image of a single value, Y, Co, Cg.
func (c *Chain) flat(colour [planes]int32) (x [planes]Plane) {
	for p, v := range colour {
		x[p] = NewPlane(c.w, c.h)
		for i := range x[p].Pix {
			x[p].Pix[i] = v
		}
	}
	return x
}

// estimate asks the network once more about every scale that is not exact, now that more is known than when its
// last pass was predicted, and returns the image of the means, Q4. The last scale that it asks about may be one
// whose first pass is due; of those after, the means are taken as zero.
func (c *Chain) estimate() [planes]Plane {
	var x [planes]Plane
	for p := range x {
		x[p] = c.exact[p].Sixteenths()
	}
	for l := c.exactAt; l >= 1; l-- {
		s := &c.scales[l]
		if s.clock[0] != nil {
			stage := min(s.stage+1, stages-1)
			c.runTrunk(s, stage, &x)
			c.runHeads(s, stage, func(g, phase int) bool { c.predictPhase(s, stage, g, phase); return true })
		}
		x = c.synthesize(l, &x)
	}
	return x
}

// predictPhase records the model's beliefs about a group's coordinates at the sites of a phase.
func (c *Chain) predictPhase(s *scale, stage, g, phase int) {
	members, origin := groups[g], phaseOrigin[phase]
	for y := range c.output.H {
		out := c.output.Row(y)
		for x := range c.output.W {
			o := out[x*16 : x*16+16]
			sy, sx := 2*y+origin[0], 2*x+origin[1]
			j := sy*s.w + sx
			for m, i := range members {
				if s.clock[i][j] == 0 {
					continue
				}
				mean, scale := c.predict(s, i, j, o[m], o[len(members)+m])
				r := c.correct(s, stage, i, sy, sx, mean, scale)
				c.belief[i].mean[j], c.belief[i].scale[j] = int32(r.mean), int16(r.scale)
			}
		}
	}
}
