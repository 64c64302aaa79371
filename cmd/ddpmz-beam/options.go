package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"

	"github.com/ddpmz/ddpmz/cmd/internal/coding"
	"github.com/ddpmz/ddpmz/cmd/internal/commandline"
	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// Options say what a pipeline makes of its files. They travel to the workers, in JSON.
type options struct {
	Output   string `json:"output"`   // the folder that the tree of files goes to, on any file system, without a / at its end
	Manifest string `json:"manifest"` // the file that has a row for each file

	Model       string `json:"model"` // of the zoo, or a weights file on any file system
	Mode        string `json:"mode"`
	Effort      int    `json:"effort"`
	KeepColours bool   `json:"keep_colours"`
	Pixels      bool   `json:"pixels"`
	Strip       bool   `json:"strip"`
	Strict      bool   `json:"strict"`

	Verify bool `json:"verify"`
	Force  bool `json:"force"`

	Jobs      int              `json:"jobs"`       // files at a time, of a worker; 0 is one for each of its processors
	MaxMemory commandline.Size `json:"max_memory"` // bytes of a worker, for all its jobs
	MaxPixels commandline.Size `json:"max_pixels"`
	Tries     int              `json:"tries"` // of a file, if the file system or the machine is at fault
}

// define defines the flags of the options.
func (o *options) define(f *flag.FlagSet) {
	f.StringVar(&o.Output, "output", "", "make the tree of files below `FOLDER`, on any file system")
	f.StringVar(&o.Manifest, "manifest", "", "write a row in JSON for each file to `FILE`, and the totals to FILE"+totalsSuffix+
		"; by default "+manifestName+" in the folder of --output")
	f.StringVar(&o.Model, "model", zoo.Default, "code by the model `NAME`: "+strings.Join(zoo.Names(), ", ")+", or a weights file of your own, on any file system")
	f.StringVar(&o.Mode, "mode", "auto", "`MODE` is modelled, stored (without a model), or auto, the smaller of the two")
	f.IntVar(&o.Effort, "effort", codec.DefaultEffort, fmt.Sprintf("try as much as `N` stands for, from %d to %d, for smaller files: docs/effort.md has the table", codec.LeastEffort, codec.MostEffort))
	f.BoolVar(&o.KeepColours, "keep-colours", false, "code red, green and blue as they are, even if they were made from luma and chroma")
	f.BoolVar(&o.Pixels, "pixels", false, "of a JPEG file, keep the picture, not the file")
	f.BoolVar(&o.Strip, "strip", false, "leave metadata out: profile, EXIF, XMP, text and the like")
	f.BoolVar(&o.Strict, "strict", false, "write nothing of a picture of which something would be lost")
	f.BoolVar(&o.Verify, "verify", true, "decode each file before it gets its name, and compare it with its input")
	f.BoolVar(&o.Force, "force", false, "replace files that exist and are not up to date")
	f.IntVar(&o.Jobs, "jobs", 0, "work on `N` files at a time in each worker process; 0 is one for each processor")
	o.MaxMemory = codec.DefaultMaxMemory
	f.Var(&o.MaxMemory, "max-memory", "use about `N` bytes of memory in each worker process, for all its files together; K, M and G are powers of 1024")
	o.MaxPixels = codec.DefaultMaxPixels
	f.Var(&o.MaxPixels, "max-pixels", "refuse images of more than `N` pixels")
	f.IntVar(&o.Tries, "tries", 3, "try a file `N` times before its error counts, if the file system or the machine is at fault")
}

// check checks the options, and fills in what they leave open.
func (o *options) check() error {
	if o.Output = strings.TrimRight(o.Output, "/"); o.Output == "" {
		return errors.New("--output names the folder that the files go to")
	}
	if o.Manifest == "" {
		o.Manifest = o.Output + "/" + manifestName
	}
	for _, name := range []string{o.Output, o.Manifest} {
		if err := checkName(name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if _, ok := coding.Modes[o.Mode]; !ok {
		return fmt.Errorf("no mode %q: there are auto, modelled and stored", o.Mode)
	}
	if o.Effort < codec.LeastEffort || o.Effort > codec.MostEffort {
		return codec.EffortError(o.Effort)
	}
	if o.Jobs < 0 || o.Tries < 1 {
		return errors.New("--jobs and --tries are numbers, at least 1")
	}
	return nil
}

// encoder returns the encoder that the options describe.
func (o *options) encoder(ctx context.Context) (*coding.Encoder, error) {
	e := &coding.Encoder{
		Model:       o.Model,
		KeepColours: o.KeepColours,
		Mode:        coding.Modes[o.Mode],
		Effort:      o.Effort,
		Limits:      codec.Limits{MaxPixels: int64(o.MaxPixels)},
		Strip:       o.Strip,
		Pixels:      o.Pixels,
		Strict:      o.Strict,
	}
	if o.Model == "" || slices.Contains(zoo.Names(), o.Model) {
		return e, nil
	}
	weights, err := read(ctx, o.Model)
	if err != nil {
		return nil, fmt.Errorf("%s: no model of that name (there are %s), and no file: %w", o.Model, strings.Join(zoo.Names(), ", "), err)
	}
	if e.Net, err = model.Load(weights); err != nil {
		return nil, fmt.Errorf("%s: %w", o.Model, err)
	}
	return e, nil
}
