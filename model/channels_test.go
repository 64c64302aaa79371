package model

import (
	"fmt"
	"runtime"
	"slices"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/kernel"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// TestNarrow: a narrowed layer makes the same of fewer channels, if what they stand for is the same.
func TestNarrow(t *testing.T) {
	r := newRand(91)
	for _, n := range []struct {
		all  int
		list narrowing
	}{{inputs, lumaChannels.stem}, {2 * coordinates, lumaChannels.near}} {
		const out, h, w = 16, 4, 5
		weights, bias := zeros(out*9*n.all), zeros(out)
		for i := range weights.data {
			weights.data[i] = int16(r.IntN(400) - 200)
		}
		l := newLayer(3, n.all, out, weights, bias, 9, 9)
		wide, err := l.fold(noGains(out))
		if err != nil {
			t.Fatal(err)
		}
		narrow, err := l.foldNarrow(noGains(out), n.list)
		if err != nil || narrow == nil {
			t.Fatal(narrow, err)
		}
		seen := make([]int, n.all) // by channel, how many of the narrow layer's it is in
		src := [...]*kernel.Tensor{kernel.NewTensor(h, w, n.all), kernel.NewTensor(h, w, len(n.list))}
		for j, list := range n.list {
			for y := range h {
				for x := range w {
					v := int16(r.UintN(1 << 16))
					src[1].Site(y, x)[j] = v
					for _, i := range list {
						src[0].Site(y, x)[i] = v
					}
				}
			}
			for _, i := range list {
				seen[i]++
			}
		}
		dst := [...]*kernel.Tensor{kernel.NewTensor(h, w, out), kernel.NewTensor(h, w, out)}
		wide.Rows(dst[0], kernel.View{T: src[0]}, kernel.View{}, kernel.View{}, false, 0, h)
		narrow.Rows(dst[1], kernel.View{T: src[1]}, kernel.View{}, kernel.View{}, false, 0, h)
		for y := range h {
			if !slices.Equal(dst[0].Row(y), dst[1].Row(y)) {
				t.Errorf("row %d of %d channels:\n%d\nof %d:\n%d", y, n.all, dst[0].Row(y), len(n.list), dst[1].Row(y))
			}
		}
		chroma := 0 // channels left out are centres of chroma, which are zero
		for i, k := range seen {
			if k == 0 {
				chroma++
			}
			if k > 1 {
				t.Errorf("channel %d counts %d times", i, k)
			}
		}
		if chroma != coordinates-bands {
			t.Errorf("%d of %d channels are left out", chroma, n.all)
		}

		for i := range weights.data {
			weights.data[i] = 3
		}
		big := n.list[len(n.list)-2] // of several
		if len(big) < 2 {
			t.Fatal("not a sum")
		}
		weights.data[4*n.all+big[0]], weights.data[4*n.all+big[1]] = 1<<14, 1<<14
		if _, fits := n.list.narrow(weights.data, n.all); fits {
			t.Error("2^15 fits into int16")
		}
	}
}

// TestChannels: what is coded does not depend on how many channels the network is shown, nor what a picture is when passes
// are cut. Where sums of weights do not fit, all are shown.
func TestChannels(t *testing.T) {
	for colour, g := range map[Colour][]Geometry{
		transform.YCoCg:         {{32, 2*bandRows + 70, 3, 8}, {31, 20, 3, 8}, {20, 33, 3, 8}, {34, 30, 1, 8}, {9, 7, 1, 16}, {16, 18, 3, 16}},
		transform.PhotoCDLinear: {{32, 30, 3, 8}, {17, 2*bandRows + 70, 3, 8}},
	} {
		for _, g := range g {
			t.Run(fmt.Sprint(colour, g), func(t *testing.T) {
				narrow, wide := tinyNet(t, 0), tinyNet(t, 0)
				for i := range wide.folded {
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
				image := smoothImage(newRand(5), g)
				if colour.Derived() {
					image = derivedImage(newRand(6), g, colour)
				}
				var chains [2]*Chain
				for i, net := range []*Net{narrow, wide} {
					c := NewChain(net, g, -120)
					c.Colour = colour
					c.SetImage(clonePlanes(image))
					chains[i] = c
				}
				for _, p := range Passes(g.Width, g.Height) {
					var tapes [2][]Coder
					for i, c := range chains {
						for range c.bandCount(p) {
							tapes[i] = append(tapes[i], new(tape))
						}
						procs := runtime.GOMAXPROCS(1 + i)
						codePass(c, p, tapes[i]...)
						runtime.GOMAXPROCS(procs)
					}
					for k := range tapes[0] {
						if !slices.Equal(tapes[0][k].(*tape).Marks, tapes[1][k].(*tape).Marks) {
							t.Fatalf("%v: band %d is coded otherwise", p, k)
						}
					}
					a, b := chains[0].Picture(), chains[1].Picture()
					for i := range a {
						if !slices.Equal(a[i].Pix, b[i].Pix) {
							t.Fatalf("%v: the picture is another one", p)
						}
					}
				}
				if colour == transform.YCoCg && g.Planes == 3 && !chains[0].scales[1].chroma {
					t.Error("it is not noted that chroma is known")
				}
			})
		}
	}
}
