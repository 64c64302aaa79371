package codec

import (
	"image"
	"image/color"
	"image/draw"

	"github.com/ddpmz/ddpmz/codec/internal/stored"
	"github.com/ddpmz/ddpmz/model"
)

// A pixelReader reads an image that is encoded, by rows. Planes, which take three times the memory of an image, are made when
// they are wanted.
type pixelReader struct {
	info
	opaque bool

	read     rowReader
	channels int    // that it reads: gray, or palette indices, or red, green and blue
	divisor  uint16 // of its samples
}

// A rowReader writes row y of an image, of interleaved samples of its planes as they are there, to colour, and its alpha, if
// its type has that, to alpha.
type rowReader func(y int, colour, alpha []uint16)

// newPixelReader finds out what an image is coded as. Images of the standard library's gray, RGBA, NRGBA and paletted types
// keep their type, bit for bit. Others are converted as the standard library does: to 8-bit samples, or to 16-bit ones if
// their color model has them.
func newPixelReader(m image.Image) (*pixelReader, error) {
	b := m.Bounds()
	r := &pixelReader{info: info{w: b.Dx(), h: b.Dy(), depth: 8}, channels: 3, divisor: 1}
	switch m := m.(type) {
	case *image.Gray:
		r.format, r.channels, r.read = formatGray, 1, grayRows8(m.Pix, m.Stride)
	case *image.Gray16:
		r.format, r.depth, r.channels = formatGray, 16, 1
		r.read = func(y int, colour, _ []uint16) {
			row := m.Pix[y*m.Stride:]
			for x := range colour {
				colour[x] = be16(row[2*x:])
			}
		}
	case *image.RGBA:
		r.format, r.read = formatRGBA, rgbaRows8(m.Pix, m.Stride)
	case *image.NRGBA:
		r.format, r.read = formatNRGBA, rgbaRows8(m.Pix, m.Stride)
	case *image.RGBA64:
		r.format, r.depth, r.read = formatRGBA, 16, rgbaRows16(m.Pix, m.Stride)
	case *image.NRGBA64:
		r.format, r.depth, r.read = formatNRGBA, 16, rgbaRows16(m.Pix, m.Stride)
	case *image.Paletted:
		return newPalettedReader(m)
	default:
		switch m.ColorModel() {
		case color.Gray16Model, color.Alpha16Model, color.RGBA64Model, color.NRGBA64Model:
			n := image.NewNRGBA64(b)
			draw.Draw(n, b, m, b.Min, draw.Src)
			return newPixelReader(n)
		case color.YCbCrModel, color.CMYKModel, color.RGBAModel, color.GrayModel:
			n := image.NewRGBA(b)
			draw.Draw(n, b, m, b.Min, draw.Src)
			return newPixelReader(n)
		}
		n := image.NewNRGBA(b)
		draw.Draw(n, b, m, b.Min, draw.Src)
		return newPixelReader(n)
	}
	r.simplify()
	return r, nil
}

func be16(b []byte) uint16 { return uint16(b[0])<<8 | uint16(b[1]) }

func grayRows8(pix []byte, stride int) rowReader {
	return func(y int, colour, _ []uint16) {
		for x, v := range pix[y*stride:][:len(colour)] {
			colour[x] = uint16(v)
		}
	}
}

func rgbaRows8(pix []byte, stride int) rowReader {
	return func(y int, colour, alpha []uint16) {
		row := pix[y*stride:]
		for x := range alpha {
			q, c := row[4*x:][:4], colour[3*x:][:3]
			c[0], c[1], c[2], alpha[x] = uint16(q[0]), uint16(q[1]), uint16(q[2]), uint16(q[3])
		}
	}
}

func rgbaRows16(pix []byte, stride int) rowReader {
	return func(y int, colour, alpha []uint16) {
		row := pix[y*stride:]
		for x := range alpha {
			q, c := row[8*x:][:8], colour[3*x:][:3]
			c[0], c[1], c[2], alpha[x] = be16(q), be16(q[2:]), be16(q[4:]), be16(q[6:])
		}
	}
}

