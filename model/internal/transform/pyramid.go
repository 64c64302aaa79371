package transform

import "github.com/ddpmz/ddpmz/model/internal/parallel"

// A Plane is H rows of W integers.
type Plane struct {
	W, H int
	Pix  []int32
}

// NewPlane returns a zero plane.
func NewPlane(w, h int) Plane { return Plane{w, h, make([]int32, w*h)} }

// Row returns row y.
func (p Plane) Row(y int) []int32 { return p.Pix[y*p.W : (y+1)*p.W : (y+1)*p.W] }

// Clone returns a copy of p.
func (p Plane) Clone() Plane { return Plane{p.W, p.H, append([]int32(nil), p.Pix...)} }

// Sixteenths returns the plane in Q4.
func (p Plane) Sixteenths() Plane {
	q := p.Clone()
	for i := range q.Pix {
		q.Pix[i] <<= 4
	}
	return q
}

// A Wavelet splits a plane of a scale, in place, into a coarser image and details: it is a Lifting, or that of upsampled chroma.
// The coefficients are stored in place of the samples: site (x, y) is the square of 2x2 samples from (2x, 2y) on, with a sample
// of the coarser image at its origin and each subband's detail at the subband's Offset from there.
type Wavelet interface {
	Split(x Plane)

	// Merge undoes Split, in place. If frac is 4, the coefficients are estimates in Q4, and so is the result. Where they
	// are integers it is exact. Otherwise frac is 0.
	Merge(x Plane, frac uint)
}

// Subbands of a scale: details across columns, across rows, across both.
const (
	HL = iota
	LH
	HH
	Subbands // how many there are
)

// SubbandSize returns the size of a subband of the split of a w x h plane. The grid of a scale has
// ceil(w/2) x ceil(h/2) sites; where a subband has no coefficient at a site, encoder and decoder take it to be
// zero.
func SubbandSize(w, h, subband int) (int, int) {
	lw, lh := (w+1)/2, (h+1)/2
	switch subband {
	case HL:
		return w - lw, lh
	case LH:
		return lw, h - lh
	}
	return w - lw, h - lh
}

// Scales returns the number of splits after which a w x h plane has become one coefficient.
func Scales(w, h int) int {
	n := 0
	for ; w > 1 || h > 1; n++ {
		w, h = (w+1)/2, (h+1)/2
	}
	return n
}

// Split splits x first along rows, then columns.
func (l *Lifting) Split(x Plane) {
	l.splitRows(x)
	l.splitColumns(x)
}

// splitRows is split along the rows of x, in place: averages in even columns, details in odd ones.
func (l *Lifting) splitRows(x Plane) {
	parallel.Chunks(x.H, func(y0, y1 int) {
		s, d := make([]int32, (x.W+1)/2), make([]int32, x.W/2)
		for y := y0; y < y1; y++ {
			row := x.Row(y)
			l.split(row, s, d)
			for i, v := range s {
				row[2*i] = v
			}
			for i, v := range d {
				row[2*i+1] = v
			}
		}
	})
}

// Merge undoes Split. See divide for how it treats estimates.
func (l *Lifting) Merge(x Plane, frac uint) {
	l.mergeColumns(x, frac)
	l.mergeRows(x, frac)
}

// mergeRows undoes splitRows, of samples with frac fractional bits.
func (l *Lifting) mergeRows(x Plane, frac uint) {
	s, d := make([]int32, (x.W+1)/2), make([]int32, x.W/2)
	for y := range x.H {
		row := x.Row(y)
		for i := range s {
			s[i] = row[2*i]
		}
		for i := range d {
			d[i] = row[2*i+1]
		}
		l.merge(row, s, d, frac)
	}
}

// Offset returns the position of the subband's detail in the square of a site.
func Offset(subband int) (x, y int) {
	switch subband {
	case HL:
		return 1, 0
	case LH:
		return 0, 1
	}
	return 1, 1
}

// Pick copies to dst every second sample of every second row of p, from (x, y) on: a subband of what Split leaves.
func (p Plane) Pick(dst Plane, x, y int) {
	for j := range dst.H {
		row, to := p.Row(2*j + y)[x:], dst.Row(j)
		for i := range to {
			to[i] = row[2*i]
		}
	}
}

// Place undoes Pick.
func (p Plane) Place(src Plane, x, y int) {
	for j := range src.H {
		row := p.Row(2*j + y)
		for i, v := range src.Row(j) {
			row[2*i+x] = v
		}
	}
}

// Analyse splits x into its coarser half ll and three subbands of details.
func Analyse(w Wavelet, x Plane) (ll Plane, detail [Subbands]Plane) {
	x = x.Clone()
	w.Split(x)
	ll = NewPlane((x.W+1)/2, (x.H+1)/2)
	x.Pick(ll, 0, 0)
	for b := range detail {
		detail[b] = NewPlane(SubbandSize(x.W, x.H, b))
		dx, dy := Offset(b)
		x.Pick(detail[b], dx, dy)
	}
	return ll, detail
}

// Synthesize undoes Analyse, and returns a plane of width x height. frac is that of Wavelet.Merge.
func Synthesize(w Wavelet, width, height int, ll Plane, detail [Subbands]Plane, frac uint) Plane {
	x := NewPlane(width, height)
	x.Place(ll, 0, 0)
	for b, d := range detail {
		dx, dy := Offset(b)
		x.Place(d, dx, dy)
	}
	w.Merge(x, frac)
	return x
}

// Resize changes the size of p, and keeps its storage if that is large enough. Afterwards its samples are arbitrary.
func (p *Plane) Resize(w, h int) {
	p.W, p.H = w, h
	if w*h > cap(p.Pix) {
		p.Pix = make([]int32, w*h)
	}
	p.Pix = p.Pix[:w*h]
}
