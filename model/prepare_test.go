package model

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/fixed"
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/storage"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// prepareBand prepares the network's inputs for a band that is taken, a few rows at a time, and calls see for each.
func prepareBand(b *band, everyone bool, see func(y int, row []int16)) {
	b.beginAsking(everyone)
	b.slab = slabRows * b.procs
	if len(b.helpers) == 0 {
		b.helpers, b.layers = make([]helper, b.procs), make([]window, 1)
	}
	b.beginPrepare()
	bottom := min(b.s.h, b.y1+b.c.net.reach())
	for y := b.layers[0].top; y < bottom; {
		b.layers[0].forget(y)
		to := min(y+b.slab, bottom)
		b.prepare(b.parent.image, b.parent.shift, to)
		for ; y < to; y++ {
			see(y, b.layers[0].Row(y))
		}
	}
}

// A slowPrepare is what TestPrepare compares prepare with: written down as it is defined, site by site.
type slowPrepare struct {
	c                *Chain
	s                *scale
	level, deviation [planes]Plane
	centre           [coordinates]Plane // Q6 of 8-bit grey levels
	clock            [coordinates][]uint8
	dither           [coordinates][]uint16
}

func newSlowPrepare(c *Chain, s *scale) *slowPrepare {
	p := &slowPrepare{c: c, s: s}
	ll, shift := c.coarser(s.number)
	for i := range planes {
		p.level[i], p.deviation[i] = NewPlane(s.w, s.h), NewPlane(s.w, s.h)
		for y := range s.h {
			if i < c.planes {
				ll.Load(p.level[i].Row(y), i, y)
			}
			for x, v := range p.level[i].Row(y) {
				p.level[i].Row(y)[x] = fixed.Clamp(shallow(v<<shift, c.deepOf(i)), -1<<14, 1<<14)
			}
		}
		for y := range s.h {
			for x := range s.w {
				e := p.difference(i, y, x)
				p.deviation[i].Row(y)[x] = max(e, -e)
			}
		}
	}
	for i := range bands * s.planes {
		p.centre[i], p.clock[i], p.dither[i] = NewPlane(s.w, s.h), make([]uint8, s.w*s.h), make([]uint16, s.w*s.h)
		s.dither().Rows(p.dither[i], i, 0, s.h)
		for j := range s.w * s.h {
			a, k := s.cells[i].Cell(j)
			if p.clock[i][j] = k; k != unknown {
				p.centre[i].Pix[j] = shallowCentre(a, p.dither[i][j], k, c.deepOf(i/bands))
			}
		}
	}
	return p
}

// around returns the sum of f of what is in a plane up to r rows and columns away from a site; the edge repeats.
func around(p Plane, y, x, r int, f func(int32) int32) (sum int32) {
	for dy := -r; dy <= r; dy++ {
		for dx := -r; dx <= r; dx++ {
			sum += f(p.Row(fixed.Clamp(y+dy, 0, p.H-1))[fixed.Clamp(x+dx, 0, p.W-1)])
		}
	}
	return sum
}

// difference returns 25 times that of a site from the mean around it, Q4.
func (p *slowPrepare) difference(i, y, x int) int32 {
	return 25*p.level[i].Row(y)[x] - around(p.level[i], y, x, 2, func(v int32) int32 { return v })
}

func (p *slowPrepare) texture(i, y, x int) uint32 {
	return uint32(around(p.deviation[i], y, x, 1, func(v int32) int32 { return v })) * 16 / 225
}

func (p *slowPrepare) activity(i, y, x int) uint32 {
	return uint32(around(p.centre[i], y, x, 2, func(v int32) int32 { return max(v, -v) })) * 4 / 25
}

// seen returns how the network sees the cell of a coordinate, if it is told those of so many planes.
func (p *slowPrepare) seen(i, y, x, told int) (centre, precision int16) {
	t, j := p.c.net.features, y*p.s.w+x
	switch {
	case i/bands >= p.s.planes:
		return 0, t.precise[0]
	case i/bands >= told:
		return 0, 0
	}
	a, k := p.s.cells[i].Cell(j)
	return t.cell(a, p.dither[i][j], k, p.c.deepOf(i/bands))
}

// inputs returns the trunk's, of every channel.
func (p *slowPrepare) inputs(y, x, told int) (f [inputs]int16) {
	t := p.c.net.features
	for i := range planes {
		f[inDeviation+i] = t.compress((p.difference(i, y, x) + 25) / 50)
		f[inBrightness+i] = fixed.Sat16((p.level[i].Row(y)[x] - 128<<4) << t.frac >> 11)
		f[inTexture+i] = t.log(p.texture(i, y, x))
	}
	for i := range coordinates {
		f[inCell+i], f[inCell+coordinates+i] = p.seen(i, y, x, told)
		f[inActivity+i] = t.log(0)
		if i/bands < min(told, p.s.planes) {
			f[inActivity+i] = t.log(p.activity(i, y, x))
		}
	}
	return f
}

