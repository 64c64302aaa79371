package model

import (
	"os"
	"reflect"
	"slices"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/storage"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// TestPictureLeavesState: looking at the picture, as often as one likes, changes neither what is coded next nor
// what is shown next.
func TestPictureLeavesState(t *testing.T) {
	net, r := photoNet(t), newRand(34)
	for _, g := range []Geometry{{1, 1, 3, 8}, {21, 14, 3, 8}, {16, 19, 1, 16}} {
		image := smoothImage(r, g)
		plain := record(net, g, image, func(*Chain, Pass) {})
		watched := record(net, g, image, func(c *Chain, p Pass) {
			before := clone(c.state())
			first := c.Picture()
			second := c.Picture()
			if !reflect.DeepEqual(first, second) {
				t.Errorf("%v: after %v two pictures differ", g, p)
			}
			clear(second[0].Pix) // the caller's to spoil
			if !reflect.DeepEqual(before, c.state()) {
				t.Errorf("%v: after %v a picture changes the chain", g, p)
			}
		})
		if !slices.Equal(plain.Marks, watched.Marks) {
			t.Errorf("%v: pictures change what is coded", g)
		}
	}
}

// clone copies a state that the chain goes on to change.
func clone(state []any) []any {
	var c func(v reflect.Value) reflect.Value
	c = func(v reflect.Value) reflect.Value {
		n := reflect.New(v.Type()).Elem()
		n.Set(v)
		switch v.Kind() {
		case reflect.Slice:
			if !v.IsNil() {
				n.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
			}
			for i := range v.Len() {
				n.Index(i).Set(c(v.Index(i)))
			}
		case reflect.Array:
			for i := range v.Len() {
				n.Index(i).Set(c(v.Index(i)))
			}
		case reflect.Struct:
			switch s := v.Interface().(type) {
			case storage.Array:
				n.Set(reflect.ValueOf(s.Clone()))
			case storage.Image:
				for p, x := range s.Planes {
					s.Planes[p] = x.Clone()
				}
				n.Set(reflect.ValueOf(s))
			}
		}
		return n
	}
	s := make([]any, len(state))
	for i, v := range state {
		s[i] = c(reflect.ValueOf(v)).Interface()
	}
	return s
}

// TestPictureImproves: on images that are no surprise, the picture gets better from level to level, if not in every
// pass, whatever the colour transform.
func TestPictureImproves(t *testing.T) {
	net, g := photoNet(t), Geometry{40, 30, 3, 8}
	type way struct { // in which a picture is put together
		wavelet transform.Wavelet
		class   int
	}
	seen := map[way]bool{}
	for colour := range Colours {
		w := way{colour.Wavelet(net.Lifting(), 1, 1), colour.Class()}
		if colour.Derived() && seen[w] && os.Getenv("DDPMZ_LONG") != "1" {
			continue
		}
		seen[w] = true
		for _, image := range [][]Plane{smoothImage(newRand(35), g), exposed(newRand(35), g.Width, g.Height, 8, [3]int{16, 16, 4})} {
			if colour.Derived() {
				image = derivedImage(newRand(35), g, colour)
			}
			c := NewChain(net, g, net.Tau())
			c.Colour = colour
			c.SetImage(clonePlanes(image))
			var errs []float64
			for _, p := range Passes(g.Width, g.Height) {
				codePass(c, p, new(length))
				sum := 0.0
				for i, x := range c.Picture() {
					for j, v := range x.Pix {
						d := float64(v - image[i].Pix[j])
						sum += d * d
					}
				}
				if n := len(errs); n == 0 || p.Scale == 1 || p.Stage < 0 {
					errs = append(errs, sum)
				} else {
					errs[n-1] = sum
				}
			}
			for i := 1; i < len(errs); i++ {
				if errs[i] > 1.1*errs[i-1] {
					t.Errorf("%v: the squared error rises from %.0f to %.0f", colour, errs[i-1], errs[i])
				}
			}
			if last := errs[len(errs)-1]; last != 0 {
				t.Errorf("%v: the squared error of the image itself is %.0f", colour, last)
			}
		}
	}
}

// checkPicture checks that a picture has the size and the range of the samples.
func checkPicture(t *testing.T, c *Chain, g Geometry) {
	t.Helper()
	x := c.Picture()
	if len(x) != g.Planes {
		t.Fatalf("%v: picture of %d planes", g, len(x))
	}
	for _, p := range x {
		if p.W != g.Width || p.H != g.Height || len(p.Pix) != g.Width*g.Height {
			t.Fatalf("%v: picture of %dx%d", g, p.W, p.H)
		}
		if c.Exact() {
			continue // what the symbols say, whatever that is
		}
		for _, v := range p.Pix {
			if v < 0 || v >= 1<<g.Depth {
				t.Fatalf("%v: sample %d", g, v)
			}
		}
	}
}

// wholeEstimate is Chain.estimates of all rows at once: the samples of all planes, in Q4.
func wholeEstimate(c *Chain) (samples []int32) {
	seen := c.parentOf(&c.scales[c.exactAt])
	for l := c.exactAt; l >= 1; l-- {
		s := &c.scales[l]
		d := c.newImage(s.fw, s.fh, c.planes)
		c.eachBand(s, c.estimateStage(s), seen, false, func(b *band, _ int) bool { return b.estimate(d) })
		x := make([]int32, s.fw*s.fh)
		samples = samples[:0]
		for p := range c.planes {
			d.Load(x, p, 0)
			storage.MergeRows(c.Colour.Wavelet(c.net.Lifting(), l, p), Plane{W: s.fw, H: s.fh, Pix: x}, seen.image, p, 0, seen.shift, 4)
			samples = append(samples, x...)
			d.Planes[p].SetAll(x, 0)
		}
		seen = parent{image: d, records: s.records, w: s.w}
	}
	return samples
}

// TestStrips: the image put together by strips is the one put together at once, whatever the lifting, and whatever chroma is
// upsampled by, exact or not.
func TestStrips(t *testing.T) {
	r := newRand(41)
	colours := []Colour{0, 0, 0}
	for c := range Colours {
		if c.Subsampled() {
			colours = append(colours, c)
		}
	}
	seen := map[transform.Wavelet]bool{}
	for i, colour := range colours {
		wavelet := colour.Wavelet(&transform.Liftings[0], 1, 1)
		if colour.Subsampled() && seen[wavelet] && os.Getenv("DDPMZ_LONG") != "1" {
			continue
		}
		seen[wavelet] = true
		net, g := tinyNet(t, i%len(transform.Liftings)), Geometry{23, 2*bandRows*2 + 37, 3, 8}
		image := smoothImage(r, g)
		if colour.Subsampled() {
			image = derivedImage(r, g, colour)
		}
		c := NewChain(net, g, net.Tau())
		c.Colour = colour
		c.SetImage(clonePlanes(image))
		for _, p := range Passes(g.Width, g.Height) {
			advance(c, p)
			if p.Scale == 1 && p.Stage == 3 {
				want, got := wholeEstimate(c), NewPlane(c.w, 3*c.h)
				c.estimates(func(rows *ycc, y int) {
					for p := range rows {
						copy(got.Pix[(p*c.h+y)*c.w:], rows[p].Pix)
					}
				})
				if !slices.Equal(got.Pix, want) {
					t.Errorf("%v, lifting %d: strips of an estimate differ from the whole", colour, i%len(transform.Liftings))
				}
			}
		}
		if !reflect.DeepEqual(c.Picture(), image) {
			t.Errorf("%v, lifting %d: the image did not come back", colour, i%len(transform.Liftings))
		}
	}
}
