package model

import (
	"math/big"
	"slices"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/adapt"
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/storage"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// TestBandEdges: bands cover all rows, begin with even ones and are of 64 rows at least, if there is more than one,
// but of no more than that takes. Heights up to those of the tallest images there are.
func TestBandEdges(t *testing.T) {
	heights := []int{1 << 23, 1<<23 - 1, 1<<22 + 129, 850_001}
	for h := 1; h < 1500; h++ {
		heights = append(heights, h)
	}
	for _, h := range heights {
		n := bandsOf(h)
		if n != max(1, h/64) {
			t.Fatalf("%d rows have %d bands", h, n)
		}
		before := 0
		for i := range n + 1 {
			edge := bandEdge(h, i)
			want := new(big.Int).Div(big.NewInt(int64(h)*int64(i)), big.NewInt(int64(n))).Int64()
			switch {
			case i == 0 && edge != 0 || i == n && edge != h:
				t.Fatalf("%d rows: band %d of %d begins at %d", h, i, n, edge)
			case i < n && (edge&1 != 0 || int64(edge) != want-want%2):
				t.Fatalf("%d rows: band %d of %d begins at %d, want %d", h, i, n, edge, want-want%2)
			case i > 0 && n > 1 && (edge-before < 64 || edge-before > 128):
				t.Fatalf("%d rows: band %d of %d has %d", h, i-1, n, edge-before)
			}
			before = edge
		}
	}
}

// randomState gives a scale cells and records that are random.
func randomState(c *Chain, s *scale, seed uint64) {
	c.begin(s)
	r := newRand(seed)
	n := s.w * s.h
	for i := range process.Coefficients {
		cell, clock := make([]int32, n), make([]uint8, n)
		for j := range n {
			cell[j], clock[j] = int32(r.IntN(2000)-1000), uint8(r.IntN(process.TopClock+1))
			if r.IntN(4) == 0 {
				clock[j] = process.Unknown
			}
			if r.IntN(3) > 0 {
				s.records[i][j] = adapt.Record(1<<15 | r.UintN(1<<15))
			}
		}
		s.cells[i].SetCells(cell, clock, 0)
	}
}

// TestBandSees: whatever the bands before it have written by then, a band sees the scale as it was before the pass,
// as many rows around its own as the network looks at; and it writes its own.
func TestBandSees(t *testing.T) {
	net, g := tinyNet(t, 0), Geometry{9, 2*(3*bandRows+7) - 1, 3, 8}
	c := NewChain(net, g, net.Tau())
	s := &c.scales[1]
	randomState(c, s, 52)
	var before [process.Coefficients]struct {
		cell    []int32
		clock   []uint8
		records []adapt.Record
		dither  []uint16
	}
	for i := range before {
		p := &before[i]
		n := s.w * s.h
		p.cell, p.clock, p.records, p.dither = make([]int32, n), make([]uint8, n), make([]adapt.Record, n), make([]uint16, n)
		s.cells[i].LoadCells(p.cell, p.clock, 0, n)
		copy(p.records, s.records[i])
		s.dither().Rows(p.dither, i, 0, s.h)
	}
	b, last, seen := new(band), new(above), c.parentOf(s)
	halo := net.Halo()
	for number := range bandsOf(s.h) {
		b.take(c, s, 2, &seen, number, last)
		if b.top != max(0, b.y0-halo) || b.bottom != min(s.h, b.y1+halo) {
			t.Fatalf("band %d, rows %d to %d, sees %d to %d", number, b.y0, b.y1, b.top, b.bottom)
		}
		for i, want := range before {
			from, to := b.top*s.w, (b.bottom)*s.w
			cell, clock := make([]int32, to-from), make([]uint8, to-from)
			for y := b.top; y < b.bottom; y++ {
				at := (y - b.top) * s.w
				cells, site := b.frame.cells(s, i, y)
				cells.LoadCells(cell[at:at+s.w], clock[at:at+s.w], site, site+s.w)
			}
			dither := make([]uint16, to-from)
			b.dither[i].Load(dither, 0)
			if !slices.Equal(cell, want.cell[from:to]) || !slices.Equal(clock, want.clock[from:to]) || !slices.Equal(dither, want.dither[from:to]) {
				t.Fatalf("band %d sees other cells of coefficient %d than there were", number, i)
			}
			for y := b.y0 - adapt.Border; y < b.y1+adapt.Border; y++ {
				row := make([]adapt.Record, s.w)
				if y >= 0 && y < s.h {
					row = want.records[y*s.w:][:s.w]
				}
				at := (y - b.y0 + adapt.Border) * (s.w + 2*adapt.Border)
				got := b.records[i][at:][:s.w+2*adapt.Border]
				if !slices.Equal(got[adapt.Border:][:s.w], row) || got[0]|got[1]|got[s.w+2]|got[s.w+3] != 0 {
					t.Fatalf("band %d sees other records of coefficient %d, row %d, than there were", number, i, y)
				}
			}
		}
		// What it codes, and what it must not: the rows around.
		for i := range process.Coefficients {
			for y := b.top; y < b.bottom; y++ {
				cells, site := b.frame.cells(s, i, y)
				for x := range s.w {
					cells.SetCell(site+x, int32(2*number+i), 1)
				}
			}
			for j := range b.records[i] {
				b.records[i][j] = adapt.Record(1<<15 | number)
			}
		}
		b.putRecords()
	}
	cell, clock, records := make([]int32, s.w), make([]uint8, s.w), make([]adapt.Record, s.w)
	for number := range bandsOf(s.h) {
		for y := bandEdge(s.h, number); y < bandEdge(s.h, number+1); y++ {
			for i := range process.Coefficients {
				s.cells[i].LoadCells(cell, clock, y*s.w, (y+1)*s.w)
				copy(records, s.records[i][y*s.w:][:s.w])
				for x := range s.w {
					if cell[x] != int32(2*number+i)&^1 || clock[x] != 1 || records[x] != adapt.Record(1<<15|number) {
						t.Fatalf("row %d of coefficient %d is not what band %d has written", y, i, number)
					}
				}
			}
		}
	}
}

// A failing coder runs out after a number of coefficients.
type failing struct {
	length
	left int
}

func (f *failing) Symbol(d *Distribution, s int32) (int32, bool) {
	if f.left--; f.left < 0 {
		return 0, false
	}
	return f.length.Symbol(d, s)
}

// TestBandTakesBack: of a pass that is cut, a band with fewer coded coefficients than minAdvanced is as it was before the
// pass, and one with more is not.
func TestBandTakesBack(t *testing.T) {
	net, g := tinyNet(t, 0), Geometry{33, 4 * bandRows, 3, 8}
	for _, n := range []int{0, 1, minAdvanced - 1, minAdvanced} {
		c := NewChain(net, g, net.Tau())
		s := &c.scales[1]
		randomState(c, s, 55)
		s.parent = nil // as if it were the coarsest
		c.ll[1] = *c.newImage(s.w, s.h, c.planes)
		before := clone([]any{s.cells, s.records})
		coders := make([]Coder, bandsOf(s.h))
		for i := range coders {
			coders[i] = &failing{left: 1 << 30}
		}
		coders[1].(*failing).left = n
		from, to := bandEdge(s.h, 1)*s.w, bandEdge(s.h, 2)*s.w
		if codePass(c, Pass{Scale: 1, Stage: process.Stages - 1}, coders...) {
			t.Fatal("a coder that runs out is not noticed")
		}
		cells, records := before[0].([process.Coefficients]storage.Array), before[1].([process.Coefficients][]adapt.Record)
		changed := 0
		for i := range process.Coefficients {
			for j := from; j < to; j++ {
				if s.cells[i].At(j) != cells[i].At(j) || s.records[i][j] != records[i][j] {
					changed++
				}
			}
			if slices.Equal(s.records[i][:from], records[i][:from]) {
				t.Errorf("coefficient %d of the band before has not advanced", i)
			}
		}
		if n < minAdvanced && changed != 0 || n >= minAdvanced && changed != n {
			t.Errorf("after %d coefficients, %d have changed", n, changed)
		}
	}
}

// TestHeads: groups and phases visit every coefficient of every site once, in coding order; in stage 0, those of luma.
func TestHeads(t *testing.T) {
	for _, g := range geometries {
		c := NewChain(tinyNet(t, 0), g, 0)
		if len(c.scales) < 2 {
			continue
		}
		s := &c.scales[len(c.scales)-1]
		c.begin(s)
		c.ll[s.number] = *c.newImage(1, 1, c.planes)
		for _, stage := range []int{0, 1} {
			b := whole(t, c, s, stage)
			visits := make([][process.Coefficients]int, s.w*s.h)
			last := -1
			b.runTrunk(true)
			b.runHeads(func(group, phase, y0 int) bool {
				if now := (group*process.Phases+phase)<<16 + y0; now <= last {
					t.Errorf("%v: group %d, phase %d comes late", g, group, phase)
				} else {
					last = now
				}
				for y := range b.inference.Hidden.H {
					for x := range b.inference.Hidden.W {
						for _, i := range process.Groups[group] {
							visits[(2*(y0+y)+process.PhaseOrigin[phase][0])*s.w+2*x+process.PhaseOrigin[phase][1]][i]++
						}
					}
				}
				return true
			})
			for j, v := range visits {
				for i, n := range v {
					if want := map[bool]int{true: 1}[i < transform.Subbands*process.PlanesIn(stage, g.Planes)]; n != want {
						t.Errorf("%v: coefficient %d of site %d is visited %d times in stage %d", g, i, j, n, stage)
					}
				}
			}
			stopped := 0
			if b.runHeads(func(int, int, int) bool { stopped++; return false }) || stopped != 1 {
				t.Errorf("%v: heads run on after a stop", g)
			}
		}
	}
}
