package train

import (
	"errors"
	"reflect"
	"testing"

	"github.com/ddpmz/ddpmz/model"
)

// TestMix: every expert is of the file that it was chosen from, whatever the sizes; back again, it is the first file; and what belongs to
// no expert stays.
func TestMix(t *testing.T) {
	weights := func(s Shape, seed uint64, bits uint, tau float64) *model.Weights {
		n, err := NewNet(s, seed)
		if err != nil {
			t.Fatal(err)
		}
		perturb(n)
		w, err := n.Weights(bits, tau)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	into, from := weights(mixedShape, 1, 8, .3), weights(Shape{Channels: 16, Layers: 2, Hidden: 16, Experts: model.Experts}, 2, 9, .4)
	chosen := [model.Experts]bool{0: true, 1: true, 7: true}
	mixed, err := Mix(into, from, chosen)
	if err != nil {
		t.Fatal(err)
	}
	file, err := mixed.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := model.Load(file); err != nil {
		t.Fatal(err)
	}
	if mixed.Tau != into.Tau || mixed.ActivationBits != into.ActivationBits {
		t.Errorf("τ %d and %d fraction bits", mixed.Tau, mixed.ActivationBits)
	}
	net, err := FromWeights(mixed)
	if err != nil {
		t.Fatal(err)
	}
	for e := range chosen {
		source := into
		if chosen[e] {
			source = from
		}
		other, err := FromWeights(source)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(net.expert(e), other.expert(e)) {
			t.Errorf("expert %d is another", e)
		}
	}
	if back, err := Mix(mixed, into, chosen); err != nil || !reflect.DeepEqual(back, into) {
		t.Errorf("back again: another file (%v)", err)
	}
	all := [model.Experts]bool{}
	for e := range all {
		all[e] = true
	}
	from.ActivationBits, from.Tau = into.ActivationBits, into.Tau
	if m, err := Mix(into, from, all); err != nil || !reflect.DeepEqual(m, from) {
		t.Errorf("all experts of one size: another file (%v)", err)
	}
	for name, s := range map[string]Shape{"one network": {Channels: 16, Layers: 1, Hidden: 16}, "wavelet": {Channels: 16, Layers: 1, Hidden: 16, Wavelet: 1, Experts: model.Experts}} {
		if _, err := Mix(into, weights(s, 3, 8, .3), chosen); !errors.Is(err, ErrMix) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
