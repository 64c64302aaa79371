package codec

import (
	"image"
	"image/color"
	"image/draw"

	"github.com/ddpmz/ddpmz/codec/internal/stored"
	"github.com/ddpmz/ddpmz/model"
)

// A source is an image that is encoded, as rows. Planes, which take three times the memory of an image, are made when they are
// wanted.
type source struct {
	info
	opaque bool

	read  rowReader
	taken int    // planes that it gives: gray, or palette indices, or red, green and blue
	step  uint16 // by which its samples are divided
}

// A rowReader writes row y of an image, of interleaved samples of its planes as they are there, to colour, and its alpha, if
// its type has that, to alpha.
type rowReader func(y int, colour, alpha []uint16)

// take finds out what an image is coded as. Images of the standard library's gray, RGBA, NRGBA and paletted types keep their
// type, bit for bit. Others are converted as the standard library does: to 8-bit samples, or to 16-bit ones if their color
// model has them.
func take(m image.Image) (*source, error) {
	b := m.Bounds()
	s := &source{info: info{w: b.Dx(), h: b.Dy(), depth: 8}, taken: 3, step: 1}
	switch m := m.(type) {
	case *image.Gray:
		s.format, s.taken, s.read = formatGray, 1, one8(m.Pix, m.Stride)
	case *image.Gray16:
		s.format, s.depth, s.taken = formatGray, 16, 1
		s.read = func(y int, colour, _ []uint16) {
			row := m.Pix[y*m.Stride:]
			for x := range colour {
				colour[x] = be16(row[2*x:])
			}
		}
	case *image.RGBA:
		s.format, s.read = formatRGBA, rgba8(m.Pix, m.Stride)
	case *image.NRGBA:
		s.format, s.read = formatNRGBA, rgba8(m.Pix, m.Stride)
	case *image.RGBA64:
		s.format, s.depth, s.read = formatRGBA, 16, rgba16(m.Pix, m.Stride)
	case *image.NRGBA64:
		s.format, s.depth, s.read = formatNRGBA, 16, rgba16(m.Pix, m.Stride)
	case *image.Paletted:
		return takePaletted(m)
	default:
		switch m.ColorModel() {
		case color.Gray16Model, color.Alpha16Model, color.RGBA64Model, color.NRGBA64Model:
			n := image.NewNRGBA64(b)
			draw.Draw(n, b, m, b.Min, draw.Src)
			return take(n)
		case color.YCbCrModel, color.CMYKModel, color.RGBAModel, color.GrayModel:
			n := image.NewRGBA(b)
			draw.Draw(n, b, m, b.Min, draw.Src)
			return take(n)
		}
		n := image.NewNRGBA(b)
		draw.Draw(n, b, m, b.Min, draw.Src)
		return take(n)
	}
	s.simplify()
	return s, nil
}

func be16(b []byte) uint16 { return uint16(b[0])<<8 | uint16(b[1]) }

func one8(pix []byte, stride int) rowReader {
	return func(y int, colour, _ []uint16) {
		for x, v := range pix[y*stride:][:len(colour)] {
			colour[x] = uint16(v)
		}
	}
}

func rgba8(pix []byte, stride int) rowReader {
	return func(y int, colour, alpha []uint16) {
		row := pix[y*stride:]
		for x := range alpha {
			q, c := row[4*x:][:4], colour[3*x:][:3]
			c[0], c[1], c[2], alpha[x] = uint16(q[0]), uint16(q[1]), uint16(q[2]), uint16(q[3])
		}
	}
}

func rgba16(pix []byte, stride int) rowReader {
	return func(y int, colour, alpha []uint16) {
		row := pix[y*stride:]
		for x := range alpha {
			q, c := row[8*x:][:8], colour[3*x:][:3]
			c[0], c[1], c[2], alpha[x] = be16(q), be16(q[2:]), be16(q[4:]), be16(q[6:])
		}
	}
}

