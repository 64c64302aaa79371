package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/ddpmz/ddpmz/cmd/internal/coding"
	"github.com/ddpmz/ddpmz/cmd/internal/picture"
	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/codec/jpeg"
	"github.com/ddpmz/ddpmz/codec/metadata"
	"github.com/ddpmz/ddpmz/model"
)

// A decoding is one run of the decode command.
type decoding struct {
	*streams
	output     outputFlags
	cutFlags   cutFlags
	size       sizeFlags
	limits     limitFlags
	losses     lossFlags
	collection collectionFlags

	allowLoss, allowPartial bool
	drawn                   drawnFlags

	model  string // weights file
	nets   []*model.Net
	format string // of the pictures, in package picture's words
	chosen bool   // by --format or the suffix of -o
	cut    codec.Cut

	cutting bool // only a prefix is wanted
	part    bool // the same, or a small picture
}

// formats are those of the pictures that decode writes.
const formats = "png, tiff, bmp, gif, jpeg, pbm, pgm, ppm, pnm or pam"

func decodeCommand(s *streams) *cli.Command {
	d := &decoding{streams: s}
	return &cli.Command{
		Name:      "decode",
		Usage:     "make pictures of " + suffix + " files",
		ArgsUsage: "[FILES] | FILE" + suffix + " PICTURE",
		Description: "A file that was cut gives the best picture of what is there. That is written, but a note says so even\n" +
			"with --quiet, and the exit status is 3, or 0 with --allow-partial. What truncate made, or encode with --bytes,\n" +
			"is no such file: it ends early on purpose. With several files, -o names a folder.\n\n" +
			"A file that encode made of a JPEG file gives that back, byte for byte, unless --steps, --timestep, --bytes, --reduce,\n" +
			"--fit, --sample, --format or the suffix of -o ask for a picture.\n\n" +
			"PNG holds every picture exactly, and its metadata. A format that cannot hold the picture itself is refused,\n" +
			"unless --allow-loss is given; notes on standard error say which metadata it cannot hold.",
		Flags: slices.Concat(d.output.flags("the input's name, ending in .png, or .jpg for a JPEG file"), []cli.Flag{
			&cli.StringFlag{Name: "format", Destination: &d.format, DefaultText: "by the output's suffix, or png, or the JPEG file that there is",
				Usage: "write `FORMAT`: " + formats},
			&cli.BoolFlag{Name: "allow-loss", Destination: &d.allowLoss, DisableDefaultText: true,
				Usage: "write a format that cannot hold the picture's depth, colours or transparency, without them"},
			partialFlag(&d.allowPartial),
			weightsFlag(&d.model),
		}, d.drawn.flags(), d.losses.flags("write nothing if the file is cut, or if something of the picture or its metadata would be lost"), d.cutFlags.flags(), d.size.flags(), d.limits.flags(), d.collection.flags(suffix+" files")),
		Action: d.action,
	}
}

func (d *decoding) action(c *cli.Context) (err error) {
	if d.cut, d.cutting, err = d.cutFlags.cut(c); err != nil {
		return err
	}
	if err := d.size.check(c); err != nil {
		return err
	}
	if err := d.drawn.check(c); err != nil {
		return err
	}
	d.part = d.cutting || d.size != sizeFlags{} || d.drawn.sample
	if err := d.collection.check(runtime.GOMAXPROCS(0)); err != nil {
		return err
	}
	if d.collection.active() {
		return d.decodeCollection(c.Context, c.Args().Slice())
	}
	inputs, err := outputOf(c.Args().Slice(), &d.output, namesPicture)
	if err != nil {
		return err
	}
	if d.format, d.chosen, err = outputFormat(d.format, d.output.name); err != nil {
		return err
	}
	list, err := d.jobs(inputs, &d.output, func(name string) string {
		if !d.chosen && !d.part && holdsJPEG(name) {
			return decodedName(name, "jpeg")
		}
		return decodedName(name, d.format)
	})
	if err != nil {
		return err
	}
	if err := d.output.checkSuffix(func(name string) bool { return !holds(name, d.format) }, d.format); err != nil {
		return err
	}
	if d.losses.strict && d.allowLoss {
		return usagef("--strict and --allow-loss exclude each other")
	}
	if err := d.losses.check(list); err != nil {
		return err
	}
	if d.nets, err = loadNets(d.model); err != nil {
		return err
	}
	return d.each(c.Context, list, func(ctx context.Context, j job) error {
		_, err := d.decode(ctx, j)
		return err
	})
}

// outputFormat returns the format that --format or the suffix of -o ask for, or png if they do not. A suffix that says nothing is
// an error, so that nobody finds a PNG file in photo.webp.
func outputFormat(format, output string) (known string, chosen bool, err error) {
	name := "." + format
	if format == "" {
		if name = output; filepath.Ext(name) == "" || namesDdpmz(name) || isFolder(name) {
			return "png", false, nil
		}
	}
	known, ok := picture.FormatOf(name)
	if !ok {
		return "", false, usagef("unknown format %q: it can be %s", strings.TrimPrefix(filepath.Ext(name), "."), formats)
	}
	return known, true, nil
}

