package codec

import (
	"image"
	"image/color"
	"image/draw"
	"slices"

	"github.com/ddpmz/ddpmz/model"
)

// A format says what kind of image a file decodes to. It is the container's Format field, so the numbers are
// part of the format.
type format uint8

const (
	formatGray     format = iota // image.Gray, image.Gray16
	formatRGB                    // image.RGBA, image.RGBA64, opaque
	formatNRGBA                  // image.NRGBA, image.NRGBA64: straight alpha
	formatRGBA                   // image.RGBA, image.RGBA64 with alpha: premultiplied
	formatPaletted               // image.Paletted
	formatCount

	// Flags.
	formatOneColour format = 8  // red, green and blue are the same plane
	formatWide      format = 16 // a 16-bit image whose samples are all 257 times the 8-bit ones coded
)

// A picture is an image taken apart into what is coded.
type picture struct {
	format  format
	w, h    int
	depth   int           // bits of a sample; below 8 for gray and for palette indices
	colour  []model.Plane // gray, or R, G, B, or palette indices
	alpha   []uint16      // nil if there is none or all is opaque
	palette color.Palette

	image rowReader // what take took apart
}

// A rowReader writes row y of an image, of interleaved samples of its planes as they are there, to colour, and its
// alpha to alpha.
type rowReader func(y int, colour, alpha []uint16)

// base returns the format without flags.
func (f format) base() format { return f &^ (formatOneColour | formatWide) }

func (f format) valid(depth int) bool {
	switch f.base() {
	case formatGray:
		return f&formatOneColour == 0 && (depth == 8 || depth == 16 && f&formatWide == 0 || f&formatWide == 0 && (depth == 1 || depth == 2 || depth == 4))
	case formatRGB, formatNRGBA, formatRGBA:
		return depth == 8 || depth == 16 && f&formatWide == 0
	case formatPaletted:
		return f == formatPaletted && (depth == 1 || depth == 2 || depth == 4 || depth == 8)
	}
	return false
}

// planes returns the number of colour planes.
func (f format) planes() int {
	if b := f.base(); b == formatGray || b == formatPaletted || f&formatOneColour != 0 {
		return 1
	}
	return 3
}

// alpha reports whether images of the format can have alpha.
func (f format) hasAlpha() bool { return f.base() == formatNRGBA || f.base() == formatRGBA }

