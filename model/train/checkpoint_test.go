package train

import (
	"bytes"
	"context"
	"errors"
	"os"
	"slices"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/process"
)

// TestResume tests that a run which is interrupted, saved, and resumed with another number of threads gives the weights of an
// uninterrupted one, to the last bit.
func TestResume(t *testing.T) {
	images := textures(3, 40)
	run := func(tr *Trainer, steps int) {
		t.Helper()
		for range steps {
			if _, err := tr.Step(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
	}
	optimizers := []bool{false} // whether it is Muon
	if os.Getenv("DDPMZ_LONG") == "1" {
		optimizers = append(optimizers, true)
	}
	for _, useMuon := range optimizers {
		o, shape := quick, Shape{Channels: 16, Layers: 1, Hidden: 16}
		o.Muon, o.Threads = useMuon, 1
		if useMuon {
			shape.Experts = process.Experts
		}
		net, err := NewNet(shape, 1)
		if err != nil {
			t.Fatal(err)
		}
		if o.Whole = useMuon; o.Whole { // small images, two bunches in a step
			o.Batch, images = together+1, textures(3, o.Crop)
		}
		whole, err := New(net, images, o)
		if err != nil {
			t.Fatal(err)
		}
		run(whole, 8)
		first, err := New(net, images, o)
		if err != nil {
			t.Fatal(err)
		}
		run(first, 5)
		var file bytes.Buffer
		if err := first.Save(&file); err != nil {
			t.Fatal(err)
		}
		saved := file.Bytes()
		second, err := Resume(bytes.NewReader(saved), images, Options{Threads: 3})
		if err != nil {
			t.Fatal(err)
		}
		run(second, 3)
		for i, p := range whole.net.Params {
			for j, v := range p.Value {
				if v != second.net.Params[i].Value[j] || whole.ema.Params[i].Value[j] != second.ema.Params[i].Value[j] {
					t.Fatalf("muon %v: %s[%d] is %v, and %v when interrupted", useMuon, p.Name, j, v, second.net.Params[i].Value[j])
				}
			}
		}
		if a, b := whole.history, second.history; a.Sum != b.Sum || a.Number != b.Number || whole.Work() != second.Work() {
			t.Errorf("histories differ: %v, %v", a, b)
		}
		for i, p := range net.Params {
			if len(p.Dims) > 1 && slices.Equal(p.Value, whole.net.Params[i].Value) {
				t.Errorf("%s was not trained", p.Name)
			}
		}
		for name, f := range map[string]func() (*Trainer, error){
			"other images": func() (*Trainer, error) { return Resume(bytes.NewReader(saved), images[:2], Options{}) },
			"cut":          func() (*Trainer, error) { return Resume(bytes.NewReader(saved[:len(saved)/2]), images, Options{}) },
			"nothing":      func() (*Trainer, error) { return Resume(bytes.NewReader(nil), images, Options{}) },
		} {
			if _, err := f(); !errors.Is(err, ErrCheckpoint) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// TestSeeds tests that runs with the same seed are equal, and that another seed makes another run.
func TestSeeds(t *testing.T) {
	images := textures(3, 40)
	bits := func(seed uint64) float64 {
		net, err := NewNet(Shape{Channels: 16, Layers: 1, Hidden: 16}, seed)
		if err != nil {
			t.Fatal(err)
		}
		o := quick
		o.Seed = seed
		tr, err := New(net, images, o)
		if err != nil {
			t.Fatal(err)
		}
		var b Bits
		for range 3 {
			if b, err = tr.Step(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		return b.PerSubPixel()
	}
	a := bits(1)
	if b := bits(1); a != b {
		t.Errorf("seed 1: %v and %v", a, b)
	}
	if b := bits(2); a == b {
		t.Errorf("seeds 1 and 2: %v", a)
	}
}
