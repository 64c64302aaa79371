package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/ddpmz/ddpmz/cmd/internal/commandline"
	"github.com/ddpmz/ddpmz/model/dct"
	"github.com/ddpmz/ddpmz/model/train"
	"github.com/ddpmz/ddpmz/model/train/jpegs"
)

// A jpegTraining is a jpeg command.
type jpegTraining struct {
	folder, out  string
	init, model  string
	force, quiet bool
	count        int // of held-out pictures
	jpegs.Options
	stderr io.Writer
}

func jpegCommand(stderr io.Writer) *cli.Command {
	t := &jpegTraining{stderr: stderr}
	d := jpegs.DefaultOptions
	return &cli.Command{
		Name:      "jpeg",
		Usage:     "make the weights for JPEG files",
		ArgsUsage: "FOLDER",
		Description: "Makes JPEG files, as quantized coefficients, of the pictures of a folder, as cameras and programs would: of all but every\n" +
			"20th. First the linear predictions are fitted to them, then they are coded one after the other, and the state that\n" +
			"this leads to is written. The held-out pictures are measured then. The result is always the same for a --seed.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Value: "jpeg.ddpj", Destination: &t.out, Usage: "weights `FILE` to write"},
			forceFlag(&t.force),
			&cli.StringFlag{Name: "init", Destination: &t.init,
				Usage: "begin with the linear predictions of a weights `FILE`, and fit none, unless --rounds is given"},
			&cli.StringFlag{Name: "measure", Destination: &t.model, Usage: "train nothing: measure the weights `FILE`"},
			&cli.Uint64Flag{Name: "seed", Destination: &t.Seed, Usage: "where randomness starts"},
			&cli.IntFlag{Name: "rounds", Value: d.Rounds, Destination: &t.Rounds, Usage: "rounds of least squares"},
			&cli.IntFlag{Name: "fit", Value: d.FitTo, Destination: &t.FitTo, Usage: "JPEG files in each of them"},
			&cli.IntFlag{Name: "pictures", Value: d.Pictures, Destination: &t.Pictures, Usage: "JPEG files to learn from after them"},
			&cli.IntFlag{Name: "confidence", Value: d.Confidence, Destination: &t.Confidence,
				Usage: "decisions, 0 to 255, that a learned probability counts as at most: with fewer, files go their own way sooner"},
			&cli.IntFlag{Name: "smooth", Value: d.SmoothTo, Destination: &t.SmoothTo, Usage: "JPEG files to fit the smoothing of estimates to"},
			&cli.IntFlag{Name: "validate-count", Value: 40, Destination: &t.count, Usage: "JPEG files of held-out pictures to measure"},
			threadsFlag(&t.Threads),
			&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Destination: &t.quiet, DisableDefaultText: true, Usage: "print errors only"},
		},
		Action: func(c *cli.Context) error {
			if err := t.check(c); err != nil {
				return err
			}
			return commandline.Interruptibly(c.Context, func() error { return t.run(c.Context) })
		},
	}
}

// check completes the command line, and returns what is wrong with it.
func (t *jpegTraining) check(c *cli.Context) error {
	pictures, err := newSource(c.Args().Slice())
	if err != nil {
		return err
	}
	switch t.folder = pictures.folder; {
	case pictures.small():
		return commandline.Usagef("a folder of pictures is needed")
	case t.Rounds < 0 || t.FitTo < 1 || t.Pictures < 0 || t.SmoothTo < 0 || t.count < 1:
		return commandline.Usagef("--rounds, --pictures and --smooth are at least 0, --fit and --validate-count at least 1")
	case t.Confidence < 0 || t.Confidence > 255:
		return commandline.Usagef("--confidence is 0 to 255")
	case t.model != "" && (c.IsSet("output") || t.init != ""):
		return commandline.Usagef("--measure trains nothing and writes nothing")
	}
	if t.init != "" {
		if t.Init, err = loadJPEGWeights(t.init); err != nil {
			return err
		}
		if !c.IsSet("rounds") {
			t.Rounds = 0
		}
	}
	if t.force || t.model != "" {
		return nil
	}
	return absent(t.out)
}

func (t *jpegTraining) run(ctx context.Context) error {
	images, err := train.LoadImages(t.folder)
	if err != nil {
		return err
	}
	learn, held := train.Split(images)
	if t.model != "" {
		w, err := loadJPEGWeights(t.model)
		if err != nil {
			return err
		}
		return t.measure(ctx, held, w)
	}
	w, err := jpegs.Train(ctx, learn, t.Options, t.reporter())
	if err != nil {
		return err
	}
	file := w.File()
	if err := save(t.out, func(w io.Writer) error { _, err := w.Write(file); return err }); err != nil {
		return err
	}
	t.say("%s: %d bytes, %x", t.out, len(file), w.Identity())
	return t.measure(ctx, held, w)
}

// loadJPEGWeights reads a weights file for JPEG files.
func loadJPEGWeights(name string) (*dct.Weights, error) {
	file, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	w, err := dct.LoadWeights(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return w, nil
}

// measure says what weights come to on held-out pictures.
func (t *jpegTraining) measure(ctx context.Context, held []train.Image, w *dct.Weights) error {
	r, err := jpegs.Validate(ctx, held, w, t.Seed, t.count, t.Threads)
	if err != nil {
		return err
	}
	t.say("%d held-out JPEG files: %d bytes, %.4f of an optimized sequential file's code", r.Pictures, r.Bits/8, float64(r.Bits)/float64(r.Plain))
	return nil
}

// reporter returns a function that says now and then how far the training is.
func (t *jpegTraining) reporter() func(jpegs.Progress) {
	var last time.Time
	return func(p jpegs.Progress) {
		if p.Done == p.Todo || time.Since(last) > 10*time.Second {
			t.say("%s: %d of %d JPEG files, %.4f of sequential code", p.Step, p.Done, p.Todo, float64(p.Bits)/float64(p.Plain))
			last = time.Now()
		}
	}
}

func (t *jpegTraining) say(format string, a ...any) {
	if !t.quiet {
		fmt.Fprintf(t.stderr, format+"\n", a...)
	}
}
