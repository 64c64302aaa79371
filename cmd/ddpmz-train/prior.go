package main

import (
	"context"
	"fmt"
	"io"
	"runtime"

	"github.com/urfave/cli/v2"

	"github.com/ddpmz/ddpmz/cmd/internal/commandline"
	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/train"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// A priorFitting is a prior command.
type priorFitting struct {
	init, out    string
	force, quiet bool
	train.PriorOptions
	stderr io.Writer
}

func priorCommand(stderr io.Writer) *cli.Command {
	f := &priorFitting{stderr: stderr}
	return &cli.Command{
		Name:      "prior",
		Usage:     "fit the prior of thumbnails of a model to pictures",
		ArgsUsage: "FOLDER | FILE.bin ...",
		Description: "Coding a picture begins with a thumbnail of at most 2x2 pixels, which no network predicts. This fits a distribution of such\n" +
			"thumbnails to pictures, but those that are held out, and writes the weights file with it, in place of one that it may have: what\n" +
			"the network is stays as it is. It takes seconds, and the result is always the same for a --seed.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "init", Value: zoo.Default, Destination: &f.init, Usage: "weights `FILE`, or model of the zoo, to begin with"},
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Value: "model.ddpw", Destination: &f.out, Usage: "weights `FILE` to write"},
			forceFlag(&f.force),
			&cli.IntFlag{Name: "components", Value: 16, Destination: &f.Components, Usage: "Gaussians that the distribution is a mixture of, 2 to 32"},
			&cli.Uint64Flag{Name: "seed", Destination: &f.Seed, Usage: "where randomness starts"},
			threadsFlag(&f.Threads),
			&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Destination: &f.quiet, DisableDefaultText: true, Usage: "print errors only"},
		},
		Action: func(c *cli.Context) error {
			pictures, err := newSource(c.Args().Slice())
			if err != nil {
				return err
			}
			if f.Components < 2 || f.Components > 32 {
				return commandline.Usagef("--components is 2 to 32")
			}
			if !f.force {
				if err := absent(f.out); err != nil {
					return err
				}
			}
			return commandline.Interruptibly(c.Context, func() error { return f.run(c.Context, pictures) })
		},
	}
}

func (f *priorFitting) run(ctx context.Context, pictures source) error {
	file, err := weights(f.init)
	if err != nil {
		return err
	}
	w, err := model.ReadWeights(file)
	if err != nil {
		return err
	}
	images, err := pictures.load()
	if err != nil {
		return err
	}
	learn, held := pictures.split(images)
	f.Whole = pictures.small()
	if f.Threads == 0 {
		f.Threads = runtime.GOMAXPROCS(0)
	}
	before := train.ThumbnailBits(w.Prior, w.Wavelet, held)
	if w.Prior, err = train.FitPrior(ctx, learn, w.Wavelet, f.PriorOptions); err != nil {
		return err
	}
	if file, err = w.Encode(); err != nil {
		return err
	}
	if err := save(f.out, func(w io.Writer) error { _, err := w.Write(file); return err }); err != nil {
		return err
	}
	if !f.quiet {
		fmt.Fprintf(f.stderr, "%s: %d bytes; thumbnails of %d held-out pictures take %.2f bits in place of %.2f\n",
			f.out, len(file), len(held), train.ThumbnailBits(w.Prior, w.Wavelet, held), before)
	}
	return nil
}
