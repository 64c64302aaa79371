package storage

import (
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// An Image is what is known of an image of the wavelet pyramid, or of rows of it, in luma and chroma. Its samples are exact or
// estimates in Q4; estimates that do not fit, beyond 2048 grey levels of 8-bit samples, become the outermost that do. Before it
// is merged with the coarser image, it holds the coefficients of the scale between them, where transform.Lifting.Merge expects
// these. Planes that are not coded are empty.
type Image struct {
	Top    int // the row of sites that it begins with; twice that of samples
	W, H   int // in samples
	Planes [process.Planes]Array
}

// NewImage returns an image of the first planes, all zero, for samples of 8 + extraBits bits.
func NewImage(w, h, planes int, extraBits uint) *Image {
	d := &Image{W: w, H: h}
	for p := range planes {
		d.Planes[p] = NewArray(w*h, extraBits)
	}
	return d
}

// Clone returns a copy of d with storage of its own.
func (d Image) Clone() Image {
	for p, s := range d.Planes {
		d.Planes[p] = s.Clone()
	}
	return d
}

// SetCoefficient stores value v of coefficient i at site (x, y), if there is one.
func (d *Image) SetCoefficient(i, x, y int, v int32) {
	dx, dy := transform.Offset(i % transform.Subbands)
	if x, y = 2*x+dx, 2*(y-d.Top)+dy; x < d.W && y < d.H {
		d.Planes[i/transform.Subbands].Set(y*d.W+x, v)
	}
}

// Coefficients returns where the values of coefficient i at the sites of row y are stored: that of site x is element 2x of the array.
func (d *Image) Coefficients(i, y int) Array {
	dx, dy := transform.Offset(i % transform.Subbands)
	if y = 2*(y-d.Top) + dy; y >= d.H {
		return Array{}
	}
	p := &d.Planes[i/transform.Subbands]
	return p.Part(y*d.W+dx, d.W-dx)
}

// Load writes rows of samples of plane p, from row y on, to v.
func (d *Image) Load(v []int32, p, y int) { d.Planes[p].Load(v, y*d.W) }

const (
	// MergeHalo is how many more rows of sites, on either side, rows of samples depend on, with any lifting.
	MergeHalo = 4
	// MergedAtOnce is how many rows of sites are merged at a time.
	MergedAtOnce = 32
)

// A Merger is the scratch for merging a plane, a few rows of sites at a time. They need the coefficients of rows that those
// before them have overwritten, so these are kept.
type Merger struct {
	x    transform.Plane
	kept []int32
}

// MergePlane makes plane p of d, which holds coefficients, samples, of these and of the coarser image: in Q4 if frac is 4. Shifted
// up by shift bits, the coarser image is in the same units as the coefficients.
func (m *Merger) MergePlane(l transform.Wavelet, d, coarser *Image, p int, shift, frac uint) {
	m.kept = Resize(m.kept, 2*MergeHalo*d.W, 2*MergeHalo*d.W)
	for y0 := 0; y0 < coarser.H; y0 += MergedAtOnce {
		y1 := min(y0+MergedAtOnce, coarser.H)
		top, bottom := max(0, y0-MergeHalo), min(coarser.H, y1+MergeHalo)
		m.x.Resize(d.W, min(2*bottom, d.H)-2*top)
		x, kept := m.x, m.kept
		own := x.Pix[2*(y0-top)*d.W:]
		copy(x.Pix[:len(x.Pix)-len(own)], kept)
		d.Load(own, p, 2*y0)
		if y1 < coarser.H {
			copy(kept, x.Pix[2*(y1-MergeHalo-top)*d.W:])
		}
		MergeRows(l, x, coarser, p, top, shift, frac)
		d.Planes[p].SetAll(own[:(min(2*y1, d.H)-2*y0)*d.W], 2*y0*d.W)
	}
}

// MergeRows makes rows of coefficients, of which the first is row top of sites, rows of samples, of these and of plane p of the
// coarser image: see MergePlane for shift and frac.
func MergeRows(l transform.Wavelet, x transform.Plane, coarser *Image, p, top int, shift, frac uint) {
	sites := make([]int32, coarser.W)
	for y := 0; y < x.H; y += 2 {
		row := x.Row(y)
		coarser.Load(sites, p, top+y/2)
		for i, v := range sites {
			row[2*i] = v << shift
		}
	}
	l.Merge(x, frac)
}
