package codec

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"

	"github.com/ddpmz/ddpmz/codec/jpeg"
	"github.com/ddpmz/ddpmz/container"
	"github.com/ddpmz/ddpmz/model/dct"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// A file that holds a JPEG file is larger than that by no more than a share and some bytes: beyond that, it holds the JPEG file as it
// is.
const (
	jpegGrowthShare = 100
	jpegGrowthBytes = 64
)

// EncodeJPEG writes to w a file of the JPEG file in r, with the given options, or with the default ones if o is nil: smaller, with
// every prefix a picture, and from which Stream.WriteOriginal gives the JPEG file back, byte for byte. The picture is what
// libjpeg-turbo makes of the JPEG file by default, which is what most viewers show.
//
// Of the options, Mode, Bytes, Metadata, NoDigest, Progress and Limits count, and Effort for pictures of samples in the JPEG file. In mode Auto, a JPEG file that would take more than 1% and 64
// bytes more than it has is wrapped instead: held as it is. Stored wraps all files, Modelled none. Metadata are beside those of
// the JPEG file, which comes back as it was in any case. The file has a digest of the JPEG file in place of one of the samples.
//
// What package jpeg cannot give back is refused, with nothing written: an UnsupportedError says what. Errors are those of Encode, a
// FormatError of a file that is no JPEG file, or is cut or damaged, or r's.
func EncodeJPEG(w io.Writer, r io.Reader, o *Options) error {
	var e Encoder
	if o != nil {
		e.Options = *o
	}
	return e.EncodeJPEG(w, r)
}

// EncodeJPEG writes a file of the JPEG file in r to w.
func (e *Encoder) EncodeJPEG(w io.Writer, r io.Reader) error {
	return e.EncodeJPEGContext(context.Background(), w, r)
}

// EncodeJPEGContext is EncodeJPEG; once ctx is done, it returns its error, soon: between two reads of r. Then it has written nothing.
func (e *Encoder) EncodeJPEGContext(ctx context.Context, w io.Writer, r io.Reader) error {
	if err := e.checkEffort(); err != nil {
		return err
	}
	data, err := io.ReadAll(io.LimitReader(newContextReader(ctx, r), maxOriginal+1))
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return err
	}
	if len(data) > maxOriginal {
		return &LimitError{"bytes of a JPEG file", int64(len(data)), maxOriginal}
	}
	whole := *e
	whole.Bytes = 0
	f, err := whole.encodeJPEG(ctx, data, 0, nil)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return f.write(w, e.Bytes)
}

// encodeJPEG makes a file of a JPEG file, which is depth files deep in another. With whole, a larger picture of the same, the file
// holds the residual to that.
func (e *Encoder) encodeJPEG(ctx context.Context, data []byte, depth int, whole *jpeg.File) (*file, error) {
	memory := 3 * int64(len(data)) // itself, made again, and what is made of it
	original, err := e.Limits.parseJPEG(data, memory)
	if err != nil {
		return nil, err
	}
	if err := e.Limits.checkMemory(memory + original.codingMemory()); err != nil {
		return nil, err
	}
	side, err := e.jpegSide(original, data)
	if err != nil {
		return nil, err
	}
	if whole != nil {
		residual := original.Residual(whole)
		if residual == nil {
			return nil, UnsupportedError("a picture in another that is not a smaller one of the same")
		}
		for i := range residual {
			original.coefficients.Planes[i].Coef = residual[i]
		}
	}
	if e.Mode == Stored {
		return e.wrap(side, original, data)
	}
	coded, err := e.codeJPEG(ctx, original, data, side, depth)
	if err != nil {
		return nil, err
	}
	n, err := coded.size()
	if err != nil {
		return nil, err
	}
	limit := e.Limits.checkWork(original.decodingWork(dct.Passes(&original.coefficients)), n)
	most := int64(len(data)) + int64(len(data)/jpegGrowthShare) + jpegGrowthBytes
	switch {
	case e.Mode == Modelled && limit != nil:
		return nil, limit
	case e.Mode == Auto && (limit != nil || n > most):
		if whole != nil {
			return nil, UnsupportedError("a residual of more bytes than its picture")
		}
		return e.wrap(side, original, data)
	}
	return coded, nil
}