// simplify finds out whether all is opaque, planes are the same, and samples have fewer bits than they could.
func (r *pixelReader) simplify() {
	opaque, gray, wide := true, r.channels == 3, r.depth == 16
	gray8 := r.format == formatGray && r.depth == 8
	narrow := [...]struct {
		depth int
		fits  bool
	}{{1, gray8}, {2, gray8}, {4, gray8}}
	full, row := uint16(1)<<r.depth-1, r.rows()
	for y := range r.h {
		colour, alpha := row(y)
		for _, a := range alpha {
			opaque = opaque && a == full
			wide = wide && a%257 == 0
		}
		for i := 0; gray && i < len(colour); i += 3 {
			gray = colour[i] == colour[i+1] && colour[i] == colour[i+2]
		}
		for i := 0; wide && i < len(colour); i++ {
			wide = colour[i]%257 == 0
		}
		for i := range narrow {
			n := &narrow[i]
			for x := 0; n.fits && x < len(colour); x++ {
				n.fits = colour[x]%grayStep(n.depth) == 0
			}
		}
	}
	r.opaque = opaque
	if opaque && r.format == formatRGBA { // as image/png has it, opaque images are RGBA
		r.format = formatRGB
	}
	if gray {
		r.format |= formatOneColour
	}
	if wide {
		r.format |= formatWide
		r.depth, r.divisor = 8, 257
	}
	for _, n := range narrow {
		if n.fits {
			r.depth = n.depth
			break
		}
	}
}

func newPalettedReader(m *image.Paletted) (*pixelReader, error) {
	b := m.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		i := m.PixOffset(b.Min.X, y)
		for _, v := range m.Pix[i : i+b.Dx()] {
			if int(v) >= len(m.Palette) {
				return nil, UnsupportedError("a pixel's index is outside the palette")
			}
		}
	}
	if !pngPalette(m.Palette) {
		n := image.NewNRGBA64(b)
		draw.Draw(n, b, m, b.Min, draw.Src)
		return newPixelReader(n)
	}
	r := &pixelReader{
		info:   info{format: formatPaletted, w: b.Dx(), h: b.Dy(), depth: 8, palette: m.Palette},
		opaque: true, read: grayRows8(m.Pix, m.Stride), channels: 1, divisor: 1,
	}
	for _, depth := range []int{4, 2, 1} {
		if len(m.Palette) <= 1<<depth {
			r.depth = depth
		}
	}
	return r, nil
}

// pngPalette reports whether all colors of a palette have 8-bit samples and straight alpha, as in PNG.
func pngPalette(p color.Palette) bool {
	for _, c := range p {
		r0, g0, b0, a0 := c.RGBA()
		r1, g1, b1, a1 := color.NRGBAModel.Convert(c).RGBA()
		if r0 != r1 || g0 != g1 || b0 != b1 || a0 != a1 {
			return false
		}
	}
	return len(p) > 0 && len(p) <= 256
}

// rows returns what reads a row of samples, in as few bits as they have, but for grays below 8. They are there until the
// next row is read.
func (r *pixelReader) rows() func(y int) (colour, alpha []uint16) {
	read, divisor, colour, alpha := r.read, r.divisor, make([]uint16, r.channels*r.w), []uint16(nil)
	if r.channels == 3 {
		alpha = make([]uint16, r.w)
	}
	return func(y int) ([]uint16, []uint16) {
		read(y, colour, alpha)
		if divisor > 1 {
			for i := range colour {
				colour[i] /= divisor
			}
			for i := range alpha {
				alpha[i] /= divisor
			}
		}
		return colour, alpha
	}
}

// planes returns what is modelled: gray, or red, green and blue.
func (r *pixelReader) planes() []model.Plane {
	x := make([]model.Plane, r.format.planes())
	for c := range x {
		x[c] = model.NewPlane(r.w, r.h)
	}
	row := r.rows()
	for y := range r.h {
		colour, _ := row(y)
		for c := range x {
			from, to := colour[c:], x[c].Row(y)
			for i := range to {
				to[i] = int32(from[r.channels*i])
			}
		}
	}
	return x
}

// raster returns the colours as the fallback codec takes them: interleaved, gray at its true depth.
func (r *pixelReader) raster() *stored.Raster {
	n, channels, step, row := r.format.planes(), r.channels, r.grayStep(), r.rows()
	return &stored.Raster{Width: r.w, Height: r.h, Channels: n, Depth: r.depth, Row: func(y int, samples []uint16) {
		colour, _ := row(y)
		if n == channels && step == 1 {
			copy(samples, colour)
			return
		}
		for x := range samples { // one plane of three, or gray
			samples[x] = colour[channels*x] / step
		}
	}}
}

// alphaRaster returns the alpha as the fallback codec takes it.
func (r *pixelReader) alphaRaster() *stored.Raster {
	row := r.rows()
	return &stored.Raster{Width: r.w, Height: r.h, Channels: 1, Depth: r.depth, Row: func(y int, samples []uint16) {
		_, alpha := row(y)
		copy(samples, alpha)
	}}
}
