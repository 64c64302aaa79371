package bmp

import (
	"encoding/binary"
	"image"
	"image/color"
	"io"
	"math/bits"
)

// ColorModel returns the colour model of the image that Decode gives.
func (h *Header) ColorModel() color.Model {
	switch {
	case h.Palette != nil:
		return h.Palette
	case h.Sixteen && h.Alpha:
		return color.NRGBA64Model
	case h.Sixteen:
		return color.RGBA64Model
	case h.Alpha:
		return color.NRGBAModel
	}
	return color.RGBAModel
}

// Decode decodes a file: to an *image.Paletted if it has a palette, else to an
// *image.NRGBA if it has alpha and an *image.RGBA if not, or to their 64-bit
// counterparts if samples have more than 8 bits. The errors are those of
// ReadHeader; a file that ends early is io.ErrUnexpectedEOF. A few bytes of RLE can
// stand for any size that the header names, so check that first.
func Decode(file []byte) (image.Image, *Header, error) {
	h, err := ReadHeader(file)
	if err != nil {
		return nil, nil, err
	}
	if h.pixels > int64(len(file)) {
		return nil, nil, io.ErrUnexpectedEOF
	}
	data := file[h.pixels:]
	if h.method == methodRLE4 || h.method == methodRLE8 {
		img := image.NewPaletted(image.Rect(0, 0, h.Width, h.Height), h.Palette)
		if err := h.decodeRLE(img, data); err != nil {
			return nil, nil, err
		}
		h.clampIndices(img)
		if h.fileSize < h.pixels { // which says where the codes end, if anything does
			h.fileSize = int64(len(file))
		}
		h.End = min(max(h.End, h.fileSize), int64(len(file)))
		return img, h, nil
	}
	stride := (int64(h.Width)*int64(h.Bits) + 31) / 32 * 4 // rows are of whole 32-bit words
	last := (int64(h.Width)*int64(h.Bits) + 7) / 8         // which the last of them need not fill
	if int64(len(data)) < stride*int64(h.Height-1)+last {
		return nil, nil, io.ErrUnexpectedEOF
	}
	h.End = min(max(h.End, h.pixels+stride*int64(h.Height)), int64(len(file)))
	row := func(y int) []byte {
		if !h.TopDown {
			y = h.Height - 1 - y
		}
		at := stride * int64(y)
		return data[at : at+last]
	}
	return h.decodeRows(row), h, nil
}

// decodeRows makes an image of rows of pixels that are not compressed.
func (h *Header) decodeRows(row func(y int) []byte) image.Image {
	bounds := image.Rect(0, 0, h.Width, h.Height)
	switch {
	case h.Palette != nil:
		img := image.NewPaletted(bounds, h.Palette)
		for y := range h.Height {
			unpack(img.Pix[y*img.Stride:][:h.Width], row(y), h.Bits)
		}
		h.clampIndices(img)
		return img
	case h.Bits == 24:
		img := image.NewRGBA(bounds)
		for y := range h.Height {
			in, out := row(y), img.Pix[y*img.Stride:]
			for x := range h.Width {
				out[4*x], out[4*x+1], out[4*x+2], out[4*x+3] = in[3*x+2], in[3*x+1], in[3*x], 0xff
			}
		}
		return img
	case h.Sixteen:
		return h.decodeSixteen(row)
	}
	pix := make([]byte, 4*h.Width*h.Height)
	fields := h.fields()
	for y := range h.Height {
		in, out := row(y), pix[4*y*h.Width:]
		for x := range h.Width {
			v := h.pixel(in, x)
			for c, f := range fields {
				out[4*x+c] = f.eight(v)
			}
		}
	}
	if h.Alpha {
		return &image.NRGBA{Pix: pix, Stride: 4 * h.Width, Rect: bounds}
	}
	return &image.RGBA{Pix: pix, Stride: 4 * h.Width, Rect: bounds}
}

// clampIndices makes indices 0 that the palette does not have.
func (h *Header) clampIndices(img *image.Paletted) {
	for i, index := range img.Pix {
		if int(index) >= len(img.Palette) {
			img.Pix[i] = 0
			h.Beyond++
		}
	}
}

// decodeSixteen makes an image of pixels with samples of more than 8 bits.
func (h *Header) decodeSixteen(row func(y int) []byte) image.Image {
	bounds := image.Rect(0, 0, h.Width, h.Height)
	pix := make([]byte, 8*h.Width*h.Height)
	fields := h.fields()
	for y := range h.Height {
		in, out := row(y), pix[8*y*h.Width:]
		for x := range h.Width {
			v := h.pixel(in, x)
			for c, f := range fields {
				binary.BigEndian.PutUint16(out[8*x+2*c:], f.sixteen(v))
			}
		}
	}
	if h.Alpha {
		return &image.NRGBA64{Pix: pix, Stride: 8 * h.Width, Rect: bounds}
	}
	return &image.RGBA64{Pix: pix, Stride: 8 * h.Width, Rect: bounds}
}

// pixel returns pixel x of a row of pixels of 16 or 32 bits.
func (h *Header) pixel(row []byte, x int) uint32 {
	if h.Bits == 16 {
		return uint32(binary.LittleEndian.Uint16(row[2*x:]))
	}
	return binary.LittleEndian.Uint32(row[4*x:])
}

// unpack spreads pixels of 1, 2, 4 or 8 bits, the first in the highest bits, over
// bytes.
func unpack(out, in []byte, width int) {
	if width == 8 {
		copy(out, in)
		return
	}
	for x := range out {
		at := x * width
		out[x] = in[at/8] >> (8 - width - at%8) & (1<<width - 1)
	}
}

// A field is the part of a pixel that holds one of its samples.
type field struct {
	shift, width int    // width is 0 for a sample that there is not
	absent       uint16 // what it is then
}

// fields returns those of red, green, blue and alpha.
func (h *Header) fields() [4]field {
	var out [4]field
	for i, m := range h.masks {
		out[i] = field{bits.TrailingZeros32(m), bits.OnesCount32(m), 0}
		if i == 3 {
			out[i].absent = 0xffff
		}
	}
	return out
}

// value returns the sample in pixel v, of f.width bits.
func (f field) value(v uint32) uint32 { return v >> f.shift & (1<<f.width - 1) }

// eight returns the sample in pixel v, of at most 8 bits, in 8.
func (f field) eight(v uint32) byte {
	switch s := f.value(v); f.width {
	case 0:
		return byte(f.absent)
	case 5:
		return byte(s<<3 | s>>2)
	case 6:
		return byte(s<<2 | s>>4)
	case 8:
		return byte(s)
	default:
		top := uint32(1<<f.width - 1)
		return byte((s*0xff + top/2) / top)
	}
}

// sixteen returns the sample in pixel v in 16 bits.
func (f field) sixteen(v uint32) uint16 {
	switch {
	case f.width == 0:
		return f.absent
	case f.width <= 8:
		return uint16(f.eight(v)) * 0x101
	}
	top := uint64(1)<<f.width - 1
	return uint16((uint64(f.value(v))*0xffff + top/2) / top)
}
