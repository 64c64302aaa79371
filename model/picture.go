package model

import (
	"runtime"

	"github.com/ddpmz/ddpmz/model/internal/fixed"
	"github.com/ddpmz/ddpmz/model/internal/parallel"
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/storage"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// A ycc is rows of the image in luma and chroma. Planes that the image does not have are empty.
type ycc [process.Planes]Plane

// rows returns rows [y0,y1), which share the storage of x.
func (x *ycc) rows(y0, y1 int) (r ycc) {
	for p, v := range x {
		if v.W > 0 {
			r[p] = Plane{W: v.W, H: y1 - y0, Pix: v.Pix[y0*v.W : y1*v.W]}
		}
	}
	return r
}

// strip returns the rows of the image that rows [y0,y1) of sites of scale 1 make up, in Q4 if frac is 4, or else as integers, in the
// storage of x. They are the same as if all rows were merged at once. shift takes the coarser image to the same format. fill writes
// the coefficients of scale 1 to rows, of which the first is row y of the image.
func (c *Chain) strip(x *ycc, coarser *storage.Image, shift, frac uint, y0, y1 int, fill func(y int, rows *ycc)) ycc {
	s := &c.scales[1]
	top, bottom := max(0, y0-storage.MergeHalo), min(s.h, y1+storage.MergeHalo)
	for p := range c.planes {
		x[p].Resize(s.fw, min(2*bottom, s.fh)-2*top)
	}
	fill(2*top, x)
	for p := range c.planes {
		storage.MergeRows(c.Colour.Wavelet(c.net.Lifting(), 1, p), x[p], coarser, p, top, shift, frac)
	}
	return x.rows(2*(y0-top), min(2*y1, s.fh)-2*top)
}

// Exact reports whether all passes are complete, so that Picture, unless it is reduced, returns the image itself.
func (c *Chain) Exact() bool { return c.hasTop && c.exactAt == 0 }

// Picture returns the picture that the present state stands for: the image itself once it is known, and until then the model's
// estimate x̂_0 (eq. 15), clipped to the range of samples. Planes are gray or R, G, B. The state does not change.
func (c *Chain) Picture() []Plane {
	x := make([]Plane, c.planes)
	w, h := c.pictureSize()
	for p := range x {
		x[p] = NewPlane(w, h)
	}
	c.Strips(func(y int, rows []Plane) {
		for p, r := range rows {
			copy(x[p].Pix[y*w:], r.Pix)
		}
	})
	return x
}

// Strips calls each with the rows of Picture, a strip at a time that begins with row y, since all rows at once would take much
// memory. It may call each from several goroutines at once, but never twice with the same row. After each has returned, the rows
// are overwritten.
func (c *Chain) Strips(each func(y int, rows []Plane)) {
	w, _ := c.pictureSize()
	flat := func(colour [process.Planes]int32, exact bool) { // luma and chroma, in Q4 unless exact
		c.eachStrip(func(x *ycc, y0, y1 int) {
			for p := range c.planes {
				x[p].Resize(w, y1-y0)
				for i := range x[p].Pix {
					x[p].Pix[i] = colour[p]
				}
			}
			each(y0, c.samples(x, exact))
		})
	}
	switch {
	case !c.hasTop: // x_T: mid-gray
		flat([process.Planes]int32{c.Colour.Middle(c.depth)}, false)
	case len(c.scales) == 1: // an image of a single pixel, which estimates do not give exactly in all colours
		flat(c.top, true)
	case c.Reduction.Scales >= len(c.scales)-1: // a single pixel
		flat([process.Planes]int32{c.top[0] << 4, c.top[1] << 4, c.top[2] << 4}, false)
	case c.exactAt == len(c.scales)-1:
		flat(c.meanColour(), false) // the first pass is incomplete
	case c.Reduction.Scales > 0 && c.exactAt <= c.Reduction.Scales:
		c.eachRow(&c.ll[c.Reduction.Scales], 4, each)
	case c.merged:
		c.eachRow(&c.ll[c.Reduction.Scales], 0, each)
	case c.Exact():
		c.eachStrip(func(x *ycc, y0, y1 int) {
			rows := c.strip(x, &c.ll[1], 0, 0, y0/2, (y1+1)/2, c.scales[1].values)
			each(y0, c.samples(&rows, true))
		})
	default:
		weight := c.blendWeight()
		var mean [process.Planes]int32
		if weight < fullWeight {
			mean = c.meanColour()
		}
		c.estimates(func(rows *ycc, y0 int) {
			if weight < fullWeight {
				for p, v := range mean {
					for i, x := range rows[p].Pix {
						rows[p].Pix[i] = (weight*x + (fullWeight-weight)*v) >> 3
					}
				}
			}
			each(y0, c.samples(rows, false))
		})
	}
}

// meanColour returns the mean of the coarsest image that is exact, in luma and chroma, Q4. As long as that image is a single sample,
// it differs from the mean of the picture, and the result is seven eighths of the way from gray to it.
func (c *Chain) meanColour() (v [process.Planes]int32) {
	if c.exactAt == len(c.scales)-1 {
		return [process.Planes]int32{14*c.top[0] + c.Colour.Middle(c.depth)>>3, 14 * c.top[1], 14 * c.top[2]}
	}
	ll := &c.ll[c.exactAt]
	sites := make([]int32, ll.W*ll.H) // 2 or 4, of the thumbnail
	for p := range c.planes {
		ll.Load(sites, p, 0)
		for _, x := range sites {
			v[p] += x << 4
		}
		v[p] /= int32(len(sites))
	}
	return v
}

// fullWeight is the blendWeight with which a picture is the network's estimate.
const fullWeight = 8

// blendWeight returns the weight of the network's estimate in a picture, in eighths; the rest is the mean colour. It is a half while
// only the thumbnail is known, which is as noisy as a few samples; seven eighths while the first stage after it is the last, which
// only codes the largest coefficients of the next scale; and then all.
func (c *Chain) blendWeight() int32 {
	n := len(c.scales) - 1
	switch {
	case !c.coded.Load():
		return fullWeight / 2
	case c.exactAt == n-1 && c.scales[n-1].stage <= 0:
		return 7
	}
	return fullWeight
}

// stripRows is how many rows of the image a strip has.
const stripRows = 2 * bandRows

// eachStrip calls f for strips of rows [y0,y1) of the picture, as many at a time as there are processors, with scratch for each. Strips
// begin with even rows.
func (c *Chain) eachStrip(f func(x *ycc, y0, y1 int)) {
	w, h := c.pictureSize()
	n := (h + stripRows - 1) / stripRows
	scratch := make([]ycc, runtime.GOMAXPROCS(0))
	parallel.Ranges(len(scratch), n, w*h*10, func(worker, i0, i1 int) {
		for i := i0; i < i1; i++ {
			f(&scratch[worker], i*stripRows, min((i+1)*stripRows, h))
		}
	})
}

// values writes the exact coefficients of scale 1 to rows, of which the first is row y of the image.
func (s *scale) values(y int, rows *ycc) {
	cell, clock, dither := make([]int32, s.w), make([]uint8, s.w), make([]uint16, s.w)
	for i := range transform.Subbands * s.planes {
		p := &rows[i/transform.Subbands]
		dx, dy := transform.Offset(i % transform.Subbands)
		for r := dy; r < p.H; r += 2 {
			site := (y + r) / 2
			s.dither().Rows(dither, i, site, site+1)
			s.cells[i].LoadCells(cell, clock, site*s.w, (site+1)*s.w)
			row := p.Row(r)
			for x := dx; x < len(row); x += 2 {
				row[x] = cell[x/2] - int32(dither[x/2])
			}
			if s.absent>>i&1 == 1 {
				for x := dx; x < len(row); x += 2 {
					row[x] = 0
				}
			}
		}
	}
	s.putSparse(y, rows, 0)
}

// samples returns the samples that luma and chroma, in Q4 unless exact, stand for, in the same storage.
func (c *Chain) samples(x *ycc, exact bool) []Plane {
	switch {
	case exact && c.planes == process.Planes:
		c.Colour.Inverse(x[0].Pix, x[1].Pix, x[2].Pix)
	case c.planes == process.Planes:
		c.Colour.Estimate(x[0].Pix, x[1].Pix, x[2].Pix)
	case !exact:
		for i, v := range x[0].Pix {
			x[0].Pix[i] = (v + 8) >> 4
		}
	}
	if !exact && (!c.Exact() || c.Reduction.Scales > 0) || c.Clip {
		top := int32(1)<<c.depth - 1
		for p := range c.planes {
			for i, v := range x[p].Pix {
				x[p].Pix[i] = fixed.Clamp(v, 0, top)
			}
		}
	}
	return x[:c.planes]
}

// newCoarse returns an image of the first planes of the chain's samples, all zero.
func (c *Chain) newImage(w, h, planes int) *storage.Image {
	return storage.NewImage(w, h, planes, c.extraDepth)
}

// merge makes d, which holds coefficients, an image, of these and of the coarser image: in Q4 if frac is 4. Shifted up by
// shift bits, the coarser image is in the same units. work is scratch.
func (c *Chain) merge(d, coarser *storage.Image, shift, frac uint, work *workspace) {
	parallel.Ranges(runtime.GOMAXPROCS(0), c.planes, c.planes*d.W*d.H*4, func(_, p0, p1 int) {
		for p := p0; p < p1; p++ {
			work.mergers[p].MergePlane(c.net.Lifting(), d, coarser, p, shift, frac)
		}
	})
}
