package train

import (
	"context"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"testing"

	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/internal/process"
)

// TestGrow tests that a grown network has the code lengths of the small one, that new parameters have gradients, and that
// training changes them.
func TestGrow(t *testing.T) {
	if os.Getenv("DDPMZ_LONG") != "1" {
		t.Skip("set DDPMZ_LONG=1: it takes seconds")
	}
	small, err := NewNet(Shape{Channels: 16, Layers: 1, Hidden: 16}, 1)
	if err != nil {
		t.Fatal(err)
	}
	perturb(small)
	images := textures(2, 64)
	want, err := Measure(context.Background(), small, images[:1], .3, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []Shape{{Channels: 32, Layers: 1, Hidden: 16}, {Channels: 16, Layers: 3, Hidden: 16}, {Channels: 16, Layers: 1, Hidden: 48}, {Channels: 48, Layers: 2, Hidden: 32},
		{Channels: 16, Layers: 1, Hidden: 16, Experts: process.Experts}, {Channels: 32, Layers: 2, Hidden: 32, Experts: process.Experts}} {
		n, err := small.Grow(s, 2)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Measure(context.Background(), n, images[:1], .3, 1)
		if err != nil {
			t.Fatal(err)
		}
		if d := got.Bits.PerSubPixel() / want.Bits.PerSubPixel(); math.Abs(d-1) > 2e-4 {
			t.Errorf("%v: grown, %.5f bits, was %.5f", s, got.Bits.PerSubPixel(), want.Bits.PerSubPixel())
		}
		o := quick
		o.Steps = 2
		before := n.Clone()
		tr, err := New(n, images, o)
		if err != nil {
			t.Fatal(err)
		}
		for tr.Progress() < 1 {
			if _, err := tr.Step(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		for i, p := range tr.Net().Params { // every value of every matrix that anything reads can learn
			moved := 0
			for j, v := range p.Value {
				if v != before.Params[i].Value[j] {
					moved++
				}
			}
			if len(p.Dims) > 1 && p.Name[:3] != "out" && moved < len(p.Value)/process.ScaleEmbeddings {
				t.Errorf("%v: %d of %d values of %s have learned", s, moved, len(p.Value), p.Name)
			}
		}
	}
	if _, err := small.Grow(Shape{Channels: 16, Layers: 0, Hidden: 16}, 1); err == nil {
		t.Error("a network grew smaller")
	}
	if _, err := small.Grow(Shape{Channels: 16, Layers: 1, Hidden: 16, Experts: 2}, 1); err == nil {
		t.Error("a network grew to 2 experts")
	}
}

// TestGrowExperts: a model of the zoo that is one network, when it has grown into experts, is in every bit what it was: the
// code lengths and the pictures of the codec are the same at every step, of gray images, of those with YCoCg and with derived
// colours.
func TestGrowExperts(t *testing.T) {
	if os.Getenv("DDPMZ_LONG") != "1" {
		t.Skip("set DDPMZ_LONG=1: it takes seconds")
	}
	single := singleFile(t)
	n := netOf(t, single)
	s := n.Shape
	s.Experts = process.Experts
	grown, err := n.Grow(s, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := grown.Grow(n.Shape, 1); err == nil {
		t.Error("experts grew into one network")
	}
	w, err := model.ReadWeights(single)
	if err != nil {
		t.Fatal(err)
	}
	v, err := grown.Weights(w.ActivationBits, math.Exp2(float64(w.Tau)/32))
	if err != nil {
		t.Fatal(err)
	}
	file, err := v.Encode()
	if err != nil {
		t.Fatal(err)
	}
	var nets [2]*model.Net
	for i, f := range [][]byte{single, file} {
		if nets[i], err = model.Load(f); err != nil {
			t.Fatal(err)
		}
	}
	if nets[0].Cost(3, 1) != nets[1].Cost(3, 1) {
		t.Errorf("a step costs %d, and %d with experts", nets[0].Cost(3, 1), nets[1].Cost(3, 1))
	}
	images := textures(2, 70)
	for p := range images[0].Pix {
		images[0].Pix[p] = images[0].Pix[p/3*3] // gray
	}
	for class, r := 1, rand.New(rand.NewPCG(7, 7)); class < process.ColourClasses; {
		m := derived(t, textures(1, 64)[0], r)
		if _, c := m.split(); c.Class() == class {
			images = append(images, m)
			class++
		}
	}
	for i, m := range images {
		var chains [2]*model.Chain
		for k, net := range nets {
			chains[k] = newIntegerChain(net, m)
		}
		for _, p := range model.Passes(m.W, m.H) {
			if a, b := advance(chains[0], p), advance(chains[1], p); a != b {
				t.Fatalf("image %d, pass %v: %v bits, with experts %v", i, p, a, b)
			}
			if !reflect.DeepEqual(chains[0].Picture(), chains[1].Picture()) {
				t.Fatalf("image %d, pass %v: another picture with experts", i, p)
			}
		}
	}
	// In floating point, too.
	want, err := Measure(context.Background(), n, images[1:2], .3, 1)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Measure(context.Background(), grown, images[1:2], .3, 1); err != nil || got != want {
		t.Errorf("%v, with experts %v (%v)", want, got, err)
	}
}
