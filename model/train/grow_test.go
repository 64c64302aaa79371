package train

import (
	"context"
	"math"
	"testing"
)

// TestGrow: a grown network's code lengths are the small one's; what is new has gradients, and training makes use of it.
func TestGrow(t *testing.T) {
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
	for _, s := range []Shape{{Channels: 32, Layers: 1, Hidden: 16}, {Channels: 16, Layers: 3, Hidden: 16}, {Channels: 16, Layers: 1, Hidden: 48}, {Channels: 48, Layers: 2, Hidden: 32}} {
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
			if len(p.Dims) > 1 && p.Name[:3] != "out" && moved < len(p.Value)/4 {
				t.Errorf("%v: %d of %d values of %s have learned", s, moved, len(p.Value), p.Name)
			}
		}
	}
	if _, err := small.Grow(Shape{Channels: 16, Layers: 0, Hidden: 16}, 1); err == nil {
		t.Error("a network grew smaller")
	}
}