// simplify finds out whether all is opaque, planes are the same, and samples have fewer bits than they could.
func (s *source) simplify() {
	opaque, gray, wide := true, s.taken == 3, s.depth == 16
	gray8 := s.format == formatGray && s.depth == 8
	narrow := [...]struct {
		depth int
		fits  bool
	}{{1, gray8}, {2, gray8}, {4, gray8}}
	full, row := uint16(1)<<s.depth-1, s.rows()
	for y := range s.h {
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
	s.opaque = opaque
	if opaque && s.format == formatRGBA { // as image/png has it, opaque images are RGBA
		s.format = formatRGB
	}
	if gray {
		s.format |= formatOneColour
	}
	if wide {
		s.format |= formatWide
		s.depth, s.step = 8, 257
	}
	for _, n := range narrow {
		if n.fits {
			s.depth = n.depth
			break
		}
	}
}

func takePaletted(m *image.Paletted) (*source, error) {
	b := m.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		i := m.PixOffset(b.Min.X, y)
		for _, v := range m.Pix[i : i+b.Dx()] {
			if int(v) >= len(m.Palette) {
				return nil, UnsupportedError("a pixel's index is outside the palette")
			}
		}
	}
	if !plainPalette(m.Palette) {
		n := image.NewNRGBA64(b)
		draw.Draw(n, b, m, b.Min, draw.Src)
		return take(n)
	}
	s := &source{
		info:   info{format: formatPaletted, w: b.Dx(), h: b.Dy(), depth: 8, palette: m.Palette},
		opaque: true, read: one8(m.Pix, m.Stride), taken: 1, step: 1,
	}
	for _, depth := range []int{4, 2, 1} {
		if len(m.Palette) <= 1<<depth {
			s.depth = depth
		}
	}
	return s, nil
}

// plainPalette reports whether all colors of a palette have 8-bit samples and straight alpha, as in PNG.
func plainPalette(p color.Palette) bool {
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
func (s *source) rows() func(y int) (colour, alpha []uint16) {
	read, step, colour, alpha := s.read, s.step, make([]uint16, s.taken*s.w), []uint16(nil)
	if s.taken == 3 {
		alpha = make([]uint16, s.w)
	}
	return func(y int) ([]uint16, []uint16) {
		read(y, colour, alpha)
		if step > 1 {
			for i := range colour {
				colour[i] /= step
			}
			for i := range alpha {
				alpha[i] /= step
			}
		}
		return colour, alpha
	}
}

// planes returns what is modelled: gray, or red, green and blue.
func (s *source) planes() []model.Plane {
	x := make([]model.Plane, s.format.planes())
	for c := range x {
		x[c] = model.NewPlane(s.w, s.h)
	}
	row := s.rows()
	for y := range s.h {
		colour, _ := row(y)
		for c := range x {
			from, to := colour[c:], x[c].Row(y)
			for i := range to {
				to[i] = int32(from[s.taken*i])
			}
		}
	}
	return x
}

// raster returns the colours as the plain coder takes them: interleaved, gray at its true depth.
func (s *source) raster() *stored.Raster {
	n, taken, step, row := s.format.planes(), s.taken, s.grayStep(), s.rows()
	return &stored.Raster{Width: s.w, Height: s.h, Channels: n, Depth: s.depth, Row: func(y int, samples []uint16) {
		colour, _ := row(y)
		if n == taken && step == 1 {
			copy(samples, colour)
			return
		}
		for x := range samples { // one plane of three, or gray
			samples[x] = colour[taken*x] / step
		}
	}}
}

// alphaRaster returns the alpha as the plain coder takes it.
func (s *source) alphaRaster() *stored.Raster {
	row := s.rows()
	return &stored.Raster{Width: s.w, Height: s.h, Channels: 1, Depth: s.depth, Row: func(y int, samples []uint16) {
		_, alpha := row(y)
		copy(samples, alpha)
	}}
}
