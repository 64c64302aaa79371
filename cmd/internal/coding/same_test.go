package coding

import (
	"image"
	"image/color"
	"testing"
)

// TestSamePicture: a picture of every type is found the same, and one with a sample, colour, size or type that is another is not.
func TestSamePicture(t *testing.T) {
	rect := image.Rect(3, 2, 8, 6)
	ycc := image.NewYCbCr(rect, image.YCbCrSubsampleRatio420)
	palette := color.Palette{color.Gray{1}, color.NRGBA{200, 100, 0, 90}}
	pictures := []image.Image{image.NewGray(rect), image.NewGray16(rect), image.NewRGBA(rect), image.NewNRGBA(rect), image.NewRGBA64(rect),
		image.NewNRGBA64(rect), image.NewPaletted(rect, palette), ycc}
	for i, m := range pictures {
		for j, other := range pictures {
			if same := SamePicture(kept(m), other); same != (i == j) {
				t.Errorf("%T and %T: %v", m, other, same)
			}
		}
	}
	a, b := image.NewNRGBA(rect), image.NewNRGBA(rect)
	b.Pix[len(b.Pix)-1]++
	if SamePicture(a, b) || SamePicture(a, image.NewNRGBA(image.Rect(0, 0, 4, 5))) || SamePicture(image.NewPaletted(rect, palette), image.NewPaletted(rect, palette[:1])) {
		t.Error("others are the same")
	}
}
