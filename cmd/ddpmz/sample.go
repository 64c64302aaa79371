package main

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/apng"
	"github.com/ddpmz/ddpmz/cmd/internal/picture"
	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// maxSamples is how many pictures a sheet has at most.
const maxSamples = 10_000

// sampleFlags say which random pictures are wanted.
type sampleFlags struct {
	count int
	seed  uint64
}

func (f *sampleFlags) flags() []cli.Flag {
	return []cli.Flag{
		&cli.IntFlag{Name: "count", Aliases: []string{"n"}, Value: 1, Destination: &f.count, Usage: "draw `N` pictures, on a sheet"},
		&cli.Uint64Flag{Name: "seed", Destination: &f.seed, Usage: "draw other pictures for another `NUMBER`, and the same for the same, on every machine"},
	}
}

func (f *sampleFlags) check() error {
	if f.count < 1 || f.count > maxSamples {
		return usagef("--count is between 1 and %d", maxSamples)
	}
	return nil
}

// source returns the random numbers of one of the pictures.
func (f *sampleFlags) source(picture int) rand.Source { return rand.NewPCG(f.seed, uint64(picture)) }

// progress returns what reports the progress of one of the pictures to a bar of all.
func (f *sampleFlags) progress(b *bar, picture int) func(permille int) {
	return func(permille int) { b.update((1000*picture + permille) / f.count) }
}

// A dimension is the value of --size.
type dimension struct{ w, h int }

func (d *dimension) Set(text string) error {
	w, h, ok := strings.Cut(text, "x")
	if !ok {
		h = w
	}
	var errs [2]error
	d.w, errs[0] = strconv.Atoi(w)
	d.h, errs[1] = strconv.Atoi(h)
	if errs[0] != nil || errs[1] != nil || d.w < 1 || d.h < 1 {
		return errors.New("width and height in pixels are needed, such as 256x192, or one number for both")
	}
	return nil
}

func (d *dimension) String() string { return fmt.Sprintf("%dx%d", d.w, d.h) }

// A drawing is one run of the sample command.
type drawing struct {
	*streams
	sampleFlags
	output       outputFlags
	limits       limitFlags
	size         dimension
	model        string
	frames, gray bool
}

// frameTime is for how long an animation shows a picture, and lastFrameTime the last.
const (
	frameTime     = 400 * time.Millisecond
	lastFrameTime = 3 * time.Second
)

// animated is the suffix of animations.
const animated = ".apng"

func sampleCommand(s *streams) *cli.Command {
	d := &drawing{streams: s, size: dimension{256, 256}, model: zoo.Default}
	return &cli.Command{
		Name:      "sample",
		Usage:     "draw pictures at random from a model",
		ArgsUsage: "[PICTURE]",
		Description: "The picture is what decoding random bits gives: the model's idea of a picture. With --frames, it is a strip of what is known\n" +
			"of it level by level, or, if its name ends in " + animated + ", an animation of that.",
		Flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Destination: &d.output.name, Usage: "make `FILE`, of a format by its suffix; - is standard output, in PNG; by default sample.png"},
			&cli.BoolFlag{Name: "force", Aliases: []string{"f"}, Destination: &d.output.force, DisableDefaultText: true, Usage: "replace a file that exists"},
			d.output.quietFlag(),
			&cli.GenericFlag{Name: "size", Value: &d.size, Usage: "`WxH`, the size of a picture in pixels"},
			&cli.StringFlag{Name: "model", Destination: &d.model, Value: d.model, Usage: modelUsage("draw from")},
			&cli.BoolFlag{Name: "gray", Destination: &d.gray, DisableDefaultText: true, Usage: "draw gray pictures"},
			&cli.BoolFlag{Name: "frames", Destination: &d.frames, DisableDefaultText: true, Usage: "show the pictures of all levels"},
		}, d.sampleFlags.flags(), d.limits.flags()),
		Action: d.action,
	}
}

