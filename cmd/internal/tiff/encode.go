package tiff

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"image"
	"image/color"
	"io"
	"math"

	"github.com/ddpmz/ddpmz/cmd/internal/images"
)

// Options are what a file says beside its pixels. The zero value says nothing.
type Options struct {
	Bits  int   // of gray samples and of indices: 1, 2, 4 or 8; 0 means 8. Those that need more get 8.
	Extra *Tree // fields and directories, little-endian, beside those of the pixels; may be nil
}

// Encode writes an image as a TIFF file of one page, compressed by Deflate with
// differences: gray and opaque indexed images as these, all others as RGB, of 8 or
// 16 bits. If a pixel is transparent there is an alpha sample, straight or
// premultiplied as in the image.
func Encode(w io.Writer, img image.Image, o Options) error {
	b := img.Bounds()
	if int64(b.Dx()) > math.MaxInt32 || int64(b.Dy()) > math.MaxInt32 || b.Empty() {
		return UnsupportedError("a picture without pixels, or with more than 2147483647 rows or columns,")
	}
	e := newEncoder(img, o.Bits)
	out := []byte("II*\x00\x00\x00\x00\x00")
	// Strips of about 256 KiB.
	rows := min(max(1, 1<<18/e.stride()), b.Dy())
	var offsets, counts []uint32
	for y := 0; y < b.Dy(); y += rows {
		if len(out)%2 == 1 {
			out = append(out, 0)
		}
		begin := len(out)
		strip, err := e.strip(y, min(rows, b.Dy()-y))
		if err != nil {
			return err
		}
		out = append(out, strip...)
		if len(out) > math.MaxInt32 {
			return UnsupportedError("a TIFF file of more than 2 GiB")
		}
		offsets, counts = append(offsets, uint32(begin)), append(counts, uint32(len(strip)))
	}
	t := e.directory(b)
	t.add(TagStripOffsets, Long, offsets...)
	t.add(TagRowsPerStrip, Long, uint32(rows))
	t.add(TagStripByteCounts, Long, counts...)
	if o.Extra != nil {
		for _, f := range o.Extra.Fields {
			if t.Field(f.Tag) == nil {
				t.Fields = append(t.Fields, f)
			}
		}
		t.Children = o.Extra.Children
	}
	if len(out)%2 == 1 {
		out = append(out, 0)
	}
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)))
	out, err := t.Append(out)
	if err != nil {
		return err
	}
	_, err = w.Write(out)
	return err
}

// add appends a field of whole numbers, Short or Long, little-endian.
func (t *Tree) add(tag uint16, kind FieldType, values ...uint32) {
	f := Field{Tag: tag, Type: kind, Count: uint64(len(values))}
	for _, v := range values {
		if kind == Short {
			f.Data = binary.LittleEndian.AppendUint16(f.Data, uint16(v))
		} else {
			f.Data = binary.LittleEndian.AppendUint32(f.Data, v)
		}
	}
	t.Fields = append(t.Fields, f)
}

// An encoder packs an image's rows.
type encoder struct {
	img         image.Image
	bits        int // of a sample
	samples     int // of a pixel
	photometric uint32
	alpha       uint32                       // ExtraSamples: 0 for none, 1 for premultiplied, 2 for straight
	palette     color.Palette                // of indexed images
	pixel       func(out []uint16, x, y int) // sets the samples of a pixel
}

