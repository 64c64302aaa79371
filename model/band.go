package model

import (
	"runtime"
	"sync"

	"github.com/ddpmz/ddpmz/model/internal/kernel"
)

// A pass is coded in bands of rows of sites, each by itself: it sees the rows of other bands as they were before
// the pass, has a coder of its own, and learns by itself; what all have learned is averaged afterwards. So bands
// can be coded side by side, and what coding takes of memory goes with the band and not with the image. Bands of
// 64 rows and more cost 0.006% of the bits.
const bandRows = 64

// bandsOf returns the number of bands of a scale of h rows.
func bandsOf(h int) int { return max(1, h/bandRows) }

// bandEdge returns the first row of band i, which is even: phases do not depend on bands.
func bandEdge(h, i int) int {
	n := bandsOf(h)
	if i == n {
		return h
	}
	return int(int64(h)*int64(i)/int64(n)) &^ 1
}

// Bands returns how many bands a pass is coded in, and so how many coders Advance wants.
func (c *Chain) Bands(p Pass) int {
	if p.Stage < 0 {
		return 1
	}
	return bandsOf(c.scales[p.Scale].h)
}

// textureHalo is how many rows around a site its features depend on: means over 5x5 sites of deviations over 3x3.
const textureHalo = 3

// A band is a band being coded, and the scratch for that. Everything is in a frame of rows around the band, as
// many as the network looks at: its row 0 is row top of the scale.
type band struct {
	c     *Chain
	s     *scale
	stage int
	procs int // processors for this band

	y0, y1    int // rows of sites that are coded
	top, rows int // the frame
	f0, f1    int // rows of the frame whose features the trunk reads

	dither   [coordinates][]uint16
	cell     [coordinates][]int32
	clock    [coordinates][]uint8
	traces   [coordinates][]trace // with a border of traceBorder sites
	contexts stageContexts

	level, deviation  [planes]Plane
	magnitude         [coordinates]Plane
	logBase, meanBase [coordinates][]int32 // see bases
	input, cells      kernel.Tensor
	trunk             [2]kernel.Tensor
	features          *kernel.Tensor // the trunk's output, one of trunk
	share             kernel.Tensor  // the trunk's share of a head's hidden units
	hidden, output    kernel.Tensor
}

// above keeps the last rows of a band as they were before the pass, for the next band.
type above struct {
	cells  [coordinates]store
	traces [coordinates][]storedTrace
}

// eachBand has the bands of a scale coded, by as many goroutines as there are processors, and returns whether all
// of them returned true. If keep is set, what they did to cells and traces is kept.
func (c *Chain) eachBand(s *scale, stage int, keep bool, code func(b *band, number int) bool) bool {
	n := bandsOf(s.h)
	procs := runtime.GOMAXPROCS(0)
	workers := min(n, procs)
	for len(c.spare) < workers {
		c.spare = append(c.spare, new(band))
	}
	var (
		mu   sync.Mutex
		next int
		all  = true
		last above
	)
	work := func(b *band) {
		for {
			// In order, so that the rows below are still as they were, and those above in last.
			mu.Lock()
			number := next
			if next++; number >= n || c.stopped() {
				all = all && number >= n
				mu.Unlock()
				return
			}
			b.take(c, s, stage, number, &last)
			mu.Unlock()
			b.procs = max(1, procs/workers)
			ok := code(b, number)
			if keep {
				b.put()
			}
			if !ok {
				mu.Lock()
				all = false
				mu.Unlock()
			}
		}
	}
	var wg sync.WaitGroup
	for i := 1; i < workers; i++ {
		wg.Go(func() { work(c.spare[i]) })
	}
	work(c.spare[0])
	wg.Wait()
	return all
}

// take sets b up for a band of a scale with what is known of it before the pass, and notes in last what the next
// band will need.
func (b *band) take(c *Chain, s *scale, stage, number int, last *above) {
	b.c, b.s, b.stage = c, s, stage
	b.y0, b.y1 = bandEdge(s.h, number), bandEdge(s.h, number+1)
	reach := c.net.w.layers + 1 // of the trunk
	halo := reach + textureHalo
	b.top = max(0, b.y0-halo)
	bottom := min(s.h, b.y1+halo)
	b.rows = bottom - b.top
	b.f0, b.f1 = max(0, b.y0-reach)-b.top, min(s.h, b.y1+reach)-b.top
	w, stride := s.w, s.w+2*traceBorder
	b.contexts = c.adapt.contexts[stage]
	for i := range coordinates {
		b.dither[i] = resize(b.dither[i], b.rows*w)
		b.cell[i] = resize(b.cell[i], b.rows*w)
		b.clock[i] = resize(b.clock[i], b.rows*w)
		b.traces[i] = resize(b.traces[i], (b.rows+2*traceBorder)*stride)
		clear(b.traces[i])
		s.ditherRows(b.dither[i], i, b.top, bottom)
		own := (b.y0 - b.top) * w
		s.cells[i].load(b.cell[i][own:], b.clock[i][own:], b.y0*w, bottom*w)
		for y := b.y0; y < min(bottom, b.y1+traceBorder); y++ {
			loadTraces(b.traceRow(i, y), s.traces[i][y*w:][:w])
		}
		if number > 0 {
			last.cells[i].load(b.cell[i], b.clock[i], 0, own)
			for y := range traceBorder {
				loadTraces(b.traceRow(i, b.y0-traceBorder+y), last.traces[i][y*w:][:w])
			}
		}
		if b.y1 < s.h {
			last.cells[i] = s.cells[i].clone((b.y1-halo)*w, b.y1*w)
			last.traces[i] = append(last.traces[i][:0], s.traces[i][(b.y1-traceBorder)*w:b.y1*w]...)
		}
	}
}

// put writes what has become known of the band's rows back to the scale.
func (b *band) put() {
	w := b.s.w
	own := (b.y0 - b.top) * w
	n := (b.y1 - b.y0) * w
	for i := range coordinates {
		b.s.cells[i].save(b.cell[i][own:own+n], b.clock[i][own:own+n], b.y0*w)
		for y := b.y0; y < b.y1; y++ {
			storeTraces(b.s.traces[i][y*w:][:w], b.traceRow(i, y))
		}
	}
}

// traceRow returns the traces of row y of the scale, without the border.
func (b *band) traceRow(i, y int) []trace {
	return b.traces[i][(y-b.top+traceBorder)*(b.s.w+2*traceBorder)+traceBorder:][:b.s.w]
}

// resize returns a slice of n elements of any value, in the storage of s if that is large enough.
func resize[T any](s []T, n int) []T {
	if n > cap(s) {
		return make([]T, n)
	}
	return s[:n]
}