// asked reports whether a coordinate is asked about.
func (p *slowPrepare) asked(b *band, i, y, x, told int) bool {
	deep := p.c.deepOf(i / bands)
	h := p.c.hopeOf(b.stage, i, p.s.number)
	local := localBase(p.texture(i/bands, y, x))
	k := uint8(unknown)
	if i/bands < told {
		k = p.clock[i][y*p.s.w+x]
	}
	switch {
	case k <= target(b.stage, i, deep):
		return false
	case (y == 0 || y == p.s.h-1 || x == 0 || x == p.s.w-1):
		return true
	case k == unknown:
		return local >= h.least
	}
	return cellBase(local, min(p.activity(i, y, x), 1<<16-1), k, deep) >= h.least
}

// TestPrepare compares the network's inputs with their definition, and what is noted on the way, for what images look like
// and for what only damaged files have.
func TestPrepare(t *testing.T) {
	shape := tiny
	shape.layers = 3
	net, err := Load(shape.file(newRand(97), 300))
	if err != nil {
		t.Fatal(err)
	}
	r := newRand(98)
	for _, test := range []struct {
		g             Geometry
		colour        Colour
		number, stage int
		chroma, all   bool // something is known of chroma; the trunk is shown all channels in any case
	}{
		{Geometry{70, 4*bandRows + 20, 3, 8}, transform.YCoCg, 1, 0, false, false},
		{Geometry{70, 4*bandRows + 20, 3, 8}, transform.YCoCg, 1, 2, false, false},
		{Geometry{70, 4*bandRows + 20, 3, 8}, transform.YCoCg, 1, 3, true, false},
		{Geometry{71, 4*bandRows + 21, 3, 8}, transform.YCoCg, 1, 1, false, false},
		{Geometry{71, 4*bandRows + 21, 3, 8}, transform.YCoCg, 1, 1, false, true},
		{Geometry{90, 4*bandRows + 20, 3, 8}, transform.PhotoCDLinear, 1, 4, false, false},
		{Geometry{90, 4*bandRows + 20, 3, 8}, transform.PhotoCDLinear, 1, 5, false, true},
		{Geometry{150, 80, 3, 8}, transform.PhotoCDLinear, 2, 5, true, false},
		{Geometry{64, 99, 1, 8}, transform.YCoCg, 1, 3, false, false},
		{Geometry{65, 80, 1, 16}, transform.YCoCg, 1, 2, false, false},
		{Geometry{72, 80, 3, 16}, transform.YCoCg, 1, 6, true, false},
		{Geometry{72, 80, 3, 16}, transform.YCoCg, 1, 5, true, false},
		{Geometry{1, 9, 3, 8}, transform.YCoCg, 1, 2, true, false},
		{Geometry{9, 3, 1, 8}, transform.YCoCg, 1, 2, true, false},
		{Geometry{5, 70, 3, 16}, transform.YCoCg, 1, 2, true, false},
	} {
		for _, damaged := range []bool{false, true} {
			t.Run(fmt.Sprint(test, damaged), func(t *testing.T) {
				c := NewChain(net, test.g, -20)
				c.Colour = test.colour
				s := &c.scales[test.number]
				c.begin(s)
				s.chroma = test.chroma
				for i := range coordinates {
					if !s.cells[i].Empty() {
						randomCells(r, &s.cells[i], target(test.stage, i, c.deepOf(i/bands)), damaged)
					}
				}
				c.ll[test.number] = *c.newImage(s.w, s.h, c.planes)
				for p := range c.planes {
					for j := range s.w * s.h {
						v := r.Int32N(1<<(4+r.UintN(9)))>>4<<c.deep + 500<<c.deep
						if damaged {
							v = r.Int32() >> (r.UintN(20) + 3)
						}
						c.ll[test.number].Planes[p].Set(j, v)
					}
				}
				slow, last, seen := newSlowPrepare(c, s), new(above), c.parentOf(s)
				some, others := 0, 0
				for number := range bandsOf(s.h) {
					b := &band{procs: 1 + number}
					b.take(c, s, test.stage, &seen, number, last)
					b.begin()
					if test.all {
						b.shown = &everyChannel
					}
					for _, everyone := range []bool{false, true} {
						comparePrepared(t, b, slow, everyone, &some, &others)
						for _, l := range []*window{&b.layers[0], &b.cells} { // what was there before is overwritten
							for y := range l.H {
								row := l.Tensor.Row(y)
								for x := range row {
									row[x] = 32767
								}
							}
						}
					}
				}
				if last := test.stage == stages-1; s.w*s.h > 500 && (some == 0 || others == 0 && !last) {
					t.Errorf("%d coordinates are asked about, %d are not", some, others)
				}
			})
		}
	}
}

