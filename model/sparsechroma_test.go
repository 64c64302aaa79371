package model

import (
	"fmt"
	"os"
	"reflect"
	"runtime"
	"slices"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// spoilt returns a derived image in which a share of the samples of luma and chroma, of a thousand, is something else.
func spoilt(g Geometry, colour Colour, permille int) []Plane {
	r := newRand(uint64(71 + permille))
	image := derivedImage(r, g, colour)
	if !colour.Split([process.Planes]Plane(image)) {
		panic("not derived")
	}
	for _, p := range image {
		for i := range p.Pix {
			if r.IntN(1000) < permille {
				p.Pix[i] = int32(r.IntN(200) - 100)
			}
		}
	}
	colour.Inverse(image[0].Pix, image[1].Pix, image[2].Pix)
	return image
}

// TestSparse: where chroma was upsampled, images whose chroma has no details, few, or nothing else come back, and so do
// small ones and those of odd sizes, in bands, on any number of processors. Chroma is not coded otherwise at the finest scale.
func TestSparse(t *testing.T) {
	net := tinyNet(t, 0)
	sizes := []Geometry{{1, 1, 3, 8}, {2, 1, 3, 8}, {2, 2, 3, 8}, {3, 1, 3, 8}, {1, 4, 3, 8}, {3, 3, 3, 8}, {4, 5, 3, 8},
		{33, 30, 3, 8}, {30, 33, 3, 8}, {21, 4*bandRows + 15, 3, 8}}
	spoils := []int{0, 10, 1000} // samples of a thousand
	if os.Getenv("DDPMZ_LONG") != "1" {
		sizes = slices.DeleteFunc(sizes, func(g Geometry) bool { return g.Width == 30 })
	}
	if testing.Short() { // for the race detector: several bands, of which some have details
		sizes, spoils = sizes[len(sizes)-1:], spoils[1:2]
	}
	seen := map[transform.Wavelet]bool{}
	for colour := range Colours {
		wavelet := colour.Wavelet(net.Lifting(), 1, 1)
		if !colour.Subsampled() || seen[wavelet] && os.Getenv("DDPMZ_LONG") != "1" {
			continue
		}
		seen[wavelet] = true
		for _, g := range sizes {
			for _, permille := range spoils {
				most := 2000             // pixels
				if colour.Class() == 1 { // which takes longer: chroma is predicted
					most = 100
				}
				large := g.Width*g.Height > 2000 && colour.Class() == 1 && colour != transform.JFIFTriangleAcross
				if (g.Width*g.Height > most && permille != 10 || large) && os.Getenv("DDPMZ_LONG") != "1" {
					continue
				}
				t.Run(fmt.Sprint(colour, g, permille), func(t *testing.T) {
					image := spoilt(g, colour, permille)
					encoder, decoder := NewChain(net, g, net.Tau()), NewChain(net, g, net.Tau())
					encoder.Colour, decoder.Colour = colour, colour
					encoder.SetImage(clonePlanes(image))
					details, coefficients := 0, 0 // that are zeros where chroma was upsampled
					for k := range transform.Subbands {
						if w, h := transform.SubbandSize(g.Width, g.Height, k); colour.Upsampled(k) {
							coefficients += 2 * w * h
						}
					}
					for _, p := range Passes(g.Width, g.Height) {
						sent := make([]Coder, encoder.bandCount(p))
						for i := range sent {
							sent[i] = new(tape)
						}
						if !codePass(encoder, p, sent...) {
							t.Fatal("the encoder stops")
						}
						received := make([]Coder, len(sent))
						for i := range sent {
							received[i] = sent[i].(*tape).Replay(newRand(uint64(i)))
						}
						procs := runtime.GOMAXPROCS(1 + p.Stage&1*2)
						ok := codePass(decoder, p, received...)
						runtime.GOMAXPROCS(procs)
						for i, s := range received {
							if s := s.(*tape); !ok || s.Broken || s.Next != len(s.Marks) {
								t.Fatalf("%v: band %d: read %d of %d marks, broken %v", p, i, s.Next, len(s.Marks), s.Broken)
							}
						}
						if p.Scale == 1 && p.Stage >= 0 {
							checkUnpredicted(t, encoder)
						}
						checkPicture(t, decoder, g)
					}
					if len(encoder.scales) > 1 {
						for _, rows := range decoder.scales[1].sparse {
							for _, row := range rows {
								for _, v := range row {
									if v != 0 {
										details++
									}
								}
							}
						}
					}
					if !reflect.DeepEqual(decoder.Picture(), image) {
						t.Error("the image did not come back")
					}
					if small := g.Width*g.Height < 20; !small && (permille == 1000) != (details > coefficients/3) {
						t.Errorf("%d details", details)
					}
				})
			}
		}
	}
}

// checkUnpredicted checks that the network has predicted no detail of chroma at scale 1 that the upsampling makes zero.
func checkUnpredicted(t *testing.T, c *Chain) {
	t.Helper()
	s := &c.scales[1]
	cell, clock := make([]int32, s.w), make([]uint8, s.w)
	for i := transform.Subbands; i < process.Coefficients; i++ {
		w, h := transform.SubbandSize(s.fw, s.fh, i%transform.Subbands)
		if c.planesOf(s) == 1 {
			if !s.cells[i].Empty() {
				t.Fatalf("coefficient %d has cells", i)
			}
			continue
		}
		for y := range h {
			s.cells[i].LoadCells(cell, clock, y*s.w, (y+1)*s.w)
			for x := range w {
				if c.Colour.Upsampled(i%transform.Subbands) && s.parent != nil && clock[x] != process.Unknown {
					t.Fatalf("coefficient %d is predicted at %d, %d", i, x, y)
				}
			}
		}
	}
}

// TestSparseCut: while a band's details are not coded to the end, they count as zeros; those of other bands do not.
func TestSparseCut(t *testing.T) {
	net, g, colour := tinyNet(t, 0), Geometry{21, 6 * bandRows, 3, 8}, transform.PhotoCDLinear
	image := spoilt(g, colour, 300)
	last := len(Passes(g.Width, g.Height)) - 1
	run := func(left int) (c *Chain, rest int) {
		c = NewChain(net, g, net.Tau())
		c.Colour = colour
		c.SetImage(clonePlanes(image))
		for i, p := range Passes(g.Width, g.Height) {
			coders := make([]Coder, c.bandCount(p))
			for b := range coders {
				coders[b] = &failing{left: 1 << 30}
			}
			if i == last {
				coders[1].(*failing).left = left
			}
			ok := codePass(c, p, coders...)
			if ok != (i < last || coders[1].(*failing).left >= 0) {
				t.Fatalf("%v: %v", p, ok)
			}
			if i == last {
				rest = coders[1].(*failing).left
			}
		}
		return c, rest
	}
	const plenty = 1 << 30
	_, rest := run(plenty)
	c, _ := run(plenty - rest - 1) // one short
	s := &c.scales[1]
	for y, row := range s.sparse[0] {
		if known, cut := row != nil, y >= bandEdge(s.h, 1) && y < bandEdge(s.h, 2); known == cut {
			t.Errorf("row %d: known: %v", y, known)
		}
	}
	checkPicture(t, c, g)
}
