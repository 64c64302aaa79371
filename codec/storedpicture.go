package codec

import (
	"encoding/binary"
	"image"

	"github.com/ddpmz/ddpmz/codec/internal/stored"
)

// A storedPicture is the image that a stored file's rows are written to as they are decoded: samples of their own, beside those of the
// image, would take more memory than it.
type storedPicture struct {
	image image.Image
	set   func(y int, row []stored.Pixel) // writes a row, its alpha too
	box   *pixelBox                       // of a picture that is reduced
}

// newStoredPicture returns an image to be filled, of which all pixels are black and transparent.
func (p *picture) newStoredPicture() storedPicture {
	m, _ := p.newImage()
	switch n := m.(type) {
	case *image.Paletted:
		return storedPicture{image: m, set: setGray8(n.Pix, n.Stride, 1)}
	case *image.Gray:
		return storedPicture{image: m, set: setGray8(n.Pix, n.Stride, byte(p.grayStep()))}
	case *image.Gray16:
		return storedPicture{image: m, set: setGray16(n.Pix, n.Stride, p.wideFactor())}
	case *image.RGBA:
		return storedPicture{image: m, set: p.setColour8(n.Pix, n.Stride)}
	case *image.NRGBA:
		return storedPicture{image: m, set: p.setColour8(n.Pix, n.Stride)}
	case *image.RGBA64:
		return storedPicture{image: m, set: p.setColour16(n.Pix, n.Stride)}
	default:
		n64 := m.(*image.NRGBA64)
		return storedPicture{image: m, set: p.setColour16(n64.Pix, n64.Stride)}
	}
}

// setGray8 returns what writes rows of grays or palette indices, times a factor.
func setGray8(pix []byte, stride int, factor byte) func(int, []stored.Pixel) {
	return func(y int, row []stored.Pixel) {
		to := pix[y*stride:][:len(row)]
		for x, v := range row {
			to[x] = byte(v) * factor
		}
	}
}

// setGray16 returns what writes rows of grays to 16 bits, times a factor.
func setGray16(pix []byte, stride int, factor stored.Pixel) func(int, []stored.Pixel) {
	return func(y int, row []stored.Pixel) {
		to := pix[y*stride:][:2*len(row)]
		for x, v := range row {
			v *= factor
			to[2*x], to[2*x+1] = byte(v>>8), byte(v)
		}
	}
}

// setColour8 returns what writes rows of colours of 8 bits a sample, of one plane or of three.
func (p *picture) setColour8(pix []byte, stride int) func(int, []stored.Pixel) {
	gray, alpha := p.format.planes() == 1, p.alpha
	return func(y int, row []stored.Pixel) {
		to := pix[y*stride:][:4*len(row)]
		if gray {
			for x, v := range row {
				binary.LittleEndian.PutUint32(to[4*x:], uint32(v)*0x10101|0xff<<24)
			}
		} else {
			for x, v := range row { // green and red lie as they are to, one above the other
				binary.LittleEndian.PutUint32(to[4*x:], uint32(v>>8)&0xffff|uint32(v)&0xff<<16|0xff<<24)
			}
		}
		if alpha != nil {
			for x, a := range alpha[y*len(row):][:len(row)] {
				to[4*x+3] = byte(a)
			}
		}
	}
}

// setColour16 returns what writes rows of colours to 16 bits a sample, of one plane or of three; of 8 bits if the format is wide.
func (p *picture) setColour16(pix []byte, stride int) func(int, []stored.Pixel) {
	gray, alpha, depth, factor := p.format.planes() == 1, p.alpha, p.depth, p.wideFactor()
	most := stored.Pixel(1)<<depth - 1
	return func(y int, row []stored.Pixel) {
		to := pix[y*stride:][:8*len(row)]
		for x, v := range row {
			if gray {
				v |= v<<depth | v<<(2*depth)
			}
			a := most
			if alpha != nil {
				a = stored.Pixel(alpha[y*len(row)+x])
			}
			q := to[8*x:][:8]
			for i, s := range [4]stored.Pixel{v >> depth & most, v >> (2 * depth), v & most, a} {
				s *= factor
				q[2*i], q[2*i+1] = byte(s>>8), byte(s)
			}
		}
	}
}

// wideFactor returns what samples are multiplied by for an image of 16 bits a sample.
func (p *info) wideFactor() stored.Pixel {
	if p.format&formatWide != 0 {
		return 257
	}
	return 1
}

// setMissing writes mid-gray to all rows from the first one that is missing. Of a paletted picture it extends the palette by that, or
// takes the colour nearest to it if the palette is full.
func (m storedPicture) setMissing(p *picture, first int) {
	if m.box != nil {
		m.box.addMissing(first)
		return
	}
	v := stored.Pixel(1) << (p.depth - 1)
	switch n := m.image.(type) {
	case *image.Paletted:
		colours, index := withGray(p.palette)
		n.Palette, v = colours, stored.Pixel(index)
	case *image.Gray:
		for i := first * n.Stride; i < len(n.Pix); i++ {
			n.Pix[i] = 0x80 // which no gray of few bits is
		}
		return
	}
	if p.format.planes() == 3 {
		v |= v<<p.depth | v<<(2*p.depth)
	}
	row := make([]stored.Pixel, p.w)
	for x := range row {
		row[x] = v
	}
	for y := first; y < p.h; y++ {
		m.set(y, row)
	}
}