func newEncoder(img image.Image, bits int) *encoder {
	e := &encoder{img: img, bits: 8, samples: 3, photometric: rgb}
	switch m := img.(type) {
	case *image.Gray:
		e.samples, e.photometric = 1, minIsBlack
		unit := 1
		if bits == 1 || bits == 2 || bits == 4 {
			if unit = 255 / (1<<bits - 1); multiples(m, uint8(unit)) {
				e.bits = bits
			} else {
				unit = 1
			}
		}
		e.pixel = func(out []uint16, x, y int) { out[0] = uint16(m.GrayAt(x, y).Y) / uint16(unit) }
		return e
	case *image.Gray16:
		e.bits, e.samples, e.photometric = 16, 1, minIsBlack
		e.pixel = func(out []uint16, x, y int) { out[0] = m.Gray16At(x, y).Y }
		return e
	case *image.Paletted:
		if m.Opaque() && len(m.Palette) <= 256 {
			e.samples, e.photometric, e.palette = 1, paletteRGB, m.Palette
			if (bits == 1 || bits == 2 || bits == 4) && len(m.Palette) <= 1<<bits {
				e.bits = bits
			}
			e.pixel = func(out []uint16, x, y int) { out[0] = uint16(m.ColorIndexAt(x, y)) }
			return e
		}
	}
	straight, sixteen := true, false
	switch img.ColorModel() {
	case color.RGBAModel:
		straight = false
	case color.RGBA64Model:
		straight, sixteen = false, true
	case color.NRGBA64Model, color.Alpha16Model:
		sixteen = true
	}
	if sixteen {
		e.bits = 16
	}
	if !images.Opaque(img) {
		e.samples, e.alpha = 4, 1
		if straight {
			e.alpha = 2
		}
	}
	e.pixel = func(out []uint16, x, y int) {
		c := img.At(x, y)
		var s [4]uint16
		switch c := c.(type) {
		case color.NRGBA:
			s = [4]uint16{uint16(c.R), uint16(c.G), uint16(c.B), uint16(c.A)}
		case color.RGBA:
			s = [4]uint16{uint16(c.R), uint16(c.G), uint16(c.B), uint16(c.A)}
			if straight { // a palette of such colours
				n := color.NRGBAModel.Convert(c).(color.NRGBA)
				s = [4]uint16{uint16(n.R), uint16(n.G), uint16(n.B), uint16(n.A)}
			}
		case color.NRGBA64:
			s = [4]uint16{c.R, c.G, c.B, c.A}
		case color.RGBA64:
			s = [4]uint16{c.R, c.G, c.B, c.A}
		default:
			n := color.NRGBA64Model.Convert(c).(color.NRGBA64)
			s = [4]uint16{n.R, n.G, n.B, n.A}
			if !sixteen {
				for i := range s {
					s[i] >>= 8
				}
			}
		}
		copy(out, s[:])
	}
	return e
}

// multiples reports whether all samples are multiples of unit.
func multiples(m *image.Gray, unit uint8) bool {
	b := m.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if m.GrayAt(x, y).Y%unit != 0 {
				return false
			}
		}
	}
	return true
}

// stride returns what a row takes, in bytes.
func (e *encoder) stride() int { return (e.img.Bounds().Dx()*e.samples*e.bits + 7) / 8 }

// strip returns rows as a strip, compressed; y is counted from the first row.
func (e *encoder) strip(y, rows int) ([]byte, error) {
	b := e.img.Bounds()
	var out bytes.Buffer
	z := zlib.NewWriter(&out)
	row := make([]byte, e.stride())
	pixel, left := make([]uint16, 4), make([]uint16, 4)
	for i := range rows {
		clear(row)
		clear(left)
		for x := range b.Dx() {
			e.pixel(pixel, b.Min.X+x, b.Min.Y+y+i)
			for s := range e.samples {
				at, v := x*e.samples+s, pixel[s]
				switch e.bits {
				case 16:
					binary.LittleEndian.PutUint16(row[2*at:], v-left[s])
				case 8:
					row[at] = byte(v)
					if e.differences() {
						row[at] = byte(v - left[s])
					}
				default:
					bit := at * e.bits
					row[bit/8] |= byte(v << (8 - e.bits - bit%8))
				}
			}
			pixel, left = left, pixel
		}
		if _, err := z.Write(row); err != nil {
			return nil, err
		}
	}
	err := z.Close()
	return out.Bytes(), err
}

// differences reports whether samples are stored as differences: those of indices
// say nothing.
func (e *encoder) differences() bool { return e.bits >= 8 && e.palette == nil }

// directory returns the fields that say what the samples are.
func (e *encoder) directory(b image.Rectangle) *Tree {
	t := &Tree{Directory: Directory{Order: binary.LittleEndian}}
	bits := []uint32{uint32(e.bits), uint32(e.bits), uint32(e.bits), uint32(e.bits)}
	t.add(TagImageWidth, Long, uint32(b.Dx()))
	t.add(TagImageLength, Long, uint32(b.Dy()))
	t.add(TagBitsPerSample, Short, bits[:e.samples]...)
	t.add(TagCompression, Short, compressionAdobeDeflate)
	t.add(TagPhotometricInterpretation, Short, e.photometric)
	t.add(TagSamplesPerPixel, Short, uint32(e.samples))
	t.add(TagPlanarConfiguration, Short, 1)
	if e.differences() {
		t.add(TagPredictor, Short, 2)
	}
	if e.alpha > 0 {
		t.add(TagExtraSamples, Short, e.alpha)
	}
	if e.palette != nil {
		n := 1 << e.bits
		values := make([]uint32, 3*n)
		for i, c := range e.palette {
			r, g, b, _ := c.RGBA()
			values[i], values[n+i], values[2*n+i] = r, g, b
		}
		t.add(TagColorMap, Short, values...)
	}
	return t
}
