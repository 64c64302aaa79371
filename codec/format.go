package codec

import (
	"image"
	"image/color"

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
	formatGrayJPEG               // image.Gray, from a JPEG file that the file holds
	formatJPEG                   // image.RGBA, opaque, from another one
	formatCount

	// Flags.
	formatOneColour format = 8  // red, green and blue are the same plane
	formatWide      format = 16 // a 16-bit image whose samples are all 257 times the 8-bit ones coded
)

// An info is what a file says of its image.
type info struct {
	format  format
	w, h    int
	depth   int           // bits of a sample; below 8 for gray and for palette indices
	palette color.Palette // of a paletted image
}

// geometry returns what the model needs to know of the picture.
func (p *info) geometry() model.Geometry {
	return model.Geometry{Width: p.w, Height: p.h, Planes: p.format.planes(), Depth: max(p.depth, 8)}
}

// grayStep returns what samples of gray images below 8 bits are multiples of, else 1.
func (p *info) grayStep() uint16 {
	if p.format.base() == formatGray && p.depth < 8 {
		return grayStep(p.depth)
	}
	return 1
}

// grayStep returns what 8-bit grays are multiples of that come from fewer bits.
func grayStep(depth int) uint16 { return 255 / (1<<depth - 1) }

// A picture is an image in parts, as it is modelled or decoded.
type picture struct {
	info
	colour []model.Plane // gray, or R, G, B, or palette indices
	alpha  []uint16      // of a decoded image; nil if there is none or all is opaque
}

// base returns the format without flags.
func (f format) base() format { return f &^ (formatOneColour | formatWide) }

func (f format) valid(depth int) bool {
	switch f.base() {
	case formatGray:
		return f&formatOneColour == 0 && (depth == 8 || depth == 16 && f&formatWide == 0 || f&formatWide == 0 && (depth == 1 || depth == 2 || depth == 4))
	case formatRGB, formatNRGBA, formatRGBA:
		return depth == 8 || depth == 16 && f&formatWide == 0
	case formatGrayJPEG, formatJPEG:
		return f == f.base() && depth == 8
	case formatPaletted:
		return f == formatPaletted && (depth == 1 || depth == 2 || depth == 4 || depth == 8)
	}
	return false
}

// planes returns the number of colour planes.
func (f format) planes() int {
	if b := f.base(); b == formatGray || b == formatPaletted || b == formatGrayJPEG || f&formatOneColour != 0 {
		return 1
	}
	return 3
}

// isJPEG reports whether files of the format hold a JPEG file.
func (f format) isJPEG() bool { return f == formatGrayJPEG || f == formatJPEG }

// alpha reports whether images of the format can have alpha.
func (f format) hasAlpha() bool { return f.base() == formatNRGBA || f.base() == formatRGBA }

// imageBytes returns what the image that newImage returns takes of memory, and its alpha.
func (p *info) imageBytes() int64 {
	sample, channels := int64(1), int64(4)
	if p.depth == 16 || p.format&formatWide != 0 {
		sample = 2
	}
	if b := p.format.base(); b == formatGray || b == formatPaletted || b == formatGrayJPEG {
		channels = 1
	}
	n := sample * channels
	if p.format.hasAlpha() {
		n += 2
	}
	return n * int64(p.w) * int64(p.h)
}

// newImage returns an image to be filled, and a function that fills rows from y down with colour planes.
func (p *picture) newImage() (m image.Image, set func(y int, rows []model.Plane)) {
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
	case f == formatGray || f == formatGrayJPEG:
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

// colorModel returns the color model of the image that newImage returns.
func (p *info) colorModel() color.Model {
	wide := p.depth == 16 || p.format&formatWide != 0
	switch f := p.format.base(); {
	case f == formatPaletted:
		return p.palette
	case f == formatGray && wide:
		return color.Gray16Model
	case f == formatGray || f == formatGrayJPEG:
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
