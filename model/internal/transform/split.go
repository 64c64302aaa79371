package transform

import (
	"sync/atomic"

	"github.com/ddpmz/ddpmz/model/internal/parallel"
)

// Split replaces the planes R, G, B, which have 8 bits if c is Derived, by luma and chroma, and reports whether it could: if
// some pixel has no luma and chroma, the planes are left in an arbitrary state. Inverse undoes Split.
func (c Colour) Split(x [3]Plane) bool {
	switch {
	case !c.Derived():
		c.Forward(x[0].Pix, x[1].Pix, x[2].Pix)
		return true
	case !c.Subsampled():
		var failed atomic.Bool
		parallel.Chunks(x[0].H, func(y0, y1 int) {
			if rows := strip(x, y0, y1); !failed.Load() && !c.Derive(rows[0].Pix, rows[1].Pix, rows[2].Pix, nil) {
				failed.Store(true)
			}
		})
		return !failed.Load()
	}
	return c.splitStrips(x)
}

// Upsampled chroma is inverted in strips of stripRows rows, each with stripHalo more rows above and below. This takes little
// memory, and strips are independent of each other. Chroma of clipped samples may depend on the division into strips; the
// samples that Inverse makes do not.
const (
	stripRows = 256
	stripHalo = 16
)

// strip returns rows [y0,y1) of x, which share its storage.
func strip(x [3]Plane, y0, y1 int) [3]Plane {
	for p, v := range x {
		x[p] = Plane{v.W, y1 - y0, v.Pix[y0*v.W : y1*v.W]}
	}
	return x
}

// splitStrips is Split for a Subsampled colour.
func (c Colour) splitStrips(x [3]Plane) bool {
	w, h := x[0].W, x[0].H
	n := (h + stripRows - 1) / stripRows
	// Copies of the rows near the edges of strips: both strips need them, and each overwrites its own.
	edges := make([][3]Plane, n+1)
	for k := range edges {
		edges[k] = strip(x, max(0, min(k*stripRows, h)-stripHalo), min(k*stripRows+stripHalo, h))
		for p, v := range edges[k] {
			edges[k][p] = v.Clone()
		}
	}
	var failed atomic.Bool
	parallel.Each(n, func(k int) {
		y0, y1 := k*stripRows, min((k+1)*stripRows, h)
		top, bottom := max(0, y0-stripHalo), min(y1+stripHalo, h)
		own := strip(x, y0, y1)
		var all [3]Plane
		for p := range all {
			all[p] = NewPlane(w, bottom-top)
			copy(all[p].Pix, edges[k][p].Pix)
			copy(all[p].Pix[(y0-top)*w:], own[p].Pix)
			below := edges[k+1][p]
			copy(all[p].Pix[(y1-top)*w:], below.Pix[len(below.Pix)-(bottom-y1)*w:])
		}
		s := newChromaInverter(all, c)
		if s == nil {
			failed.Store(true)
			return
		}
		solve := s.chooseClipped // if nothing is known about the half-resolution samples
		if s.estimateHalf(c.row().upsampling) != nil {
			solve = s.resolveClipped
		}
		if !solve() {
			failed.Store(true)
			return
		}
		s.write(own, y0-top)
	})
	return !failed.Load()
}
