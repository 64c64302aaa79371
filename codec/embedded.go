package codec

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"

	"github.com/ddpmz/ddpmz/bitstream"
	"github.com/ddpmz/ddpmz/codec/jpeg"
	"github.com/ddpmz/ddpmz/container"
)

// Most bytes of the syntax of a camera's JPEG file are pictures: EXIF's thumbnail, previews, gain maps, as JPEG files or as samples.
// These are cut out and coded as files of their own, which come before the side data of the rest. Of a smaller JPEG file, most is known
// from the larger one that it is in: what is coded is by how much its coefficients differ from that, if this takes less.

// sideEmbedded is the kind of the syntax of a JPEG file with such pictures, beside sidePlain and sideZstd.
const sideEmbedded = 2

// How a picture in a JPEG file is held: as it is, as a file, or as a file of what package jpeg calls its residual.
const (
	embeddedPlain = iota
	embeddedFile
	embeddedResidual
	embeddedKinds
)

const (
	maxEmbedded = 64 // pictures in a syntax
	maxDepth    = 2  // of pictures in pictures
)

// syntaxMemory is what package jpeg takes at most for a byte of syntax: a list of what an encoder chose.
const syntaxMemory = 32

// residualMemory is what a residual takes at most for a coefficient of the smaller picture.
const residualMemory = 16

// packSyntax packs the syntax of a JPEG file, which is depth files deep itself.
func (e *Encoder) packSyntax(ctx context.Context, f *jpeg.File, depth int) ([]byte, error) {
	var cut []jpeg.Embedded
	if depth < maxDepth {
		cut = f.CutEmbedded(e.Limits.ofJPEG(0))
	}
	syntax, err := syntaxSide.pack(f.AppendSyntax(nil))
	if err != nil || len(cut) == 0 {
		return syntax, err
	}
	w := bitstream.Writer{Buf: []byte{sideEmbedded}}
	w.Uvarint(uint64(len(cut)))
	var files [][]byte
	for _, c := range cut {
		file, kind, err := e.packEmbedded(ctx, c, f, depth+1)
		if err != nil {
			return nil, err
		}
		w.Uvarint(uint64(len(file))*embeddedKinds + kind)
		files = append(files, file)
	}
	for _, f := range files {
		w.Bytes(f)
	}
	return append(w.Buf, syntax...), nil
}

// packEmbedded returns the shortest form of a picture, which is depth files deep, the next of them being whole.
func (e *Encoder) packEmbedded(ctx context.Context, c jpeg.Embedded, whole *jpeg.File, depth int) (best []byte, kind uint64, err error) {
	inner := Encoder{Options{NoDigest: true, Effort: e.Effort, Limits: e.Limits.within(0)}}
	best, kind = c.Data, embeddedPlain
	try := func(as uint64, encode func(w *bytes.Buffer) error) {
		var b bytes.Buffer
		if err := encode(&b); err == nil && b.Len() < len(best) { // what the encoder cannot do stays as it is
			best, kind = b.Bytes(), as
		}
	}
	file := func(whole *jpeg.File) func(w *bytes.Buffer) error {
		return func(w *bytes.Buffer) error {
			f, err := inner.encodeJPEG(ctx, c.Data, depth, whole)
			if err != nil {
				return err
			}
			return container.Write(w, &f.header, f.payloads)
		}
	}
	switch {
	case c.Width > 0:
		try(embeddedFile, func(w *bytes.Buffer) error { return inner.EncodeContext(ctx, w, imageOfSamples(c)) })
	case depth == 1:
		try(embeddedResidual, file(whole))
		fallthrough
	default:
		try(embeddedFile, file(nil))
	}
	return best, kind, ctx.Err()
}

// imageOfSamples returns a picture of samples.
func imageOfSamples(c jpeg.Embedded) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, c.Width, c.Height))
	for i := range c.Width * c.Height {
		copy(m.Pix[4*i:], c.Data[3*i:][:3])
		m.Pix[4*i+3] = 0xff
	}
	return m
}

// samplesOf undoes imageOfSamples.
func samplesOf(m image.Image) ([]byte, error) {
	rgb, ok := m.(*image.RGBA)
	if !ok || !rgb.Opaque() {
		return nil, FormatError("a picture in a JPEG file that is not opaque RGB of 8 bits")
	}
	samples := make([]byte, 0, len(rgb.Pix)/4*3)
	for i := 0; i < len(rgb.Pix); i += 4 {
		samples = append(samples, rgb.Pix[i:i+3]...)
	}
	return samples, nil
}

