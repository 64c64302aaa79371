package network

import (
	"fmt"
	"slices"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/kernel"
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// hiddenAt are hidden units by group, phase, row and column of the scale.
type hiddenAt map[[4]int][]int16

// runBand runs the network over a band as a coder does: it writes a finer cell of every active coefficient when its head has run.
// It returns the hidden units at all sites with coefficients of the group for which active returns true.
func runBand(t *testing.T, r *Inference, net *Net, in *Input, active func(y, x int) uint16) hiddenAt {
	t.Helper()
	hidden, last := hiddenAt{}, -1
	r.RunTrunk(net, in)
	group := -1
	done := r.RunHeads(func(g int, out *kernel.Conv) {
		if group++; g != group || out != r.heads[g].out {
			t.Errorf("group %d begins after %d", g, group-1)
		}
	}, func(g, phase, y0 int) bool {
		if now := (g*process.Phases+phase)<<16 + y0; now <= last || g != group {
			t.Errorf("group %d, phase %d comes late", g, phase)
		} else {
			last = now
		}
		origin := process.PhaseOrigin[phase]
		for k := range r.Hidden.H {
			y := in.Y0 + 2*(y0+k) + origin[0]
			cells := r.CellRow(y, in.ExtraBits[process.Groups[g][0]/transform.Subbands])
			for j := range r.Hidden.W {
				x := 2*j + origin[1]
				bits := active(y, x) & MaskBits(process.Groups[g])
				if bits == 0 {
					continue
				}
				hidden[[4]int{g, phase, y, x}] = slices.Clone(r.Hidden.Site(k, j))
				for _, i := range process.Groups[g] {
					if bits>>i&1 != 0 {
						cells.Set(i, x, int32((x*7+y*5+i)%64-32), uint16(x&15), uint8((x+y)%3))
					}
				}
			}
		}
		return true
	})
	if !done {
		t.Error("heads have not come to the end")
	}
	return hidden
}

// TestInference: hidden units at active sites do not depend on whether others are computed, nor on what is in the place of those
// that are not, nor on how few channels the network reads where some of them are constant, nor on the number of processors.
func TestInference(t *testing.T) {
	shape := tiny
	shape.layers = 2
	narrow, wide := load(t, shape.file(newRand(90), 300)), load(t, shape.file(newRand(90), 300))
	for i := range wide.folded { // as if no sum of weights fitted
		for k := range wide.folded[i] {
			f := &wide.folded[i][k]
			for q := range f.stems[1] {
				f.stems[1][q].get(func(**kernel.Conv) {})
			}
			for e := range f.near[1] {
				f.near[1][e].get(func(**nearLayers) {})
			}
		}
	}
	r := newRand(92)
	fewer := 0
	for k, test := range testInputs {
		t.Run(fmt.Sprint(k), func(t *testing.T) {
			s := newTestScale(r, test.in, test.depth, false)
			edges := testBands(test.in.Height)
			sparse := new(Inference)
			for number, y0 := range edges[:len(edges)-1] {
				y1 := edges[number+1]
				in := s.band(narrow, y0, y1, 3)
				in.Activate = func(y int, active []uint16) {
					for x := range active {
						for i := range transform.Subbands * in.Coded {
							// Few sites, in some rows.
							if y%9 < 5 && rule(i, sparse.Clocks(i, y)[x], sparse.Textures(i/transform.Subbands, y)[x]+uint32(x), uint16(y)) && x%5 < 2 {
								active[x] |= 1 << i
							}
						}
					}
				}
				used := []*window{&sparse.output}
				for i := range sparse.layers {
					used = append(used, &sparse.layers[i])
				}
				for _, l := range used { // something that would be seen
					for y := range l.H {
						row := l.Tensor.Row(y)
						for x := range row {
							row[x] = 32767
						}
					}
				}
				got := runBand(t, sparse, narrow, in, func(y, x int) uint16 { return sparse.Mask.Row(y)[x] })
				want := runBand(t, new(Inference), wide, s.band(wide, y0, y1, 1), func(y, x int) uint16 { return sparse.Mask.Row(y)[x] })
				if len(got) != len(want) {
					t.Fatalf("%d sites, want %d", len(got), len(want))
				}
				if n := test.in.Width * (y1 - y0); n > 500 && len(got) < 20 {
					t.Errorf("%d of %d sites are active", len(got), n)
				}
				for at, units := range want {
					if !slices.Equal(got[at], units) {
						t.Fatalf("rows %d to %d, group %d, phase %d, site %d, %d: %d, want %d", y0, y1, at[0], at[1], at[2], at[3], got[at], units)
					}
				}
				if sparse.trunk != &allChannels {
					fewer++
				}
			}
		})
	}
	if fewer == 0 {
		t.Error("the network has always read all channels")
	}
}

// TestInferenceSizes: an expert predicts the same whatever the sizes of the others, and whatever the Inference has been used for before.
func TestInferenceSizes(t *testing.T) {
	w, err := ReadWeights(mixed.file(newRand(93), 300))
	if err != nil {
		t.Fatal(err)
	}
	file, err := w.Encode()
	if err != nil {
		t.Fatal(err)
	}
	net, used, r := load(t, file), new(Inference), newRand(94)
	in := Input{Width: 21, Height: 34, Planes: process.Planes, Coded: process.Planes}
	for i := range 2 * process.Stages {
		in.Stage, in.Scale = i*3%process.Stages, 1+i/process.Stages // large ones before small ones, and after them
		expert, _ := process.ExpertIndex(process.Experts, in.Scale, in.Stage, 0)
		z := w.Size(expert)
		alone := Weights{Channels: z.Channels, Layers: z.Layers, Hidden: z.Hidden, ActivationBits: w.ActivationBits, Experts: process.Experts}
		n := 0
		for e := range process.Experts {
			own := len(w.expertShapes(e))
			if e == expert {
				for range process.Experts {
					alone.Tensors = append(alone.Tensors, w.Tensors[n:n+own]...)
				}
			}
			n += own
		}
		if file, err = alone.Encode(); err != nil {
			t.Fatal(err)
		}
		want := load(t, file)
		if got := net.Cost(in.Stage, in.Scale); got != want.Cost(0, 1) {
			t.Errorf("stage %d of scale %d costs %d, want %d", in.Stage, in.Scale, got, want.Cost(0, 1))
		}
		s := newTestScale(r, in, 8, false)
		edges := []int{0, 12, in.Height}
		for k, y0 := range edges[:2] {
			all := func(y, x int) uint16 { return 1<<process.Coefficients - 1 }
			a := runBand(t, used, net, s.band(net, y0, edges[k+1], 2), all)
			b := runBand(t, new(Inference), want, s.band(want, y0, edges[k+1], 1), all)
			if len(a) != len(b) || len(a) == 0 {
				t.Fatalf("%d sites, want %d", len(a), len(b))
			}
			for at, units := range b {
				if !slices.Equal(a[at], units) {
					t.Fatalf("stage %d of scale %d, rows from %d, %v: %d, want %d", in.Stage, in.Scale, y0, at, a[at], units)
				}
			}
		}
	}
}

// TestLayouts: constant channels are left out, and only these.
func TestLayouts(t *testing.T) {
	for _, test := range []struct {
		in          Input
		trunk, head *channels
	}{
		{Input{Coded: 1, Stage: 3}, &lumaChannels, &lumaChannels},
		{Input{Coded: 3, Stage: 0, ChromaUnknown: true}, &lumaChannels, &lumaChannels},
		{Input{Coded: 3, Stage: 1, ChromaUnknown: true}, &lumaChannels, &allChannels},
		{Input{Coded: 3, Stage: 1}, &allChannels, &allChannels},
	} {
		if trunk, head := test.in.layouts(); trunk != test.trunk || head != test.head {
			t.Errorf("%+v: %+v, %+v", test.in, trunk, head)
		}
	}
}

// TestRunHeadsStops: heads stop when the stop function says so, and when the run is stopped.
func TestRunHeadsStops(t *testing.T) {
	net := load(t, tiny.file(newRand(91), 300))
	s := newTestScale(newRand(93), Input{Stage: 2, Scale: 1, Width: 20, Height: 20, Planes: 3, Coded: 3}, 8, false)
	for _, stopped := range []bool{false, true} {
		in, calls := s.band(net, 0, 20, 1), 0
		in.Stopped = func() bool { return stopped }
		r := new(Inference)
		r.RunTrunk(net, in)
		done := r.RunHeads(func(int, *kernel.Conv) {}, func(int, int, int) bool { calls++; return false })
		if want := map[bool]int{false: 1, true: 0}[stopped]; done || calls != want {
			t.Errorf("stopped %v: %d calls, done %v", stopped, calls, done)
		}
	}
}
