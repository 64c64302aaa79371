package model

import (
	"runtime"
	"sync"

	"github.com/ddpmz/ddpmz/model/internal/adapt"
	"github.com/ddpmz/ddpmz/model/internal/kernel"
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/storage"
)

// A pass is coded in bands of rows of sites, each by itself: it sees the rows of other bands as they were before
// the pass, has a coder of its own, and learns by itself; what all have learned is averaged afterwards. So bands
// can be coded side by side, and what coding takes of memory goes with the band and not with the image. Bands of
// 64 rows and more cost 0.006% of the bits.
const bandRows = 64

// bandsOf returns the number of bands of a scale of h rows.
func bandsOf(h int) int { return max(1, h/bandRows) }

// mostRows returns how many rows a band of a scale of h rows has at most.
func mostRows(h int) int { return min(h, h/bandsOf(h)+2) }

// bandEdge returns the first row of band i, which is even: phases do not depend on bands.
func bandEdge(h, i int) int {
	n := bandsOf(h)
	if i == n {
		return h
	}
	return int(int64(h)*int64(i)/int64(n)) &^ 1
}

// textureHalo is how many rows around a site its features depend on: means over 5x5 sites of deviations over 3x3.
const textureHalo = 3

// A band is a band being coded, and the scratch for that. What it sees is a frame of rows around the band, as many as
// the network looks at: its row 0 is row top of the scale. Cells of its own rows are those of the scale, which change
// while it is coded; the others are copies. What the network makes of them is held for the band's own rows alone, if a
// later phase needs it, or else for the few rows that the next layer reads.
type band struct {
	c      *Chain
	s      *scale
	stage  int
	parent *parent
	procs  int // processors for this band

	y0, y1    int // rows of sites that are coded
	top, rows int // the frame

	news int     // coordinates that have advanced
	undo []cells // what the first of them were

	shown, seen *channels // by the trunk, and by the heads
	heads       *[len(groups)]head
	near        *nearLayers

	dither        [coordinates]storage.DitherRows // of the frame
	before, after [coordinates]storage.Array      // cells of the frame above the band and below it
	learned       adapt.State

	// The band's rows.
	records   [coordinates][]adapt.Record // with a border of adapt.Border sites
	cells     window                      // cells as the network sees them, and a row more on either side
	texture   [planes][]uint32            // see bases
	activity  [coordinates][]uint16       // see bases
	noRecords []adapt.Record              // zeros, for a row with its border

	// Whom the network is asked about; see ask.
	everyone      bool // or else:
	bars, atEdge  [coordinates]bars
	asked         []uint16 // by site of the band, a bit for every coordinate
	words         int      // of wanted in a row
	wanted, union []uint64 // by site of the band, a bit if asked is something; of some rows
	spans         []span   // scratch

	// A few rows.
	hidden           kernel.Tensor                                // units of a head at the sites of a phase
	output           kernel.Tensor                                // of a head at some sites of a row
	predictions      [process.MaxGroup][adapt.Interval]prediction // of them
	lastLayer        adapt.LastLayer
	slab             int // how many are computed of a layer before the next has its turn
	level, deviation [planes]ring[int32]
	magnitude        [coordinates]ring[int32]
	clock            [coordinates]ring[uint8]
	measured         [3]int                 // the rows after the last that the three steps of prepare have done
	untold           [inputs]int16          // what the trunk sees at a site of coordinates that it is not told
	unseen           [2 * coordinates]int16 // what the heads do
	layers           []window               // the trunk's, from its input on; the last holds all of the band's rows

	truth   [coordinates][]int32 // an encoder's, of a row at hand
	line    []uint16             // scratch
	helpers []helper             // for every processor
}

// A cells says what is stored for a coordinate at a site of a scale.
type cells struct {
	coordinate, site int
	value            int32
}

// A helper is the scratch of a processor for a row.
type helper struct {
	cell             []int32
	clock            []uint8
	dither           []uint16
	row              []int32 // sums, centres
	level, deviation [planes]box
	magnitude        [coordinates]box
	share            kernel.Tensor // the trunk's share of a head's hidden units
	spans            []span
}

// above keeps the last rows of a band as they were before the pass, for the next band.
type above struct {
	cells   [coordinates]storage.Array
	records [coordinates][]adapt.Record
}

// worthShowing is how many coordinates have to advance in a band of a pass that is cut for it to be kept. A few of
// them mislead as often as not: they are told before others that would put them right.
const worthShowing = 24

