package codec

import (
	"bytes"
	"context"
	"errors"
	"image"

	"github.com/ddpmz/ddpmz/model"
)

// betterWithin returns the file of a decompressed picture if all of it is within Bytes, or else, of that and of the file of the samples,
// the one that shows the better picture within them.
func (e *Encoder) betterWithin(ctx context.Context, rows *pixelReader, net *model.Net, side *sideData, decompressed *file) (*file, error) {
	if n, err := decompressed.size(); err != nil || n <= e.Bytes {
		return decompressed, err
	}
	samples, err := e.encodePlanes(ctx, rows, net, side)
	var limit *LimitError
	if errors.As(err, &limit) {
		return decompressed, nil // which decoders do not refuse
	}
	if err != nil {
		return nil, err
	}
	return e.better(ctx, decompressed, samples, func(shown image.Image) (int64, error) { return squaredError(shown, rows) })
}

// better returns, of two files, the one whose picture within Bytes has the smaller error: the first if both are the same, or if decoders
// would refuse the second.
func (e *Encoder) better(ctx context.Context, first, second *file, errorOf func(shown image.Image) (int64, error)) (*file, error) {
	a, err := e.errorWithin(ctx, first, errorOf)
	if err != nil {
		return nil, err
	}
	b, err := e.errorWithin(ctx, second, errorOf)
	if err != nil {
		return nil, err
	}
	if b < a {
		return second, nil
	}
	return first, nil
}

// errorWithin returns the error of the picture that a file shows within Bytes: more than any if decoders would refuse the file, or if Bytes
// do not hold its header.
func (e *Encoder) errorWithin(ctx context.Context, f *file, errorOf func(shown image.Image) (int64, error)) (int64, error) {
	m, err := e.shown(ctx, f)
	var limit *LimitError
	if errors.As(err, &limit) {
		return 1<<63 - 1, nil
	}
	if err != nil {
		return 0, err
	}
	return errorOf(m)
}

// squaredError returns the sum of the squared differences between the samples of the colours of an image and those that are shown of it, with
// as many bits a sample.
func squaredError(m image.Image, rows *pixelReader) (sum int64, err error) {
	shown, err := newPixelReader(m)
	if err != nil {
		return 0, err
	}
	original := *rows
	original.divisor, shown.divisor = 1, 1 // of the one, all samples may be multiples where those of the other are not
	want, got := original.rows(), shown.rows()
	for y := range rows.h {
		p, _ := want(y)
		q, _ := got(y)
		for x := range rows.w {
			for i := range rows.format.planes() {
				n := int64(p[x*rows.channels+i]) - int64(q[x*shown.channels+i])
				sum += n * n
			}
		}
	}
	return sum, nil
}

// shown returns the picture that decoders show of a file within Bytes. It is a *LimitError if they would refuse it, or if they do not hold its
// header.
func (e *Encoder) shown(ctx context.Context, f *file) (image.Image, error) {
	var b bytes.Buffer
	if err := f.clone().write(&b, e.Bytes); err != nil {
		return nil, err
	}
	d := Decoder{Limits: e.Limits}
	if e.Net != nil {
		d.Nets = []*model.Net{e.Net}
	}
	return d.DecodeContext(ctx, &b)
}
