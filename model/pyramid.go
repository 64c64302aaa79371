package model

// A Plane is H rows of W integers.
type Plane struct {
	W, H int
	Pix  []int32
}

// NewPlane returns a zero plane.
func NewPlane(w, h int) Plane { return Plane{w, h, make([]int32, w*h)} }

// Row returns row y.
func (p Plane) Row(y int) []int32 { return p.Pix[y*p.W : (y+1)*p.W : (y+1)*p.W] }

func (p Plane) clone() Plane { return Plane{p.W, p.H, append([]int32(nil), p.Pix...)} }

// sixteenths returns the plane in Q4.
func (p Plane) sixteenths() Plane {
	q := p.clone()
	for i := range q.Pix {
		q.Pix[i] <<= 4
	}
	return q
}

// Bands of a scale: details across columns, across rows, across both.
const (
	bandHL = iota
	bandLH
	bandHH
	bands
)

// bandSize returns the size of a band of the split of a w x h plane. The grid of a scale's sites has
// ceil(w/2) x ceil(h/2) sites; where a band has no coefficient at a site, it counts as a zero that both
// sides know.
func bandSize(w, h, band int) (int, int) {
	lw, lh := (w+1)/2, (h+1)/2
	switch band {
	case bandHL:
		return w - lw, lh
	case bandLH:
		return lw, h - lh
	}
	return w - lw, h - lh
}

// scalesOf returns the number of splits that take a w x h plane down to one coefficient.
func scalesOf(w, h int) int {
	n := 0
	for ; w > 1 || h > 1; n++ {
		w, h = (w+1)/2, (h+1)/2
	}
	return n
}

// analyse splits x into its coarser half ll and three bands of details, first along rows, then columns.
func (l *lifting) analyse(x Plane) (ll Plane, detail [bands]Plane) {
	lw := (x.W + 1) / 2
	lo, hi := NewPlane(lw, x.H), NewPlane(x.W-lw, x.H)
	for y := range x.H {
		l.split(x.Row(y), lo.Row(y), hi.Row(y))
	}
	ll = NewPlane(lw, (x.H+1)/2)
	for b := range detail {
		detail[b] = NewPlane(bandSize(x.W, x.H, b))
	}
	l.splitRows(lo, ll, detail[bandLH])
	l.splitRows(hi, detail[bandHL], detail[bandHH])
	return ll, detail
}

// synthesize undoes analyse into a plane of w x h. It overwrites its inputs.
func (l *lifting) synthesize(w, h int, ll Plane, detail [bands]Plane) Plane {
	lw := (w + 1) / 2
	lo, hi := NewPlane(lw, h), NewPlane(w-lw, h)
	l.mergeRows(lo, ll, detail[bandLH])
	l.mergeRows(hi, detail[bandHL], detail[bandHH])
	x := NewPlane(w, h)
	for y := range h {
		l.merge(x.Row(y), lo.Row(y), hi.Row(y))
	}
	return x
}

// resize gives p a new size in the storage it has if that is large enough. Its values are arbitrary after.
func (p *Plane) resize(w, h int) {
	p.W, p.H = w, h
	if w*h > cap(p.Pix) {
		p.Pix = make([]int32, w*h)
	}
	p.Pix = p.Pix[:w*h]
}
