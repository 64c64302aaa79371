package tiff

import (
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"io"
	"math"

	"github.com/ddpmz/ddpmz/cmd/internal/images"
)

// Decode decodes the page to an image whose colour model is ColorModel's: gray,
// indexed, or RGB, in which the samples of alpha are straight unless
// p.Premultiplied. Samples of fewer than 8 bits, or of 9 to 15, are widened to 8
// or 16; for min-is-white pictures they are inverted; and CMYK becomes RGB as
// libtiff makes it. The orientation is not looked at. Errors are FormatError,
// UnsupportedError, io.ErrUnexpectedEOF and those of the packages that
// decompress, wrapped.
func (p *Page) Decode() (image.Image, error) {
	r, err := p.raster()
	if err != nil {
		return nil, err
	}
	bounds := image.Rect(0, 0, p.Width, p.Height)
	row := make([]uint16, p.Width*p.Samples)
	if p.Photometric == paletteRGB && !p.Alpha {
		img := image.NewPaletted(bounds, p.palette())
		for y := range p.Height {
			r.row(row, y)
			for x := range p.Width {
				img.Pix[y*img.Stride+x] = byte(row[x*p.Samples])
			}
		}
		return img, nil
	}
	img, pix, stride := images.New(p.ColorModel(), bounds)
	out := make([]uint16, 0, 4)
	sixteen := p.Bits > 8
	convert := p.converter()
	for y := range p.Height {
		r.row(row, y)
		at := y * stride
		for x := range p.Width {
			out = convert(out[:0], row[x*p.Samples:])
			for _, v := range out {
				if sixteen {
					binary.BigEndian.PutUint16(pix[at:], v)
					at += 2
				} else {
					pix[at] = byte(v)
					at++
				}
			}
		}
	}
	return img, nil
}

// converter returns what appends a pixel's samples, as the image has them, to
// out, given those of the file.
func (p *Page) converter() func(out, in []uint16) []uint16 {
	most := uint32(1)<<p.Bits - 1 // of a sample in the file
	top := uint32(255)            // of one in the image
	if p.Bits > 8 {
		top = 65535
	}
	widen := func(v uint16) uint16 { return v }
	if most != top {
		table := make([]uint16, most+1)
		for v := range table {
			table[v] = uint16((uint32(v)*top + most/2) / most)
		}
		widen = func(v uint16) uint16 { return table[v] }
	}
	opaque := uint16(top)
	switch {
	case p.Photometric == paletteRGB: // with alpha, which palettes of images of Go do not have a pixel apart
		palette := p.palette()
		return func(out, in []uint16) []uint16 {
			c := palette[in[0]].(color.RGBA)
			return append(out, uint16(c.R), uint16(c.G), uint16(c.B), in[1])
		}
	case p.CMYK():
		return func(out, in []uint16) []uint16 {
			k := top - uint32(widen(in[3]))
			for _, v := range in[:3] {
				out = append(out, uint16(k*(top-uint32(widen(v)))/top))
			}
			return append(out, opaque)
		}
	case p.colours == 1:
		invert := uint16(0)
		if p.Photometric == minIsWhite {
			invert = opaque
		}
		return func(out, in []uint16) []uint16 {
			v := widen(in[0]) ^ invert
			if p.Alpha {
				return append(out, v, v, v, widen(in[1]))
			}
			return append(out, v)
		}
	}
	return func(out, in []uint16) []uint16 {
		out = append(out, widen(in[0]), widen(in[1]), widen(in[2]))
		if p.Alpha {
			return append(out, widen(in[3]))
		}
		return append(out, opaque)
	}
}

// A raster is the samples of a page, not compressed, in one plane or in one for
// each.
type raster struct {
	order  binary.ByteOrder
	bits   int
	planes []plane
}

// A plane has rows of samples, packed from the highest bit of each byte on;
// samples of 16 bits are in the file's byte order. Rows begin at bytes.
type plane struct {
	samples int // a pixel
	stride  int // bytes of a row
	data    []byte
}

// row unpacks row y, pixel by pixel.
func (r *raster) row(out []uint16, y int) {
	n := len(r.planes) // 1 unless there is a plane for each sample
	for i, p := range r.planes {
		in := p.data[y*p.stride : (y+1)*p.stride]
		switch r.bits {
		case 8:
			for j := i; j < len(out); j += n {
				out[j] = uint16(in[j/n])
			}
		case 16:
			for j := i; j < len(out); j += n {
				out[j] = r.order.Uint16(in[j/n*2:])
			}
		default:
			bit := 0
			for j := i; j < len(out); j += n {
				out[j] = bitsAt(in, bit, r.bits)
				bit += r.bits
			}
		}
	}
}

