package coding

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"io"

	"github.com/ddpmz/ddpmz/cmd/internal/picture"
	"github.com/ddpmz/ddpmz/codec"
)

// ErrDiffers says that a file does not hold its input: encoder, decoder or the machine have a fault, or the input has changed.
var ErrDiffers = errors.New("does not come back as it was: nothing is kept of the output")

// Same decodes a file that was made of an input, digest and checksums included, and compares the picture with the input's, and the
// metadata; of a JPEG file, all bytes. The error is [ErrDiffers] if they are not the same.
func (e *Encoder) Same(ctx context.Context, file, input io.Reader) error {
	decoder := codec.Decoder{Limits: e.Limits}
	if e.Net != nil {
		decoder.Nets = append(decoder.Nets, e.Net)
	}
	s, err := decoder.OpenContext(ctx, bufio.NewReader(file))
	if err != nil {
		return err
	}
	if _, err := s.Last(); err != nil {
		return err
	}
	if !s.Whole() || s.EndsEarly() {
		return ErrDiffers
	}
	if s.IsJPEG() {
		return e.sameJPEG(s, input)
	}
	m, err := s.Image()
	if err != nil {
		return err
	}
	p, err := picture.Read(bufio.NewReader(input), e.reading())
	if err != nil {
		return err
	}
	if e.Strip {
		p.Metadata.Chunks = nil
	}
	meta, err := p.Metadata.Marshal()
	if err != nil {
		return err
	}
	if !bytes.Equal(meta, s.Metadata()) || !SamePicture(m, p.Image) {
		return ErrDiffers
	}
	return nil
}

// sameJPEG compares the JPEG file that a stream has with the one that it was made of.
func (e *Encoder) sameJPEG(s *codec.Stream, original io.Reader) error {
	want, err := io.ReadAll(original)
	if err != nil {
		return err
	}
	if e.Strip {
		want = picture.StripJPEG(want)
	}
	var have bytes.Buffer
	if err := s.WriteOriginal(&have); err != nil {
		return err
	}
	if !bytes.Equal(have.Bytes(), want) {
		return ErrDiffers
	}
	return nil
}

// SamePicture reports whether a decoded picture is what encoding makes of another: of the same type and size, with the same samples
// and palette.
func SamePicture(decoded, original image.Image) bool {
	a, b := kept(decoded), kept(original)
	size := a.Bounds().Size()
	if b.Bounds().Size() != size {
		return false
	}
	x, y := rowsOf(a), rowsOf(b)
	if x.bytes != y.bytes || x.kind != y.kind || !samePalette(a, b) {
		return false
	}
	n := size.X * x.bytes
	for i := range size.Y {
		if !bytes.Equal(x.pix[i*x.stride:][:n], y.pix[i*y.stride:][:n]) {
			return false
		}
	}
	return true
}

// kept returns a picture as package codec codes it: of one of the types that come back, to which it converts all others as the
// standard library does.
func kept(m image.Image) image.Image {
	if rowsOf(m).bytes > 0 {
		return m
	}
	b := m.Bounds()
	var to draw.Image
	switch m.ColorModel() {
	case color.Gray16Model, color.Alpha16Model, color.RGBA64Model, color.NRGBA64Model:
		to = image.NewNRGBA64(b)
	case color.YCbCrModel, color.CMYKModel, color.RGBAModel, color.GrayModel:
		to = image.NewRGBA(b)
	default:
		to = image.NewNRGBA(b)
	}
	draw.Draw(to, b, m, b.Min, draw.Src)
	return to
}

// rows are the samples of a picture, from its first on.
type rows struct {
	kind   string
	pix    []byte
	stride int
	bytes  int // of a pixel; 0 if the picture is of another type than those that are kept
}

func rowsOf(m image.Image) rows {
	from := m.Bounds().Min
	switch m := m.(type) {
	case *image.Gray:
		return rows{"gray", m.Pix[m.PixOffset(from.X, from.Y):], m.Stride, 1}
	case *image.Gray16:
		return rows{"gray", m.Pix[m.PixOffset(from.X, from.Y):], m.Stride, 2}
	case *image.RGBA:
		return rows{"premultiplied", m.Pix[m.PixOffset(from.X, from.Y):], m.Stride, 4}
	case *image.NRGBA:
		return rows{"straight", m.Pix[m.PixOffset(from.X, from.Y):], m.Stride, 4}
	case *image.RGBA64:
		return rows{"premultiplied", m.Pix[m.PixOffset(from.X, from.Y):], m.Stride, 8}
	case *image.NRGBA64:
		return rows{"straight", m.Pix[m.PixOffset(from.X, from.Y):], m.Stride, 8}
	case *image.Paletted:
		return rows{"palette", m.Pix[m.PixOffset(from.X, from.Y):], m.Stride, 1}
	}
	return rows{}
}

// samePalette reports whether pictures have the same colours in their palettes, or none.
func samePalette(a, b image.Image) bool {
	p, ok1 := a.(*image.Paletted)
	q, ok2 := b.(*image.Paletted)
	if !ok1 || !ok2 {
		return ok1 == ok2
	}
	if len(p.Palette) != len(q.Palette) {
		return false
	}
	for i := range p.Palette {
		if color.NRGBAModel.Convert(p.Palette[i]) != color.NRGBAModel.Convert(q.Palette[i]) {
			return false
		}
	}
	return true
}
