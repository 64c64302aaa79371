package main

import (
	"context"
	"path/filepath"

	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/cifar"
	"github.com/ddpmz/ddpmz/internal/cifar10"
)

// measureCIFAR measures the images of a file of CIFAR-10 records.
func (b *benchmark) measureCIFAR(ctx context.Context) (report, error) {
	f, err := b.open(b.cifar)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	images, err := cifar10.Read(f, b.count)
	if err != nil {
		return nil, about(displayName(b.cifar), err)
	}
	rates := b.rateList
	if rates == nil {
		rates = cifar.DefaultRates
	}
	bar := b.bar("bench", b.quiet)
	defer bar.end()
	r, err := cifar.Run(ctx, images, cifar.Config{Model: b.model, Net: b.net, Rates: rates, Jobs: b.jobCount(true), Progress: bar.update})
	if err != nil {
		return nil, about(displayName(b.cifar), err)
	}
	r.File = filepath.Base(displayName(b.cifar))
	return r, nil
}
