package render

import (
	"image"
	"image/color"
)

// to8 rounds 16-bit samples to 8 bits: v/257, to the nearest.
func to8(dst []uint8, src []uint8) {
	for i := range dst {
		v := uint32(src[2*i])<<8 | uint32(src[2*i+1])
		dst[i] = uint8((v + 128) / 257)
	}
}

// Gray16 is the luma of m.
func Gray16(m *image.RGBA64) *image.Gray16 {
	g := image.NewGray16(m.Rect)
	for y := m.Rect.Min.Y; y < m.Rect.Max.Y; y++ {
		for x := m.Rect.Min.X; x < m.Rect.Max.X; x++ {
			g.Set(x, y, m.RGBA64At(x, y))
		}
	}
	return g
}

// Gray is Gray16 rounded to 8 bits.
func Gray(m *image.RGBA64) *image.Gray {
	g := image.NewGray(m.Rect)
	to8(g.Pix, Gray16(m).Pix)
	return g
}

// cutout16 gives m a straight alpha: opaque in the middle of an oval, clear
// outside, with a soft rim. Where alpha is 0 the colours stay, as they do in
// files of paint programs; a codec that keeps pixels must keep them.
func cutout16(m *image.RGBA64) *image.NRGBA64 {
	out := image.NewNRGBA64(m.Rect)
	w, h := m.Rect.Dx(), m.Rect.Dy()
	for y := range h {
		for x := range w {
			u, v := div(num(2*x-w), num(w)), div(num(2*y-h), num(h))
			a := step(mil(950), mil(600), sqrt(mul(u, u)+mul(v, v)))
			c := m.RGBA64At(m.Rect.Min.X+x, m.Rect.Min.Y+y)
			out.SetNRGBA64(m.Rect.Min.X+x, m.Rect.Min.Y+y, color.NRGBA64{R: c.R, G: c.G, B: c.B, A: uint16(min(a, one-1))})
		}
	}
	return out
}

// cutout is cutout16 rounded to 8 bits.
func cutout(m *image.RGBA64) *image.NRGBA {
	out := image.NewNRGBA(m.Rect)
	to8(out.Pix, cutout16(m).Pix)
	return out
}

// dithered has 256 colours, of 8 reds, 8 greens and 4 blues, mixed by a 4 x 4
// pattern of thresholds, as old viewers did.
func dithered(m *image.RGBA64) *image.Paletted {
	pal := make(color.Palette, 256)
	for i := range pal {
		pal[i] = color.RGBA{uint8(i >> 5 * 255 / 7), uint8(i >> 2 & 7 * 255 / 7), uint8(i & 3 * 255 / 3), 255}
	}
	threshold := [4][4]uint32{{0, 8, 2, 10}, {12, 4, 14, 6}, {3, 11, 1, 9}, {15, 7, 13, 5}} // sixteenths
	out := image.NewPaletted(m.Rect, pal)
	for y := m.Rect.Min.Y; y < m.Rect.Max.Y; y++ {
		for x := m.Rect.Min.X; x < m.Rect.Max.X; x++ {
			t := threshold[y&3][x&3]*4096 + 2048
			level := func(v uint16, top uint32) uint8 { return uint8((uint32(v)*top + t) >> 16) }
			c := m.RGBA64At(x, y)
			out.SetColorIndex(x, y, level(c.R, 7)<<5|level(c.G, 7)<<2|level(c.B, 3))
		}
	}
	return out
}
