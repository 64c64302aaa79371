package network

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/fixed"
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/storage"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// A testScale is what an Input refers to, of all rows of a scale.
type testScale struct {
	in     Input // but for the band
	image  *storage.Image
	shift  uint
	cells  [process.Coefficients]storage.Array
	dither storage.Dither
}

// newTestScale returns a scale of w x h sites with a random coarser image and random cells: as images have them, or as only
// damaged files do.
func newTestScale(r *rand.Rand, in Input, depth uint, damaged bool) *testScale {
	w, h := in.Width, in.Height
	s := &testScale{in: in, image: storage.NewImage(w, h, in.Planes, depth-8), shift: uint(in.Stage%2) * 4}
	s.dither = storage.Dither{Scale: in.Scale, ImageWidth: 2 * w, ImageHeight: 2 * h, Planes: in.Coded, Mask: 1<<(process.TopClock+depth-8) - 1}
	for i := range transform.Subbands * in.Coded {
		s.cells[i] = storage.NewArray(w*h, depth-8)
		if in.ChromaUnknown && i >= transform.Subbands {
			continue
		}
		randomCells(r, &s.cells[i], max(0, 7+in.ExtraBits[i/transform.Subbands]-in.Stage), damaged)
	}
	for p := range in.Planes {
		for j := range w * h {
			v := r.Int32N(1<<(4+r.UintN(9)))>>4<<(depth-8) + 500<<(depth-8)
			if damaged {
				v = r.Int32() >> (r.UintN(20) + 7)
			}
			s.image.Planes[p].Set(j, v>>s.shift)
		}
	}
	return s
}

