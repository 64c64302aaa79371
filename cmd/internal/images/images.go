// Package images has what readers and writers of several formats ask of the
// standard library's images.
package images

import (
	"image"
	"image/color"
)

// Opaque reports whether no pixel of an image is transparent. The images of the
// standard library know it of themselves.
func Opaque(img image.Image) bool {
	if o, ok := img.(interface{ Opaque() bool }); ok {
		return o.Opaque()
	}
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if _, _, _, a := img.At(x, y).RGBA(); a != 0xffff {
				return false
			}
		}
	}
	return true
}

// New returns an image of one of the colour models of gray, RGBA and NRGBA, of 8
// or 16 bits, with its samples and the length of a row of them in bytes. Any other
// model gets an *image.RGBA.
func New(m color.Model, bounds image.Rectangle) (img image.Image, pix []byte, stride int) {
	switch m {
	case color.GrayModel:
		m := image.NewGray(bounds)
		return m, m.Pix, m.Stride
	case color.Gray16Model:
		m := image.NewGray16(bounds)
		return m, m.Pix, m.Stride
	case color.NRGBAModel:
		m := image.NewNRGBA(bounds)
		return m, m.Pix, m.Stride
	case color.NRGBA64Model:
		m := image.NewNRGBA64(bounds)
		return m, m.Pix, m.Stride
	case color.RGBA64Model:
		m := image.NewRGBA64(bounds)
		return m, m.Pix, m.Stride
	}
	n := image.NewRGBA(bounds)
	return n, n.Pix, n.Stride
}
