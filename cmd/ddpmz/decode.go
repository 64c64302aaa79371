package main

import (
	"context"
	"fmt"
	"image"
	"image/png"
	"io"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/picture"
	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/codec/metadata"
)

// A decoding is a decode command.
type decoding struct {
	*streams
	output   outputFlags
	cutFlags cutFlags
	limits   limitFlags

	model  string // weights file
	format string // of the pictures, in package picture's words
	cut    codec.Cut
}

func decodeCommand(s *streams) *cli.Command {
	d := &decoding{streams: s}
	return &cli.Command{
		Name:      "decode",
		Usage:     "make pictures of " + suffix + " files",
		ArgsUsage: "[FILES]",
		Description: "A file that was cut gives the best picture of what is there. With several files, -o names a folder.\n\n" +
			"PNG, TIFF and PAM hold every picture exactly; only PNG holds the metadata.",
		Flags: slices.Concat(d.output.flags("the input's name, ending in .png"), []cli.Flag{
			&cli.StringFlag{Name: "format", Destination: &d.format, DefaultText: "by the output's suffix, or png",
				Usage: "write `FORMAT`: png, tiff, bmp, gif, jpeg, pgm, ppm, pnm or pam"},
			weightsFlag(&d.model),
		}, d.cutFlags.flags(), d.limits.flags()),
		Action: d.action,
	}
}

func (d *decoding) action(c *cli.Context) (err error) {
	if d.cut, _, err = d.cutFlags.cut(c); err != nil {
		return err
	}
	inputs, err := outputOf(c.Args().Slice(), &d.output, namesPicture)
	if err != nil {
		return err
	}
	if d.format, err = outputFormat(d.format, d.output.name); err != nil {
		return err
	}
	list, err := d.jobs(inputs, &d.output, func(name string) string { return decodedName(name, d.format) })
	if err != nil {
		return err
	}
	if err := d.output.checkSuffix(func(name string) bool { return !holds(name, d.format) }, d.format); err != nil {
		return err
	}
	if err := useModel(d.model); err != nil {
		return err
	}
	return d.each(c.Context, list, d.decode)
}

// outputFormat returns the format that --format or the suffix of -o ask for. A suffix that says nothing is
// an error, so that nobody finds a PNG file in photo.webp.
func outputFormat(format, output string) (string, error) {
	name := "." + format
	if format == "" {
		if name = output; filepath.Ext(name) == "" || namesDdpmz(name) || isFolder(name) {
			return "png", nil
		}
	}
	known, ok := picture.FormatOf(name)
	if !ok {
		return "", usagef("unknown format %q: there are png, tiff, bmp, gif, jpeg, pgm, ppm, pnm and pam",
			strings.TrimPrefix(filepath.Ext(name), "."))
	}
	return known, nil
}

// holds reports whether a file of that name can be of a format: its suffix says so, or names no format at all.
func holds(name, format string) bool {
	said, ok := picture.FormatOf(name)
	if !ok {
		return !namesDdpmz(name) && !namesPicture(name)
	}
	isPNM := func(f string) bool { return f == "pgm" || f == "ppm" || f == "pnm" }
	return said == format || isPNM(said) && isPNM(format) && (said == "pnm" || format == "pnm") // which are PGM and PPM
}

// decode does one job.
func (d *decoding) decode(ctx context.Context, j job) error {
	bar := d.bar(j.in, d.output.quiet)
	defer bar.end()
	var got decoded
	var lost []string // metadata that cannot be written
	err := d.save(ctx, j.out, d.output.options(j.in), func(w io.Writer) (err error) {
		if got, err = d.decodePicture(ctx, j.in, bar); err != nil {
			return about(displayName(j.in), err)
		}
		m, err := metadata.Unmarshal(got.metadata)
		if err != nil {
			lost = append(lost, "metadata left out: "+message(err))
		}
		losses, err := picture.Write(w, d.format, got.image, m, got.options())
		for _, l := range losses {
			lost = append(lost, l.Detail+" left out")
		}
		return err
	})
	if err != nil || d.output.quiet {
		return err
	}
	bar.end()
	for _, text := range append([]string{got.note()}, lost...) {
		if text != "" {
			d.note(displayName(j.in), text)
		}
	}
	return nil
}

// decoded is what a file holds.
type decoded struct {
	image    image.Image
	metadata []byte
	last     codec.Refinement
	cut      bool // decoding came to an end that the file should not have
}

// options returns how the picture is written. Packing a PNG file would be most of a preview's time, and few keep
// previews.
func (d *decoded) options() picture.WriteOptions {
	if d.last.Exact {
		return picture.WriteOptions{}
	}
	return picture.WriteOptions{Compression: png.BestSpeed}
}

// note says what is missing, if something is.
func (d *decoded) note() string {
	switch {
	case !d.cut:
		return ""
	case d.last.Exact:
		return "the file is cut after the picture, which is exact; metadata may be missing"
	case d.last.Timestep == 0 && d.last.Steps > 0:
		return "the file is cut in its last checksum; the picture is whole, but nothing proves it"
	}
	return fmt.Sprintf("the file is cut; this is the picture after %d of 1000 steps", d.last.Steps)
}

func (d *decoding) decodePicture(ctx context.Context, name string, bar *bar) (got decoded, err error) {
	f, err := d.open(name)
	if err != nil {
		return got, err
	}
	defer f.Close()
	var in io.Reader = f
	prefix := &io.LimitedReader{R: f, N: d.cut.Bytes}
	if d.cut.Bytes > 0 {
		in = prefix
	}
	src := newSource(in)
	stream, err := (&codec.Decoder{Timestep: d.cut.Timestep, Progress: bar.update, Limits: d.limits.limits()}).OpenContext(ctx, src)
	if err != nil {
		return got, err
	}
	size := stream.Config()
	collectFor(size.Width, size.Height)
	got.last, err = stream.Last()
	if err != nil && got.last.Steps > 0 {
		return got, fmt.Errorf("%w; --bytes %d decodes what comes before", err, got.last.Bytes)
	}
	if err != nil {
		return got, err
	}
	got.cut = src.ended && (d.cut.Bytes == 0 || prefix.N > 0)
	got.metadata = stream.Metadata()
	runtime.GC() // what the last pass took can hold the picture, where nobody may have noticed yet that it is free
	got.image, err = stream.Image()
	return got, err
}
