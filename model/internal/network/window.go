package network

import (
	"github.com/ddpmz/ddpmz/model/internal/kernel"
	"github.com/ddpmz/ddpmz/model/internal/storage"
)

// What is computed of a band row by row need not be held for all its rows: windows and rings hold the last of them,
// as many as the next layer still reads. Rows are numbered as those of the scale.

// A window holds rows of a layer and slides down the scale. Beyond the scale's rows and columns it is zero, as
// convolutions want it.
type window struct {
	kernel.Tensor
	top int // the row that the tensor begins with
	end int // the row after the last that is computed
}

// begin makes w an empty window of a number of rows, which begins with row top. If its storage is too small, it gets
// one for most rows.
func (w *window) begin(top, rows, most, width, channels int) {
	if !w.Holds(rows, width, channels) {
		w.Reset(most, width, channels)
	}
	w.Reset(rows, width, channels)
	w.top, w.end = top, top
}

// Row returns row y.
func (w *window) Row(y int) []int16 { return w.Tensor.Row(y - w.top) }

// part returns rows [y0,y1) as a tensor, with the rows around them as its border.
func (w *window) part(y0, y1 int) *kernel.Tensor { return w.Part(y0-w.top, y1-w.top) }

// slideTo slides w down, unless it is there already, so that it begins with row y. It loses the rows above.
func (w *window) slideTo(y int) {
	if y > w.top {
		w.Scroll(y - w.top)
		w.top = y
	}
}

// finishTo notes that all rows above row y are computed, and clears row y if that is the one below a scale of h rows.
func (w *window) finishTo(y, h int) {
	if w.end = y; y == h && y-w.top < w.H {
		clear(w.Row(y))
	}
}

// A ring holds the last rows of a plane.
type ring[T any] struct {
	w, n int
	pix  []T
}

// begin makes r a ring of n rows of width w.
func (r *ring[T]) begin(w, n int) { r.w, r.n, r.pix = w, n, storage.Resize(r.pix, w*n, w*n) }

// row returns row y, in the place of row y-n.
func (r *ring[T]) row(y int) []T {
	i := y % r.n * r.w
	return r.pix[i : i+r.w : i+r.w]
}