// wantsOriginal reports whether a job is to make the JPEG file that its input may hold: one is asked for, or nothing else is.
func (d *decoding) wantsOriginal(j job) bool {
	if d.part || d.chosen {
		return !d.part && d.format == "jpeg"
	}
	format, ok := picture.FormatOf(j.out)
	return !ok || format == "jpeg"
}

// holds reports whether a file of that name can be of a format: its suffix says so, or names no format at all.
func holds(name, format string) bool {
	said, ok := picture.FormatOf(name)
	if !ok {
		return !namesDdpmz(name) && !namesPicture(name)
	}
	isPNM := func(f string) bool { return f == "pbm" || f == "pgm" || f == "ppm" || f == "pnm" }
	return said == format || isPNM(said) && isPNM(format) && (said == "pnm" || format == "pnm") // the name of all three
}

// A decodeOutcome is what decode --json prints of a file.
type decodeOutcome struct {
	outcome
	Steps int      `json:"steps"`      // of the reverse process that the picture shows, of 1000
	Exact bool     `json:"exact"`      // the picture is the image that was encoded
	Cut   bool     `json:"cut"`        // the file ends before what was asked for
	Ends  bool     `json:"ends_early"` // the file is the beginning of a longer one, on purpose
	Drawn int64    `json:"drawn_bits"` // random bits that took the place of such that are not there, or not wanted
	Notes []string `json:"notes"`      // remarks for people
}

// decode does one job. The outcome is nil if ctx ends.
func (d *decoding) decode(ctx context.Context, j job) (*outcome, error) {
	bar := d.bar(j.in, d.output.quiet)
	defer bar.end()
	o := &decodeOutcome{outcome: *newOutcome(j), Notes: []string{}}
	err := d.save(ctx, j.out, d.output.options(j.in), func(w io.Writer) error {
		got, err := d.decodePicture(ctx, j, bar, o)
		if err != nil {
			return about(displayName(j.in), err)
		}
		if got.original != nil {
			return d.writeOriginal(w, got, o)
		}
		return d.write(w, got, o)
	})
	if ctx.Err() != nil {
		return nil, err // and leave o to what still goes on
	}
	bar.end()
	if err != nil {
		o.fail(err)
	} else {
		if d.cutting && !o.Cut && !d.drawn.sample && !d.output.quiet && isTerminal(d.stderr) {
			d.note(o.Input, fmt.Sprintf("this is the picture after %d of 1000 steps", o.Steps))
		}
		for i, text := range o.Notes {
			if !d.output.quiet || i == 0 && o.Cut {
				d.note(o.Input, text)
			}
		}
	}
	if d.losses.json {
		err = errors.Join(err, about("standard output", printJSON(d.stdout, o)))
	}
	if err == nil && o.Cut && !d.allowPartial {
		err = errIncomplete
	}
	return &o.outcome, err
}

// write writes a decoded picture, and finds what of it is lost.
func (d *decoding) write(w io.Writer, got decoded, o *decodeOutcome) error {
	options := got.options()
	options.AllowLoss = d.allowLoss
	m, losses, err := got.describe()
	if err != nil {
		losses = []picture.Loss{{Kind: picture.LossMetadata, Detail: "metadata, which are " + message(err)}}
	}
	o.Losses = append(o.Losses, losses...)
	out := &output{w: w}
	var held bytes.Buffer // by --strict, until it is known that nothing is lost
	if d.losses.strict {
		out.w = &held
	}
	losses, err = picture.Write(out, d.format, got.image, m, options)
	if err != nil {
		return err
	}
	o.Bytes, o.Losses = out.n, append(o.Losses, losses...)
	if text := got.note(); text != "" { // the first note, if the file is cut
		o.Notes = append(o.Notes, text)
	}
	o.Notes = append(o.Notes, coding.Notes(o.Losses)...)
	if !d.losses.strict {
		return nil
	}
	if len(o.Notes) > 0 {
		return about(o.Input, coding.StrictError(o.Notes))
	}
	_, err = held.WriteTo(w)
	return err
}

// writeOriginal writes the JPEG file that a file holds.
func (d *decoding) writeOriginal(w io.Writer, got decoded, o *decodeOutcome) error {
	out := &output{w: w}
	err := got.original.WriteOriginal(out)
	o.Bytes, o.Original = out.n, err == nil
	return err
}

// decoded is what a file holds.
type decoded struct {
	image    image.Image
	metadata []byte
	jpeg     *jpeg.File    // that the file holds, as far as it is known
	original *codec.Stream // to write the JPEG file, if that is wanted and there
	last     codec.Refinement
	cut      bool // decoding came to an end that the file should not have
}

