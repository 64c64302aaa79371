package main

import (
	"context"
	"image"
	"image/color"
	"image/png"
	"io"
	"slices"

	"github.com/urfave/cli/v2"
	"golang.org/x/image/draw"

	"github.com/ddpmz/ddpmz/cmd/internal/atomicfile"
	"github.com/ddpmz/ddpmz/cmd/internal/picture"
	"github.com/ddpmz/ddpmz/codec/metadata"
)

// A thumbnailing is one run of the thumbnail command.
type thumbnailing struct {
	*streams
	side   int
	model  string // weights file
	limits limitFlags
}

func thumbnailCommand(s *streams) *cli.Command {
	t := &thumbnailing{streams: s}
	return &cli.Command{
		Name:      "thumbnail",
		Usage:     "make a small PNG picture, as file managers want it",
		ArgsUsage: "FILE" + suffix + " PICTURE.png",
		Description: "The picture is turned as its EXIF data say, has 8 bits a sample, and of metadata its colour profile only. It replaces a\n" +
			"file that exists. A file that was cut gives the best picture of what is there, and that is no error.",
		Flags: append([]cli.Flag{
			&cli.IntFlag{Name: "size", Aliases: []string{"s"}, Destination: &t.side, Value: 256, Usage: "the longer side has at most `N` pixels"},
			weightsFlag(&t.model),
		}, t.limits.flags()...),
		Action: t.action,
	}
}

func (t *thumbnailing) action(c *cli.Context) error {
	if t.side < 1 {
		return usagef("--size takes a number of pixels, at least 1")
	}
	if c.NArg() != 2 {
		return usagef("thumbnail takes a file and the name of a picture, or - for standard input or output")
	}
	nets, err := loadNets(t.model)
	if err != nil {
		return err
	}
	d := &decoding{streams: t.streams, limits: t.limits, size: sizeFlags{fit: box{t.side, t.side}}, part: true, nets: nets}
	j := job{c.Args().Get(0), c.Args().Get(1)}
	return t.each(c.Context, []job{j}, func(ctx context.Context, j job) error {
		return t.save(ctx, j.out, atomicfile.Options{Replace: true}, func(w io.Writer) error {
			bar := t.bar(j.in, true)
			defer bar.end()
			got, err := d.decodePicture(ctx, j, bar, new(decodeOutcome))
			if err != nil {
				return about(displayName(j.in), err)
			}
			m, _, err := got.describe()
			if err != nil {
				m = new(metadata.Metadata) // the picture is there all the same
			}
			small := turned(got.image, m.Orientation())
			m.Layout = metadata.Layout{}
			m.Chunks = slices.DeleteFunc(m.Chunks, func(c metadata.Chunk) bool { return !aboutColour(c) })
			_, err = picture.Write(w, "png", small, m, picture.WriteOptions{Compression: png.BestSpeed})
			return err
		})
	})
}

// aboutColour reports whether a chunk of PNG says which colours the samples stand for.
func aboutColour(c metadata.Chunk) bool {
	return slices.Contains([]string{"iCCP", "sRGB", "gAMA", "cHRM", "cICP"}, c.Type)
}

// turned returns a picture as it is to be shown, with 8 bits a sample.
func turned(m image.Image, o metadata.Orientation) image.Image {
	b := m.Bounds()
	w, h := b.Dx(), b.Dy()
	r := image.Rect(0, 0, w, h)
	if o.Transposes() {
		r = image.Rect(0, 0, h, w)
	}
	var to draw.Image
	switch m.(type) {
	case *image.Gray, *image.Gray16:
		to = image.NewGray(r)
	default:
		to = image.NewNRGBA(r)
	}
	for y := range r.Max.Y {
		for x := range r.Max.X {
			sx, sy := o.Source(x, y, w, h)
			c := m.At(b.Min.X+sx, b.Min.Y+sy)
			if n, ok := c.(color.NRGBA64); ok { // which has colours even where it is transparent
				c = color.NRGBA{byte(n.R >> 8), byte(n.G >> 8), byte(n.B >> 8), byte(n.A >> 8)}
			}
			to.Set(x, y, c)
		}
	}
	return to
}
