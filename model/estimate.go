package model

import (
	"sync"

	"github.com/ddpmz/ddpmz/model/internal/storage"
)

// estimates asks the network once more about every scale that is not exact, now that more is known than when its
// last pass was predicted, and gives each the rows of the image, in Q4, from row y on. The last scale that it asks about
// may be one whose first pass is due; of those after, the means are taken as zero. It may call each from several
// goroutines at once.
func (c *Chain) estimates(each func(rows *ycc, y int)) {
	seen := c.parentOf(&c.scales[c.exactAt])
	for l := c.exactAt; l > 1; l-- {
		s := &c.scales[l]
		d := c.newImage(s.fw, s.fh, c.planes)
		if c.asked(s) {
			c.eachBand(s, c.shown(s), seen, false, func(b *band, _ int) bool { return b.estimate(d) })
		}
		c.merge(d, seen.image, seen.shift, 4, c.workOf(l))
		seen = parent{image: d, records: s.records, w: s.w}
	}
	s := &c.scales[1]
	if !c.asked(s) {
		c.eachStrip(func(x *ycc, y0, y1 int) {
			rows := c.strip(x, seen.image, seen.shift, 4, y0/2, (y1+1)/2, func(_ int, rows *ycc) {
				for p := range rows {
					clear(rows[p].Pix)
				}
			})
			each(&rows, y0)
		})
		return
	}
	r := newRoll(c)
	c.eachBand(s, c.shown(s), seen, false, func(b *band, number int) bool {
		d := r.take(number)
		ok := b.estimate(d)
		for _, k := range r.done(number, d) {
			x := r.scratch()
			rows := c.strip(x, seen.image, seen.shift, 4, bandEdge(s.h, k), bandEdge(s.h, k+1), r.fill)
			each(&rows, 2*bandEdge(s.h, k))
			r.shown(k, x)
		}
		return ok
	})
}

// asked reports whether the network is asked about a scale for a picture: if its first pass is due. While no coordinate
// has advanced since the thumbnail, the picture stays as it was then: that passes are empty tells too little.
func (c *Chain) asked(s *scale) bool { return s.begun && (c.told.Load() || s.number == c.exactAt) }

// shown returns the stage at which it is asked.
func (c *Chain) shown(s *scale) int {
	if !c.told.Load() {
		return 1
	}
	return min(max(s.stage+1, 1), stages-1)
}

// estimate notes in d what is thought of the band's coordinates.
func (b *band) estimate(d *storage.Image) bool {
	b.runTrunk(true)
	clear(b.learned.LastLayers[:]) // what coarser scales have taught made no picture better and smooth ones worse
	return b.runHeads(func(g, phase, y0 int) bool { return b.codePhase(g, phase, y0, nil, d) })
}

// A roll holds the estimates of scale 1, of a few bands at a time: the rows that a band makes up can be put together
// when the bands before and after it are estimated too.
type roll struct {
	c       *Chain
	mu      sync.Mutex
	bands   []*storage.Image // from done on, until the strips that they are part of are shown
	missing []int            // by strip, bands that are not done
	wanted  []int            // by band, strips that are not shown
	spare   []*storage.Image
	strips  []*ycc
}

func newRoll(c *Chain) *roll {
	n := bandsOf(c.scales[1].h)
	r := &roll{c: c, bands: make([]*storage.Image, n), missing: make([]int, n), wanted: make([]int, n)}
	for k := range n {
		first, last := r.around(k)
		r.missing[k], r.wanted[k] = last-first+1, last-first+1
	}
	return r
}

// around returns the first and the last of the bands that strip k depends on, which are those that band k is part of.
func (r *roll) around(k int) (first, last int) { return max(0, k-1), min(k+1, len(r.bands)-1) }

// take returns room for a band's coefficients.
func (r *roll) take(number int) *storage.Image {
	s := &r.c.scales[1]
	top := bandEdge(s.h, number)
	h := min(2*bandEdge(s.h, number+1), s.fh) - 2*top
	r.mu.Lock()
	defer r.mu.Unlock()
	var d *storage.Image
	if n := len(r.spare); n > 0 {
		d, r.spare = r.spare[n-1], r.spare[:n-1]
	} else {
		d = r.c.newImage(s.fw, 2*mostRows(s.h), s.planes)
	}
	d.Top, d.H = top, h
	return d
}

// done takes the coefficients of a band and returns the strips that can be put together now.
func (r *roll) done(number int, d *storage.Image) (ready []int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.bands[number] = d
	first, last := r.around(number)
	for k := first; k <= last; k++ {
		if r.missing[k]--; r.missing[k] == 0 {
			ready = append(ready, k)
		}
	}
	return ready
}

// scratch returns room for a strip.
func (r *roll) scratch() *ycc {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n := len(r.strips); n > 0 {
		x := r.strips[n-1]
		r.strips = r.strips[:n-1]
		return x
	}
	return new(ycc)
}

// fill writes the coefficients of scale 1 to rows, of which the first is row y of the image.
func (r *roll) fill(y int, rows *ycc) {
	s := &r.c.scales[1]
	for p := range s.planes {
		for from, x := 0, rows[p]; from < x.H; {
			d := r.at(y + from)
			to := min(x.H, 2*d.Top+d.H-y)
			d.Load(x.Pix[from*x.W:to*x.W], p, y+from-2*d.Top)
			from = to
		}
	}
	s.putSparse(y, rows, 4)
}

// at returns the coefficients of the band that row y of the image is of.
func (r *roll) at(y int) *storage.Image {
	h := r.c.scales[1].h
	k := int(int64(y/2) * int64(len(r.bands)) / int64(h))
	for bandEdge(h, k+1) <= y/2 {
		k++
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.bands[k]
}

// shown notes that strip k, which was made in x, is no longer needed.
func (r *roll) shown(k int, x *ycc) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.strips = append(r.strips, x)
	first, last := r.around(k)
	for i := first; i <= last; i++ {
		if r.wanted[i]--; r.wanted[i] == 0 {
			r.spare = append(r.spare, r.bands[i])
			r.bands[i] = nil
		}
	}
}
