package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/ddpmz/ddpmz/internal/cifar10"
	"github.com/ddpmz/ddpmz/model/train"
)

// A training is a command line of ddpmz-train.
type training struct {
	pictures           source
	out, init, resume  string
	shape              train.Shape
	given              map[string]bool // flags
	options            train.Options
	minutes, tau       float64
	validations, count int // how often to validate, on how many images
	patience           int
	quiet              bool
	stderr             io.Writer
}

const trainUsage = `usage: ddpmz-train [FLAGS] FOLDER
       ddpmz-train [FLAGS] FILE.bin ...

Trains a model on the PNG, JPEG, WebP, TIFF, BMP and GIF files of a folder. Every 20th, by name, is held out.
Or on files in CIFAR-10's binary layout: whole images of 32x32, of which the first 500 are held out; then --crop is
32, and by default --batch 64 and --validate-count 500.
`

func parseTraining(args []string, stderr io.Writer) (*training, error) {
	t := &training{stderr: stderr, shape: train.DefaultShape}
	f := newFlags(trainUsage, stderr)
	f.StringVar(&t.out, "o", "model.ddpw", "weights `file` to write; with it go a checkpoint (.ckpt) and curves (-curves.png)")
	f.StringVar(&t.init, "init", "", "start from a weights `file`, or from a model of the zoo; it grows to the --channels,\n--layers, --hidden and --experts that are given")
	f.StringVar(&t.resume, "resume", "", "go on from a checkpoint `file`; the pictures must be the same, other flags than\n-o, --minutes, --steps and --threads have no effect")
	f.Float64Var(&t.minutes, "minutes", 60, "time to train")
	f.IntVar(&t.options.Steps, "steps", 0, "steps to train, instead of a time: then the result is always the same")
	f.Uint64Var(&t.options.Seed, "seed", 0, "where randomness starts")
	f.IntVar(&t.options.Threads, "threads", 0, "threads (default all; the result does not depend on it)")
	f.IntVar(&t.options.Batch, "batch", 4, "crops in a step")
	f.IntVar(&t.options.Crop, "crop", 128, "side of a crop in pixels, a multiple of 32")
	f.Float64Var(&t.options.LearningRate, "rate", 2e-3, "learning rate at its highest")
	f.BoolVar(&t.options.Muon, "muon", false, "train matrices by Muon, the rest by Adam")
	f.Func("objective", "length, the code length of the whole process (the default), or simple, the paper's L_simple", func(s string) error {
		switch s {
		case "length":
			t.options.Objective = train.CodeLength
		case "simple":
			t.options.Objective = train.Simple
		default:
			return errors.New("length and simple are possible")
		}
		return nil
	})
	f.Func("weigh", "`weights` of the bits in the loss of the stages of a scale; the first two share one, separated by commas (default 1,1,1,1,1,1)", func(s string) error {
		parts := strings.Split(s, ",")
		if len(parts) != len(t.options.StageWeights) {
			return fmt.Errorf("%d numbers are needed", len(t.options.StageWeights))
		}
		for i, p := range parts {
			v, err := strconv.ParseFloat(p, 64)
			if err != nil || v < 0 {
				return fmt.Errorf("%q is no weight", p)
			}
			t.options.StageWeights[i] = v
		}
		return nil
	})
	f.Func("derived", "share of the crops that are made from 8-bit luma and chroma (default 0.3)", func(s string) (err error) {
		if t.options.Derived, err = strconv.ParseFloat(s, 64); t.options.Derived == 0 {
			t.options.Derived = -1 // Options takes 0 for the default
		}
		return err
	})
	f.Func("side", "weight of the exact length of what does not advance in a step (default 0.05)", func(s string) (err error) {
		if t.options.Side, err = strconv.ParseFloat(s, 64); t.options.Side == 0 {
			t.options.Side = -1 // Options takes 0 for the default
		}
		return err
	})
	f.BoolVar(&t.options.Rounded, "rounded", false, "round weights and activations as the codec does while training: fine-tuning for export")
	f.Float64Var(&t.tau, "tau", .4, "threshold of skipping that the weights file asks for")
	f.IntVar(&t.shape.Channels, "channels", t.shape.Channels, "channels of the trunk, a multiple of 16")
	f.IntVar(&t.shape.Layers, "layers", t.shape.Layers, "residual layers of the trunk")
	f.IntVar(&t.shape.Hidden, "hidden", t.shape.Hidden, "hidden units of a head, a multiple of 16")
	f.IntVar(&t.shape.Experts, "experts", t.shape.Experts, "networks: 1 for all steps, or 12, one for every stage of the finest scale and of the others;\na picture takes as long either way")
	f.IntVar(&t.shape.Wavelet, "wavelet", 0, "0: 5/3, 1: 9/7-M, 2: 13/7-T")
	f.IntVar(&t.validations, "validations", 8, "how often to look at held-out images")
	f.IntVar(&t.count, "validate-count", 6, "held-out images to look at; of each at most the middle 512x512 pixels")
	f.IntVar(&t.patience, "patience", 0, "stop when so many validations in a row were not better than the best (0: never)")
	f.BoolVar(&t.quiet, "quiet", false, "print errors only")
	var err error
	if t.pictures, err = parse(f, args); err != nil {
		return nil, err
	}
	usage := func(format string, a ...any) (*training, error) {
		fmt.Fprintf(stderr, "ddpmz-train: "+format+"; try --help\n", a...)
		return nil, errUsage
	}
	given := map[string]bool{}
	f.Visit(func(f *flag.Flag) { given[f.Name] = true })
	t.given = given
	if t.pictures.small() {
		t.options.Whole = true
		for name, set := range map[string]func(){
			"crop":           func() { t.options.Crop = cifar10.Side },
			"batch":          func() { t.options.Batch = 64 },
			"validate-count": func() { t.count = 500 },
		} {
			if !given[name] {
				set()
			}
		}
	}
	switch {
	case given["steps"] && given["minutes"]:
		return usage("--steps and --minutes say the same: give one")
	case given["init"] && given["resume"]:
		return usage("--init and --resume exclude each other")
	case !(t.tau > .07 && t.tau < 4):
		return usage("--tau is between 0.07 and 4")
	case t.validations < 1 || t.count < 1:
		return usage("--validations and --validate-count are at least 1")
	}
	if t.options.Steps == 0 && (t.resume == "" || given["minutes"]) {
		t.options.Duration = time.Duration(t.minutes * float64(time.Minute))
	}
	return t, nil
}