// randomCells fills a store with cells, of which some are at a clock or below, or with anything.
func randomCells(r *rand.Rand, s *storage.Array, to uint8, damaged bool) {
	for j := range len(s.Narrow) + len(s.Wide) {
		k := unknown
		if r.IntN(4) > 0 {
			k = max(0, int(to)+r.IntN(5)-2)
		}
		s.SetCell(j, cellOf((r.Int32N(61)-30)<<r.UintN(uint(to)+1)>>3, uint16(r.UintN(256)), uint8(k)), uint8(k))
		switch {
		case !damaged || r.IntN(3) == 0:
		case s.Wide != nil:
			s.Wide[j] = (r.Int32() - 1<<30) >> r.UintN(20)
		default:
			s.Narrow[j] = int16(r.UintN(1 << 16))
		}
	}
}

// comparePrepared compares what prepare makes of a band, and counts who is asked about.
func comparePrepared(t *testing.T, b *band, slow *slowPrepare, everyone bool, some, others *int) {
	t.Helper()
	w, told := b.s.w, b.shown.planes
	fewer := func(f []int16, list narrowing) []int16 {
		g := make([]int16, len(list))
		for j, from := range list {
			if len(from) > 0 {
				g[j] = f[from[0]]
			}
		}
		return g
	}
	prepareBand(b, everyone, func(y int, row []int16) {
		for x := range w {
			all := slow.inputs(y, x, told)
			want := all[:]
			if b.shown.constants > 0 {
				want = fewer(want, b.shown.stem)
			}
			for j, v := range row[x*b.shown.inputs:][:b.shown.inputs] {
				if v != want[j] {
					t.Fatalf("site %d, %d: input %d is %d, want %d", y, x, j, v, want[j])
				}
			}
		}
	})
	for y := b.y0 - 1; y <= b.y1; y++ {
		for x := range w {
			want := make([]int16, 2*coordinates)
			for i := range coordinates {
				if y >= 0 && y < b.s.h {
					want[i], want[coordinates+i] = slow.seen(i, y, x, told)
				}
			}
			if b.seen.cellConstant > 0 {
				want = fewer(want, b.seen.near)
			}
			for j, v := range b.cells.Row(y)[x*b.seen.cells:][:b.seen.cells] {
				if v != want[j] {
					t.Fatalf("site %d, %d: channel %d of the cells is %d, want %d", y, x, j, v, want[j])
				}
			}
		}
	}
	for y := b.y0; y < b.y1; y++ {
		for x := range w {
			j := (y-b.y0)*w + x
			for p := range planes {
				if got, want := b.texture[p][j], slow.texture(p, y, x); got != want {
					t.Fatalf("site %d, %d: texture %d is %d, want %d", y, x, p, got, want)
				}
			}
			for i := range bands * b.s.planes {
				want := uint32(0)
				if i/bands < told {
					want = min(slow.activity(i, y, x), 1<<16-1)
				}
				if got := uint32(b.activity[i][j]); got != want {
					t.Fatalf("site %d, %d: activity %d is %d, want %d", y, x, i, got, want)
				}
			}
			if everyone {
				continue
			}
			asked := uint16(0)
			for i := range bands * process.PlanesIn(b.stage, b.s.planes) {
				if slow.asked(b, i, y, x, told) {
					asked |= 1 << i
					*some++
				} else {
					*others++
				}
			}
			if b.asked[j] != asked {
				t.Fatalf("site %d, %d: %b are asked about, want %b", y, x, b.asked[j], asked)
			}
			if wanted := b.wanted[(y-b.y0)*b.words+x/64]>>(x%64)&1 != 0; wanted != (asked != 0) {
				t.Fatalf("site %d, %d: wanted is %v", y, x, wanted)
			}
		}
	}
}

// BenchmarkPrepare has the network's inputs prepared of a photograph whose finest scale is half known.
func BenchmarkPrepare(b *testing.B) {
	net, pixels := photoNet(b), readPlanes(b, kodak(b))
	colour, _, _ := ChooseColour(pixels, 8, true)
	for name, colour := range map[string]Colour{"luma": colour, "every": transform.YCoCg} {
		c := NewChain(net, Geometry{pixels[0].W, pixels[0].H, 3, 8}, net.Tau())
		c.Colour = colour
		c.SetImage(clonePlanes(pixels))
		s := &c.scales[1]
		for _, p := range Passes(c.w, c.h) {
			if p.Scale == 1 && p.Stage == 3 {
				break
			}
			advance(c, p)
		}
		bands := make([]*band, bandsOf(s.h))
		last, seen := new(above), c.parentOf(s)
		for i := range bands {
			bands[i] = &band{procs: 1}
			bands[i].take(c, s, 3, &seen, i, last)
			bands[i].begin()
		}
		b.Run(name, func(b *testing.B) {
			sites := 0
			for b.Loop() {
				for _, n := range bands {
					prepareBand(n, false, func(int, []int16) {})
					sites += (n.y1 - n.y0) * s.w
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(sites), "ns/site")
		})
	}
}