// parseJPEG takes a JPEG file apart that is within the limits, where so many bytes are taken beside its coefficients and its picture.
func (l Limits) parseJPEG(data []byte, memory int64) (*jpegLayout, error) {
	f, err := jpeg.Parse(data, l.ofJPEG(memory))
	if err != nil {
		return nil, jpegError(err)
	}
	layout, err := newJPEGLayout(f)
	if err != nil {
		return nil, err
	}
	return layout, l.checkMemory(memory + layout.pictureMemory())
}

// ofJPEG returns what is left of the limits for package jpeg where so many bytes of memory are taken.
func (l Limits) ofJPEG(memory int64) jpeg.Limits {
	maxPixels, maxMemory := l.bounds()
	return jpeg.Limits{MaxPixels: maxPixels, MaxMemory: max(maxMemory-memory, 1)}
}

// jpegSide makes what a file holds beside the JPEG file.
func (e *Encoder) jpegSide(original *jpegLayout, data []byte) (*sideData, error) {
	d := new(sideData)
	d.before.header = container.Header{Width: uint32(original.Width), Height: uint32(original.Height), Format: uint8(original.format()), Depth: 8}
	if !e.NoDigest {
		sum := sha256.Sum256(data)
		d.digest = sum[:len(digest{})]
	}
	return d, d.addMetadata(e.Metadata)
}

// wrap returns a file that holds a JPEG file as it is, compressed unless a decoder would then refuse it for its few bytes.
func (e *Encoder) wrap(side *sideData, original *jpegLayout, data []byte) (*file, error) {
	b := append([]byte{sidePlain}, data...)
	if len(data) <= maxSide {
		packed, err := packSide(data)
		if err != nil {
			return nil, err
		}
		if e.Limits.checkWork(original.pictureWork(), int64(len(packed))) == nil {
			b = packed
		}
	}
	f := side.begin()
	f.add(container.Stored, 0, b)
	side.end(f)
	if e.Progress != nil {
		e.Progress(1000)
	}
	return f, nil
}

// codeJPEG codes a JPEG file: its coefficients by their process.
func (e *Encoder) codeJPEG(ctx context.Context, original *jpegLayout, data []byte, side *sideData, depth int) (*file, error) {
	net, err := zoo.JPEG()
	if err != nil {
		return nil, err
	}
	frame := original.AppendFrame(nil)
	syntax, err := e.packSyntax(ctx, original.File, depth)
	if err != nil {
		return nil, err
	}
	if err := e.checkComesBack(ctx, original.File, frame, syntax, data, depth); err != nil {
		return nil, err
	}
	f := side.begin()
	id := net.Identity()
	f.header.Modelled, f.header.Model, f.header.Params = true, [8]byte(id[:8]), []byte{0}
	f.add(container.Frame, 0, frame)
	chain := dct.NewChain(net, &original.coefficients)
	chain.Done = ctx.Done()
	passes := dct.Passes(&original.coefficients)
	if err := f.addPasses(ctx, chain, passes, 0, newWork(passes, original.work, e.Progress), nil, nil); err != nil {
		return nil, err
	}
	f.add(container.Syntax, 0, syntax)
	side.end(f)
	return f, nil
}

// checkComesBack returns an UnsupportedError unless coefficients, frame and packed syntax make the JPEG file again.
func (e *Encoder) checkComesBack(ctx context.Context, original *jpeg.File, frame, packed, data []byte, depth int) error {
	syntax, cut, _, err := e.Limits.unpackSyntax(ctx, packed, 0, original, depth)
	if err != nil {
		return err
	}
	f, err := jpeg.ParseSyntax(frame, syntax, jpeg.Limits{}, cut...)
	if err != nil {
		return jpegError(err)
	}
	for i, c := range original.Components {
		f.Components[i].Coef = c.Coef
	}
	again, err := f.Append(make([]byte, 0, len(data)))
	if err != nil {
		return jpegError(err)
	}
	if !bytes.Equal(again, data) {
		return UnsupportedError("a JPEG file that does not come back as it was")
	}
	return nil
}
