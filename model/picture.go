package model

import "github.com/ddpmz/ddpmz/model/internal/transform"

// details are the values of a scale's coordinates, or estimates of them, as the bands that merge with the coarser
// image. Those of planes that are not coded are empty.
type details [coordinates]Plane

func (c *Chain) newDetails(s *scale) *details {
	d := new(details)
	for i := range bands * c.planes {
		d[i] = NewPlane(transform.BandSize(s.fw, s.fh, i%bands))
	}
	return d
}

// setQ4 notes an estimate of coordinate i, Q4, if the band reaches site (x, y).
func (d *details) setQ4(i, x, y int, v int32) {
	if p := &d[i]; x < p.W && y < p.H {
		p.Pix[y*p.W+x] = v
	}
}

// set notes the value of a coordinate, as it is or in Q4.
func (d *details) set(i, x, y int, v int32, exact bool) {
	if d == nil {
		return
	}
	if !exact {
		v <<= 4
	}
	d.setQ4(i, x, y, v)
}

// merge returns the image that details make finer than ll by one scale. It overwrites the details.
func (c *Chain) merge(s *scale, ll *[planes]Plane, d *details, by func(w, h int, ll Plane, detail [bands]Plane) Plane) (x [planes]Plane) {
	for p := range x {
		if p >= c.planes {
			x[p] = NewPlane(s.fw, s.fh)
			continue
		}
		x[p] = by(s.fw, s.fh, ll[p].Clone(), [bands]Plane(d[bands*p:]))
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
		d := c.newDetails(s)
		if s.begun() {
			c.eachBand(s, min(s.stage+1, stages-1), false, func(b *band, _ int) bool {
				b.runTrunk(&x)
				return b.runHeads(func(g, phase int) bool { return b.advance(g, phase, nil, d) })
			})
		}
		x = c.merge(s, &x, d, c.net.lifting.Estimate)
	}
	return x
}