// eachBand has the bands of a scale coded, by as many goroutines as there are processors, and returns whether all
// of them returned true. If keep is set, what they did to cells and records is kept.
func (c *Chain) eachBand(s *scale, stage int, seen parent, keep bool, code func(b *band, number int) bool) bool {
	if s.cells[0].Empty() {
		c.begin(s)
	}
	n := bandsOf(s.h)
	procs := runtime.GOMAXPROCS(0)
	workers := min(n, procs)
	scratch := c.workOf(s.number)
	for len(scratch.spare) < workers {
		scratch.spare = append(scratch.spare, new(band))
	}
	var (
		mu   sync.Mutex
		next int
		all  = true
	)
	last := &scratch.above
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
			b.take(c, s, stage, &seen, number, last)
			mu.Unlock()
			b.procs = max(1, procs/workers)
			ok := code(b, number)
			if keep && (ok || b.news >= worthShowing) {
				b.put()
				if b.news > 0 {
					c.coded.Store(true)
				}
			} else {
				b.takeBack()
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
		wg.Go(func() { work(scratch.spare[i]) })
	}
	work(scratch.spare[0])
	wg.Wait()
	return all
}

// take sets b up for a band of a scale with what is known of it before the pass, and notes in last what the next
// band will need.
func (b *band) take(c *Chain, s *scale, stage int, seen *parent, number int, last *above) {
	b.c, b.s, b.stage, b.parent, b.news, b.undo = c, s, stage, seen, 0, b.undo[:0]
	b.y0, b.y1 = bandEdge(s.h, number), bandEdge(s.h, number+1)
	halo := c.net.reach() + textureHalo
	b.top = max(0, b.y0-halo)
	bottom := min(s.h, b.y1+halo)
	b.rows = bottom - b.top
	w, stride, most := s.w, s.w+2*adapt.Border, mostRows(s.h)
	frame := min(s.h, most+2*halo)
	b.line = storage.Resize(b.line, w, w)
	b.noRecords = storage.Resize(b.noRecords, stride, stride)
	b.learned = c.learned[stage]
	for i := range coordinates {
		if i >= bands*s.planes {
			continue
		}
		b.dither[i].Fill(s.dither(), i, b.top, bottom, frame*w, b.line)
		b.records[i] = storage.Resize(b.records[i], (b.y1-b.y0+2*adapt.Border)*stride, (most+2*adapt.Border)*stride)
		clear(b.records[i])
		b.before[i].Resize((b.y0-b.top)*w, halo*w, &s.cells[0])
		b.after[i].Resize((bottom-b.y1)*w, halo*w, &s.cells[0])
		b.after[i].Copy(0, &s.cells[i], b.y1*w, bottom*w)
		for y := b.y0; y < min(bottom, b.y1+adapt.Border); y++ {
			copy(b.recordRow(i, y), s.records[i][y*w:][:w])
		}
		if number > 0 {
			b.before[i].Copy(0, &last.cells[i], 0, (b.y0-b.top)*w)
			for y := range adapt.Border {
				copy(b.recordRow(i, b.y0-adapt.Border+y), last.records[i][y*w:][:w])
			}
		}
		if b.y1 < s.h {
			last.cells[i].Resize(halo*w, halo*w, &s.cells[i])
			last.cells[i].Copy(0, &s.cells[i], (b.y1-halo)*w, b.y1*w)
			last.records[i] = append(last.records[i][:0], s.records[i][(b.y1-adapt.Border)*w:b.y1*w]...)
		}
	}
}

// cellsOf returns where the cells of a coordinate in row y of the frame are: in a store, from a site on.
func (b *band) cellsOf(i, y int) (*storage.Array, int) {
	w := b.s.w
	switch {
	case y < b.y0:
		return &b.before[i], (y - b.top) * w
	case y >= b.y1:
		return &b.after[i], (y - b.y1) * w
	}
	return &b.s.cells[i], y * w
}

// setCell notes the cell at site x of a row. The first few can be taken back.
func (b *band) setCell(at *coefficientRow, x int, a int32, k uint8) {
	if b.news++; b.news < worthShowing {
		b.undo = append(b.undo, cells{at.i, at.Y*at.W + x, at.cells.At(x)})
	}
	at.cells.SetCell(x, a, k)
}

// takeBack undoes setCell of a band that shall not have been coded.
func (b *band) takeBack() {
	for _, u := range b.undo {
		b.s.cells[u.coordinate].Set(u.site, u.value)
	}
}

// put writes the records of the band's rows back to the scale.
func (b *band) put() {
	w := b.s.w
	for i := range bands * b.s.planes {
		for y := b.y0; y < b.y1; y++ {
			copy(b.s.records[i][y*w:][:w], b.recordRow(i, y))
		}
	}
}

// recordRow returns the records of row y of the scale, without the border.
func (b *band) recordRow(i, y int) []adapt.Record {
	return b.records[i][(y-b.y0+adapt.Border)*(b.s.w+2*adapt.Border)+adapt.Border:][:b.s.w]
}
