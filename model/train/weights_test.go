package train

import (
	"bytes"
	"math"
	"testing"

	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/internal/process"
)

// perturb gives every parameter that a weights file has a value of its own.
func perturb(n *Net) {
	i := 0
	for _, parts := range n.parts() {
		for _, p := range parts {
			p.each(func(v *float32, _ int, _ float64) {
				i++
				*v += float32(math.Sin(float64(i))) / 20
			})
		}
	}
}

// TestWeightsRoundTrip: a network becomes a file that the codec takes, and the file the network again, but for
// rounding; and that network the same file.
func TestWeightsRoundTrip(t *testing.T) {
	for _, s := range []Shape{DefaultShape, {Channels: 16, Layers: 0, Hidden: 32, Wavelet: 2}, {Channels: 16, Layers: 2, Hidden: 16, Experts: process.Experts}, mixedShape} {
		n, err := NewNet(s, 1)
		if err != nil {
			t.Fatal(err)
		}
		perturb(n)
		w, err := n.Weights(9, .4)
		if err != nil {
			t.Fatal(err)
		}
		file, err := w.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if net, err := model.Load(file); err != nil || net.Tau() != -42 {
			t.Fatalf("the codec says: %v", err)
		}
		want := 12 + 2*n.Size()
		for e := range n.Experts {
			want += 20 + 2*n.size(e).Layers
		}
		if s == mixedShape {
			want += 2 + 3*n.Experts
		}
		if len(file) != want {
			t.Errorf("%+v: %d bytes, want %d", s, len(file), want)
		}
		read, err := model.ReadWeights(file)
		if err != nil {
			t.Fatal(err)
		}
		m, err := FromWeights(read)
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range n.Params {
			for j, v := range p.Value {
				if math.Abs(float64(v-m.Params[i].Value[j])) > 1e-4*max(1, math.Abs(float64(v))) {
					t.Fatalf("%+v: %s[%d]: %v, read as %v", s, p.Name, j, v, m.Params[i].Value[j])
				}
			}
		}
		again, err := m.Weights(9, .4)
		if err != nil {
			t.Fatal(err)
		}
		if b, _ := again.Encode(); !bytes.Equal(b, file) {
			t.Errorf("%+v: the network read from a file is another file", s)
		}
	}
}

// TestZooWeights: the model of the zoo comes back as it was.
func TestZooWeights(t *testing.T) {
	file := zooFile(t)
	w, err := model.ReadWeights(file)
	if err != nil {
		t.Fatal(err)
	}
	n := zooNet(t)
	v, err := n.Weights(w.ActivationBits, math.Exp2(float64(w.Tau)/32))
	if err != nil {
		t.Fatal(err)
	}
	if again, err := v.Encode(); err != nil || !bytes.Equal(again, file) {
		t.Errorf("photo.ddpw is another file when written again (%v)", err)
	}
}
