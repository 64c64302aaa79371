package codec

import (
	"bytes"
	"context"
	"math/rand/v2"

	"github.com/ddpmz/ddpmz/container"
	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// SampleOptions say what Sample draws.
type SampleOptions struct {
	Width, Height int  // of the picture, in pixels
	Gray          bool // the picture has one plane, of 8 bits a sample; else it has three

	Net *model.Net // the model, from model.Load; nil is the default model of the zoo

	Progress func(permille int) // as Decoder.Progress
	Limits
}

// Sample opens a stream whose picture is drawn from a model (Algorithm 2), with random numbers from source: the continuation of a
// file that holds nothing. Its refinements are those of a file, of no bytes; Image shows x̂_0 until the last, as the paper's
// Figure 6 does, and then the sample. The same numbers give the same picture on every machine.
//
// Errors: *LimitError, or a FormatError of a size that no picture has.
func Sample(source rand.Source, o SampleOptions) (*Stream, error) {
	return SampleContext(context.Background(), source, o)
}

// SampleContext is Sample; once ctx is done, the stream returns its error, soon.
func SampleContext(ctx context.Context, source rand.Source, o SampleOptions) (*Stream, error) {
	if err := o.Limits.check(o.Width, o.Height, func(int64) int64 { return 0 }, 0); err != nil {
		return nil, err
	}
	if o.Width > container.MaxSide || o.Height > container.MaxSide {
		return nil, &LimitError{"pixels in a row or column", int64(max(o.Width, o.Height)), container.MaxSide}
	}
	net := o.Net
	if net == nil {
		var err error
		if net, err = zoo.ByName(zoo.Default); err != nil {
			return nil, err
		}
	}
	id := net.Identity()
	h := container.Header{Width: uint32(o.Width), Height: uint32(o.Height), Format: uint8(formatRGB), Depth: 8, Modelled: true, Model: [8]byte(id[:8]),
		Params: params{tau: net.Tau()}.append(nil), EndsEarly: true}
	if o.Gray {
		h.Format = uint8(formatGray)
	}
	empty, err := h.Append(nil)
	if err != nil {
		return nil, framing(err)
	}
	d := Decoder{Nets: []*model.Net{net}, Sample: source, Progress: o.Progress, Limits: o.Limits}
	return d.OpenContext(ctx, bytes.NewReader(empty))
}