// bitsAt returns n bits, at most 16.
func bitsAt(in []byte, bit, n int) uint16 {
	var v uint32
	for i := range 3 {
		v <<= 8
		if at := bit/8 + i; at < len(in) {
			v |= uint32(in[at])
		}
	}
	return uint16(v >> (24 - n - bit%8) & (1<<n - 1))
}

// raster decompresses all strips or tiles.
func (p *Page) raster() (*raster, error) {
	planes, samples := 1, p.Samples
	if p.planar {
		planes, samples = p.Samples, 1
	}
	rowBits := int64(p.Width) * int64(samples) * int64(p.Bits)
	size := (rowBits + 7) / 8 * int64(p.Height)
	if rowBits > 1<<30 || size*int64(planes) > math.MaxInt/2 {
		return nil, UnsupportedError(fmt.Sprintf("a TIFF page with %d bytes of samples", size*int64(planes)))
	}
	layout, err := p.layout(samples)
	if err != nil {
		return nil, err
	}
	segments, err := p.segments(layout.offsets, layout.counts, int64(layout.across)*int64(layout.down)*int64(planes))
	if err != nil {
		return nil, err
	}
	if !p.plausible(segments, size*int64(planes)) {
		return nil, io.ErrUnexpectedEOF
	}
	r := &raster{order: p.Order, bits: p.Bits}
	stride := (p.Width*samples*p.Bits + 7) / 8
	d := decompressor{page: p, samples: samples}
	for range planes {
		data := make([]byte, stride*p.Height)
		for ty := range layout.down {
			for tx := range layout.across {
				rows := layout.height
				if !layout.tiles { // the last strip may be shorter
					rows = min(rows, p.Height-ty*layout.height)
				}
				b, err := d.decompress(segments[0], layout.width, rows)
				if err != nil {
					return nil, err
				}
				segments = segments[1:]
				from := layout.width * samples * p.Bits / 8 * tx // tiles begin at bytes, strips at 0
				width := (layout.width*samples*p.Bits + 7) / 8
				for y := range min(rows, p.Height-ty*layout.height) {
					copy(data[(ty*layout.height+y)*stride+from:(ty*layout.height+y+1)*stride], b[y*width:(y+1)*width])
				}
			}
		}
		r.planes = append(r.planes, plane{samples, stride, data})
	}
	return r, nil
}

// plausible reports whether segments can hold so many bytes of samples at all: no
// compression but that of fax makes them 4096 times as few. It keeps a short file
// from taking much memory.
func (p *Page) plausible(segments [][]byte, size int64) bool {
	if p.compression >= compressionFaxRows && p.compression <= compressionT6 {
		return true
	}
	var have int64
	for _, s := range segments {
		have += int64(len(s))
	}
	return size/4096 <= have
}

// A layout is how a plane is cut into strips or tiles.
type layout struct {
	tiles           bool
	width, height   int // of a strip or tile, in pixels
	across, down    int
	offsets, counts uint16 // tags
}

func (p *Page) layout(samples int) (layout, error) {
	l := layout{width: p.Width, offsets: TagStripOffsets, counts: TagStripByteCounts}
	if l.tiles = p.Field(TagTileWidth) != nil; l.tiles {
		w, h := p.Uint(TagTileWidth, 0), p.Uint(TagTileLength, 0)
		if w == 0 || h == 0 || w%16 != 0 || h%16 != 0 || w > 1<<16 || h > 1<<16 || w*h > 1<<26 {
			return l, FormatError("size of tiles")
		}
		l.width, l.height = int(w), int(h)
		l.offsets, l.counts = TagTileOffsets, TagTileByteCounts
		if p.Field(TagTileOffsets) == nil { // some writers give them the names of strips
			l.offsets, l.counts = TagStripOffsets, TagStripByteCounts
		}
	} else {
		l.height = int(min(p.Uint(TagRowsPerStrip, 1<<32-1), uint64(p.Height)))
		if l.height == 0 {
			return l, FormatError("strips without rows")
		}
	}
	l.across, l.down = (p.Width+l.width-1)/l.width, (p.Height+l.height-1)/l.height
	return l, nil
}
