package codec

import (
	"image"
	"image/color"
	"testing"
)

// TestTake: what an image is coded as is the least that it can be.
func TestTake(t *testing.T) {
	r := image.Rect(3, 5, 3+17, 5+4) // nowhere near 0
	gray := func(depth int) image.Image {
		m, step := image.NewGray(r), 255/(1<<depth-1)
		for i := range m.Pix {
			m.Pix[i] = uint8(i * step % 256 / step * step)
		}
		return m
	}
	gray16 := func(step int) image.Image {
		m := image.NewGray16(r)
		for i := range len(m.Pix) / 2 {
			m.SetGray16(r.Min.X+i%17, r.Min.Y+i/17, color.Gray16{uint16(i * step)})
		}
		return m
	}
	rgba := func(change func(i int, c *color.RGBA)) image.Image {
		m := image.NewRGBA(r)
		for i := range r.Dx() * r.Dy() {
			c := color.RGBA{uint8(i), uint8(2 * i), 7, 255}
			change(i, &c)
			m.SetRGBA(r.Min.X+i%17, r.Min.Y+i/17, c)
		}
		return m
	}
	nrgba64 := func(step uint16, alpha uint16) image.Image {
		m := image.NewNRGBA64(r)
		for i := range r.Dx() * r.Dy() {
			m.SetNRGBA64(r.Min.X+i%17, r.Min.Y+i/17, color.NRGBA64{uint16(i) * step, 0, 2 * uint16(i) * step, alpha})
		}
		return m
	}
	for _, test := range []struct {
		name   string
		m      image.Image
		format format
		depth  int
		opaque bool
	}{
		{"1 bit", gray(1), formatGray, 1, true},
		{"2 bits", gray(2), formatGray, 2, true},
		{"4 bits", gray(4), formatGray, 4, true},
		{"8 bits", gray(8), formatGray, 8, true},
		{"black", image.NewGray(r), formatGray, 1, true},
		{"16 bits", gray16(256), formatGray, 16, true},
		{"8 bits in 16", gray16(257), formatGray | formatWide, 8, true},
		{"opaque", rgba(func(int, *color.RGBA) {}), formatRGB, 8, true},
		{"one translucent pixel", rgba(func(i int, c *color.RGBA) {
			if i == 67 {
				*c = color.RGBA{1, 0, 1, 1}
			}
		}), formatRGBA, 8, false},
		{"gray in colour", rgba(func(i int, c *color.RGBA) { c.G, c.B = c.R, c.R }), formatRGB | formatOneColour, 8, true},
		{"black in colour", rgba(func(i int, c *color.RGBA) { *c = color.RGBA{A: 255} }), formatRGB | formatOneColour, 8, true},
		{"almost gray", rgba(func(i int, c *color.RGBA) {
			if c.G, c.B = c.R, c.R; i == 67 {
				c.B++
			}
		}), formatRGB, 8, true},
		{"straight", nrgba64(256, 65535), formatNRGBA, 16, true},
		{"straight, 8 bits in 16", nrgba64(257, 65535), formatNRGBA | formatWide, 8, true},
		{"straight, alpha of 8 bits in 16", nrgba64(257, 257), formatNRGBA | formatWide, 8, false},
		{"straight, alpha of 16", nrgba64(257, 256), formatNRGBA, 16, false},
	} {
		s, err := newPixelReader(test.m)
		if err != nil {
			t.Fatal(err)
		}
		if s.format != test.format || s.depth != test.depth || s.opaque != test.opaque {
			t.Errorf("%s: format %d, %d bits, opaque %v; want %d, %d, %v", test.name, s.format, s.depth, s.opaque, test.format, test.depth, test.opaque)
		}
	}
}
