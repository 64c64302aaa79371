package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"syscall"

	"github.com/ddpmz/ddpmz/model/train"
)

const feedUsage = `usage: ddpmz-train feed [FLAGS] FOLDER
       ddpmz-train feed [FLAGS] FILE.bin ...

Writes crops to standard output, changed and split into luma, chroma and details, as training wants them, until nobody
reads on: for model/train/torch/train.py, which trains on a GPU.
`

func runFeed(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f := newFlags(feedUsage, stderr)
	var o train.Options
	f.IntVar(&o.Crop, "crop", 128, "side of a crop in pixels, a multiple of 32")
	f.Float64Var(&o.Derived, "derived", .3, "share of the crops that are made from 8-bit luma and chroma")
	f.Uint64Var(&o.Seed, "seed", 0, "where randomness starts")
	f.IntVar(&o.Threads, "threads", 0, "threads (default all)")
	wavelet := f.Int("wavelet", 0, "0: 5/3, 1: 9/7-M, 2: 13/7-T")
	held := f.Bool("held-out", false, "write the middles of the pictures that training holds out, once as they are and once\nmade from luma and chroma")
	pictures, err := parse(f, args)
	if err != nil {
		return err
	}
	if o.Derived == 0 {
		o.Derived = -1 // Options takes 0 for the default
	}
	images, err := pictures.load()
	if err != nil {
		return err
	}
	learn, out := pictures.split(images)
	if *held {
		w := bufio.NewWriter(stdout)
		return errors.Join(train.FeedHeldOut(w, out, *wavelet, o.Crop), w.Flush())
	}
	if pictures.small() {
		o.Whole, o.Crop = true, learn[0].W
	}
	if err := train.Feed(ctx, stdout, learn, *wavelet, o); !errors.Is(err, syscall.EPIPE) {
		return err
	}
	return nil // the reader has enough
}