func (d *drawing) action(c *cli.Context) error {
	name, err := outputPicture(c.Args().Slice(), d.output.name, "sample.png")
	if err != nil {
		return err
	}
	d.output.name = name
	format := "png"
	animation := strings.EqualFold(filepath.Ext(name), animated)
	switch {
	case animation && !d.frames:
		return usagef("an animation is of --frames")
	case animation:
	default:
		if format, err = sheetFormat(name); err != nil {
			return err
		}
	}
	if err := d.sampleFlags.check(); err != nil {
		return err
	}
	net, err := namedNet(d.model)
	if err != nil {
		return err
	}
	return d.each(c.Context, []job{{in: name, out: name}}, func(ctx context.Context, j job) error {
		bar := d.bar(name, d.output.quiet)
		defer bar.end()
		return d.save(ctx, j.out, d.output.options(stdio), func(w io.Writer) error {
			frames, err := d.draw(ctx, net, bar)
			if err != nil {
				return err
			}
			if animation {
				return apng.Encode(w, frames, frameTime, lastFrameTime)
			}
			_, err = picture.Write(w, format, frames[0], nil, picture.WriteOptions{})
			return err
		})
	})
}

// draw returns a sheet of the samples; with --frames, of all their levels, or for an animation a sheet for every level.
func (d *drawing) draw(ctx context.Context, net *model.Net, b *bar) (frames []image.Image, err error) {
	var samples [][]image.Image // by picture, of every level
	for i := range d.count {
		s, err := codec.SampleContext(ctx, d.source(i), codec.SampleOptions{Width: d.size.w, Height: d.size.h, Gray: d.gray, Net: net,
			Progress: d.progress(b, i), Limits: d.limits.limits()})
		if err != nil {
			return nil, err
		}
		levels, err := levelsOf(s, d.frames)
		if err != nil {
			return nil, err
		}
		samples = append(samples, levels)
	}
	if !d.frames {
		return []image.Image{sheet(slices.Concat(samples...), squareColumns(d.count))}, nil
	}
	if strings.EqualFold(filepath.Ext(d.output.name), animated) {
		for level := range samples[0] {
			var all []image.Image
			for _, s := range samples {
				all = append(all, s[level])
			}
			frames = append(frames, sheet(all, squareColumns(d.count)))
		}
		return frames, nil
	}
	return []image.Image{sheet(slices.Concat(samples...), len(samples[0]))}, nil
}

// levelsOf returns the pictures of all levels of a stream, or the last one.
func levelsOf(s *codec.Stream, all bool) (pictures []image.Image, err error) {
	for all {
		if _, err := s.Next(); err == io.EOF {
			return pictures, nil
		} else if err != nil {
			return nil, err
		}
		m, err := s.Image()
		if err != nil {
			return nil, err
		}
		pictures = append(pictures, m)
	}
	if _, err := s.Last(); err != nil {
		return nil, err
	}
	m, err := s.Image()
	return []image.Image{m}, err
}

// outputPicture returns the name of the picture to make: that of -o, or the only argument, or another.
func outputPicture(args []string, output, other string) (string, error) {
	switch {
	case len(args) > 1 || len(args) == 1 && output != "":
		return "", usagef("one picture is made, and there is one name for it")
	case len(args) == 1:
		return args[0], nil
	case output != "":
		return output, nil
	}
	return other, nil
}

// sheetFormat returns the format of a picture with that name.
func sheetFormat(name string) (string, error) {
	if name == stdio {
		return "png", nil
	}
	format, ok := picture.FormatOf(name)
	if !ok {
		return "", usagef("the name of the picture ends in its format, such as .png, which %q does not", name)
	}
	return format, nil
}

// namedNet returns a network of the zoo, or that of a weights file.
func namedNet(name string) (*model.Net, error) {
	net, err := loadNet(name)
	if net != nil || err != nil {
		return net, err
	}
	return zoo.ByName(name)
}
