package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/ddpmz/ddpmz/cmd/internal/coding"
	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// An encoding is one run of the encode command.
type encoding struct {
	*streams
	model, mode string
	effort      int
	keepColours bool
	strip       bool // no metadata
	pixels      bool // of JPEG files, the pictures
	exactPrefix bool // with a cut, that of the file which there is without
	output      outputFlags
	cutFlags    cutFlags
	limits      limitFlags
	losses      lossFlags
	collection  collectionFlags

	net       *model.Net // of one's own, or nil
	codecMode codec.Mode
	cut       codec.Cut
	cutting   bool // only a prefix is wanted
}

func keepColoursFlag(to *bool) cli.Flag {
	return &cli.BoolFlag{Name: "keep-colours", Destination: to, DisableDefaultText: true,
		Usage: "code red, green and blue as they are, even if they were made from luma and chroma, or from a JPEG file"}
}

func effortFlag(to *int) cli.Flag {
	return &cli.IntFlag{Name: "effort", Value: codec.DefaultEffort, Destination: to,
		Usage: fmt.Sprintf("try as much as `N` stands for, from %d to %d, for smaller files: docs/effort.md has the table", codec.LeastEffort, codec.MostEffort)}
}

// checkEffort returns a usage error if there is no such effort.
func checkEffort(n int) error {
	if n < codec.LeastEffort || n > codec.MostEffort {
		return usagef("no effort %d: there are %d to %d", n, codec.LeastEffort, codec.MostEffort)
	}
	return nil
}

func encodeCommand(s *streams) *cli.Command {
	e := &encoding{streams: s}
	return &cli.Command{
		Name:      "encode",
		Usage:     "make " + suffix + " files of pictures",
		ArgsUsage: "[PICTURES] | PICTURE FILE" + suffix,
		Description: "Pictures are PNG, JPEG, WebP, TIFF, BMP, GIF or Netpbm files. Colour profiles and metadata are kept, in\n" +
			"the form that PNG has for them. Notes on standard error say what cannot be kept, such as the frames of an\n" +
			"animation after the first. With several pictures, -o names a folder. Files get their input's permissions.\n\n" +
			"A JPEG file is kept itself: decode gives it back, byte for byte. --pixels makes a file of the picture that it\n" +
			"shows, which is some times as large. --model and --keep-colours are for pictures.\n\n" +
			"-r and --from0 are for folders and lists: what is up to date is left out, so that a run that was interrupted goes on.\n\n" +
			"--steps, --timestep, --bytes and --psnr write only the beginning of the file, as truncate does; --bytes and --psnr\n" +
			"so that few bytes show more: docs/lossy.md says how.",
		Flags: slices.Concat(e.output.flags("the input's name, ending in "+suffix), []cli.Flag{
			&cli.StringFlag{Name: "model", Value: zoo.Default, Destination: &e.model,
				Usage: modelUsage("code by")},
			&cli.StringFlag{Name: "mode", Value: "auto", Destination: &e.mode,
				Usage: "`MODE` is modelled, stored (without a model), or auto, the smaller of the two"},
			effortFlag(&e.effort),
			keepColoursFlag(&e.keepColours),
			&cli.BoolFlag{Name: "pixels", Destination: &e.pixels, DisableDefaultText: true,
				Usage: "of a JPEG file, keep the picture, not the file"},
			&cli.BoolFlag{Name: "exact-prefix", Destination: &e.exactPrefix, DisableDefaultText: true,
				Usage: "with --bytes and --psnr, write the beginning of the very file that there is without them"},
			&cli.BoolFlag{Name: "strip", Destination: &e.strip, DisableDefaultText: true,
				Usage: "leave metadata out: profile, EXIF, XMP, text and the like"},
		}, e.losses.flags("write nothing of a picture of which something would be lost"), e.cutFlags.flags(), e.limits.flags(),
			e.collection.flags("the pictures"), e.collection.verifyFlags()),
		Action: e.action,
	}
}

