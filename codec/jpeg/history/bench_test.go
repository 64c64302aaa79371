package history

import (
	"fmt"
	"image"
	"image/color"
	"testing"
)

// BenchmarkRefused looks at pictures that no JPEG decoder made: gray ones of several sizes, which are searched for a grid, and RGB, which has
// no luma and chroma.
func BenchmarkRefused(b *testing.B) {
	m := open(b, "landscape.png")
	refuse := func(name string, m image.Image, r image.Rectangle) {
		p := pictureOf(m, r)
		b.Run(fmt.Sprintf("%s/%dx%d", name, p.Width, p.Height), func(b *testing.B) {
			b.SetBytes(int64(p.Width * p.Height))
			for b.Loop() {
				if Find(p) != nil {
					b.Fatal("found")
				}
			}
		})
	}
	gray := image.NewGray(m.Bounds())
	for y := range gray.Rect.Dy() {
		for x := range gray.Rect.Dx() {
			gray.Set(x, y, color.GrayModel.Convert(m.At(x, y)))
		}
	}
	for _, size := range []image.Point{{16, 16}, {24, 24}, {32, 32}, {48, 48}, {64, 64}, {66, 66}, {80, 80}, {96, 96}, {128, 128}, {192, 192}, {324, 196}} {
		refuse("gray", gray, image.Rectangle{Max: size}.Add(image.Pt(60, 60)))
	}
	refuse("RGB", m, m.Bounds())
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
