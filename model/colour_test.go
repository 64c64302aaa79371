package model

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// exposed returns a picture with some noise of its own in each plane, brighter by the gains and clipped at white.
func exposed(r *rand.Rand, w, h int, depth uint, gain [3]int) []Plane {
	image := []Plane{NewPlane(w, h), NewPlane(w, h), NewPlane(w, h)}
	for y := range h {
		for x := range w {
			light := 90 + (x/2+y)%70 + r.IntN(9)
			for p, g := range gain {
				image[p].Row(y)[x] = int32(min((light+r.IntN(5))<<(depth-8)*g/4, 1<<depth-1))
			}
		}
	}
	return image
}

func TestChooseColour(t *testing.T) {
	for _, depth := range []uint{8, 16} {
		for _, c := range []struct {
			gain [3]int
			want Colour
		}{
			{[3]int{4, 4, 4}, transform.YCoCg},
			{[3]int{4, 3, 2}, transform.YCoCg},
			{[3]int{16, 16, 16}, transform.YCoCg}, // white
			{[3]int{16, 16, 4}, transform.RedGreen},
			{[3]int{3, 16, 16}, transform.GreenBlue},
			{[3]int{16, 4, 16}, transform.YCoCg}, // the pair is the one that this begins with
		} {
			for _, size := range [][2]int{{32, 32}, {301, 200}, {640, 480}} {
				if got, _, _ := ChooseColour(exposed(newRand(50), size[0], size[1], depth, c.gain), int(depth), true); got != c.want {
					t.Errorf("%v, %d bits, gains %v: %v, want %v", size, depth, c.gain, got, c.want)
				}
			}
		}
	}
	for _, g := range geometries { // too small to tell, or gray
		if got, _, _ := ChooseColour(randomImage(newRand(51), g), g.Depth, true); got != transform.YCoCg {
			t.Errorf("%v: noise is %v", g, got)
		}
	}
}

// TestDerivedColour: an image that was made from luma and chroma of 8 bits is found to be, unless a single pixel was not, it
// has 16 bits, or there is too little of it to tell.
func TestDerivedColour(t *testing.T) {
	for c := range Colours {
		if !c.Derived() {
			continue
		}
		image := derivedImage(newRand(64), Geometry{61, 40, 3, 8}, c)
		onlyBy(c, image, 100)
		if got, mirror, turn := ChooseColour(image, 8, true); got != c || mirror || turn {
			t.Errorf("%v: taken for %v, mirrored: %v, turned: %v", c, got, mirror, turn)
		}
		if got, _, _ := ChooseColour(image, 8, false); got.Derived() {
			t.Errorf("%v: taken for %v, which is not wanted", c, got)
		}
		if got, _, _ := ChooseColour(image, 16, true); got.Derived() {
			t.Errorf("%v, 16 bits: taken for %v", c, got)
		}
		last := len(image[0].Pix) - 1
		for blue := range int32(256) {
			x, y, z := []int32{image[0].Pix[last]}, []int32{image[1].Pix[last]}, []int32{blue}
			if !c.Derive(x, y, z, nil) {
				image[2].Pix[last] = blue
				break
			}
		}
		if got, _, _ := ChooseColour(image, 8, true); got.Derived() {
			t.Errorf("%v: taken for that with a pixel of another", c)
		}
		if got, _, _ := ChooseColour(derivedImage(newRand(64), Geometry{8, 8, 3, 8}, c), 8, true); got.Derived() {
			t.Errorf("%v, 64 pixels: taken for %v", c, got)
		}
	}
}

// onlyBy sets a pixel of an image that a conversion made to samples that it makes too, and no conversion before it: libjpeg rounds a
// few colours of thousands otherwise than to the nearest integers.
func onlyBy(c Colour, image []Plane, pixel int) {
	r := newRand(68)
	for {
		v := [3][]int32{{60 + r.Int32N(120)}, {r.Int32N(121) - 60}, {r.Int32N(121) - 60}}
		c.Inverse(v[0], v[1], v[2])
		if min(v[0][0], v[1][0], v[2][0]) == 0 || max(v[0][0], v[1][0], v[2][0]) == 255 {
			continue
		}
		only := true
		for before := range c {
			if before.Derived() && !before.Subsampled() && !sameConversion(before, c) {
				x, y, z := []int32{v[0][0]}, []int32{v[1][0]}, []int32{v[2][0]}
				only = only && !before.Derive(x, y, z, nil)
			}
		}
		if only {
			for p := range image {
				image[p].Pix[pixel] = v[p][0]
			}
			return
		}
	}
}

// sameConversion reports whether two colours make the same samples of luma and chroma.
func sameConversion(a, b Colour) bool {
	name := func(c Colour) string {
		return strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(c.String(), " across"), " down"), ", chroma halved")
	}
	return name(a) == name(b)
}

