package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/train"
	"github.com/ddpmz/ddpmz/model/zoo"
)

const evalUsage = `usage: ddpmz-train eval [FLAGS] FOLDER
       ddpmz-train eval [FLAGS] FILE.bin ...

Measures a model on the pictures of a folder, or of files of CIFAR-10: bits per sub-pixel, rate and distortion by timestep.
`

func runEval(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f := newFlags(evalUsage, stderr)
	name := f.String("model", zoo.Default, "weights `file`, or model of the zoo")
	plot := f.String("plot", "", "draw rate and distortion against steps into a `file`, .png, .svg or .pdf")
	held := f.Bool("held-out", false, "measure only the pictures that training holds out")
	files := f.Bool("files", false, "also make files of the pictures, and count their bytes")
	threads := f.Int("threads", runtime.GOMAXPROCS(0), "threads")
	pictures, err := parse(f, args)
	if err != nil {
		return err
	}
	format := strings.TrimPrefix(filepath.Ext(*plot), ".")
	if *plot != "" && !slices.Contains(train.PlotFormats, format) {
		fmt.Fprintf(stderr, "ddpmz-train: %s: suffixes can be %s; try --help\n", *plot, strings.Join(train.PlotFormats, ", "))
		return errUsage
	}
	file, err := weights(*name)
	if err != nil {
		return err
	}
	net, err := model.Load(file)
	if err != nil {
		return err
	}
	images, err := pictures.load()
	if err != nil {
		return err
	}
	if *held {
		_, images = pictures.split(images)
	}
	alone, err := train.CompareAlone(ctx, file, images, *threads)
	if err != nil {
		return err
	}
	e, err := train.Evaluate(ctx, net, images, *threads)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%d pictures; ideal code lengths, bits per sub-pixel\n\n", e.Images)
	t := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "timestep\tsteps\trate\tRMSE\tPSNR\t")
	for _, l := range e.Levels {
		fmt.Fprintf(t, "%d\t%d\t%.4f\t%.2f\t%.2f\t\n", l.Timestep, l.Steps, l.BitsPerSubPixel, l.RMSE, l.PSNR)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "\nwhole pictures                         %.4f\n", e.BitsPerSubPixel)
	fmt.Fprintf(stdout, "the network alone, in integers         %.4f\n", alone.Integer)
	fmt.Fprintf(stdout, "the network alone, in floating point   %.4f (rounding: %+.3f%%)\n", alone.Float, 100*alone.Loss())
	if *files {
		if err := printFiles(stdout, file, images); err != nil {
			return err
		}
	}
	if *plot == "" {
		return nil
	}
	return save(*plot, func(f *os.File) error { return e.Plot(f, format) })
}

// printFiles makes files by the model, and plainly, and prints how large they are.
func printFiles(stdout io.Writer, weights []byte, images []train.Image) error {
	net, err := model.Load(weights)
	if err != nil {
		return err
	}
	var bytes, subPixels [2]int64
	for _, m := range images {
		for i, mode := range []codec.Mode{codec.Modelled, codec.Stored} {
			var size counter
			if err := codec.Encode(&size, m.Picture(), &codec.Options{Net: net, Mode: mode}); err != nil {
				return fmt.Errorf("%s: %w", m.Name, err)
			}
			bytes[i] += int64(size)
			subPixels[i] += int64(m.SubPixels())
		}
	}
	for i, what := range []string{"files by the model", "files without a model"} {
		fmt.Fprintf(stdout, "%-38s %.4f (%d bytes)\n", what, 8*float64(bytes[i])/float64(subPixels[i]), bytes[i])
	}
	return nil
}

// counter counts the bytes that are written to it.
type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
