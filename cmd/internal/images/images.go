// Package images has what readers and writers of several formats ask of the
// standard library's images.
package images

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
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

// Depth returns how many bits a sample of an image's colour model has: 8 or 16.
func Depth(img image.Image) int {
	switch img.ColorModel() {
	case color.Gray16Model, color.RGBA64Model, color.NRGBA64Model, color.Alpha16Model:
		return 16
	}
	return 8
}

// Same reports whether two images have the same size and the same colours, straight, whatever their types. Colours that are
// transparent count, too, unless they are multiplied by alpha.
func Same(a, b image.Image) bool {
	if a.Bounds().Size() != b.Bounds().Size() {
		return false
	}
	if x, ok := a.(*image.RGBA); ok {
		if y, ok := b.(*image.RGBA); ok && len(x.Pix) == len(y.Pix) && x.Stride == y.Stride && x.Stride == 4*x.Rect.Dx() {
			return bytes.Equal(x.Pix, y.Pix)
		}
	}
	from, to := a.Bounds().Min, b.Bounds().Min
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			if straight(a.At(from.X+x, from.Y+y)) != straight(b.At(to.X+x, to.Y+y)) {
				return false
			}
		}
	}
	return true
}

// straight returns a colour in 16 bits, exactly if it is straight itself or opaque.
func straight(c color.Color) color.NRGBA64 {
	switch c := c.(type) {
	case color.NRGBA:
		return color.NRGBA64{R: uint16(c.R) * 0x101, G: uint16(c.G) * 0x101, B: uint16(c.B) * 0x101, A: uint16(c.A) * 0x101}
	case color.NRGBA64:
		return c
	}
	return color.NRGBA64Model.Convert(c).(color.NRGBA64)
}

// Colours returns a picture with a palette without it: gray, RGBA, or NRGBA if a colour of the palette is transparent.
func Colours(m *image.Paletted) image.Image {
	gray, opaque := true, true
	for _, c := range m.Palette {
		n := straight(c)
		gray, opaque = gray && n.R == n.G && n.G == n.B, opaque && n.A == 0xffff
	}
	var to draw.Image = image.NewNRGBA(m.Rect)
	switch {
	case opaque && gray:
		to = image.NewGray(m.Rect)
	case opaque:
		to = image.NewRGBA(m.Rect)
	}
	for y := m.Rect.Min.Y; y < m.Rect.Max.Y; y++ {
		for x := m.Rect.Min.X; x < m.Rect.Max.X; x++ {
			to.Set(x, y, m.At(x, y))
		}
	}
	return to
}
