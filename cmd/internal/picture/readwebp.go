package picture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"io"
	"slices"

	"golang.org/x/image/webp"
)

// A webpFile is the chunks of a WebP file (RFC 9649): of an animation, those of its
// first frame.
type webpFile struct {
	width, height int             // of the canvas; 0 if the file does not say
	alpha         bool            // the file says that it has some
	frame         image.Rectangle // where the frame stands on the canvas
	frames        int             // of an animation; 0 for a still
	bitstream     []byte          // of the frame: VP8 or VP8L
	lossy         bool            // it is VP8
	alphaPlane    []byte          // of a lossy frame; nil if it has none
	profiles      profiles
	lost          []string // what else is in the file, of metadata
	images        int      // how many bitstreams of stills come after the first
	rest          []byte   // what comes after the file
	truncated     bool
}

// riffChunks calls yield for each chunk: an identifier, a little-endian length, and
// data padded to an even length. The last may be cut, which is reported.
func riffChunks(rest []byte, yield func(kind string, data []byte)) (truncated bool) {
	for len(rest) >= 8 {
		kind, n := string(rest[:4]), int64(binary.LittleEndian.Uint32(rest[4:]))
		rest = rest[8:]
		if n > int64(len(rest)) {
			yield(kind, rest)
			return true
		}
		data := rest[:n]
		rest = rest[min(n+n%2, int64(len(rest))):]
		yield(kind, data)
	}
	return len(rest) > 0
}

func appendRIFF(dst []byte, kind string, data []byte) []byte {
	dst = binary.LittleEndian.AppendUint32(append(dst, kind...), uint32(len(data)))
	dst = append(dst, data...)
	if len(data)%2 == 1 {
		dst = append(dst, 0)
	}
	return dst
}

// uint24 reads three bytes, little-endian.
func uint24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }

// scanWebP goes through a file's chunks.
func scanWebP(file []byte) (*webpFile, error) {
	if len(file) < 12 {
		return nil, io.ErrUnexpectedEOF
	}
	size := int64(binary.LittleEndian.Uint32(file[4:])) + 8
	body := file[12:]
	f := &webpFile{}
	if size >= 12 && size < int64(len(file)) {
		body, f.rest = file[12:size], file[min(size+size%2, int64(len(file))):]
	}
	var err error
	still := func(kind string, data []byte) {
		if kind == "ALPH" && f.alphaPlane == nil && f.bitstream == nil {
			f.alphaPlane = data
		}
		switch {
		case kind != "VP8 " && kind != "VP8L":
		case f.bitstream == nil:
			f.bitstream, f.lossy = data, kind == "VP8 "
		default:
			f.images++
		}
	}
	truncated := riffChunks(body, func(kind string, data []byte) {
		switch kind {
		case "VP8X":
			if len(data) < 10 {
				err = io.ErrUnexpectedEOF
				return
			}
			f.alpha = data[0]&0x10 != 0
			f.width, f.height = 1+uint24(data[4:]), 1+uint24(data[7:])
			f.frame = image.Rect(0, 0, f.width, f.height)
		case "ANIM":
		case "ANMF":
			const before = 16
			if f.frames++; f.frames > 1 {
				return
			}
			if len(data) < before {
				err = io.ErrUnexpectedEOF
				return
			}
			x, y := 2*uint24(data), 2*uint24(data[3:])
			f.frame = image.Rect(x, y, x+1+uint24(data[6:]), y+1+uint24(data[9:]))
			riffChunks(data[before:], still)
		case "VP8 ", "VP8L", "ALPH":
			still(kind, data)
		case "ICCP":
			f.first(&f.profiles.icc, data, "colour profile")
		case "EXIF":
			f.first(&f.profiles.exif, data, "EXIF data")
		case "XMP ":
			f.first(&f.profiles.xmp, data, "XMP")
		default:
			f.lose(fmt.Sprintf("WebP chunk %q", kind))
		}
	})
	if err != nil {
		return nil, err
	}
	f.truncated = truncated
	if f.bitstream == nil {
		if truncated {
			return nil, io.ErrUnexpectedEOF
		}
		return nil, FormatError("a WebP file without a picture")
	}
	return f, nil
}

// first keeps what a chunk holds of which a file should have one; libwebp takes the
// first, too.
func (f *webpFile) first(to *[]byte, data []byte, what string) {
	if *to != nil {
		f.lose("further " + what)
		return
	}
	*to = data
}

// lose notes metadata that are not kept, once.
func (f *webpFile) lose(what string) {
	if !slices.Contains(f.lost, what) {
		f.lost = append(f.lost, what)
	}
}

