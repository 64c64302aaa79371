package kernel

// Tensor is a plane of H x W sites, each of C int16 channels that lie side by
// side (NHWC). A border of one zero site surrounds the plane, so that a 3x3
// kernel needs no case for the edge. H, W and C are there to be read: Reset sets
// them.
type Tensor struct {
	H, W, C int
	data    []int16 // (H+2) x (W+2) x C, from the border's top left site on
}

// NewTensor returns a tensor of zeros. The caller bounds the sizes: that
// (h+2)*(w+2)*c elements can be allocated is not checked here.
func NewTensor(h, w, c int) *Tensor {
	t := new(Tensor)
	t.Reset(h, w, c)
	return t
}

// Reset gives t a new shape, in the storage it has if that is large enough, with
// a border of zeros. What the sites inside hold afterwards is arbitrary: write
// every one of them before reading.
func (t *Tensor) Reset(h, w, c int) {
	n := size(h, w, c)
	if t.H == h && t.W == w && t.C == c && len(t.data) == n {
		return // the border is as it was
	}
	t.H, t.W, t.C = h, w, c
	if !t.Holds(h, w, c) {
		t.data = make([]int16, n)
		return
	}
	t.data = t.data[:n]
	row := t.rowStride()
	clear(t.data[:row+c])
	for y := 1; y <= h; y++ {
		clear(t.data[(y+1)*row-c : (y+1)*row+c]) // right end of this row, left end of the next
	}
	clear(t.data[n-row:])
}

// Holds reports whether the storage of t is large enough for a shape.
func (t *Tensor) Holds(h, w, c int) bool { return size(h, w, c) <= cap(t.data) }

// Bytes returns how many bytes a tensor of a shape holds.
func Bytes(h, w, c int) int64 { return 2 * int64(h+2) * int64(w+2) * int64(c) }

// size returns how many elements a tensor of a shape has, with its border.
func size(h, w, c int) int { return (h + 2) * (w + 2) * c }

// Site returns the C channels of the site in row y (0 to H-1) and column x (0
// to W-1).
func (t *Tensor) Site(y, x int) []int16 {
	i := t.index(y, x)
	return t.data[i : i+t.C : i+t.C]
}

// Row returns the W*C channels of row y (0 to H-1).
func (t *Tensor) Row(y int) []int16 {
	i := t.index(y, 0)
	return t.data[i : i+t.W*t.C : i+t.W*t.C]
}

// Part returns rows y0 to y1-1 of t as a tensor in the same storage. Its border
// is t's rows above and below them.
func (t *Tensor) Part(y0, y1 int) *Tensor {
	row := t.rowStride()
	return &Tensor{H: y1 - y0, W: t.W, C: t.C, data: t.data[y0*row : (y1+2)*row]}
}

// Scroll moves all rows up by n: row n becomes the first. The first n are lost,
// and the last n hold what they held.
func (t *Tensor) Scroll(n int) {
	row := t.rowStride()
	copy(t.data[row:(t.H+1-n)*row], t.data[(n+1)*row:(t.H+1)*row])
}

// index is the position in data of the site's first channel. Row and column may
// be -1 or one past the end: that is the border.
func (t *Tensor) index(y, x int) int { return ((y+1)*(t.W+2) + x + 1) * t.C }

// rowStride is the number of elements from a site to the one below it.
func (t *Tensor) rowStride() int { return (t.W + 2) * t.C }

// View selects sites and channels of a tensor: its site (y, x) is the tensor's
// site (y*Step+Y, x*Step+X), its channel c the tensor's channel Channel+c. With
// Step 2 and Y, X in {0, 1} it is one of the four phases of the plane.
//
// Step 0 means 1, so View{T: t} is all of t; View{} stands for no tensor at all.
type View struct {
	T       *Tensor
	Step    int
	Y, X    int
	Channel int
}

// step returns the distance between neighbouring sites, in sites of the tensor.
func (v View) step() int {
	if v.Step == 0 {
		return 1
	}
	return v.Step
}

// covers reports whether the view has h x w sites of c channels inside the
// tensor's plane.
func (v View) covers(h, w, c int) bool {
	s := v.step()
	return v.T != nil && s > 0 && v.Y >= 0 && v.X >= 0 && v.Channel >= 0 &&
		v.Channel+c <= v.T.C &&
		(h-1)*s+v.Y < v.T.H && (w-1)*s+v.X < v.T.W
}

// row returns the tensor's data from pad sites above and left of the view's site
// (y, x) on, and the number of elements from one of the row's sites to the next. It
// returns nil for View{}.
func (v View) row(y, x, pad int) (data []int16, stride int) {
	if v.T == nil {
		return nil, 0
	}
	s := v.step()
	return v.T.data[v.T.index(y*s+v.Y-pad, x*s+v.X-pad)+v.Channel:], s * v.T.C
}

// rowStride is the number of elements from a site to the one below it, 0 for View{}.
func (v View) rowStride() int {
	if v.T == nil {
		return 0
	}
	return v.step() * v.T.rowStride()
}
