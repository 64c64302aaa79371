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
// These are cut out and coded as files of their own, which come before the side data of the rest.

// sideEmbedded is the kind of the syntax of a JPEG file with such pictures, beside sidePlain and sideZstd.
const sideEmbedded = 2

const (
	maxEmbedded = 64 // pictures in a syntax
	maxDepth    = 2  // of pictures in pictures
)

// syntaxMemory is what package jpeg takes at most for a byte of syntax: a list of what an encoder chose.
const syntaxMemory = 32

// packSyntax packs the syntax of a JPEG file, which is depth files deep itself.
func (e *Encoder) packSyntax(ctx context.Context, f *jpeg.File, depth int) ([]byte, error) {
	var cut []jpeg.Embedded
	if depth < maxDepth {
		cut = f.CutEmbedded(e.Limits.ofJPEG(0))
	}
	syntax, err := packSide(f.AppendSyntax(nil))
	if err != nil || len(cut) == 0 {
		return syntax, err
	}
	w := bitstream.Writer{Buf: []byte{sideEmbedded}}
	w.Uvarint(uint64(len(cut)))
	var files [][]byte
	for _, c := range cut {
		file, err := e.packEmbedded(ctx, c, depth+1)
		if err != nil {
			return nil, err
		}
		coded := uint64(1)
		if file == nil {
			file, coded = c.Data, 0
		}
		w.Uvarint(uint64(len(file))<<1 | coded)
		files = append(files, file)
	}
	for _, f := range files {
		w.Bytes(f)
	}
	return append(w.Buf, syntax...), nil
}

// packEmbedded returns a file of a picture, which is depth files deep, or nil if that is no smaller than its data.
func (e *Encoder) packEmbedded(ctx context.Context, c jpeg.Embedded, depth int) ([]byte, error) {
	inner := Encoder{Options{NoDigest: true, Limits: e.Limits.within(0)}}
	var b bytes.Buffer
	var err error
	if c.Width > 0 {
		err = inner.EncodeContext(ctx, &b, imageOfSamples(c))
	} else {
		var f *file
		if f, err = inner.encodeJPEG(ctx, c.Data, depth); err == nil {
			err = container.Write(&b, &f.header, f.payloads)
		}
	}
	if err != nil || b.Len() >= len(c.Data) {
		return nil, ctx.Err() // what the encoder cannot do stays as it is
	}
	return b.Bytes(), nil
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
// takes so many bytes of memory already. It returns how many it takes then, those included that it has no use for any more.
func (l Limits) unpackSyntax(ctx context.Context, b []byte, memory int64, depth int) (syntax []byte, cut [][]byte, total int64, err error) {
	if len(b) > 0 && b[0] == sideEmbedded {
		if depth == maxDepth {
			return nil, nil, 0, FormatError(fmt.Sprintf("pictures in a JPEG file that is %d deep", depth))
		}
		if b, cut, memory, err = l.unpackEmbedded(ctx, b[1:], memory, depth+1); err != nil {
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
func (l Limits) unpackEmbedded(ctx context.Context, b []byte, memory int64, depth int) (rest []byte, cut [][]byte, total int64, err error) {
	r := bitstream.NewReader(b)
	var sizes []uint64
	n := r.Uvarint(maxEmbedded)
	if r.Err() == nil && n == 0 {
		return nil, nil, 0, FormatError("no pictures in a JPEG file, in the form for some")
	}
	for range n {
		sizes = append(sizes, r.Uvarint(uint64(len(b))<<1|1))
	}
	for _, size := range sizes {
		data := r.Bytes(size >> 1)
		if r.Err() != nil {
			break
		}
		taken := int64(0)
		if size&1 != 0 {
			if data, taken, err = l.within(memory).unpackPicture(ctx, data, depth); err != nil {
				return nil, nil, 0, err
			}
		}
		memory += taken
		cut = append(cut, data)
	}
	if r.Err() != nil {
		return nil, nil, 0, malformed("pictures in a JPEG file", r.Err())
	}
	return b[r.Offset():], cut, memory, nil
}

// unpackPicture returns the JPEG file or the samples that a file holds, which is depth files deep, and what that took of memory.
func (l Limits) unpackPicture(ctx context.Context, file []byte, depth int) (data []byte, memory int64, err error) {
	s, err := (&Decoder{Limits: l}).OpenContext(ctx, bytes.NewReader(file))
	if err == nil {
		if s.original != nil {
			s.original.depth = depth
		}
		_, err = s.Last()
	}
	if err == nil && (!s.Whole() || s.EndsEarly() || s.Size() != int64(len(file))) {
		err = FormatError("not whole")
	}
	if err == nil {
		if s.original != nil {
			data, err = s.original.bytes()
		} else {
			var m image.Image
			if m, err = s.Image(); err == nil {
				data, err = samplesOf(m)
			}
		}
	}
	var limit *LimitError
	switch {
	case err == nil:
		return data, s.memory + int64(len(data)), nil
	case errors.As(err, &limit), ctx.Err() != nil:
		return nil, 0, err
	}
	return nil, 0, malformed("a picture in a JPEG file", err)
}
