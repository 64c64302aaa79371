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