// take takes an image apart. Images of the standard library's gray, RGBA, NRGBA and paletted types keep
// their type, bit for bit. Others are converted as the standard library does: to 8-bit samples, or to 16-bit
// ones if their color model has them.
func take(m image.Image) (*picture, error) {
	b := m.Bounds()
	p := &picture{w: b.Dx(), h: b.Dy(), depth: 8}
	switch m := m.(type) {
	case *image.Gray:
		p.format = formatGray
		p.planes(1, one8(m.Pix, m.Stride))
		p.narrowGray()
	case *image.Gray16:
		p.format, p.depth = formatGray, 16
		p.planes(1, func(y int, colour, _ []uint16) {
			row := m.Pix[y*m.Stride:]
			for x := range colour {
				colour[x] = be16(row[2*x:])
			}
		})
	case *image.RGBA:
		p.format = formatRGBA
		p.planes(3, rgba8(m.Pix, m.Stride))
	case *image.NRGBA:
		p.format = formatNRGBA
		p.planes(3, rgba8(m.Pix, m.Stride))
	case *image.RGBA64:
		p.format, p.depth = formatRGBA, 16
		p.planes(3, rgba16(m.Pix, m.Stride))
	case *image.NRGBA64:
		p.format, p.depth = formatNRGBA, 16
		p.planes(3, rgba16(m.Pix, m.Stride))
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
	p.simplify()
	return p, nil
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

// planes fills n colour planes and the alpha from an image.
func (p *picture) planes(n int, image rowReader) {
	p.image = image
	for range n {
		p.colour = append(p.colour, model.NewPlane(p.w, p.h))
	}
	if p.format.hasAlpha() {
		p.alpha = make([]uint16, p.w*p.h)
	}
	opaque := uint16(1)<<p.depth - 1
	clear, colour, alpha := true, make([]uint16, n*p.w), make([]uint16, p.w)
	for y := range p.h { // one after the other: an image of the caller's own need not be safe for concurrent use
		image(y, colour, alpha)
		for c := range n {
			row, from := p.colour[c].Row(y), colour[c:]
			for x := range row {
				row[x] = int32(from[n*x])
			}
		}
		if p.alpha != nil {
			copy(p.alpha[y*p.w:], alpha)
			clear = clear && !slices.ContainsFunc(alpha, func(a uint16) bool { return a != opaque })
		}
	}
	if clear {
		p.alpha = nil
		if p.format == formatRGBA { // as image/png has it, opaque images are RGBA
			p.format = formatRGB
		}
	}
}

// simplify finds planes that are the same and samples that have fewer bits than they could.
func (p *picture) simplify() {
	if len(p.colour) == 3 {
		same := true
		for i, v := range p.colour[0].Pix {
			if p.colour[1].Pix[i] != v || p.colour[2].Pix[i] != v {
				same = false
				break
			}
		}
		if same {
			p.format |= formatOneColour
			p.colour = p.colour[:1]
		}
	}
	if p.depth != 16 {
		return
	}
	for _, c := range p.colour {
		for _, v := range c.Pix {
			if v%257 != 0 {
				return
			}
		}
	}
	for _, v := range p.alpha {
		if v%257 != 0 {
			return
		}
	}
	p.format |= formatWide
	p.depth = 8
	for _, c := range p.colour {
		for i := range c.Pix {
			c.Pix[i] /= 257
		}
	}
	for i := range p.alpha {
		p.alpha[i] /= 257
	}
}

// narrowGray finds the depth of gray samples that came from 1, 2 or 4 bits.
func (p *picture) narrowGray() {
	for _, depth := range []int{1, 2, 4} {
		step, fits := int32(255/(1<<depth-1)), true
		for _, v := range p.colour[0].Pix {
			if v%step != 0 {
				fits = false
				break
			}
		}
		if fits {
			p.depth = depth
			return
		}
	}
}

func takePaletted(m *image.Paletted) (*picture, error) {
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
	p := &picture{format: formatPaletted, w: b.Dx(), h: b.Dy(), depth: 8, palette: m.Palette}
	for _, depth := range []int{4, 2, 1} {
		if len(m.Palette) <= 1<<depth {
			p.depth = depth
		}
	}
	p.planes(1, one8(m.Pix, m.Stride))
	return p, nil
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

// make puts an image together from its colour planes.
func (p *picture) make() image.Image {
	m, set := p.canvas()
	set(0, p.colour)
	return m
}

// canvas returns an image to be filled, and a function that fills rows from y down with colour planes.
func (p *picture) canvas() (m image.Image, set func(y int, rows []model.Plane)) {
	r := image.Rect(0, 0, p.w, p.h)
	scale := int32(1)
	wide := p.depth == 16 || p.format&formatWide != 0
	if p.format&formatWide != 0 {
		scale = 257
	}
	alpha := func(i int) int32 {
		if p.alpha != nil {
			return int32(p.alpha[i])
		}
		return 1<<p.depth - 1
	}
	setOne8 := func(pix []byte) func(int, []model.Plane) {
		return func(y int, rows []model.Plane) {
			for i, v := range rows[0].Pix {
				pix[y*p.w+i] = byte(v)
			}
		}
	}
	four8 := func(pix []byte) func(int, []model.Plane) {
		return func(y int, rows []model.Plane) {
			c := channels(rows)
			for i := range c[0] {
				q := pix[4*(y*p.w+i):][:4]
				q[0], q[1], q[2], q[3] = byte(c[0][i]), byte(c[1][i]), byte(c[2][i]), byte(alpha(y*p.w+i))
			}
		}
	}
	four16 := func(pix []byte) func(int, []model.Plane) {
		return func(y int, rows []model.Plane) {
			c := channels(rows)
			for i := range c[0] {
				for j, v := range [4]int32{c[0][i], c[1][i], c[2][i], alpha(y*p.w + i)} {
					v *= scale
					k := 8*(y*p.w+i) + 2*j
					pix[k], pix[k+1] = byte(v>>8), byte(v)
				}
			}
		}
	}
	switch f := p.format.base(); {
	case f == formatPaletted:
		m := image.NewPaletted(r, p.palette)
		return m, setOne8(m.Pix)
	case f == formatGray && wide:
		m := image.NewGray16(r)
		return m, func(y int, rows []model.Plane) {
			for i, v := range rows[0].Pix {
				v *= scale
				k := 2 * (y*p.w + i)
				m.Pix[k], m.Pix[k+1] = byte(v>>8), byte(v)
			}
		}
	case f == formatGray:
		m := image.NewGray(r)
		return m, setOne8(m.Pix)
	case f == formatNRGBA && wide:
		m := image.NewNRGBA64(r)
		return m, four16(m.Pix)
	case f == formatNRGBA:
		m := image.NewNRGBA(r)
		return m, four8(m.Pix)
	case wide:
		m := image.NewRGBA64(r)
		return m, four16(m.Pix)
	default:
		m := image.NewRGBA(r)
		return m, four8(m.Pix)
	}
}

// channels returns the samples of red, green and blue, which may be one plane.
func channels(rows []model.Plane) [3][]int32 {
	if len(rows) == 1 {
		return [3][]int32{rows[0].Pix, rows[0].Pix, rows[0].Pix}
	}
	return [3][]int32{rows[0].Pix, rows[1].Pix, rows[2].Pix}
}

// colorModel returns the color model of the image that canvas returns.
func (p *picture) colorModel() color.Model {
	wide := p.depth == 16 || p.format&formatWide != 0
	switch f := p.format.base(); {
	case f == formatPaletted:
		return p.palette
	case f == formatGray && wide:
		return color.Gray16Model
	case f == formatGray:
		return color.GrayModel
	case f == formatNRGBA && wide:
		return color.NRGBA64Model
	case f == formatNRGBA:
		return color.NRGBAModel
	case wide:
		return color.RGBA64Model
	}
	return color.RGBAModel
}
