package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/picture"
	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// An encoding is an encode command.
type encoding struct {
	*streams
	model, mode string
	keepColours bool
	output      outputFlags
	cutFlags    cutFlags
	limits      limitFlags

	codecMode codec.Mode
	cut       codec.Cut
	cutting   bool // only a prefix is wanted
}

func keepColoursFlag(to *bool) cli.Flag {
	return &cli.BoolFlag{Name: "keep-colours", Destination: to, DisableDefaultText: true,
		Usage: "code red, green and blue as they are, even if they were made from luma and chroma"}
}

var modes = map[string]codec.Mode{"auto": codec.Auto, "modelled": codec.Modelled, "stored": codec.Stored}

func encodeCommand(s *streams) *cli.Command {
	e := &encoding{streams: s}
	return &cli.Command{
		Name:      "encode",
		Usage:     "make " + suffix + " files of pictures",
		ArgsUsage: "[PICTURES]",
		Description: "Pictures are PNG, JPEG, WebP, TIFF, BMP or GIF (its first frame). Colour profiles and\n" +
			"metadata are kept, in the form that PNG has for them. With several, -o names a folder.\n\n" +
			"--steps, --timestep and --bytes write only the beginning of the file.",
		Flags: slices.Concat(e.output.flags("the input's name, ending in "+suffix), []cli.Flag{
			&cli.StringFlag{Name: "model", Value: zoo.Default, Destination: &e.model,
				Usage: modelUsage("code by")},
			&cli.StringFlag{Name: "mode", Value: "auto", Destination: &e.mode,
				Usage: "`MODE` is modelled, stored (without a model), or auto, the smaller of the two"},
			keepColoursFlag(&e.keepColours),
		}, e.cutFlags.flags(), e.limits.flags()),
		Action: e.action,
	}
}

func (e *encoding) action(c *cli.Context) (err error) {
	var ok bool
	if e.codecMode, ok = modes[e.mode]; !ok {
		return usagef("no mode %q: there are auto, modelled and stored", e.mode)
	}
	if e.cut, e.cutting, err = e.cutFlags.cut(c); err != nil {
		return err
	}
	inputs, err := outputOf(c.Args().Slice(), &e.output, namesDdpmz)
	if err != nil {
		return err
	}
	list, err := e.jobs(inputs, &e.output, encodedName)
	if err != nil {
		return err
	}
	if err := e.output.checkSuffix(namesPicture, "ddpmz"); err != nil {
		return err
	}
	if err := useModel(e.model); err != nil {
		return err
	}
	return e.each(c.Context, list, e.encode)
}

// encode does one job.
func (e *encoding) encode(ctx context.Context, j job) error {
	bar := e.bar(j.in, e.output.quiet)
	defer bar.end()
	return e.save(ctx, j.out, e.output.options(j.in), func(w io.Writer) error {
		out := &output{w: w}
		err := e.encodePicture(ctx, out, j.in, bar)
		if err != nil && out.err == nil {
			return about(displayName(j.in), err)
		}
		return err
	})
}

// An output remembers its error, to tell it from that of an input.
type output struct {
	w   io.Writer
	err error
}

func (o *output) Write(p []byte) (n int, err error) {
	n, err = o.w.Write(p)
	if err != nil {
		o.err = err
	}
	return n, err
}

func (e *encoding) encodePicture(ctx context.Context, w io.Writer, name string, bar *bar) error {
	in, err := e.open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	p, err := picture.Read(in, picture.ReadOptions(e.limits.limits()))
	if err != nil {
		return err
	}
	meta, err := p.Metadata.Marshal()
	if err != nil {
		return err
	}
	size := p.Image.Bounds()
	collectFor(size.Dx(), size.Dy())
	encoder := codec.Encoder{Options: codec.Options{
		Model:       e.model,
		KeepColours: e.keepColours,
		Mode:        e.codecMode,
		Metadata:    meta,
		Progress:    givingBack(size.Dx(), size.Dy(), bar.update),
		Limits:      e.limits.limits(),
	}}
	if !e.cutting {
		return encoder.EncodeContext(ctx, w, p.Image)
	}
	var file bytes.Buffer
	if err := encoder.EncodeContext(ctx, &file, p.Image); err != nil {
		return err
	}
	if _, err := codec.Truncate(w, &file, e.cut, e.limits.limits()); err != nil {
		return fmt.Errorf("cutting: %w", err)
	}
	return nil
}
