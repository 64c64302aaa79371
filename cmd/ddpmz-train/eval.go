package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"github.com/ddpmz/ddpmz/cmd/internal/commandline"
	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/train"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// An evaluation is an eval command.
type evaluation struct {
	model, plot        string
	held, files, force bool
	threads            int
	stdout             io.Writer
}

func evalCommand(stdout io.Writer) *cli.Command {
	e := &evaluation{stdout: stdout}
	return &cli.Command{
		Name:        "eval",
		Usage:       "measure a model on pictures",
		ArgsUsage:   "FOLDER | FILE.bin ...",
		Description: "Measures a model on the pictures of a folder, or of files of CIFAR-10: bits per sub-pixel, rate and distortion by timestep.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "model", Value: zoo.Default, Destination: &e.model, Usage: "weights `FILE`, or model of the zoo"},
			&cli.StringFlag{Name: "plot", Destination: &e.plot, Usage: "draw rate and distortion against steps into a `FILE`, .png, .svg or .pdf"},
			forceFlag(&e.force),
			&cli.BoolFlag{Name: "held-out", Destination: &e.held, DisableDefaultText: true, Usage: "measure only the pictures that training holds out"},
			&cli.BoolFlag{Name: "files", Destination: &e.files, DisableDefaultText: true, Usage: "also make files of the pictures, and count their bytes"},
			threadsFlag(&e.threads),
		},
		Action: func(c *cli.Context) error {
			pictures, err := newSource(c.Args().Slice())
			if err != nil {
				return err
			}
			return commandline.Interruptibly(c.Context, func() error { return e.run(c.Context, pictures) })
		},
	}
}

func (e *evaluation) run(ctx context.Context, pictures source) error {
	format := strings.TrimPrefix(filepath.Ext(e.plot), ".")
	if e.plot != "" && !slices.Contains(train.PlotFormats, format) {
		return commandline.Usagef("%s: suffixes can be %s", e.plot, strings.Join(train.PlotFormats, ", "))
	}
	if e.plot != "" && !e.force {
		if err := absent(e.plot); err != nil {
			return err
		}
	}
	if e.threads == 0 {
		e.threads = runtime.GOMAXPROCS(0)
	}
	file, err := weights(e.model)
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
	if e.held {
		_, images = pictures.split(images)
	}
	alone, err := train.CompareAlone(ctx, file, images, e.threads)
	if err != nil {
		return err
	}
	result, err := train.Evaluate(ctx, net, images, e.threads)
	if err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "%d pictures; ideal code lengths, bits per sub-pixel\n\n", result.Images)
	t := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "timestep\tsteps\trate\tRMSE\tPSNR\t")
	for _, l := range result.Levels {
		fmt.Fprintf(t, "%d\t%d\t%.4f\t%.2f\t%.2f\t\n", l.Timestep, l.Steps, l.BitsPerSubPixel, l.RMSE, l.PSNR)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "\nwhole pictures                         %.4f\n", result.BitsPerSubPixel)
	fmt.Fprintf(e.stdout, "the network alone, in integers         %.4f\n", alone.Integer)
	fmt.Fprintf(e.stdout, "the network alone, in floating point   %.4f (rounding: %+.3f%%)\n", alone.Float, 100*alone.Loss())
	if e.files {
		if err := printFiles(e.stdout, file, images); err != nil {
			return err
		}
	}
	if e.plot == "" {
		return nil
	}
	return save(e.plot, func(w io.Writer) error { return result.Plot(w, format) })
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
