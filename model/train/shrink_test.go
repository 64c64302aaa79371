package train

import (
	"bytes"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/internal/process"
)

// mixedShape has experts of two sizes.
var mixedShape = Shape{Channels: 32, Layers: 1, Hidden: 32, Experts: process.Experts, Sizes: [process.Experts]model.ExpertSize{1: {Channels: 16, Layers: 0, Hidden: 16}}}.normal()

// TestFit: a network that is to have the size that it has stays as it is; channels and hidden units that nothing reads are those that an
// expert loses, and losing them changes nothing; the others are what they were.
func TestFit(t *testing.T) {
	n, err := NewNet(Shape{Channels: 16, Layers: 2, Hidden: 16, Experts: process.Experts}, 3)
	if err != nil {
		t.Fatal(err)
	}
	perturb(n)
	same, err := n.Fit(n.Shape, 1)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range n.Params {
		if !slices.Equal(p.Value, same.Params[i].Value) {
			t.Errorf("%s changes", p.Name)
		}
	}
	shape := n.Shape
	shape.Sizes = [process.Experts]model.ExpertSize{}
	shape.Sizes[2] = model.ExpertSize{Channels: 48, Layers: 2, Hidden: 32}
	large, err := n.Fit(shape, 1) // reads nothing of what is new
	if err != nil {
		t.Fatal(err)
	}
	if large.size(2) != shape.Sizes[2] || large.size(1) != n.size(1) {
		t.Fatalf("sizes are %v", large.Sizes)
	}
	// The units of the large expert in another order, so that those to be kept are not the first.
	order := rand.New(rand.NewPCG(4, 4)).Perm(32)
	for g := range groups {
		for name, inner := range map[string]int{"site ": 1, "site bias ": 1, "near ": 1, "out ": outputs} {
			p := large.value(2, name+string(rune('0'+g)))
			old := slices.Clone(p)
			for i := range p {
				u := i / inner % 32
				p[i] = old[i+(order[u]-u)*inner]
			}
		}
	}
	for _, name := range []string{"head gain", "head shift"} {
		p := large.value(2, name)
		old := slices.Clone(p)
		for i := range p {
			p[i] = old[i-i%32+order[i%32]]
		}
	}
	small, err := large.Fit(n.Shape, 5)
	if err != nil {
		t.Fatal(err)
	}
	images := textures(1, 40)
	for i, net := range []*Net{large, small} {
		want, err := Measure(context.Background(), n, images, .3, 1)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Measure(context.Background(), net, images, .3, 1)
		if err != nil {
			t.Fatal(err)
		}
		if d := got.Bits.PerSubPixel() / want.Bits.PerSubPixel(); math.Abs(d-1) > 1e-4 {
			t.Errorf("%d: %.5f bits, were %.5f", i, got.Bits.PerSubPixel(), want.Bits.PerSubPixel())
		}
	}
	for i, p := range small.Params {
		a, b := slices.Sorted(slices.Values(p.Value)), slices.Sorted(slices.Values(n.Params[i].Value))
		if !slices.Equal(a, b) {
			t.Errorf("%s has other values", p.Name)
		}
	}
	single, err := NewNet(Shape{Channels: 32, Layers: 1, Hidden: 32}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if m, err := single.Fit(mixedShape, 1); err != nil || m.Shape != mixedShape {
		t.Errorf("one network becomes experts of two sizes: %v", err)
	}
}

// TestFrozen: frozen experts stay as they are, the others have the gradients that they have if all are trained, and steps after the last of
// these are not taken.
func TestFrozen(t *testing.T) {
	net, err := NewNet(mixedShape, 2)
	if err != nil {
		t.Fatal(err)
	}
	perturb(net)
	o := quick
	o.Batch, o.Threads = 1, 1
	all, err := New(net, textures(1, 40), o)
	if err != nil {
		t.Fatal(err)
	}
	for e := range o.Frozen {
		o.Frozen[e] = e != 1 && e != 7
	}
	some, err := New(net, textures(1, 40), o)
	if err != nil {
		t.Fatal(err)
	}
	want, err := all.Step(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	got, err := some.Step(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for l := range got.Sum {
		for stage, bits := range got.Sum[l] {
			e, _ := process.ExpertIndex(process.Experts, max(l, 1), stage, 0)
			if o.Frozen[e] && bits != 0 || !o.Frozen[e] && bits != want.Sum[l][stage] {
				t.Errorf("stage %d of scale %d: %v bits, and %v if all are trained", stage, l, bits, want.Sum[l][stage])
			}
		}
	}
	for i, p := range net.Params {
		if !o.Frozen[net.expertOf(i)] && !slices.Equal(some.grads[0][i], all.grads[0][i]) {
			t.Errorf("%s has another gradient", p.Name)
		}
	}
	if all.Work() <= some.Work() {
		t.Errorf("%v multiply-accumulates, and %v if all are trained", some.Work(), all.Work())
	}
	var file bytes.Buffer
	if err := some.Save(&file); err != nil {
		t.Fatal(err)
	}
	if some, err = Resume(&file, textures(1, 40), Options{}); err != nil {
		t.Fatal(err)
	}
	if _, err := some.Step(context.Background()); err != nil {
		t.Fatal(err)
	}
	moved := 0
	for i, p := range net.Params {
		frozen := o.Frozen[net.expertOf(i)]
		if frozen && !slices.Equal(p.Value, some.net.Params[i].Value) {
			t.Errorf("%s is trained", p.Name)
		}
		if !frozen && !slices.Equal(p.Value, some.net.Params[i].Value) {
			moved++
		}
	}
	if moved < 20 {
		t.Errorf("%d parameters are trained", moved)
	}
	o.Frozen = [process.Experts]bool{true, true, true, true, true, true, true, true, true, true, true, true}
	if _, err := New(net, textures(1, 40), o); !errors.Is(err, ErrOptions) {
		t.Errorf("nothing to train: %v", err)
	}
}
