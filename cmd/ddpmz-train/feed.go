package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"syscall"

	"github.com/urfave/cli/v2"

	"github.com/ddpmz/ddpmz/cmd/internal/commandline"
	"github.com/ddpmz/ddpmz/model/train"
)

// feedCommand returns the command that writes crops for a training elsewhere to stdout.
func feedCommand(stdout io.Writer) *cli.Command {
	var (
		o       train.Options
		wavelet int
		held    bool
	)
	return &cli.Command{
		Name:      "feed",
		Usage:     "write crops of pictures to standard output, for a training elsewhere",
		ArgsUsage: "FOLDER | FILE.bin ...",
		Description: "The crops are changed at random, and split into luma, chroma and details, as model/train/torch/train.py reads them,\n" +
			"which trains on a GPU. They come until nobody reads any more.",
		Flags: []cli.Flag{
			&cli.IntFlag{Name: "crop", Value: 128, Destination: &o.Crop, Usage: "side of a crop in pixels, a multiple of 32"},
			&cli.Float64Flag{Name: "derived", Value: .3, Destination: &o.Derived, Usage: "share of the crops that are made from 8-bit luma and chroma"},
			&cli.Float64Flag{Name: "recompressed", Destination: &o.Recompressed, DefaultText: "none", Usage: "share of the crops that were JPEG files and were made smaller"},
			&cli.Uint64Flag{Name: "seed", Destination: &o.Seed, Usage: "where randomness starts"},
			threadsFlag(&o.Threads),
			waveletFlag(&wavelet),
			&cli.BoolFlag{Name: "held-out", Destination: &held, DisableDefaultText: true,
				Usage: "write the middles of the pictures that training holds out, once as they are and once made from luma and chroma"},
		},
		Action: func(c *cli.Context) error {
			pictures, err := newSource(c.Args().Slice())
			if err != nil {
				return err
			}
			return commandline.Interruptibly(c.Context, func() error { return feed(c.Context, stdout, pictures, wavelet, held, o) })
		},
	}
}

// feed writes crops to stdout: those of held-out pictures once, or else others until nobody reads any more or ctx ends.
func feed(ctx context.Context, stdout io.Writer, pictures source, wavelet int, held bool, o train.Options) error {
	if o.Derived == 0 {
		o.Derived = -1 // Options takes 0 for the default
	}
	images, err := pictures.load()
	if err != nil {
		return err
	}
	learn, out := pictures.split(images)
	if held {
		w := bufio.NewWriter(stdout)
		return errors.Join(train.FeedHeldOut(w, out, wavelet, o.Crop), w.Flush())
	}
	if pictures.small() {
		o.Whole, o.Crop = true, learn[0].W
	}
	if err := train.Feed(ctx, stdout, learn, wavelet, o); !errors.Is(err, syscall.EPIPE) {
		return err
	}
	return nil // the reader has enough
}
