package train

import (
	"context"
	"math"
	"math/rand/v2"
	"os"
	"testing"
)

// textures returns images to train on.
func textures(n, size int) (images []Image) {
	r := rand.New(rand.NewPCG(7, 7))
	for range n {
		rgb := texture(size, size, r)
		m := Image{W: size, H: size, Pix: make([]uint8, 3*size*size)}
		for p := range rgb {
			for i, v := range rgb[p].Pix {
				m.Pix[3*i+p] = uint8(v)
			}
		}
		images = append(images, m)
	}
	return images
}

var quick = Options{Batch: 3, Crop: 32, Steps: 12, LearningRate: .01, Seed: 3}

// TestTrainingLearns tests that a few steps of training reduce the code length.
func TestTrainingLearns(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	net, err := NewNet(Shape{Channels: 16, Layers: 1, Hidden: 16}, 1)
	if err != nil {
		t.Fatal(err)
	}
	images := textures(4, 64)
	before, err := Measure(context.Background(), net, images[:1], .3, 1)
	if err != nil {
		t.Fatal(err)
	}
	optimizers, steps := []bool{true}, 18 // whether it is Muon
	if os.Getenv("DDPMZ_LONG") == "1" {
		optimizers, steps = append(optimizers, false), 60
	}
	for _, muon := range optimizers {
		o := quick
		o.Steps, o.Muon = steps, muon
		tr, err := New(net, images, o)
		if err != nil {
			t.Fatal(err)
		}
		for tr.Progress() < 1 {
			if _, err := tr.Step(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		after, err := tr.Validate(context.Background(), images[:1], .3)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("muon %v: %v; before: %v", muon, after.Bits, before.Bits)
		if after.Bits.PerSubPixel() > .97*before.Bits.PerSubPixel() {
			t.Errorf("training with muon = %v takes %.3f bits to %.3f", muon, before.Bits.PerSubPixel(), after.Bits.PerSubPixel())
		}
		for s, c := range after.Cuts {
			if math.IsNaN(c.PSNR) || s > 0 && c.PSNR < after.Cuts[s-1].PSNR || s == stages-1 && c.PSNR != 100 {
				t.Errorf("cuts %v", after.Cuts)
			}
		}
	}
}
