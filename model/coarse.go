package model

import (
	"runtime"

	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// A coarse is what is known of an image of the pyramid, or of rows of it, in Y, Co, Cg, exact or in Q4: two bytes a
// sample where samples have 8 bits. Estimates that do not fit, beyond 2048 grey levels, become the outermost that do.
// Before a scale is merged with the coarser image, its coefficients are in there, where transform.Lifting.Merge expects
// them. Planes that are not coded are empty.
type coarse struct {
	top    int // the row of sites that it begins with; twice that of samples
	w, h   int // samples
	planes [planes]store
}

// newCoarse returns an image of the first planes that is all zero.
func (c *Chain) newCoarse(w, h, planes int) *coarse {
	d := &coarse{w: w, h: h}
	for p := range planes {
		d.planes[p] = newStore(w*h, c.deep)
	}
	return d
}

// set notes coefficient v of coordinate i at site (x, y), if there is one.
func (d *coarse) set(i, x, y int, v int32) {
	dx, dy := transform.Offset(i % bands)
	if x, y = 2*x+dx, 2*(y-d.top)+dy; x < d.w && y < d.h {
		d.planes[i/bands].setValue(y*d.w+x, v)
	}
}

// load writes rows of plane p, from row y on, to v.
func (d *coarse) load(v []int32, p, y int) { d.planes[p].values(v, y*d.w) }

// merge makes d, of the coefficients that it holds and the coarser image, an image: in Q4 if frac is 4. Shifted up, the
// coarser image is in the same units. work is scratch.
func (c *Chain) merge(d, coarser *coarse, shift, frac uint, work *workspace) {
	parallel(runtime.GOMAXPROCS(0), c.planes, c.planes*d.w*d.h*4, func(_, p0, p1 int) {
		for p := p0; p < p1; p++ {
			work.mergers[p].plane(c.net.lifting, d, coarser, p, shift, frac)
		}
	})
}

// mergeRows is how many rows of sites are merged at a time.
const mergeRows = 32

// A merger is the scratch for merging planes, a strip at a time. A strip needs the coefficients of rows that the one
// before it has overwritten, so these are kept.
type merger struct {
	x    Plane
	kept []int32
}

// plane merges plane p of d.
func (m *merger) plane(l transform.Wavelet, d, coarser *coarse, p int, shift, frac uint) {
	m.kept = resize(m.kept, 2*stripHalo*d.w, 2*stripHalo*d.w)
	for y0 := 0; y0 < coarser.h; y0 += mergeRows {
		y1 := min(y0+mergeRows, coarser.h)
		top, bottom := max(0, y0-stripHalo), min(coarser.h, y1+stripHalo)
		m.x.Resize(d.w, min(2*bottom, d.h)-2*top)
		x, kept := m.x, m.kept
		own := x.Pix[2*(y0-top)*d.w:]
		copy(x.Pix[:len(x.Pix)-len(own)], kept)
		d.load(own, p, 2*y0)
		if y1 < coarser.h {
			copy(kept, x.Pix[2*(y1-stripHalo-top)*d.w:])
		}
		mergeWith(l, x, coarser, p, top, shift, frac)
		d.planes[p].setValues(own[:(min(2*y1, d.h)-2*y0)*d.w], 2*y0*d.w)
	}
}

// mergeWith merges rows of coefficients, of which the first is row top of sites, with plane p of the coarser image.
func mergeWith(l transform.Wavelet, x Plane, coarser *coarse, p, top int, shift, frac uint) {
	sites := make([]int32, coarser.w)
	for y := 0; y < x.H; y += 2 {
		row := x.Row(y)
		coarser.load(sites, p, top+y/2)
		for i, v := range sites {
			row[2*i] = v << shift
		}
	}
	l.Merge(x, frac)
}
