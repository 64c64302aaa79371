package jpegs

import (
	"image/color"

	"github.com/ddpmz/ddpmz/model/dct"
	"github.com/ddpmz/ddpmz/model/train"
)

// Compress returns the coefficients of the JPEG file that a program would make of a picture.
func Compress(m train.Image, s Settings) *dct.Image {
	return quantize(components(rgb(m)), s)
}

// rgb returns the planes of a picture.
func rgb(m train.Image) (planes [3]plane) {
	for c := range planes {
		planes[c] = newPlane(m.W, m.H)
		for i := range planes[c].pix {
			planes[c].pix[i] = float32(m.Pix[3*i+c])
		}
	}
	return planes
}

// components returns luma and chroma of whole samples of R, G and B, rounded to 8 bits as JFIF's formula says.
func components(rgb [3]plane) (ycc [3]plane) {
	for c := range ycc {
		ycc[c] = newPlane(rgb[c].w, rgb[c].h)
	}
	for i := range rgb[0].pix {
		y, cb, cr := color.RGBToYCbCr(uint8(rgb[0].pix[i]), uint8(rgb[1].pix[i]), uint8(rgb[2].pix[i]))
		ycc[0].pix[i], ycc[1].pix[i], ycc[2].pix[i] = float32(y), float32(cb), float32(cr)
	}
	return ycc
}

// quantize returns the coefficients of luma and chroma at full resolution.
func quantize(ycc [3]plane, s Settings) *dct.Image {
	im := &dct.Image{Width: ycc[0].w, Height: ycc[0].h}
	if s.Gray {
		im.Planes = []dct.Plane{newComponent(ycc[0], 1, 1, &s.Luma)}
		return im
	}
	im.Planes = append(im.Planes, newComponent(ycc[0], s.H, s.V, &s.Luma))
	for _, p := range ycc[1:] {
		p = p.shrink(s.H, s.V, s.Sharp)
		p.round()
		im.Planes = append(im.Planes, newComponent(p, 1, 1, &s.Chroma)) // as many units as luma has
	}
	return im
}

// newComponent transforms a plane with sampling factors h and v. As libjpeg does, it repeats the last samples of rows and columns to whole blocks, and blocks beyond those, which only fill up the last unit of
// the file's scan, have no AC and the DC of the block before.
func newComponent(p plane, h, v int, steps *[64]uint16) dct.Plane {
	real := dct.Plane{Wide: (p.w + 7) / 8, High: (p.h + 7) / 8}
	c := dct.Plane{H: h, V: v, Quant: *steps}
	c.Wide, c.High = (real.Wide+h-1)/h*h, (real.High+v-1)/v*v
	c.Coef = make([]int16, 64*c.Wide*c.High)
	var block [64]int64
	for by := range c.High {
		for bx := range c.Wide {
			out := c.Coef[64*(by*c.Wide+bx):][:64]
			switch {
			case by >= real.High: // the last block of the row above within the unit
				out[0] = c.Coef[64*((by-1)*c.Wide+bx/h*h+h-1)]
			case bx >= real.Wide:
				out[0] = c.Coef[64*(by*c.Wide+bx-1)]
			default:
				for i := range block {
					block[i] = int64(p.at(8*bx+i%8, 8*by+i/8)) - 128
				}
				transformBlock(&block, steps, out)
			}
		}
	}
	return c
}
