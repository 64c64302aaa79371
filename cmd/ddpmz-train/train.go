package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/ddpmz/ddpmz/cmd/internal/commandline"
	"github.com/ddpmz/ddpmz/internal/cifar10"
	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/train"
)

// A training is a command line of ddpmz-train without a command.
type training struct {
	pictures           source
	out, init, resume  string
	force              bool
	shape              train.Shape
	isSet              func(flag string) bool
	options            train.Options
	objective          objective
	weights            stageWeights
	sizes              expertSizes
	only               experts
	family             family
	minutes, tau       float64
	validations, count int // how often to validate, and on how many images
	patience           int
	quiet              bool
	stderr             io.Writer
}

func newTraining(stderr io.Writer) *training {
	return &training{stderr: stderr, shape: train.DefaultShape}
}

func (t *training) flags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Value: "model.ddpw", Destination: &t.out,
			Usage: "weights `FILE` to write; beside it go a checkpoint (.ckpt) and curves (-curves.png)"},
		forceFlag(&t.force),
		&cli.StringFlag{Name: "init", Destination: &t.init,
			Usage: "start from a weights `FILE`, or from a model of the zoo; it grows to the --channels, --layers, --hidden and --experts that are given"},
		&cli.StringFlag{Name: "resume", Destination: &t.resume,
			Usage: "continue from a checkpoint `FILE`, and replace the files of that training; the pictures must be the same, and flags other than -o, --minutes, --steps and --threads have no effect"},
		&cli.Float64Flag{Name: "minutes", Value: 60, Destination: &t.minutes, Usage: "time to train"},
		&cli.IntFlag{Name: "steps", Destination: &t.options.Steps, DefaultText: "as many as take --minutes",
			Usage: "steps to train, instead of a time: then the result is always the same"},
		&cli.Uint64Flag{Name: "seed", Destination: &t.options.Seed, Usage: "where randomness starts"},
		threadsFlag(&t.options.Threads),
		&cli.IntFlag{Name: "batch", Value: 4, Destination: &t.options.Batch, Usage: "crops in a step"},
		&cli.IntFlag{Name: "crop", Value: 128, Destination: &t.options.Crop, Usage: "side of a crop in pixels, a multiple of 32"},
		&cli.Float64Flag{Name: "rate", Value: 2e-3, Destination: &t.options.LearningRate, Usage: "learning rate at its highest"},
		&cli.BoolFlag{Name: "muon", Destination: &t.options.Muon, DisableDefaultText: true, Usage: "train matrices by Muon, the rest by Adam"},
		&cli.GenericFlag{Name: "objective", Value: &t.objective,
			Usage: "what to minimize: length, the code length of the whole process, or simple, the paper's L_simple"},
		&cli.GenericFlag{Name: "weigh", Value: &t.weights, DefaultText: defaultStageWeights,
			Usage: "`WEIGHTS` of the bits in the loss of the stages of a scale, separated by commas; the first two stages share one"},
		&cli.Float64Flag{Name: "derived", Value: .3, Destination: &t.options.Derived, Usage: "share of the crops that are made from 8-bit luma and chroma"},
		&cli.Float64Flag{Name: "recompressed", Destination: &t.options.Recompressed, DefaultText: "none", Usage: "share of the crops that were JPEG files and were made smaller"},
		&cli.Float64Flag{Name: "side", Value: .05, Destination: &t.options.Side,
			Usage: "weight in the loss of the exact length of the coordinates that do not advance in a step"},
		&cli.BoolFlag{Name: "rounded", Destination: &t.options.Rounded, DisableDefaultText: true,
			Usage: "round weights and activations as the codec does while training: fine-tuning for export"},
		&cli.Float64Flag{Name: "tau", Value: .4, Destination: &t.tau, Usage: "threshold of skipping that the weights file asks for"},
		&cli.IntFlag{Name: "channels", Value: t.shape.Channels, Destination: &t.shape.Channels, Usage: "channels of the trunk, a multiple of 16"},
		&cli.IntFlag{Name: "layers", Value: t.shape.Layers, Destination: &t.shape.Layers, Usage: "residual layers of the trunk"},
		&cli.IntFlag{Name: "hidden", Value: t.shape.Hidden, Destination: &t.shape.Hidden, Usage: "hidden units of a head, a multiple of 16"},
		&cli.IntFlag{Name: "experts", Value: t.shape.Experts, Destination: &t.shape.Experts,
			Usage: "networks: 1 for all steps, or 12, one for every stage of the finest scale and of the others; a picture takes as long either way"},
		&cli.GenericFlag{Name: "size", Value: &t.sizes, DefaultText: "all of one size",
			Usage: "`SIZES` of some of twelve experts, separated by spaces, each EXPERTS=CHANNELS,LAYERS,HIDDEN: 0-2=16,2,16 are those of the first four stages of the finest scale; experts of --init that become smaller keep the units that weigh most"},
		&cli.GenericFlag{Name: "only", Value: &t.only, DefaultText: "all", Usage: "train these `EXPERTS` of twelve and leave the others as they are: 0-2,6 for example"},
		waveletFlag(&t.shape.Wavelet),
		&cli.GenericFlag{Name: "distribution", Value: &t.family, DefaultText: "logistic, or that of --init",
			Usage: "what is predicted of a coefficient: logistic, or gaussian, as in the paper"},
		&cli.IntFlag{Name: "validations", Value: 8, Destination: &t.validations, Usage: "how often to validate on held-out images"},
		&cli.IntFlag{Name: "validate-count", Value: 6, Destination: &t.count,
			Usage: "how many held-out images to validate on; of each at most the middle 512x512 pixels"},
		&cli.IntFlag{Name: "patience", Destination: &t.patience, DefaultText: "0: never", Usage: "stop after this many validations in a row that are not better than the best"},
		&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Destination: &t.quiet, DisableDefaultText: true, Usage: "print errors only"},
	}
}

