package images

import (
	"image"
	"image/color"
	"testing"
)

// foreign is an image that does not know whether it is opaque.
type foreign struct{ image.Image }

func TestOpaque(t *testing.T) {
	m := image.NewNRGBA(image.Rect(-2, 3, 5, 8))
	for i := range m.Pix {
		m.Pix[i] = 0xff
	}
	if !Opaque(m) || !Opaque(foreign{m}) {
		t.Error("an opaque image is not found to be")
	}
	m.SetNRGBA(4, 7, color.NRGBA{1, 2, 3, 254}) // the last pixel
	if Opaque(m) || Opaque(foreign{m}) {
		t.Error("a transparent pixel is not found")
	}
}

// TestNew writes through the samples and reads through the image.
func TestNew(t *testing.T) {
	bounds := image.Rect(0, 0, 3, 2)
	for _, m := range []color.Model{color.GrayModel, color.Gray16Model, color.NRGBAModel, color.NRGBA64Model, color.RGBAModel, color.RGBA64Model} {
		img, pix, stride := New(m, bounds)
		if img.ColorModel() != m || img.Bounds() != bounds || stride*2 != len(pix) {
			t.Errorf("%T: %v, %d bytes of stride %d", img, img.Bounds(), len(pix), stride)
		}
		for i := range pix[stride:] {
			pix[stride+i] = 0xff
		}
		if above, below := img.At(0, 0), img.At(0, 1); below != m.Convert(color.White) || above == below {
			t.Errorf("%T: %v above %v", img, above, below)
		}
	}
}

// TestSame compares images of several types, of which some hold the same colours.
func TestSame(t *testing.T) {
	bounds := image.Rect(0, 0, 3, 2)
	fill := func(m color.Model, at image.Point, c color.Color) image.Image {
		img, _, _ := New(m, bounds.Add(at))
		for y := range 2 {
			for x := range 3 {
				img.(interface{ Set(x, y int, c color.Color) }).Set(at.X+x, at.Y+y, c)
			}
		}
		return img
	}
	red := color.NRGBA{200, 3, 4, 255}
	clear := color.NRGBA{200, 3, 4, 0}
	for _, test := range []struct {
		a, b image.Image
		same bool
	}{
		{fill(color.RGBAModel, image.Point{}, red), fill(color.RGBAModel, image.Point{}, red), true},
		{fill(color.RGBAModel, image.Point{}, red), fill(color.NRGBAModel, image.Pt(5, -7), red), true},
		{fill(color.RGBA64Model, image.Point{}, red), fill(color.NRGBAModel, image.Point{}, red), true},
		{fill(color.RGBAModel, image.Point{}, red), fill(color.RGBAModel, image.Point{}, color.NRGBA{200, 3, 5, 255}), false},
		{fill(color.GrayModel, image.Point{}, color.Gray{7}), fill(color.RGBAModel, image.Point{}, color.Gray{7}), true},
		{fill(color.Gray16Model, image.Point{}, color.Gray16{0x708}), fill(color.GrayModel, image.Point{}, color.Gray16{0x708}), false},
		{fill(color.NRGBAModel, image.Point{}, clear), fill(color.NRGBAModel, image.Point{}, clear), true},
		{fill(color.NRGBAModel, image.Point{}, clear), fill(color.NRGBAModel, image.Point{}, color.NRGBA{}), false},
		{fill(color.RGBAModel, image.Point{}, red), image.NewRGBA(image.Rect(0, 0, 2, 3)), false},
	} {
		if Same(test.a, test.b) != test.same || Same(test.b, test.a) != test.same {
			t.Errorf("%T and %T: the same is not %t", test.a, test.b, test.same)
		}
	}
	for m, depth := range map[color.Model]int{color.GrayModel: 8, color.NRGBAModel: 8, color.Gray16Model: 16, color.NRGBA64Model: 16} {
		if got := Depth(fill(m, image.Point{}, red)); got != depth {
			t.Errorf("%d bits, not %d", got, depth)
		}
	}
}

// TestColours: a picture without its palette has the same colours, in the fewest samples that hold any of the palette.
func TestColours(t *testing.T) {
	bounds := image.Rect(-1, 2, 2, 4)
	for _, test := range []struct {
		palette color.Palette
		model   color.Model
	}{
		{color.Palette{color.Gray{3}, color.RGBA{200, 200, 200, 255}}, color.GrayModel},
		{color.Palette{color.Gray{3}, color.RGBA{200, 200, 201, 255}}, color.RGBAModel},
		{color.Palette{color.Gray{3}, color.NRGBA{200, 100, 1, 3}, color.NRGBA{9, 8, 7, 0}}, color.NRGBAModel},
	} {
		m := image.NewPaletted(bounds, test.palette)
		for i := range m.Pix {
			m.Pix[i] = uint8(i % len(test.palette))
		}
		if got := Colours(m); got.ColorModel() != test.model || got.Bounds() != bounds || !Same(got, m) {
			t.Errorf("%v: %T %v", test.palette, got, got)
		}
	}
}
