package codec_test

import (
	"bytes"
	"image"
	"image/draw"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/container"
	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// The byte of params that turns a picture over has these bits, and the colour transform in the others.
const (
	leftRight = 4
	topBottom = 8
)

// turned returns a picture turned over, its type the same.
func turned(m image.Image, how byte) image.Image {
	b := m.Bounds()
	r := image.Rect(0, 0, b.Dx(), b.Dy())
	var to draw.Image
	switch m.(type) {
	case *image.Gray:
		to = image.NewGray(r)
	case *image.Gray16:
		to = image.NewGray16(r)
	case *image.NRGBA:
		to = image.NewNRGBA(r)
	case *image.RGBA64:
		to = image.NewRGBA64(r)
	default:
		to = image.NewRGBA(r)
	}
	for y := range b.Dy() {
		for x := range b.Dx() {
			u, v := x, y
			if how&leftRight != 0 {
				u = b.Dx() - 1 - x
			}
			if how&topBottom != 0 {
				v = b.Dy() - 1 - y
			}
			to.Set(u, v, m.At(b.Min.X+x, b.Min.Y+y))
		}
	}
	return to
}

// changed returns a file whose byte of params beside τ is another, in the form that it has.
func changed(t testing.TB, file []byte, to func(old byte) byte) []byte {
	t.Helper()
	h, _, err := container.ReadHeader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	first := 1
	if h.Short {
		first = 0
	}
	return withParams(t, file, func(p []byte) []byte {
		b := byte(0)
		if len(p) > first {
			b = p[first]
		}
		if b = to(b); b == 0 {
			return p[:first]
		}
		return append(p[:first:first], b)
	})
}

// TestOrientationsOfAFile: params turn whatever the passes say, all of it or as much as there is.
func TestOrientationsOfAFile(t *testing.T) {
	for _, name := range []string{"rgb", "common form", "gray", "gray16", "rgb16", "clipped", "tall"} {
		s := sample{name: name, m: crop(picture(t, "landscape.png"), 30, 0, 9, 231)} // of several strips
		if name != "tall" {
			s = kind(t, name)
		} else {
			s.file = encode(t, s.m, &codec.Options{Mode: codec.Modelled, NoDigest: true}) // of the picture, not of what it becomes
		}
		before := int(offsets(t, s.file)[0])
		for _, cut := range []int{0, 2 * (len(s.file) - before) / 3} {
			want, _, err := decodeLast(s.file[:len(s.file)-cut], codec.Decoder{})
			if err != nil {
				t.Fatal(err)
			}
			for _, how := range []byte{leftRight, topBottom, leftRight | topBottom} {
				file := changed(t, s.file, func(old byte) byte { return old ^ how })
				got, _, err := decodeLast(file[:len(file)-cut], codec.Decoder{})
				if err != nil {
					t.Fatalf("%s, %d bytes less: %v", name, cut, err)
				}
				if !same(turned(want, how), got) {
					t.Errorf("%s, %d bytes less, turned %d: another picture", name, cut, how)
				}
			}
		}
	}
}

// A counter is a coder that adds up ideal code lengths.
type counter struct{ bits float64 }

func (c *counter) Symbol(d *model.Distribution, s int32) (int32, bool) {
	_, freq := d.Interval(s)
	c.bits += float64(model.CodeLength(freq)) / (1 << 16)
	return s, true
}

func (c *counter) Bits(v uint32, n uint) (uint32, bool) {
	c.bits += float64(n)
	return v, true
}

func (c *counter) Bit(b, p uint32) (uint32, bool) {
	_, freq := model.BitInterval(b, p)
	c.bits += float64(model.CodeLength(freq)) / (1 << 16)
	return b, true
}

// idealBytes returns what a picture takes as it is, by the default model.
func idealBytes(t testing.TB, m image.Image) float64 {
	t.Helper()
	net, err := zoo.ByName("")
	if err != nil {
		t.Fatal(err)
	}
	b := m.Bounds()
	x := make([]model.Plane, 3)
	for p := range x {
		x[p] = model.NewPlane(b.Dx(), b.Dy())
	}
	for y := range b.Dy() {
		for i := range b.Dx() {
			r, g, b, _ := m.At(b.Min.X+i, b.Min.Y+y).RGBA()
			x[0].Row(y)[i], x[1].Row(y)[i], x[2].Row(y)[i] = int32(r>>8), int32(g>>8), int32(b>>8)
		}
	}
	c := model.NewChain(net, model.Geometry{Width: b.Dx(), Height: b.Dy(), Planes: 3, Depth: 8}, net.Tau())
	c.SetImage(x)
	var sum counter
	for _, p := range model.Passes(b.Dx(), b.Dy()) {
		c.CodePass(p, func(int) model.Coder { return &sum })
	}
	return sum.bits / 8
}

// TestBestOrientation: a small picture is coded in that orientation in which it takes the fewest bytes, so that it takes as
// many as its mirror images do; of a larger one others are not tried. (The orientation may be the second best, if pictures
// begin better with it.)
func TestBestOrientation(t *testing.T) {
	names := []string{"", "left-right", "top-bottom", "left-right, top-bottom"}
	chosen := map[string]bool{}
	for _, name := range []string{"rock", "leaves", "cloth"} {
		m := picture(t, "tiny/"+name+".png")
		length, best := 0, -1.0
		var upright []byte
		ideal := map[string]float64{} // by what Inspect says
		for i, how := range []byte{0, leftRight, topBottom, leftRight | topBottom} {
			ideal[names[i]] = idealBytes(t, turned(m, how))
			if best < 0 || ideal[names[i]] < best {
				best = ideal[names[i]]
			}
			file := encode(t, turned(m, how), &codec.Options{Mode: codec.Modelled})
			if i > 0 && len(file) != length {
				t.Errorf("%s: %d bytes, and turned %d: %d", name, length, how, len(file))
			}
			if i == 0 {
				upright = file
			}
			length = len(file)
		}
		info, err := new(codec.Decoder).Inspect(bytes.NewReader(upright))
		if err != nil {
			t.Fatal(err)
		}
		chosen[info.Mirrored] = true
		if at := ideal[info.Mirrored]; at > best*(1+1./400)+1 { // of which it may give up that much, see TestSteadyOrientation
			t.Errorf("%s: %q takes %.1f bytes, the best %.1f", name, info.Mirrored, at, best)
		}
		t.Logf("%s: %d bytes, mirrored %q; ideal %v", name, length, info.Mirrored, ideal)
	}
	if len(chosen) < 2 {
		t.Errorf("the same for all: %v", chosen)
	}
	m := turned(crop(picture(t, "landscape.png"), 0, 0, 65, 64), leftRight)
	if info, err := new(codec.Decoder).Inspect(bytes.NewReader(encode(t, m, &codec.Options{Mode: codec.Modelled}))); err != nil || info.Mirrored != "" {
		t.Errorf("%v: mirrored %q, %v", m.Bounds(), info.Mirrored, err)
	}
}

// TestSteadyOrientation: of pictures whose shortest orientation begins with a picture that is worse than none, another is
// taken.
func TestSteadyOrientation(t *testing.T) {
	for _, name := range []string{"leaves", "windows", "rock"} {
		m := picture(t, "tiny/"+name+".png")
		s := sample{name, m, encode(t, m, &codec.Options{Mode: codec.Modelled})}
		var lengths []int
		var quality []float64
		for n := int(offsets(t, s.file)[0]); n < 40; n++ {
			lengths, quality = append(lengths, n), append(quality, checkPrefix(t, s, n))
		}
		checkDrops(t, m, lengths, quality)
	}
}
