package transform

// A Plane is H rows of W integers.
type Plane struct {
	W, H int
	Pix  []int32
}

// NewPlane returns a zero plane.
func NewPlane(w, h int) Plane { return Plane{w, h, make([]int32, w*h)} }

// Row returns row y.
func (p Plane) Row(y int) []int32 { return p.Pix[y*p.W : (y+1)*p.W : (y+1)*p.W] }

func (p Plane) Clone() Plane { return Plane{p.W, p.H, append([]int32(nil), p.Pix...)} }

// Sixteenths returns the plane in Q4.
func (p Plane) Sixteenths() Plane {
	q := p.Clone()
	for i := range q.Pix {
		q.Pix[i] <<= 4
	}
	return q
}

// Bands of a scale: details across columns, across rows, across both.
const (
	HL = iota
	LH
	HH
	Bands // how many there are
)

// BandSize returns the size of a band of the split of a w x h plane. The grid of a scale's sites has
// ceil(w/2) x ceil(h/2) sites; where a band has no coefficient at a site, it counts as a zero that both
// sides know.
func BandSize(w, h, band int) (int, int) {
	lw, lh := (w+1)/2, (h+1)/2
	switch band {
	case HL:
		return w - lw, lh
	case LH:
		return lw, h - lh
	}
	return w - lw, h - lh
}

// Scales returns the number of splits that take a w x h plane down to one coefficient.
func Scales(w, h int) int {
	n := 0
	for ; w > 1 || h > 1; n++ {
		w, h = (w+1)/2, (h+1)/2
	}
	return n
}

// Analyse splits x into its coarser half ll and three bands of details, first along rows, then columns.
func (l *Lifting) Analyse(x Plane) (ll Plane, detail [Bands]Plane) {
	lw := (x.W + 1) / 2
	lo, hi := NewPlane(lw, x.H), NewPlane(x.W-lw, x.H)
	for y := range x.H {
		l.split(x.Row(y), lo.Row(y), hi.Row(y))
	}
	ll = NewPlane(lw, (x.H+1)/2)
	for b := range detail {
		detail[b] = NewPlane(BandSize(x.W, x.H, b))
	}
	l.splitRows(lo, ll, detail[LH])
	l.splitRows(hi, detail[HL], detail[HH])
	return ll, detail
}

// Synthesize undoes Analyse into a plane of w x h. It overwrites its inputs.
func (l *Lifting) Synthesize(w, h int, ll Plane, detail [Bands]Plane) Plane {
	return l.synthesize(w, h, ll, detail, 0)
}

// Estimate is Synthesize for estimates in Q4; see divide. Where they are integers it is exact. It overwrites its
// inputs.
func (l *Lifting) Estimate(w, h int, ll Plane, detail [Bands]Plane) Plane {
	return l.synthesize(w, h, ll, detail, 4)
}

func (l *Lifting) synthesize(w, h int, ll Plane, detail [Bands]Plane, frac uint) Plane {
	lw := (w + 1) / 2
	lo, hi := NewPlane(lw, h), NewPlane(w-lw, h)
	l.mergeRows(lo, ll, detail[LH], frac)
	l.mergeRows(hi, detail[HL], detail[HH], frac)
	x := NewPlane(w, h)
	for y := range h {
		l.merge(x.Row(y), lo.Row(y), hi.Row(y), frac)
	}
	return x
}

// Resize gives p a new size in the storage it has if that is large enough. Its values are arbitrary after.
func (p *Plane) Resize(w, h int) {
	p.W, p.H = w, h
	if w*h > cap(p.Pix) {
		p.Pix = make([]int32, w*h)
	}
	p.Pix = p.Pix[:w*h]
}