// within returns the limits for a file in another, for which so many bytes of memory are taken. Its work follows its bytes.
func (l Limits) within(memory int64) Limits {
	_, maxMemory := l.bounds()
	l.MaxMemory, l.MaxWork = max(maxMemory-memory, 1), 0
	return l
}

// unpackSyntax unpacks the syntax of a JPEG file, which is depth files deep itself, and the pictures that were cut out of it, where decoding
// takes so many bytes of memory already. Of the JPEG file it needs the coefficients. It returns how many bytes it takes then, those included
// that it has no use for any more.
func (l Limits) unpackSyntax(ctx context.Context, b []byte, memory int64, whole *jpeg.File, depth int) (syntax []byte, cut [][]byte, total int64, err error) {
	if len(b) > 0 && b[0] == sideEmbedded {
		if depth == maxDepth {
			return nil, nil, 0, FormatError(fmt.Sprintf("pictures in a JPEG file that is %d deep", depth))
		}
		if b, cut, memory, err = l.unpackEmbedded(ctx, b[1:], memory, whole, depth+1); err != nil {
			return nil, nil, 0, err
		}
	}
	if syntax, err = l.unpackSide(b, memory); err != nil {
		return nil, nil, 0, err
	}
	memory += syntaxMemory * int64(len(syntax))
	for _, c := range cut {
		memory += 2 * int64(len(c))
	}
	return syntax, cut, memory, l.checkMemory(memory)
}

// unpackEmbedded returns the pictures that were cut out of a syntax, which are depth files deep, and what comes after them.
func (l Limits) unpackEmbedded(ctx context.Context, b []byte, memory int64, whole *jpeg.File, depth int) (rest []byte, cut [][]byte, total int64, err error) {
	r := bitstream.NewReader(b)
	var sizes []uint64
	n := r.Uvarint(maxEmbedded)
	if r.Err() == nil && n == 0 {
		return nil, nil, 0, FormatError("no pictures in a JPEG file, in the form for some")
	}
	for range n {
		sizes = append(sizes, r.Uvarint(uint64(len(b))*embeddedKinds+embeddedKinds-1))
	}
	for _, size := range sizes {
		data := r.Bytes(size / embeddedKinds)
		if r.Err() != nil {
			break
		}
		taken := int64(0)
		switch kind := size % embeddedKinds; {
		case kind == embeddedFile:
			data, taken, err = l.within(memory).unpackPicture(ctx, data, nil, depth)
		case kind == embeddedResidual && depth == 1:
			data, taken, err = l.within(memory).unpackPicture(ctx, data, whole, depth)
		case kind == embeddedResidual:
			err = FormatError("a residual of a picture in a picture")
		}
		if err != nil {
			return nil, nil, 0, err
		}
		memory += taken
		cut = append(cut, data)
	}
	if r.Err() != nil {
		return nil, nil, 0, malformed("pictures in a JPEG file", r.Err())
	}
	return b[r.Offset():], cut, memory, nil
}

// unpackPicture returns the JPEG file or the samples that a file holds, which is depth files deep, and what that took of memory. With whole,
// it is the residual of a smaller picture.
func (l Limits) unpackPicture(ctx context.Context, file []byte, whole *jpeg.File, depth int) (data []byte, memory int64, err error) {
	s, err := (&Decoder{Limits: l}).OpenContext(ctx, bytes.NewReader(file))
	if err == nil {
		if s.original != nil {
			s.original.depth, s.original.whole = depth, whole
		}
		_, err = s.Last()
	}
	if err == nil && (!s.Whole() || s.EndsEarly() || s.Size() != int64(len(file))) {
		err = FormatError("not whole")
	}
	if err == nil {
		switch {
		case s.original != nil:
			data, err = s.original.bytes()
		case whole != nil:
			err = FormatError("a residual that is none of a JPEG file")
		default:
			var m image.Image
			if m, err = s.Image(); err == nil {
				data, err = samplesOf(m)
			}
		}
	}
	var limit *LimitError
	switch {
	case err == nil:
		memory = s.memory + int64(len(data))
		if whole != nil {
			memory += residualMemory * jpeg.BlockSize * s.original.layout.blocks()
		}
		return data, memory, l.checkMemory(memory)
	case errors.As(err, &limit), ctx.Err() != nil:
		return nil, 0, err
	}
	return nil, 0, malformed("a picture in a JPEG file", err)
}
