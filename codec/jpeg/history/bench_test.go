package history

import (
	"image"
	"image/color"
	"testing"
)

// BenchmarkRefused looks at pictures that no JPEG decoder made: gray, which is searched for a grid, and RGB, which has no luma and chroma.
func BenchmarkRefused(b *testing.B) {
	m := open(b, "landscape.png")
	gray := image.NewGray(m.Bounds())
	for y := range gray.Rect.Dy() {
		for x := range gray.Rect.Dx() {
			gray.Set(x, y, color.GrayModel.Convert(m.At(x, y)))
		}
	}
	for name, m := range map[string]image.Image{"gray": gray, "RGB": m} {
		p := pictureOf(m, m.Bounds())
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(p.Width * p.Height))
			for b.Loop() {
				if Find(p) != nil {
					b.Fatal("found")
				}
			}
		})
	}
}

// BenchmarkFind finds the coefficients of a picture.
func BenchmarkFind(b *testing.B) {
	out, _ := decompressed(b, open(b, "landscape.png"), 2, 2, 80, false)
	p := pictureOf(out, out.Bounds())
	b.SetBytes(int64(p.Width * p.Height))
	for b.Loop() {
		if Find(p) == nil {
			b.Fatal("nothing is found")
		}
	}
}
