package model

import (
	"runtime"

	"github.com/ddpmz/ddpmz/model/internal/transform"
)

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

// merge returns the image that details make finer than ll by one scale, Q4 if the details are. It overwrites the
// details.
func (c *Chain) merge(s *scale, ll *[planes]Plane, shift uint, d *details, by merger) (x [planes]Plane) {
	for p := range x {
		if p >= c.planes {
			x[p] = NewPlane(s.fw, s.fh)
			continue
		}
		x[p] = by(s.fw, s.fh, shifted(ll[p], shift), [bands]Plane(d[bands*p:]))
	}
	return x
}

// A merger puts an image together from a coarser one and details, as transform.Lifting does.
type merger = func(w, h int, ll Plane, detail [bands]Plane) Plane

// shifted returns a copy of p times 2^shift.
func shifted(p Plane, shift uint) Plane {
	q := p.Clone()
	if shift > 0 {
		for i := range q.Pix {
			q.Pix[i] <<= shift
		}
	}
	return q
}

// stripHalo is how many sites beyond a strip merging it depends on, with any lifting.
const stripHalo = 4

// strip returns the rows of the finest image that rows [y0,y1) of sites make up, the same as merge would. fill
// writes rows of the details of coordinate i, from row y on.
func (c *Chain) strip(ll *[planes]Plane, shift uint, y0, y1 int, by merger, fill func(i, y int, rows Plane)) (x [planes]Plane) {
	s := &c.scales[1]
	top, bottom := max(0, y0-stripHalo), min(s.h, y1+stripHalo)
	h := min(2*bottom, s.fh) - 2*top
	from, to := 2*(y0-top), min(2*y1, s.fh)-2*top
	for p := range c.planes {
		var d [bands]Plane
		for b := range d {
			d[b] = NewPlane(transform.BandSize(s.fw, h, b))
			fill(bands*p+b, top, d[b])
		}
		l := Plane{W: s.w, H: bottom - top, Pix: ll[p].Pix[top*s.w : bottom*s.w]}
		m := by(s.fw, h, shifted(l, shift), d)
		x[p] = Plane{W: s.fw, H: to - from, Pix: m.Pix[from*s.fw : to*s.fw]}
	}
	return x
}

// Exact reports whether every pass is done, so that Picture is the image itself.
func (c *Chain) Exact() bool { return c.hasTop && c.exactAt == 0 }

// Picture returns the image that the present state stands for: itself once it is known, and until then the
// model's x̂_0 (eq. 15), clipped to the samples' range. Planes are gray or R, G, B. It leaves the state as it
// is, so that the chain can go on.
func (c *Chain) Picture() []Plane {
	x := make([]Plane, c.planes)
	for p := range x {
		x[p] = NewPlane(c.w, c.h)
	}
	c.Strips(func(y int, rows []Plane) {
		for p, r := range rows {
			copy(x[p].Pix[y*c.w:], r.Pix)
		}
	})
	return x
}

// Strips gives the rows of Picture to each, a strip from row y down at a time: the whole of them would take much
// memory. It may call each from several goroutines at once, but never twice with the same row. The rows are each's.
func (c *Chain) Strips(each func(y int, rows []Plane)) {
	flat := func(colour [planes]int32) { // Y, Co, Cg in Q4
		c.eachStrip(func(y0, y1 int) {
			var x [planes]Plane
			for p, v := range colour {
				x[p] = NewPlane(c.w, y1-y0)
				for i := range x[p].Pix {
					x[p].Pix[i] = v
				}
			}
			each(y0, c.show(x, false))
		})
	}
	switch {
	case !c.hasTop: // x_T: mid-gray
		flat([planes]int32{8 << c.depth})
	case len(c.scales) == 1: // a single pixel
		flat([planes]int32{c.top[0] << 4, c.top[1] << 4, c.top[2] << 4})
	case c.exactAt == len(c.scales)-1:
		// The thumbnail is cut. A single sample is not the picture's mean: the picture is flat, at seven
		// eighths of the way from gray to it.
		flat([planes]int32{14*c.top[0] + 2<<(c.depth-1), 14 * c.top[1], 14 * c.top[2]})
	case c.Exact():
		s := &c.scales[1]
		c.eachStrip(func(y0, y1 int) {
			x := c.strip(&c.exact, 0, y0/2, (y1+1)/2, c.net.lifting.Synthesize, s.values)
			each(y0, c.show(x, true))
		})
	default:
		ll, shift, d := c.estimate()
		c.eachStrip(func(y0, y1 int) {
			x := c.strip(ll, shift, y0/2, (y1+1)/2, c.net.lifting.Estimate, func(i, y int, rows Plane) {
				copy(rows.Pix, d[i].Pix[y*rows.W:])
			})
			each(y0, c.show(x, false))
		})
	}
}

// eachStrip calls f for strips of rows of the image, as many at a time as there are processors. Strips begin with
// even rows.
func (c *Chain) eachStrip(f func(y0, y1 int)) {
	const rows = 2 * bandRows
	n := (c.h + rows - 1) / rows
	b := band{procs: runtime.GOMAXPROCS(0)}
	b.parallel(n, c.w*c.h*10, func(i0, i1 int) {
		for i := i0; i < i1; i++ {
			f(i*rows, min((i+1)*rows, c.h))
		}
	})
}

// values writes the exact values of coordinate i to rows, from row y on.
func (s *scale) values(i, y int, rows Plane) {
	cell, clock, dither := make([]int32, s.w), make([]uint8, s.w), make([]uint16, s.w)
	for r := range rows.H {
		s.ditherRows(dither, i, y+r, y+r+1)
		s.cells[i].load(cell, clock, (y+r)*s.w, (y+r+1)*s.w)
		for x := range rows.Row(r) {
			rows.Row(r)[x] = cell[x] - int32(dither[x])
		}
	}
}

// show turns Y, Co, Cg, in Q4 unless exact, into the samples they stand for.
func (c *Chain) show(x [planes]Plane, exact bool) []Plane {
	switch {
	case exact && c.planes == planes:
		transform.InverseColour(x[0].Pix, x[1].Pix, x[2].Pix)
	case c.planes == planes:
		transform.EstimateColour(x[0].Pix, x[1].Pix, x[2].Pix)
	case !exact:
		for i, v := range x[0].Pix {
			x[0].Pix[i] = (v + 8) >> 4
		}
	}
	if !exact && !c.Exact() {
		top := int32(1)<<c.depth - 1
		for p := range c.planes {
			for i, v := range x[p].Pix {
				x[p].Pix[i] = clamp(v, 0, top)
			}
		}
	}
	return x[:c.planes]
}

// estimate asks the network once more about every scale that is not exact, now that more is known than when its
// last pass was predicted. It returns the image at scale 1, how many fractional bits that lacks of Q4, and the means
// of scale 1's details, Q4. The last scale that it asks about may be one whose first pass is due; of those after,
// the means are taken as zero.
func (c *Chain) estimate() (ll *[planes]Plane, shift uint, d *details) {
	ll, shift = &c.exact, 4
	for l := c.exactAt; l >= 1; l-- {
		s := &c.scales[l]
		d = c.newDetails(s)
		if s.begun() {
			c.eachBand(s, min(max(s.stage+1, 1), stages-1), false, func(b *band, _ int) bool {
				b.runTrunk(ll, shift)
				return b.runHeads(func(g, phase int) bool { return b.advance(g, phase, nil, d) })
			})
		}
		if l > 1 {
			x := c.merge(s, ll, shift, d, c.net.lifting.Estimate)
			ll, shift = &x, 0
		}
	}
	return ll, shift, d
}