// check completes the command line, and returns what is wrong with it.
func (t *training) check(c *cli.Context) (err error) {
	if t.pictures, err = newSource(c.Args().Slice()); err != nil {
		return err
	}
	t.isSet = c.IsSet
	t.shape.Family = model.Family(t.family)
	t.options.Objective, t.options.StageWeights = train.Objective(t.objective), t.weights
	if t.isSet("only") {
		for e, chosen := range t.only {
			t.options.Frozen[e] = !chosen
		}
	}
	for _, v := range []*float64{&t.options.Derived, &t.options.Side} {
		if *v == 0 {
			*v = -1 // Options takes 0 for the default
		}
	}
	if t.pictures.small() {
		t.options.Whole = true
		for name, set := range map[string]func(){
			"crop":           func() { t.options.Crop = cifar10.Side },
			"batch":          func() { t.options.Batch = 64 },
			"validate-count": func() { t.count = 500 },
		} {
			if !t.isSet(name) {
				set()
			}
		}
	}
	switch {
	case t.isSet("steps") && t.isSet("minutes"):
		return commandline.Usagef("--steps and --minutes say the same: give one")
	case t.isSet("init") && t.isSet("resume"):
		return commandline.Usagef("--init and --resume exclude each other")
	case !(t.tau > .07 && t.tau < 4):
		return commandline.Usagef("--tau is between 0.07 and 4")
	case t.validations < 1 || t.count < 1:
		return commandline.Usagef("--validations and --validate-count are at least 1")
	}
	if t.options.Steps == 0 && (t.resume == "" || t.isSet("minutes")) {
		t.options.Duration = time.Duration(t.minutes * float64(time.Minute))
	}
	if t.force || t.resume != "" && filepath.Clean(t.resume) == filepath.Clean(t.checkpoint()) {
		return nil
	}
	return absent(t.out, t.checkpoint(), t.curves()) // before the training, not after it
}

// checkpoint and curves return the names of the files beside the weights file.
func (t *training) checkpoint() string { return withSuffix(t.out, ".ckpt") }
func (t *training) curves() string     { return withSuffix(t.out, "-curves.png") }

func (t *training) action(c *cli.Context) error {
	if err := t.check(c); err != nil {
		return err
	}
	ctx := c.Context
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
	// The network is exported even if the training was interrupted.
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
	if t.isSet("size") && t.shape.Experts != model.Experts && (t.init == "" || t.isSet("experts")) {
		return nil, commandline.Usagef("--size is for %d experts", model.Experts)
	}
	if t.init == "" {
		t.shape.Sizes = t.sizes
		return train.NewNet(t.shape, t.options.Seed)
	}
	net, err := loadNet(t.init)
	if err != nil {
		return nil, err
	}
	if t.isSet("distribution") {
		net.Family = model.Family(t.family) // of the same standard deviations
	}
	shape := net.Shape
	for flag, to := range map[string]struct{ have, asked *int }{
		"channels": {&shape.Channels, &t.shape.Channels},
		"layers":   {&shape.Layers, &t.shape.Layers},
		"hidden":   {&shape.Hidden, &t.shape.Hidden},
		"experts":  {&shape.Experts, &t.shape.Experts},
		"wavelet":  {&shape.Wavelet, &t.shape.Wavelet},
	} {
		if t.isSet(flag) {
			*to.have = *to.asked
			if flag != "experts" && flag != "wavelet" {
				shape.Sizes = [model.Experts]model.ExpertSize{} // all experts are to be as large
			}
		}
	}
	if t.isSet("size") {
		if shape.Experts != model.Experts {
			return nil, commandline.Usagef("--size is for %d experts, and %s has %d", model.Experts, t.init, shape.Experts)
		}
		for e, size := range t.sizes {
			if size != (model.ExpertSize{}) {
				shape.Sizes[e] = size
			}
		}
		return net.Fit(shape, t.options.Seed)
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
	if err := save(t.checkpoint(), trainer.Save); err != nil {
		return err
	}
	return save(t.curves(), func(w io.Writer) error { return trainer.History().Plot(w, "png") })
}

// export writes the weights file.
func (t *training) export(ctx context.Context, net *train.Net, held []train.Image) error {
	e, err := train.ExportNet(ctx, net, held, t.tau, max(t.options.Threads, 1))
	if err != nil {
		return err
	}
	if err := save(t.out, func(w io.Writer) error { _, err := w.Write(e.File); return err }); err != nil {
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
