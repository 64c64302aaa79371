package codec

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"

	"github.com/ddpmz/ddpmz/container"
	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// A Mode says how an image is coded.
type Mode int

const (
	// Auto codes by the model, unless the fallback codec makes the file smaller. The fallback codec is not run where a probe
	// of it shows that the model's file is smaller by far.
	Auto Mode = iota
	// Modelled codes by the model. Paletted images, which it cannot do, are an UnsupportedError. Images of many pixels that
	// are so nearly flat that decoders would refuse a file of so few bytes are a *LimitError: see Limits.MaxWork.
	Modelled
	// Stored codes by the fallback codec, which has no model: by colours that came up in the same surroundings.
	Stored
)

// Options are the choices an encoder has. Zero values are good.
type Options struct {
	// Model is the name of a model in the zoo; the empty name is the default.
	Model string

	// Net, if set, is the model, in place of Model: a network of one's own, from model.Load. Who decodes the file needs it
	// too: see Decoder.Nets. Then coefficients of JPEG files are not looked for, which have a model of their own.
	Net *model.Net

	Mode Mode

	// Effort says how much the encoder tries for a smaller file, from LeastEffort to MostEffort; 0 is DefaultEffort. docs/effort.md says
	// what each effort tries, what it costs and what it brings. Files of all efforts are decoded alike, and in the same time.
	Effort int

	// KeepColours has red, green and blue coded as they are, where Encode would else look for the luma and chroma that they
	// were made from, and for the coefficients of a JPEG file that these were made from. Files get larger, by much if there are any.
	KeepColours bool

	// KeepSamples has the coefficients of a JPEG file that the picture was made from left out alone. Files get larger, and prefixes of less
	// than about a bit a pixel better.
	KeepSamples bool

	// Bytes, if positive, is how many bytes the file has at most. If the whole does not fit, it ends early, on purpose, as what Truncate makes,
	// and shows the better picture: the fallback codec's file is for Auto only if it fits, since its prefixes are rows, and what a JPEG decoder
	// has made is coded by its samples, too, whose prefixes are better up to about a bit a pixel. Pictures with a palette are coded by their
	// colours, too: then the file has no palette, and decodes to an image.Gray, image.RGBA or image.NRGBA. Of the model's passes, those that are not
	// wanted are not coded, which saves most of the time where the bytes are few. If they do not hold the header, that is a *LimitError.
	Bytes int64

	// Metadata rides along as it is, compressed: color profile, camera data, text. The codec does not look
	// inside; package codec/metadata packs such data into a string.
	Metadata []byte

	// NoDigest leaves out the digest of the samples, of 14 bytes, that files of more than 4 KiB have otherwise. Decoders compare it
	// with what they come to: see DigestError.
	NoDigest bool

	// Progress, if set, is called now and then with the share of the work that is done, up to 1000.
	Progress func(permille int)

	Limits
}

// An Encoder writes images. The zero value is ready to use, and safe for concurrent use.
type Encoder struct{ Options }

// Encode writes m to w with the given options, or with the default ones if o is nil. Nothing is written if
// it fails for any other reason than w.
//
// Errors: UnsupportedError, *LimitError, EffortError, zoo.UnknownModelError, or w's.
func Encode(w io.Writer, m image.Image, o *Options) error {
	var e Encoder
	if o != nil {
		e.Options = *o
	}
	return e.Encode(w, m)
}

// Encode writes m to w.
func (e *Encoder) Encode(w io.Writer, m image.Image) error {
	return e.EncodeContext(context.Background(), w, m)
}

// EncodeContext is Encode; once ctx is done, it returns its error, soon, and has written nothing.
func (e *Encoder) EncodeContext(ctx context.Context, w io.Writer, m image.Image) error {
	if err := e.checkEffort(); err != nil {
		return err
	}
	b := m.Bounds()
	if w, h := b.Dx(), b.Dy(); w <= 0 || h <= 0 || w > container.MaxSide || h > container.MaxSide {
		return UnsupportedError(fmt.Sprintf("an image of %d x %d pixels", w, h))
	}
	var net *model.Net
	need := fallbackMemory
	if _, paletted := m.(*image.Paletted); !paletted && e.Mode != Stored {
		var err error
		if net, err = e.network(); err != nil {
			return err
		}
		need = encodingMemory(net, geometryOf(m), e.tries(), e.Bytes > 0)
	}
	if err := e.check(b.Dx(), b.Dy(), need, 0); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	rows, err := newPixelReader(m)
	if err != nil {
		return err
	}
	f, err := e.encode(ctx, rows, net)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return f.write(w, e.Bytes)
}

// network returns the model.
func (e *Encoder) network() (*model.Net, error) {
	if e.Net != nil {
		return e.Net, nil
	}
	return zoo.ByName(e.Model)
}

// encode makes the file. The network may be nil if none is needed.
func (e *Encoder) encode(ctx context.Context, rows *pixelReader, net *model.Net) (*file, error) {
	if rows.format == formatPaletted && e.Mode == Modelled {
		return nil, UnsupportedError("paletted images cannot be modelled; convert to RGB first")
	}
	side, err := e.side(ctx, rows)
	if err != nil {
		return nil, err
	}
	if e.Mode == Stored || rows.format == formatPaletted {
		f, err := side.storedFile(ctx, rows.raster())
		if err != nil || e.Mode == Stored || e.Bytes <= 0 {
			return f, err
		}
		return e.paletteWithin(ctx, rows, f)
	}
	if net == nil { // a paletted image whose palette is none of PNG's
		if net, err = e.network(); err != nil {
			return nil, err
		}
	}
	decompressed, err := e.encodeDecompressed(ctx, rows, side)
	if err != nil {
		return nil, err
	}
	if decompressed != nil && e.Bytes > 0 {
		return e.betterWithin(ctx, rows, net, side, decompressed.file)
	}
	tries := e.tries()
	if decompressed != nil && !decompressed.doubtful && !tries.all {
		if e.Mode == Modelled || !tries.race {
			return decompressed.file, nil
		}
		return decompressed.smaller(ctx, side, rows.raster())
	}
	f, err := e.encodePlanes(ctx, rows, net, side)
	if decompressed == nil {
		return f, err
	}
	var limit *LimitError
	if errors.As(err, &limit) {
		return decompressed.file, nil // which decoders do not refuse
	}
	if err != nil {
		return nil, err
	}
	return smallest(f, decompressed.file)
}

// encodePlanes makes a file of the samples of an image.
func (e *Encoder) encodePlanes(ctx context.Context, rows *pixelReader, net *model.Net, side *sideData) (*file, error) {
	coder := newModelCoder(net, rows, e.Options)
	if whole := rows; e.Bytes > 0 {
		coder.squaredError = func(ctx context.Context, f *file) (int64, error) {
			return e.errorWithin(ctx, f, func(shown image.Image) (int64, error) { return squaredError(shown, whole) })
		}
	}
	if e.Mode == Modelled {
		rows = nil // which holds the image
		f, err := coder.code(ctx, side, nil)
		if err != nil {
			return nil, err
		}
		if err := f.checkWork(e.Limits); err != nil {
			return nil, err
		}
		return f.file, nil
	}
	r := newRace(side, coder, e.Progress)
	if e.Bytes > 0 {
		return r.within(ctx, rows.raster(), e.Bytes)
	}
	return r.run(ctx, rows.raster())
}