// randomCells fills an array with cells, of which some are at a clock or below, or with anything.
func randomCells(r *rand.Rand, s *storage.Array, to int, damaged bool) {
	for j := range len(s.Narrow) + len(s.Wide) {
		k := process.Unknown
		if r.IntN(4) > 0 {
			k = max(0, to+r.IntN(5)-2)
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

// band returns the Input of rows [y0,y1).
func (s *testScale) band(net *Net, y0, y1, procs int) *Input {
	in := s.in
	in.Y0, in.Y1, in.MostRows, in.Procs = y0, y1, in.Height, procs
	in.Top = max(0, y0-net.Halo())
	in.Image, in.Shift = s.image, s.shift
	in.Cells = func(i, y int) (*storage.Array, int) { return &s.cells[i], y * in.Width }
	in.Dither = new([process.Coefficients]storage.DitherRows)
	for i := range transform.Subbands * in.Coded {
		bottom := min(in.Height, y1+net.Halo())
		in.Dither[i].Fill(&s.dither, i, in.Top, bottom, (bottom-in.Top)*in.Width)
	}
	in.Stopped = func() bool { return false }
	return &in
}

// testBands are the edges of bands that cover h rows.
func testBands(h int) []int {
	switch {
	case h > 100:
		return []int{0, 40, h/2 + 7&^1, h}
	case h > 30:
		return []int{0, 28, h}
	}
	return []int{0, h}
}

// A slowPrepare is what TestPrepare compares prepare with: written down as it is defined, site by site.
type slowPrepare struct {
	net              *Net
	s                *testScale
	level, deviation [process.Planes]transform.Plane
	centre           [process.Coefficients]transform.Plane // Q6 of 8-bit grey levels
	clock            [process.Coefficients][]uint8
	dither           [process.Coefficients][]uint16
}

func newSlowPrepare(net *Net, s *testScale) *slowPrepare {
	p := &slowPrepare{net: net, s: s}
	w, h := s.in.Width, s.in.Height
	for i := range process.Planes {
		p.level[i], p.deviation[i] = transform.NewPlane(w, h), transform.NewPlane(w, h)
		for y := range h {
			if i < s.in.Planes {
				s.image.Load(p.level[i].Row(y), i, y)
			}
			for x, v := range p.level[i].Row(y) {
				p.level[i].Row(y)[x] = fixed.Clamp(toEightBits(v<<s.shift, s.in.ExtraBits[i]), -1<<14, 1<<14)
			}
		}
		for y := range h {
			for x := range w {
				e := p.difference(i, y, x)
				p.deviation[i].Row(y)[x] = max(e, -e)
			}
		}
	}
	for i := range transform.Subbands * s.in.Coded {
		p.centre[i], p.clock[i], p.dither[i] = transform.NewPlane(w, h), make([]uint8, w*h), make([]uint16, w*h)
		s.dither.Rows(p.dither[i], i, 0, h)
		for j := range w * h {
			a, k := s.cells[i].Cell(j)
			if p.clock[i][j] = k; k != process.Unknown {
				p.centre[i].Pix[j] = centreOf(a, p.dither[i][j], k, s.in.ExtraBits[i/transform.Subbands])
			}
		}
	}
	return p
}

// around returns the sum of f of what is in a plane up to r rows and columns away from a site; the edge repeats.
func around(p transform.Plane, y, x, r int, f func(int32) int32) (sum int32) {
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

// cell returns the features of the cell of a coefficient, if those of so many planes are encoded.
func (p *slowPrepare) cell(i, y, x, encoded int) (centre, precision int16) {
	t, j := p.net.features, y*p.s.in.Width+x
	switch {
	case i/transform.Subbands >= p.s.in.Coded:
		return 0, t.precise[0]
	case i/transform.Subbands >= encoded:
		return 0, 0
	}
	a, k := p.s.cells[i].Cell(j)
	return t.cell(a, p.dither[i][j], k, p.s.in.ExtraBits[i/transform.Subbands])
}

// inputs returns the trunk's, of all channels.
func (p *slowPrepare) inputs(y, x, encoded int) (f [inputs]int16) {
	t := p.net.features
	for i := range process.Planes {
		f[inDeviation+i] = t.compress((p.difference(i, y, x) + 25) / 50)
		f[inBrightness+i] = fixed.Sat16((p.level[i].Row(y)[x] - 128<<4) << t.frac >> 11)
		f[inTexture+i] = t.log(p.texture(i, y, x))
	}
	for i := range process.Coefficients {
		f[inCell+i], f[inCell+process.Coefficients+i] = p.cell(i, y, x, encoded)
		f[inActivity+i] = t.log(0)
		if i/transform.Subbands < min(encoded, p.s.in.Coded) {
			f[inActivity+i] = t.log(p.activity(i, y, x))
		}
	}
	return f
}

// prepareBand prepares the trunk's inputs for a band, a few rows at a time, and calls see for each.
func prepareBand(r *Inference, see func(y int, row []int16)) {
	in := r.in
	r.Mask.begin(in.Activate == nil, in.Y0, in.Y1, in.Width, in.MostRows)
	r.makeRoom(1)
	r.beginPrepare(r.net.receptiveRadius())
	bottom := min(in.Height, in.Y1+r.net.receptiveRadius())
	for y := r.layers[0].top; y < bottom; {
		r.layers[0].slideTo(y)
		to := min(y+r.slab, bottom)
		r.prepare(to)
		for ; y < to; y++ {
			see(y, r.layers[0].Row(y))
		}
	}
}

// extraBits returns those of planes, of which chroma has some more or less.
func extraBits(luma, chroma int) [process.Planes]int {
	return [process.Planes]int{luma, luma + chroma, luma + chroma}
}

// testInputs are inputs of all kinds, with the depth of samples. Class 2 is of derived colours with chroma halved.
var testInputs = []struct {
	in    Input
	depth uint
	all   bool // the trunk reads all channels in any case
}{
	{Input{Stage: 0, Scale: 1, Width: 35, Height: 138, Planes: 3, Coded: 3, ChromaUnknown: true}, 8, false},
	{Input{Stage: 2, Scale: 1, Width: 35, Height: 138, Planes: 3, Coded: 3, ChromaUnknown: true}, 8, false},
	{Input{Stage: 3, Scale: 1, Width: 35, Height: 138, Planes: 3, Coded: 3}, 8, false},
	{Input{Stage: 1, Scale: 1, Width: 36, Height: 139, Planes: 3, Coded: 3}, 8, false},
	{Input{Stage: 1, Scale: 1, Width: 36, Height: 139, Planes: 3, Coded: 3, ChromaUnknown: true}, 8, true},
	{Input{Stage: 4, Scale: 1, Class: 2, Width: 45, Height: 138, Planes: 3, Coded: 1, ExtraBits: extraBits(0, -1)}, 8, false},
	{Input{Stage: 5, Scale: 1, Class: 2, Width: 45, Height: 138, Planes: 3, Coded: 1, ExtraBits: extraBits(0, -1)}, 8, true},
	{Input{Stage: 5, Scale: 2, Class: 2, Width: 38, Height: 20, Planes: 3, Coded: 3, ExtraBits: extraBits(0, -1)}, 8, false},
	{Input{Stage: 3, Scale: 1, Width: 32, Height: 50, Planes: 1, Coded: 1}, 8, false},
	{Input{Stage: 2, Scale: 1, Width: 33, Height: 40, Planes: 1, Coded: 1, ExtraBits: extraBits(8, 0)}, 16, false},
	{Input{Stage: 6, Scale: 1, Width: 36, Height: 40, Planes: 3, Coded: 3, ExtraBits: extraBits(8, 0)}, 16, false},
	{Input{Stage: 5, Scale: 1, Width: 36, Height: 40, Planes: 3, Coded: 3, ExtraBits: extraBits(8, -1)}, 16, false},
	{Input{Stage: 2, Scale: 1, Width: 1, Height: 5, Planes: 3, Coded: 3}, 8, false},
	{Input{Stage: 2, Scale: 1, Width: 5, Height: 2, Planes: 1, Coded: 1}, 8, false},
	{Input{Stage: 2, Scale: 1, Width: 3, Height: 35, Planes: 3, Coded: 3, ExtraBits: extraBits(8, 0)}, 16, false},
}

// TestPrepare compares the trunk's inputs with their definition, and what is kept on the way, for what images look like and for
// what only damaged files have.
func TestPrepare(t *testing.T) {
	shape := tiny
	shape.layers = 3
	net := load(t, shape.file(newRand(97), 300))
	r := newRand(98)
	for k, test := range testInputs {
		for _, damaged := range []bool{false, true} {
			if damaged != (k%2 == 0) && os.Getenv("DDPMZ_LONG") != "1" {
				continue
			}
			t.Run(fmt.Sprint(k, damaged), func(t *testing.T) {
				s := newTestScale(r, test.in, test.depth, damaged)
				slow := newSlowPrepare(net, s)
				edges := testBands(test.in.Height)
				for number, y0 := range edges[:len(edges)-1] {
					run := &Inference{net: net, in: s.band(net, y0, edges[number+1], 1+number)}
					run.chooseLayers()
					if test.all {
						run.trunk = &allChannels
					}
					for _, dense := range []bool{false, true, false} {
						comparePrepared(t, run, slow, dense)
						for j := range run.Mask.coefficients {
							run.Mask.coefficients[j] = 1<<16 - 1
						}
						for _, l := range []*window{&run.layers[0], &run.cells} { // what was there before is overwritten
							for y := range l.H {
								row := l.Tensor.Row(y)
								for x := range row {
									row[x] = 32767
								}
							}
						}
					}
				}
			})
		}
	}
}

// rule is an arbitrary skip test that depends on everything that skip tests may depend on.
func rule(i int, clock uint8, texture uint32, activity uint16) bool {
	return (uint32(i)+uint32(clock)+texture/2+uint32(activity)/3)%7 == 0
}

// comparePrepared compares what prepare makes of a band with the definitions.
func comparePrepared(t *testing.T, r *Inference, slow *slowPrepare, dense bool) {
	t.Helper()
	in, encoded := r.in, r.trunk.planes
	coefficients, w := transform.Subbands*in.Coded, in.Width
	in.Activate = nil
	if !dense {
		in.Activate = func(y int, active []uint16) {
			for x := range active {
				if active[x] != 0 {
					t.Errorf("site %d, %d is active before", y, x)
				}
				for i := range coefficients {
					if rule(i, r.Clocks(i, y)[x], r.Textures(i/transform.Subbands, y)[x], r.Activities(i, y)[x]) {
						active[x] |= 1 << i
					}
				}
			}
		}
	}
	fewer := func(f []int16, list narrowing) []int16 {
		g := make([]int16, len(list))
		for j, from := range list {
			if len(from) > 0 {
				g[j] = f[from[0]]
			}
		}
		return g
	}
	prepareBand(r, func(y int, row []int16) {
		for x := range w {
			all := slow.inputs(y, x, encoded)
			want := all[:]
			if r.trunk.constants > 0 {
				want = fewer(want, r.trunk.stem)
			}
			for j, v := range row[x*r.trunk.inputs:][:r.trunk.inputs] {
				if v != want[j] {
					t.Fatalf("site %d, %d: input %d is %d, want %d", y, x, j, v, want[j])
				}
			}
		}
	})
	for y := in.Y0 - 1; y <= in.Y1; y++ {
		for x := range w {
			want := make([]int16, 2*process.Coefficients)
			for i := range process.Coefficients {
				if y >= 0 && y < in.Height {
					want[i], want[process.Coefficients+i] = slow.cell(i, y, x, encoded)
				}
			}
			if r.head.cellConstant > 0 {
				want = fewer(want, r.head.near)
			}
			for j, v := range r.cells.Row(y)[x*r.head.cells:][:r.head.cells] {
				if v != want[j] {
					t.Fatalf("site %d, %d: channel %d of the cells is %d, want %d", y, x, j, v, want[j])
				}
			}
		}
	}
	for y := in.Y0; y < in.Y1; y++ {
		for x := range w {
			for p := range process.Planes {
				if got, want := r.Textures(p, y)[x], slow.texture(p, y, x); got != want {
					t.Fatalf("site %d, %d: texture %d is %d, want %d", y, x, p, got, want)
				}
			}
			active := uint16(0)
			for i := range coefficients {
				want, k := uint32(0), uint8(process.Unknown)
				if i/transform.Subbands < encoded {
					want, k = min(slow.activity(i, y, x), 1<<16-1), slow.clock[i][y*w+x]
				}
				if got := uint32(r.Activities(i, y)[x]); got != want {
					t.Fatalf("site %d, %d: activity %d is %d, want %d", y, x, i, got, want)
				}
				if rule(i, k, slow.texture(i/transform.Subbands, y, x), uint16(want)) {
					active |= 1 << i
				}
			}
			if dense {
				continue
			}
			if got := r.Mask.Row(y)[x]; got != active {
				t.Fatalf("site %d, %d: %b are active, want %b", y, x, got, active)
			}
			if site := r.Mask.siteRow(y)[x/64]>>(x%64)&1 != 0; site != (active != 0) {
				t.Fatalf("site %d, %d: active is %v", y, x, site)
			}
		}
	}
}

// BenchmarkPrepare computes the trunk's inputs of a band, of which some of luma's cells or all cells are known.
func BenchmarkPrepare(b *testing.B) {
	shape := tiny
	shape.layers = 3
	net := load(b, shape.file(newRand(97), 300))
	for _, c := range []struct {
		name  string
		coded int
	}{{"luma", 1}, {"all", 3}} {
		s := newTestScale(newRand(99), Input{Stage: 3, Scale: 1, Width: 384, Height: 256, Planes: 3, Coded: c.coded}, 8, false)
		run := &Inference{net: net, in: s.band(net, 64, 128, 1)}
		run.in.Activate = func(int, []uint16) {}
		run.chooseLayers()
		b.Run(c.name, func(b *testing.B) {
			sites := 0
			for b.Loop() {
				prepareBand(run, func(int, []int16) {})
				sites += 64 * 384
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(sites), "ns/site")
		})
	}
}
