package model

import (
	"sync"

	"github.com/ddpmz/ddpmz/model/internal/storage"
)

// A bandWindow holds the estimates of a few bands of scale 1 at a time. The strip of the image that a band makes up depends on the
// bands before and after it too. It can be made when these are estimated, and a band's estimates are given up when the strips
// that depend on them have been used. Its methods may be called from several goroutines at once.
type bandWindow struct {
	c       *Chain
	mu      sync.Mutex
	bands   []*storage.Image // by band, from done on until all strips that depend on it are released
	missing []int            // by strip, how many bands that it depends on are not done
	wanted  []int            // by band, how many strips that depend on it are not released
	images  []*storage.Image // not in use
	strips  []*ycc           // not in use
}

// newBandWindow returns a bandWindow for scale 1 of a chain.
func newBandWindow(c *Chain) *bandWindow {
	n := bandsOf(c.scales[1].h)
	b := &bandWindow{c: c, bands: make([]*storage.Image, n), missing: make([]int, n), wanted: make([]int, n)}
	for k := range n {
		first, last := b.around(k)
		b.missing[k], b.wanted[k] = last-first+1, last-first+1
	}
	return b
}

// around returns the first and the last of the bands that strip k depends on; these are also the strips that depend on band k.
func (b *bandWindow) around(k int) (first, last int) { return max(0, k-1), min(k+1, len(b.bands)-1) }

// take returns an image for a band's estimates.
func (b *bandWindow) take(number int) *storage.Image {
	s := &b.c.scales[1]
	top := bandEdge(s.h, number)
	h := min(2*bandEdge(s.h, number+1), s.fh) - 2*top
	b.mu.Lock()
	defer b.mu.Unlock()
	var d *storage.Image
	if n := len(b.images); n > 0 {
		d, b.images = b.images[n-1], b.images[:n-1]
	} else {
		d = b.c.newImage(s.fw, 2*mostRows(s.h), s.planes)
	}
	d.Top, d.H = top, h
	return d
}

// done stores the estimates of a band and returns the strips that can be made now.
func (b *bandWindow) done(number int, d *storage.Image) (ready []int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.bands[number] = d
	first, last := b.around(number)
	for k := first; k <= last; k++ {
		if b.missing[k]--; b.missing[k] == 0 {
			ready = append(ready, k)
		}
	}
	return ready
}

// strip returns storage for a strip.
func (b *bandWindow) strip() *ycc {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n := len(b.strips); n > 0 {
		x := b.strips[n-1]
		b.strips = b.strips[:n-1]
		return x
	}
	return new(ycc)
}

// fill writes the estimated coefficients of scale 1 to rows, of which the first is row y of the image.
func (b *bandWindow) fill(y int, rows *ycc) {
	s := &b.c.scales[1]
	for p := range s.planes {
		for from, x := 0, rows[p]; from < x.H; {
			d := b.at(y + from)
			to := min(x.H, 2*d.Top+d.H-y)
			d.Load(x.Pix[from*x.W:to*x.W], p, y+from-2*d.Top)
			from = to
		}
	}
	s.putSparse(y, rows, 4)
}

// at returns the estimates of the band that row y of the image belongs to.
func (b *bandWindow) at(y int) *storage.Image {
	h := b.c.scales[1].h
	k := int(int64(y/2) * int64(len(b.bands)) / int64(h))
	for bandEdge(h, k+1) <= y/2 {
		k++
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.bands[k]
}

// release says that strip k, which was made in x, has been used.
func (b *bandWindow) release(k int, x *ycc) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.strips = append(b.strips, x)
	first, last := b.around(k)
	for i := first; i <= last; i++ {
		if b.wanted[i]--; b.wanted[i] == 0 {
			b.images = append(b.images, b.bands[i])
			b.bands[i] = nil
		}
	}
}