func (e *encoding) action(c *cli.Context) (err error) {
	var ok bool
	if e.codecMode, ok = coding.Modes[e.mode]; !ok {
		return usagef("no mode %q: there are auto, modelled and stored", e.mode)
	}
	if err := checkEffort(e.effort); err != nil {
		return err
	}
	if e.cut, e.cutting, err = e.cutFlags.cut(c); err != nil {
		return err
	}
	if err := e.checkCollection(); err != nil {
		return err
	}
	if e.collection.active() {
		return e.encodeCollection(c.Context, c.Args().Slice())
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
	if err := e.losses.check(list); err != nil {
		return err
	}
	if i := slices.IndexFunc(list, func(j job) bool { return j.in == stdio || j.out == stdio }); e.collection.verify && i >= 0 {
		return usagef("--verify reads both files again, and %s can be read once", streamName(list[i]))
	}
	if e.net, err = loadNet(e.model); err != nil {
		return err
	}
	return e.each(c.Context, list, func(ctx context.Context, j job) error {
		_, err := e.encode(ctx, j)
		return err
	})
}

// encode does one job. The outcome is nil if ctx ends.
func (e *encoding) encode(ctx context.Context, j job) (*outcome, error) {
	bar := e.bar(j.in, e.output.quiet)
	defer bar.end()
	o := newOutcome(j)
	err := e.save(ctx, j.out, e.fileOptions(ctx, j), func(w io.Writer) error {
		out := &output{w: w}
		err := e.encodePicture(ctx, out, j.in, bar, o)
		o.Bytes = out.n
		if err != nil && out.err == nil {
			return about(displayName(j.in), err)
		}
		return err
	})
	if ctx.Err() != nil {
		return nil, err // and leave o to what still goes on
	}
	bar.end()
	if err != nil {
		o.fail(err)
	} else if !e.output.quiet {
		for _, text := range coding.Notes(o.Losses) {
			e.note(o.Input, text)
		}
	}
	if e.losses.json {
		return o, errors.Join(err, about("standard output", printJSON(e.stdout, o)))
	}
	return o, err
}

// An output counts the bytes that are written to it, and remembers the error of writing: others are the input's.
type output struct {
	w   io.Writer
	n   int64
	err error
}

func (o *output) Write(p []byte) (n int, err error) {
	n, err = o.w.Write(p)
	o.n += int64(n)
	if err != nil {
		o.err = err
	}
	return n, err
}

// encodePicture makes a file of an input.
func (e *encoding) encodePicture(ctx context.Context, w io.Writer, name string, bar *bar, o *outcome) error {
	in, err := e.open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	counted := &counter{r: in}
	encoder := e.encoder()
	encoder.Progress = bar.update
	r, err := encoder.Encode(ctx, w, counted)
	o.InputBytes = counted.n
	o.Width, o.Height, o.Losses, o.Original = r.Width, r.Height, append(o.Losses, r.Losses...), r.Original
	return err
}

// encoder returns the encoder that the flags describe.
func (e *encoding) encoder() *coding.Encoder {
	encoder := &coding.Encoder{
		Model:       e.model,
		Net:         e.net,
		KeepColours: e.keepColours,
		Mode:        e.codecMode,
		Effort:      e.effort,
		Limits:      e.limits.limits(),
		Strip:       e.strip,
		Pixels:      e.pixels,
		Strict:      e.losses.strict,
	}
	if !e.exactPrefix {
		encoder.Bytes, encoder.Shortest = int64(e.cutFlags.bytes), e.cutFlags.psnr > 0
	}
	if e.cutting && (e.exactPrefix || e.cutFlags.bytes == 0 || e.cut.Timestep > 0) {
		encoder.Cut = e.cutFile
	}
	return encoder
}

// cutFile returns the beginning of a file that is wanted.
func (e *encoding) cutFile(ctx context.Context, file []byte) ([]byte, error) {
	decoder := codec.Decoder{Limits: e.limits.limits()}
	if e.net != nil {
		decoder.Nets = append(decoder.Nets, e.net)
	}
	cut, err := e.cutFlags.find(ctx, file, e.cut, decoder)
	if err != nil {
		return nil, err
	}
	var part bytes.Buffer
	if _, err := codec.Truncate(&part, bytes.NewReader(file), cut, e.limits.limits()); err != nil {
		return nil, fmt.Errorf("cutting: %w", err)
	}
	return part.Bytes(), nil
}

// same compares a file that was made of an input with this.
func (e *encoding) same(ctx context.Context, name, input string) error {
	file, err := e.open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	in, err := e.open(input)
	if err != nil {
		return err
	}
	defer in.Close()
	return about(displayName(input), e.encoder().Same(ctx, file, in))
}