// open returns the frame as a file of its own.
func (f *webpFile) open() io.Reader {
	var extended []byte
	kind := "VP8L"
	if f.lossy {
		kind = "VP8 "
		if f.alphaPlane != nil {
			const hasAlpha = 0x10
			header := []byte{hasAlpha, 0, 0, 0}
			for _, n := range []int{f.frame.Dx() - 1, f.frame.Dy() - 1} {
				header = append(header, byte(n), byte(n>>8), byte(n>>16))
			}
			extended = appendRIFF(appendRIFF(nil, "VP8X", header), "ALPH", f.alphaPlane)
		}
	}
	const chunkHeader = 8
	padding := len(f.bitstream) % 2
	out := binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(4+len(extended)+chunkHeader+len(f.bitstream)+padding))
	out = append(append(out, "WEBP"...), extended...)
	out = binary.LittleEndian.AppendUint32(append(out, kind...), uint32(len(f.bitstream)))
	return io.MultiReader(bytes.NewReader(out), bytes.NewReader(f.bitstream), bytes.NewReader(make([]byte, padding)))
}

func webpHeader(file []byte) (header, error) {
	f, err := scanWebP(file)
	if err != nil {
		return header{}, err
	}
	c, err := webp.DecodeConfig(f.open())
	if err != nil {
		return header{}, err
	}
	if f.width > 0 { // the canvas is not smaller
		c.Width, c.Height = max(c.Width, f.width), max(c.Height, f.height)
	}
	c.ColorModel = color.NRGBAModel
	return headerOf(c, nil)
}

// readWebP reads a WebP file: of an animation, the first frame on a transparent
// canvas.
func readWebP(file []byte, p *Picture) error {
	f, err := scanWebP(file)
	if err != nil {
		return err
	}
	c, err := webp.DecodeConfig(f.open())
	if err != nil {
		return err
	}
	canvas := image.Rect(0, 0, f.width, f.height)
	if f.width == 0 {
		canvas = image.Rect(0, 0, c.Width, c.Height)
		f.frame = canvas
	}
	if c.Width != f.frame.Dx() || c.Height != f.frame.Dy() || !f.frame.In(canvas) {
		return FormatError(fmt.Sprintf("WebP frame of %d x %d pixels at %v of %v", c.Width, c.Height, f.frame, canvas.Max))
	}
	decoded, err := webp.Decode(f.open())
	if err != nil {
		return err
	}
	switch m := decoded.(type) {
	case *image.YCbCr:
		p.Image = rgbOfVP8(m, nil)
	case *image.NYCbCrA:
		p.Image = rgbOfVP8(&m.YCbCr, m)
	case *image.NRGBA:
		p.Image = m
		if !vp8lAlpha(f) {
			p.Image = opaqueImage(m)
		}
	default:
		return FormatError(fmt.Sprintf("a WebP picture of type %T", decoded))
	}
	if f.frame != canvas {
		whole := image.NewNRGBA(canvas)
		draw.Draw(whole, f.frame, p.Image, image.Point{}, draw.Src)
		if m, ok := p.Image.(*image.NRGBA); ok { // draw.Draw multiplies by alpha on its way
			for y := range m.Rect.Dy() {
				copy(whole.Pix[whole.PixOffset(f.frame.Min.X, f.frame.Min.Y+y):], m.Pix[y*m.Stride:][:4*m.Rect.Dx()])
			}
		}
		p.Image = whole
	}
	if f.frames > 1 {
		p.lose(LossFrames, "%s of an animation", plural(f.frames-1, "further frame"))
	}
	f.profiles.keep(p)
	for _, what := range f.lost {
		p.lose(LossMetadata, "%s", what)
	}
	if f.images > 0 {
		p.lose(LossImages, "%s", plural(f.images, "further image"))
	}
	if f.truncated {
		p.lose(LossDamage, "the end of the WebP file, which ends within a chunk")
	}
	p.loseTrailing(f.rest)
	return nil
}

// vp8lAlpha reports whether a lossless frame says that it has alpha. If it does
// not, its alpha samples are no part of the picture.
func vp8lAlpha(f *webpFile) bool {
	const alphaBit = 0x10 // in the highest of the five bytes of its header
	return len(f.bitstream) > 4 && f.bitstream[4]&alphaBit != 0
}

// opaqueImage returns the same samples as an image without alpha.
func opaqueImage(m *image.NRGBA) *image.RGBA {
	for i := 3; i < len(m.Pix); i += 4 {
		m.Pix[i] = 0xff
	}
	return &image.RGBA{Pix: m.Pix, Stride: m.Stride, Rect: m.Rect}
}