// TestSubsampledTurned tests that a Photo CD's image that was mirrored or turned over is to be turned back.
func TestSubsampledTurned(t *testing.T) {
	for d := range 4 {
		image := derivedImage(newRand(65), Geometry{62, 40, 3, 8}, transform.PhotoCDLinear)
		for _, p := range image {
			for y := range p.H {
				if d&1 != 0 {
					slices.Reverse(p.Row(y))
				}
			}
			if d&2 != 0 {
				for y := range p.H / 2 {
					a, b := p.Row(y), p.Row(p.H-1-y)
					for x := range a {
						a[x], b[x] = b[x], a[x]
					}
				}
			}
		}
		if c, mirror, turn := ChooseColour(image, 8, true); c != transform.PhotoCDLinear || mirror != (d&1 != 0) || turn != (d&2 != 0) {
			t.Errorf("%d: %v, mirror: %v, turn: %v", d, c, mirror, turn)
		}
	}
}

// derivedImage returns an image that a conversion made, of chroma that its upsampling made if c is Subsampled.
func derivedImage(r *rand.Rand, g Geometry, c Colour) []Plane {
	image := smoothImage(r, g)
	for i := range image[1].Pix {
		image[0].Pix[i] = 40 + image[0].Pix[i]/2
		image[1].Pix[i] = (image[1].Pix[i] - 128) / 4
		image[2].Pix[i] = (image[2].Pix[i] - 128) / 4
	}
	for p, x := range image {
		if wavelet := c.Wavelet(&transform.Liftings[0], 1, p); c.Subsampled() && p > 0 {
			var none [transform.Subbands]Plane
			for b := range none {
				none[b] = NewPlane(transform.SubbandSize(x.W, x.H, b))
			}
			half := NewPlane((x.W+1)/2, (x.H+1)/2)
			x.Pick(half, 0, 0)
			image[p] = transform.Synthesize(wavelet, x.W, x.H, half, none, 0)
		}
	}
	c.Inverse(image[0].Pix, image[1].Pix, image[2].Pix)
	return image
}

// TestColourLength compares the estimate with what its comment says, in floating point.
func TestColourLength(t *testing.T) {
	r := newRand(52)
	for _, g := range []Geometry{{17, 9, 3, 8}, {40, 30, 3, 16}, {500, 420, 3, 8}} {
		for _, image := range [][]Plane{randomImage(r, g), smoothImage(r, g)} {
			for c := range transform.PhotoCD {
				x := clonePlanes(image)
				c.Forward(x[0].Pix, x[1].Pix, x[2].Pix)
				step, want := 1, 0.0
				if g.Width*g.Height > 1<<16 {
					step = 4
				}
				for _, p := range x {
					for y := 1; y < g.Height; y += step {
						for from := 1; from < g.Width; from += gradientRun {
							sum, n := 0.0, 0.0
							for i := from; i < min(from+gradientRun, g.Width); i++ {
								sum += math.Abs(float64(p.Row(y)[i] - p.Row(y)[i-1] - p.Row(y - 1)[i] + p.Row(y - 1)[i-1]))
								n++
							}
							want += n * math.Log2(1+2*math.E*sum/n)
						}
					}
				}
				if got := float64(colourLength(c, image)) / (1 << 16); math.Abs(got/want-1) > .001 {
					t.Errorf("%v, %v: %.1f bits, want %.1f", g, c, got, want)
				}
			}
		}
	}
}

// TestPhotographsAreYCoCg: of the validation images none is clipped so much that another transform would pay.
func TestPhotographsAreYCoCg(t *testing.T) {
	data := filepath.Dir(filepath.Dir(kodak(t)))
	var files []string
	for _, suffix := range []string{"png", "webp"} {
		list, _ := filepath.Glob(filepath.Join(data, "train", "*."+suffix))
		files = append(files, list...)
	}
	if len(files) == 0 {
		t.Skipf("no training images in %s", data)
	}
	for i := 0; i < len(files); i += 20 {
		if c, _, _ := ChooseColour(readPlanes(t, files[i]), 8, true); c != transform.YCoCg {
			t.Errorf("%s: %v", files[i], c)
		}
	}
}

func BenchmarkChooseColour(b *testing.B) {
	image := exposed(newRand(53), 768, 512, 8, [3]int{4, 4, 4})
	b.SetBytes(3 * 768 * 512)
	for b.Loop() {
		ChooseColour(image, 8, true)
	}
}

// TestSubsampledOfAny tests that, under a Subsampled colour, an image whose chroma was never upsampled is still coded exactly.
func TestSubsampledOfAny(t *testing.T) {
	r := newRand(66)
	net, g := tinyNet(t, 0), Geometry{37, 150, 3, 8}
	seen := map[transform.Wavelet]bool{}
	for c := range Colours {
		wavelet := c.Wavelet(net.Lifting(), 1, 1)
		if !c.Subsampled() || seen[wavelet] && os.Getenv("DDPMZ_LONG") != "1" {
			continue
		}
		seen[wavelet] = true
		image := randomImage(r, g)
		for i := range image[0].Pix {
			image[1].Pix[i] -= 128
			image[2].Pix[i] -= 128
			if r.IntN(3) > 0 { // the worst for what is found sample by sample
				image[1].Pix[i] = 127 - 255*int32(i&1)
			}
		}
		c.Inverse(image[0].Pix, image[1].Pix, image[2].Pix)
		chain := NewChain(net, g, net.Tau())
		chain.Colour = c
		chain.SetImage(clonePlanes(image))
		for _, p := range Passes(g.Width, g.Height) {
			advance(chain, p)
		}
		if !reflect.DeepEqual(chain.Picture(), image) {
			t.Errorf("%v: the image did not come back", c)
		}
	}
}
