package codec

import (
	"context"
	"image"
	"image/color"
	"io"
	"math/rand/v2"

	"github.com/ddpmz/ddpmz/container"
	"github.com/ddpmz/ddpmz/model"
)

// A Decoder reads images. The zero value is ready to use, and safe for concurrent use, unless it has a source of
// random numbers.
type Decoder struct {
	// Timestep is where the reverse process stops: at the last level whose noise is not below that of the
	// state x_t with this t. 0 decodes all there is, 1000 nothing but the header.
	Timestep int

	// Reduce makes the picture smaller: 1/2^Reduce of each side, rounded up, for Reduce from 1 to MaxReduce. Of a modelled file it is
	// the low band of the wavelet pyramid. Segments of finer scales are passed over, by seeking if the reader is an io.Seeker that can,
	// and decoding stops by itself where noise hardly shows at that size: time and memory go with the reduced picture, but for
	// alpha, and Refinements are about that picture and never Exact. Of a stored file, pixels are averaged as they
	// are decoded, all of them, since each is coded by what is around it: only memory goes with the reduced picture. Sixteen bits stay
	// sixteen, gray stays gray; a palette becomes RGB, with straight alpha if it has any.
	Reduce int

	// Sample, if set, is where random numbers come from for what a modelled file does not say, because it is cut, or beyond the Timestep.
	// The picture is then a sample of p(x_0 | x_t), with grain and texture: one of those that the model thinks the beginning of the
	// file stands for, whose mean is the picture that is decoded otherwise. The same numbers give the same picture on every machine.
	// A stream goes on to the last level; the work is bounded by Limits.MaxWork if that is set, and else by MaxPixels. Of a stored
	// file, and of one that is there in full, nothing is drawn.
	Sample rand.Source

	// Nets are networks of one's own, from model.Load, that files may have been made with: see Options.Net. Those of the zoo
	// are always known.
	Nets []*model.Net

	// Progress, if set, is called now and then with the share of the work that is done, up to 1000.
	Progress func(permille int)

	Limits
}

// MaxReduce is the most by which a Decoder reduces a picture: a 64th of each side.
const MaxReduce = 6

// Decode reads an image from r. Of a file that ends early it returns the best picture of what is there; a
// Stream tells how exact that is.
//
// Errors: FormatError, UnsupportedError, *LimitError, *CorruptHeaderError, *CorruptSegmentError, *DigestError,
// one that wraps io.ErrUnexpectedEOF if r ends inside the header, or r's own.
func Decode(r io.Reader) (image.Image, error) { return new(Decoder).Decode(r) }

// DecodeConfig reads the color model and the size of an image from the header of a file, and no more of r than that takes: of an image
// with a palette, that as well.
func DecodeConfig(r io.Reader) (image.Config, error) {
	in, err := container.NewReader(r)
	if err != nil {
		return image.Config{}, framing(err)
	}
	p, err := describe(in.Header())
	if err != nil {
		return image.Config{}, err
	}
	if p.format == formatPaletted {
		if p.palette, err = readPalette(in, p.palette); err != nil {
			return image.Config{}, err
		}
	}
	return image.Config{ColorModel: p.colorModel(), Width: p.w, Height: p.h}, nil
}

// readPalette returns the palette of a file, or the other one if it is cut before that.
func readPalette(in *container.Reader, other color.Palette) (color.Palette, error) {
	for _, g := range in.Header().Segments {
		switch g.Kind {
		case container.Stored:
			return other, nil
		case container.Palette:
			c, err := in.Next()
			if err != nil || !c.Complete {
				return other, ignoreEnd(framing(err))
			}
			return unpackPalette(c.Payload)
		}
		if err := in.Skip(); err != nil {
			return other, ignoreEnd(err)
		}
	}
	return other, nil
}

// Decode reads an image from r; see the function Decode.
func (d *Decoder) Decode(r io.Reader) (image.Image, error) {
	return d.DecodeContext(context.Background(), r)
}

// DecodeContext is Decode; once ctx is done, it returns its error, soon: see OpenContext.
func (d *Decoder) DecodeContext(ctx context.Context, r io.Reader) (image.Image, error) {
	s, err := d.OpenContext(ctx, r)
	if err != nil {
		return nil, err
	}
	if _, err := s.Last(); err != nil {
		return nil, err
	}
	return s.Image()
}

func init() {
	image.RegisterFormat("ddpmz", container.Magic, Decode, DecodeConfig)
	image.RegisterFormat("ddpmz", container.ShortMagic, Decode, DecodeConfig)
}
