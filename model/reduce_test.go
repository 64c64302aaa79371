package model

import (
	"math"
	"reflect"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/fixed"
	"github.com/ddpmz/ddpmz/model/internal/process"
)

// lowBand returns the samples of the low band of an image, from the wavelet transform alone.
func lowBand(net *Net, colour Colour, g Geometry, image []Plane, scales int) []Plane {
	var x [process.Planes]Plane
	copy(x[:], clonePlanes(image))
	if g.Planes == process.Planes {
		colour.Split(x)
	}
	for p := range g.Planes {
		for l := 1; l <= scales && x[p].W*x[p].H > 1; l++ {
			colour.Wavelet(net.Lifting(), l, p).Split(x[p])
			low := NewPlane((x[p].W+1)/2, (x[p].H+1)/2)
			x[p].Pick(low, 0, 0)
			x[p] = low
		}
	}
	for p := range g.Planes {
		for i := range x[p].Pix {
			x[p].Pix[i] <<= 4
		}
	}
	if g.Planes == process.Planes {
		colour.Estimate(x[0].Pix, x[1].Pix, x[2].Pix)
	}
	for p := range g.Planes {
		for i, v := range x[p].Pix {
			if g.Planes == 1 {
				v = (v + 8) >> 4
			}
			x[p].Pix[i] = fixed.Clamp(v, 0, 1<<g.Depth-1)
		}
	}
	return x[:g.Planes]
}

// TestReducedPicture: a chain that is only taken through the passes of coarse scales comes to the states of one that is taken through
// all, and to the low band of the image. A finer scale may be decoded without changing that.
func TestReducedPicture(t *testing.T) {
	r := newRand(91)
	list := append(geometries[:len(geometries):len(geometries)], Geometry{30, 4*bandRows + 10, 3, 8}, Geometry{2, 2, 3, 8})
	for i, g := range list {
		net := tinyNet(t, i%3)
		image, colour := smoothImage(r, g), Colour(i)%Colours
		if colour.Derived() {
			if g.Planes == 3 && g.Depth == 8 {
				image = derivedImage(r, g, colour)
			} else {
				colour = 0
			}
		}
		passes := Passes(g.Width, g.Height)
		tapes := make([][]*tape, len(passes)) // by pass and band
		encoder := NewChain(net, g, net.Tau())
		encoder.Colour = colour
		encoder.SetImage(clonePlanes(image))
		for k, p := range passes {
			encoder.CodePass(p, func(int) Coder {
				tapes[k] = append(tapes[k], new(tape))
				return tapes[k][len(tapes[k])-1]
			})
		}
		for scales := 1; scales <= passes[0].Scale+1; scales++ {
			for finest := max(1, scales); finest <= scales+1; finest++ {
				c := NewChain(net, g, net.Tau())
				c.Colour, c.Reduction = colour, Reduction{scales, finest}
				w, h := c.Reduction.Size(g.Width, g.Height)
				coarser := 0 // the last pass of a scale coarser than the picture
				for k, p := range passes {
					if p.Scale > scales || p.Stage < 0 {
						coarser = k
					}
				}
				for k, p := range passes {
					if p.Scale < finest && p.Stage >= 0 {
						continue
					}
					if !c.CodePass(p, func(band int) Coder { return tapes[k][band].Replay(newRand(uint64(k<<8 + band))) }) {
						t.Fatalf("%v reduced by %d: %v stops", g, scales, p)
					}
					if k%3 == 0 || k == coarser {
						if m := c.Picture(); m[0].W != w || m[0].H != h || len(m) != g.Planes {
							t.Fatalf("%v reduced by %d: %d x %d", g, scales, m[0].W, m[0].H)
						}
					}
				}
				if got, want := c.Picture(), lowBand(net, colour, g, image, scales); !reflect.DeepEqual(got, want) {
					t.Errorf("%v, %v, reduced by %d with passes of scale %d: another picture than the low band", g, colour, scales, finest)
				}
			}
		}
	}
}

// TestReducedPictureOfAPart tests that a pass that is cut leaves a picture as good as before, and that merged estimates, which a complete
// pass leaves, are as good as those that are predicted once more.
func TestReducedPictureOfAPart(t *testing.T) {
	net, r, g := photoNet(t), newRand(92), Geometry{70, 60, 3, 8}
	image := smoothImage(r, g)
	r1 := Reduction{1, 2}
	want := lowBand(net, 0, g, image, 1)
	sent, ends := new(tape), []int{}
	encoder := NewChain(net, g, net.Tau())
	encoder.SetImage(clonePlanes(image))
	var passes []Pass
	for _, p := range Passes(g.Width, g.Height) {
		if p.Scale >= r1.Finest {
			codePass(encoder, p, sent)
			passes, ends = append(passes, p), append(ends, len(sent.Marks))
		}
	}
	before := 0.0
	for k, p := range passes {
		if p.Scale != 2 || p.Stage < 1 {
			continue
		}
		for _, n := range []int{(ends[k-1] + ends[k]) / 2, ends[k]} {
			c, short := NewChain(net, g, net.Tau()), (&tape{Marks: sent.Marks[:n]}).Replay(r)
			c.Reduction = r1
			for _, p := range passes[:k+1] {
				if !codePass(c, p, short) {
					break
				}
			}
			got := psnrOf(c.Picture(), want)
			if c.merged != (n == ends[k] && p.Stage < process.Stages-1) {
				t.Errorf("%v, %d of %d symbols: merged is %v", p, n-ends[k-1], ends[k]-ends[k-1], c.merged)
			}
			if c.merged {
				c.merged = false
				if again := psnrOf(c.Picture(), want); again > got+0.5 {
					t.Errorf("%v: %.2f dB, and %.2f predicted once more", p, got, again)
				}
			}
			if got < before-0.5 {
				t.Errorf("%v, %d of %d symbols: %.2f dB after %.2f", p, n-ends[k-1], ends[k]-ends[k-1], got, before)
			}
			before = got
		}
	}
	if before < 99 {
		t.Errorf("%.2f dB at the end", before)
	}
}

// psnrOf compares planes of 8 bits, in dB: 100 at most.
func psnrOf(a, b []Plane) float64 {
	sum, n := 1e-9, 0.0
	for p := range a {
		for i, v := range a[p].Pix {
			d := float64(v - b[p].Pix[i])
			sum, n = sum+d*d, n+1
		}
	}
	return min(100, 10*math.Log10(255*255*n/sum))
}
