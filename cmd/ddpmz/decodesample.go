package main

import (
	"bytes"
	"context"
	"image"

	"github.com/urfave/cli/v2"

	"github.com/ddpmz/ddpmz/codec"
)

// drawnFlags say whether what a file does not say is drawn.
type drawnFlags struct {
	sampleFlags
	sample bool
}

func (f *drawnFlags) flags() []cli.Flag {
	return append([]cli.Flag{
		&cli.BoolFlag{Name: "sample", Destination: &f.sample, DisableDefaultText: true,
			Usage: "draw what a cut file does not say, or what is beyond --steps, --timestep and --bytes: one of the pictures that the beginning may stand for, " +
				"with grain and texture, in place of their mean"},
	}, f.sampleFlags.flags()...)
}

func (f *drawnFlags) check(c *cli.Context) error {
	if !f.sample && (c.IsSet("seed") || c.IsSet("count")) {
		return usagef("--seed and --count are for --sample")
	}
	return f.sampleFlags.check()
}

// drawOthers decodes a file again, for all samples but the first, and makes a sheet of all. Of metadata, a sheet has none.
func (d *decoding) drawOthers(ctx context.Context, file []byte, decoder codec.Decoder, b *bar, got *decoded) error {
	pictures := []image.Image{got.image}
	for i := 1; i < d.drawn.count; i++ {
		decoder.Sample, decoder.Progress = d.drawn.source(i), d.drawn.progress(b, i)
		s, err := decoder.OpenContext(ctx, bytes.NewReader(file))
		if err != nil {
			return err
		}
		if _, err := s.Last(); err != nil {
			return err
		}
		m, err := s.Image()
		if err != nil {
			return err
		}
		pictures = append(pictures, m)
	}
	got.image, got.metadata, got.jpeg = sheet(pictures, squareColumns(d.drawn.count)), nil, nil
	return nil
}