// describe returns the metadata of the picture, and what of the file it is of they leave out.
func (d *decoded) describe() (*metadata.Metadata, []picture.Loss, error) {
	if d.jpeg != nil && len(d.metadata) == 0 {
		p := picture.OfJPEG(d.image, d.jpeg)
		return &p.Metadata, p.Losses, nil
	}
	m, err := metadata.Unmarshal(d.metadata)
	return m, nil, err
}

// options returns how the picture is written. Packing a PNG file would be most of a preview's time, and few keep
// previews.
func (d *decoded) options() picture.WriteOptions {
	if d.last.Exact {
		return picture.WriteOptions{}
	}
	return picture.WriteOptions{Compression: png.BestSpeed}
}

// note words what is missing of a file that is cut; it is empty if nothing is.
func (d *decoded) note() string {
	switch {
	case !d.cut:
		return ""
	case d.last.DrawnBits > 0:
		return "the file is cut; what is missing of the picture was drawn at random"
	case d.last.Exact:
		return "the file is cut after the picture, which is exact; metadata may be missing"
	case d.last.Timestep == 0 && d.last.Steps > 0:
		return "the file is cut in its last checksum; the picture is whole, but nothing proves it"
	}
	return fmt.Sprintf("the file is cut; this is the picture after %d of 1000 steps", d.last.Steps)
}

func (d *decoding) decodePicture(ctx context.Context, j job, bar *bar, o *decodeOutcome) (got decoded, err error) {
	f, err := d.open(j.in)
	if err != nil {
		return got, err
	}
	defer f.Close()
	counted := &counter{r: f}
	defer func() { o.InputBytes = counted.n }()
	var in io.Reader = counted
	end := d.cut.Bytes
	if d.cutFlags.psnr > 0 {
		file, err := io.ReadAll(counted)
		if err != nil {
			return got, err
		}
		cut, err := d.cutFlags.find(ctx, file, d.cut, codec.Decoder{Limits: d.limits.limits(), Nets: d.nets, Progress: bar.update})
		if err != nil {
			return got, err
		}
		in, end = bytes.NewReader(file), cut.Prefix
	}
	prefix := &io.LimitedReader{R: in, N: end}
	if end > 0 {
		in = prefix
	}
	var file []byte // for other samples
	if d.drawn.sample && d.drawn.count > 1 {
		if file, err = io.ReadAll(in); err != nil {
			return got, err
		}
		in = bytes.NewReader(file)
	}
	src := newSource(in)
	reduce, fit, whole, err := d.size.reduction(src)
	if err != nil {
		return got, err
	}
	decoder := codec.Decoder{Timestep: d.cut.Timestep, Reduce: reduce, Nets: d.nets, Progress: bar.update, Limits: d.limits.limits()}
	if d.drawn.sample {
		decoder.Sample, decoder.Progress = d.drawn.source(0), d.drawn.progress(bar, 0)
	}
	stream, err := decoder.OpenContext(ctx, src)
	if err != nil {
		return got, err
	}
	size := stream.Config()
	coding.TuneCollector(size.Width, size.Height)
	o.Width, o.Height = size.Width, size.Height
	if got.last, err = stream.Last(); err != nil {
		var damaged *codec.CorruptSegmentError // which says itself what is whole
		if got.last.Steps > 0 && !errors.As(err, &damaged) {
			err = fmt.Errorf("%w; --bytes %d gives what comes before", err, got.last.Bytes)
		}
		return got, err
	}
	got.cut = (src.ended || reduce > 0 && stream.Truncated()) && (end == 0 || prefix.N > 0)
	o.Steps, o.Exact, o.Cut, o.Ends, o.Drawn = got.last.Steps, got.last.Exact, got.cut, stream.EndsEarly(), got.last.DrawnBits
	got.metadata, got.jpeg = stream.Metadata(), stream.JPEG()
	if stream.IsJPEG() && d.wantsOriginal(j) {
		switch format, _ := picture.FormatOf(j.out); {
		case stream.Whole() && !stream.EndsEarly():
			got.original = stream
			return got, nil
		case !d.chosen && format == "jpeg":
			return got, errors.New("the JPEG file is not there in full; -o with the suffix of another format gives the picture")
		}
	}
	runtime.GC() // what the last pass took can hold the picture, where nobody may have noticed yet that it is free
	if got.image, err = stream.Image(); err != nil {
		return got, err
	}
	if got.last.DrawnBits > 0 && file != nil {
		if err := d.drawOthers(ctx, file, decoder, bar, &got); err != nil {
			return got, err
		}
		o.Width, o.Height = got.image.Bounds().Dx(), got.image.Bounds().Dy()
	}
	if fit != (image.Point{}) {
		got.image = resize(got.image, fit, gridOf(stream, got.image, reduce, whole))
		o.Width, o.Height = fit.X, fit.Y
	}
	return got, nil
}
