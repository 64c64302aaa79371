package bmp

import (
	"bufio"
	"encoding/binary"
	"image"
	"image/color"
	"io"
	"math"

	"github.com/ddpmz/ddpmz/cmd/internal/images"
)

// Options are what a file says beside its pixels.
type Options struct {
	XPerMetre, YPerMetre int    // resolution; 0 if unknown
	Profile              []byte // an ICC profile, or nil
}

// Encode writes an image of 8-bit samples: opaque indexed images and gray with a
// palette, others in 24 bits a pixel, or, if any is transparent, in 32 with a
// mask for alpha. Deeper samples are cut to 8 bits. The header is Windows'
// version 3, or 5 for transparency and profiles, which older ones cannot tell.
func Encode(w io.Writer, img image.Image, o Options) error {
	b := img.Bounds()
	e := encoder{img: img, bits: 24}
	switch m := img.(type) {
	case *image.Gray:
		e.bits = 8
		e.index = func(x, y int) byte { return m.GrayAt(x, y).Y }
		for i := range 256 {
			e.palette = append(e.palette, color.Gray{uint8(i)})
		}
	case *image.Paletted:
		if m.Opaque() && len(m.Palette) <= 256 {
			e.bits, e.palette, e.index = indexBits(len(m.Palette)), m.Palette, m.ColorIndexAt
		}
	}
	if e.index == nil && !images.Opaque(img) {
		e.bits = 32
	}
	if b.Dx() > math.MaxInt32 || b.Dy() > math.MaxInt32 {
		return UnsupportedError("a picture of more than 2147483647 rows or columns")
	}
	stride := (int64(b.Dx())*int64(e.bits) + 31) / 32 * 4
	header := e.header(b, stride*int64(b.Dy()), o)
	out := bufio.NewWriter(w) // which keeps its error for Flush
	out.Write(header)
	row := make([]byte, stride)
	for y := b.Max.Y - 1; y >= b.Min.Y; y-- {
		clear(row)
		e.row(row, y)
		out.Write(row)
	}
	out.Write(o.Profile)
	return out.Flush()
}

// indexBits returns the fewest bits of 1, 4 and 8 that tell so many colours
// apart; not all programs read 2.
func indexBits(colours int) int {
	switch {
	case colours <= 2:
		return 1
	case colours <= 16:
		return 4
	}
	return 8
}

type encoder struct {
	img     image.Image
	bits    int // of a pixel
	palette color.Palette
	index   func(x, y int) byte // of images with a palette
}

// header returns all that comes before the pixels, which take n bytes.
func (e *encoder) header(b image.Rectangle, n int64, o Options) []byte {
	size, method := infoHeader, methodRGB
	if e.bits == 32 || len(o.Profile) > 0 {
		size = 124
	}
	if e.bits == 32 {
		method = methodBitFields
	}
	order := binary.LittleEndian
	h := make([]byte, fileHeader+size)
	pixels := int64(len(h) + 4*len(e.palette))
	copy(h, "BM")
	order.PutUint32(h[2:], uint32(min(pixels+n+int64(len(o.Profile)), 1<<32-1))) // nobody relies on it
	order.PutUint32(h[10:], uint32(pixels))
	f := h[fileHeader:]
	order.PutUint32(f, uint32(size))
	order.PutUint32(f[4:], uint32(b.Dx()))
	order.PutUint32(f[8:], uint32(b.Dy()))
	order.PutUint16(f[12:], 1) // planes
	order.PutUint16(f[14:], uint16(e.bits))
	order.PutUint32(f[16:], uint32(method))
	order.PutUint32(f[20:], uint32(min(n, 1<<32-1)))
	order.PutUint32(f[24:], uint32(o.XPerMetre))
	order.PutUint32(f[28:], uint32(o.YPerMetre))
	order.PutUint32(f[32:], uint32(len(e.palette)))
	if size > infoHeader {
		if method == methodBitFields {
			for i, mask := range [4]uint32{0xff0000, 0xff00, 0xff, 0xff000000} {
				order.PutUint32(f[infoHeader+4*i:], mask)
			}
		}
		if len(o.Profile) > 0 {
			copy(f[56:], "DEBM") // an embedded profile, "MBED" read backwards
			order.PutUint32(f[112:], uint32(pixels-fileHeader+n))
			order.PutUint32(f[116:], uint32(len(o.Profile)))
		} else {
			copy(f[56:], "BGRs") // "sRGB"
		}
	}
	for _, c := range e.palette {
		r, g, b, _ := c.RGBA()
		h = append(h, byte(b>>8), byte(g>>8), byte(r>>8), 0)
	}
	return h
}

// row packs row y.
func (e *encoder) row(out []byte, y int) {
	b := e.img.Bounds()
	for i := range b.Dx() {
		x := b.Min.X + i
		if e.index != nil {
			bit := i * e.bits
			out[bit/8] |= e.index(x, y) << (8 - e.bits - bit%8)
			continue
		}
		c := straight(e.img.At(x, y))
		p := out[i*e.bits/8:]
		p[0], p[1], p[2] = c.B, c.G, c.R
		if e.bits == 32 {
			p[3] = c.A
		}
	}
}

// straight returns a colour that is not multiplied by alpha, cut to 8 bits.
func straight(c color.Color) color.NRGBA {
	switch c := c.(type) {
	case color.NRGBA:
		return c
	case color.NRGBA64:
		return color.NRGBA{uint8(c.R >> 8), uint8(c.G >> 8), uint8(c.B >> 8), uint8(c.A >> 8)}
	}
	return color.NRGBAModel.Convert(c).(color.NRGBA)
}
