package main

import (
	"context"
	"image"
	"io"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/ddpmz/ddpmz/cmd/internal/picture"
	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// maxInterpolated is how many pictures an interpolation has at most.
const maxInterpolated = 1000

// An interpolation is one run of the interpolate command.
type interpolation struct {
	*streams
	output          outputFlags
	limits          limitFlags
	timestep, steps int
	seed            uint64
	model           string
}

func interpolateCommand(s *streams) *cli.Command {
	d := &interpolation{streams: s}
	return &cli.Command{
		Name:      "interpolate",
		Usage:     "mix two pictures by what a model thinks of their mixture",
		ArgsUsage: "PICTURE PICTURE",
		Description: "Of both pictures, which have one size, the state x_t is taken: the less, the larger t is. The states are mixed, and of every\n" +
			"mixture a picture is drawn, all with the same random numbers. The sheet has the first picture, what is drawn of its state,\n" +
			"of the mixtures and of the state of the second, and the second picture.",
		Flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Destination: &d.output.name, Usage: "make `FILE`, of a format by its suffix; - is standard output, in PNG; by default interpolation.png"},
			&cli.BoolFlag{Name: "force", Aliases: []string{"f"}, Destination: &d.output.force, DisableDefaultText: true, Usage: "replace a file that exists"},
			d.output.quietFlag(),
			&cli.IntFlag{Name: "timestep", Aliases: []string{"t"}, Value: 300, Destination: &d.timestep, Usage: "mix the states x_t of timestep `T`, from 0, the pictures, to 1000, where nothing is known of them"},
			&cli.IntFlag{Name: "steps", Value: 7, Destination: &d.steps, Usage: "draw `N` pictures, from the state of one picture to that of the other"},
			&cli.Uint64Flag{Name: "seed", Destination: &d.seed, Usage: "draw other pictures for another `NUMBER`, and the same for the same, on every machine"},
			&cli.StringFlag{Name: "model", Destination: &d.model, Value: zoo.Default, Usage: modelUsage("draw from")},
		}, d.limits.flags()),
		Action: d.action,
	}
}

func (d *interpolation) action(c *cli.Context) error {
	names := c.Args().Slice()
	switch {
	case len(names) != 2:
		return usagef("interpolate takes two pictures")
	case names[0] == stdio && names[1] == stdio:
		return usagef("standard input holds one picture")
	case d.timestep < 0 || d.timestep > 1000:
		return usagef("timesteps go from 0 to 1000")
	case d.steps < 2 || d.steps > maxInterpolated:
		return usagef("--steps is between 2 and %d", maxInterpolated)
	}
	if d.output.name == "" {
		d.output.name = "interpolation.png"
	}
	format, err := sheetFormat(d.output.name)
	if err != nil {
		return err
	}
	net, err := namedNet(d.model)
	if err != nil {
		return err
	}
	return d.each(c.Context, []job{{out: d.output.name}}, func(ctx context.Context, j job) error {
		bar := d.bar(j.out, d.output.quiet)
		defer bar.end()
		return d.save(ctx, j.out, d.output.options(stdio), func(w io.Writer) error {
			var ends [2]image.Image
			for i, name := range names {
				if ends[i], err = d.read(name); err != nil {
					return err
				}
			}
			o := codec.Interpolation{Timestep: d.timestep, Pictures: d.steps, Net: net, Progress: bar.update, Limits: d.limits.limits()}
			drawn, err := codec.Interpolate(ctx, (&sampleFlags{seed: d.seed}).source(0), ends[0], ends[1], o)
			if err != nil {
				return err
			}
			all := slices.Concat([]image.Image{ends[0]}, drawn, []image.Image{ends[1]})
			_, err = picture.Write(w, format, sheet(all, len(all)), nil, picture.WriteOptions{})
			return err
		})
	})
}

// read reads a picture.
func (d *interpolation) read(name string) (image.Image, error) {
	f, err := d.open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	p, err := picture.Read(f, d.limits.reading())
	if err != nil {
		return nil, about(displayName(name), err)
	}
	return p.Image, nil
}