func runTrain(ctx context.Context, args []string, _, stderr io.Writer) error {
	t, err := parseTraining(args, stderr)
	if err != nil {
		return err
	}
	images, err := t.pictures.load()
	if err != nil {
		return err
	}
	learn, held := t.pictures.split(images)
	validation := middles(held, t.count)
	trainer, err := t.start(learn)
	if err != nil {
		return err
	}
	t.say("%d images to learn from, %d held out; %d parameters", len(learn), len(held), trainer.Net().Size())
	best, err := t.loop(ctx, trainer, validation)
	if saveErr := t.saveState(trainer); err == nil || ctx.Err() != nil {
		err = errors.Join(err, saveErr)
	}
	if err != nil && ctx.Err() == nil {
		return err
	}
	// What was learned is exported even if the training was interrupted.
	return errors.Join(err, t.export(context.WithoutCancel(ctx), best, validation))
}

// start makes or loads what is to be trained.
func (t *training) start(images []train.Image) (*train.Trainer, error) {
	if t.resume != "" {
		f, err := os.Open(t.resume)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return train.Resume(f, images, t.options)
	}
	net, err := t.network()
	if err != nil {
		return nil, err
	}
	return train.New(net, images, t.options)
}

// network makes an untrained network, or loads one and lets it grow to what was asked for.
func (t *training) network() (*train.Net, error) {
	if t.init == "" {
		return train.NewNet(t.shape, t.options.Seed)
	}
	net, err := loadNet(t.init)
	if err != nil {
		return nil, err
	}
	shape := net.Shape
	for flag, to := range map[string]struct{ have, asked *int }{
		"channels": {&shape.Channels, &t.shape.Channels},
		"layers":   {&shape.Layers, &t.shape.Layers},
		"hidden":   {&shape.Hidden, &t.shape.Hidden},
		"experts":  {&shape.Experts, &t.shape.Experts},
		"wavelet":  {&shape.Wavelet, &t.shape.Wavelet},
	} {
		if t.given[flag] {
			*to.have = *to.asked
		}
	}
	if shape == net.Shape {
		return net, nil
	}
	return net.Grow(shape, t.options.Seed)
}

