//go:build js && wasm

package main

import (
	"image"
	"image/color"
)

// rgba returns the pixels of a picture with 8 bits a sample and straight alpha, as ImageData has them.
func rgba(m image.Image) []byte {
	b := m.Bounds()
	w, h := b.Dx(), b.Dy()
	switch m := m.(type) {
	case *image.NRGBA:
		if m.Stride == 4*w {
			return m.Pix[:4*w*h]
		}
	case *image.RGBA:
		if m.Stride == 4*w && m.Opaque() {
			return m.Pix[:4*w*h]
		}
	case *image.Gray:
		pix := make([]byte, 4*w*h)
		for y := range h {
			for x, v := range m.Pix[y*m.Stride:][:w] {
				p := pix[4*(y*w+x):][:4]
				p[0], p[1], p[2], p[3] = v, v, v, 0xff
			}
		}
		return pix
	}
	pix := make([]byte, 4*w*h)
	for y := range h {
		for x := range w {
			c := color.NRGBAModel.Convert(m.At(b.Min.X+x, b.Min.Y+y)).(color.NRGBA)
			p := pix[4*(y*w+x):][:4]
			p[0], p[1], p[2], p[3] = c.R, c.G, c.B, c.A
		}
	}
	return pix
}