// loop trains, and returns the network that was best in validation.
func (t *training) loop(ctx context.Context, trainer *train.Trainer, held []train.Image) (*train.Net, error) {
	best := trainer.Net()
	validate := func() error {
		r, err := trainer.Validate(ctx, held, t.tau)
		if err != nil {
			return err
		}
		t.say("step %d, held out: %v%s", trainer.Steps(), r.Bits, cuts(r))
		if _, since := trainer.History().Best(); since == 0 {
			best = trainer.Net().Clone()
		}
		return t.saveState(trainer)
	}
	if trainer.Steps() == 0 {
		if err := validate(); err != nil {
			return best, err
		}
	}
	p := newProgress(t, trainer)
	defer p.end()
	for trainer.Progress() < 1 {
		due := int(trainer.Progress() * float64(t.validations))
		bits, err := trainer.Step(ctx)
		if err != nil {
			return best, err
		}
		p.step(bits)
		if int(trainer.Progress()*float64(t.validations)) > due {
			p.end()
			if err := validate(); err != nil {
				return best, err
			}
			if _, since := trainer.History().Best(); t.patience > 0 && since >= t.patience {
				t.say("no better for %d validations: stopped", since)
				break
			}
		}
	}
	return best, nil
}

// saveState writes checkpoint and curves.
func (t *training) saveState(trainer *train.Trainer) error {
	err := save(withSuffix(t.out, ".ckpt"), func(f *os.File) error { return trainer.Save(f) })
	if err != nil {
		return err
	}
	return save(withSuffix(t.out, "-curves.png"), func(f *os.File) error { return trainer.History().Plot(f, "png") })
}

// export writes the weights file.
func (t *training) export(ctx context.Context, net *train.Net, held []train.Image) error {
	e, err := train.ExportNet(ctx, net, held, t.tau, max(t.options.Threads, 1))
	if err != nil {
		return err
	}
	if err := save(t.out, func(f *os.File) error { _, err := io.Copy(f, bytes.NewReader(e.File)); return err }); err != nil {
		return err
	}
	t.say("%s: %d bytes; held out, network alone: %.4f bits per sub-pixel in floating point, %.4f in integers (%+.3f%%)",
		t.out, len(e.File), e.Float, e.Integer, 100*e.Loss())
	t.say("activations reach %.1f and have %d fraction bits; no input can overflow a sum", e.Largest, e.ActivationBits)
	if e.Loss() > train.MaxLoss {
		t.say("rounding costs more than %.1f%%: --init %s --rounded --minutes 10 makes it less", 100*train.MaxLoss, t.out)
	}
	return nil
}

func (t *training) say(format string, a ...any) {
	if !t.quiet {
		fmt.Fprintf(t.stderr, format+"\n", a...)
	}
}

// middles returns at most count of the images, evenly chosen, of each the middle, so that validation does not take
// longer than training.
func middles(images []train.Image, count int) (list []train.Image) {
	const most = 512
	n := min(count, len(images))
	for i := range n {
		list = append(list, images[i*len(images)/n].Middle(most))
	}
	return list
}

// cuts words the rates and distortions of a report.
func cuts(r train.Report) string {
	s := " | bits a pixel @ dB"
	for _, c := range r.Cuts[:len(r.Cuts)-1] {
		s += fmt.Sprintf(" %.2f@%.1f", c.BitsPerPixel, c.PSNR)
	}
	return s
}
