package codec_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// gaussianNet returns the network cifar10 with Gaussian distributions, of the same means and deviations.
func gaussianNet(t testing.TB) *model.Net {
	t.Helper()
	return changedNet(t, func(w *model.Weights) { w.Family = model.Gaussian })
}

// changedNet returns the network cifar10 with other weights.
func changedNet(t testing.TB, change func(w *model.Weights)) *model.Net {
	t.Helper()
	file, err := zoo.File("cifar10")
	if err != nil {
		t.Fatal(err)
	}
	w, err := model.ReadWeights(file)
	if err != nil {
		t.Fatal(err)
	}
	change(w)
	if file, err = w.Encode(); err != nil {
		t.Fatal(err)
	}
	net, err := model.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	return net
}

// TestGaussian takes pictures of all kinds through a network of Gaussian distributions: whole files are exact, longer prefixes better, and
// files are not those of the logistic. The one with a 16-bit plane has distributions as wide as they come.
func TestGaussian(t *testing.T) {
	net := gaussianNet(t)
	nets := []*model.Net{net}
	for _, name := range []string{"tiny/cloud.png", "gray16.png", "odd/rgb-31x33.png"} {
		m := picture(t, name)
		file := encode(t, m, &codec.Options{Net: net, Mode: codec.Modelled})
		plain := encode(t, m, &codec.Options{Model: "cifar10", Mode: codec.Modelled})
		back, at, err := decodeLast(file, codec.Decoder{Nets: nets})
		if err != nil || !at.Exact || checksum(back) != checksum(m) {
			t.Errorf("%s: another picture comes back (%v)", name, err)
		}
		if bytes.Equal(file, plain) || float64(len(file)) > 1.2*float64(len(plain)) {
			t.Errorf("%s: %d bytes, %d of the logistic", name, len(file), len(plain))
		}
		t.Logf("%s: %d bytes, %d of the logistic", name, len(file), len(plain))
		if name == "gray16.png" {
			continue // psnr is of 8 bits
		}
		last := 0.
		for _, n := range []int{len(file) / 8, len(file) / 2, len(file)} {
			p, _, err := decodeLast(file[:n], codec.Decoder{Nets: nets})
			if err != nil {
				t.Fatal(err)
			}
			if near := psnr(m, p); near <= last {
				t.Errorf("%s: %d bytes have %.2f dB, fewer %.2f", name, n, near, last)
			} else {
				last = near
			}
		}
	}
	s, err := codec.Sample(rand.NewPCG(1, 1), codec.SampleOptions{Width: 32, Height: 32, Net: net})
	if _, at := drawn(t, s, err); at.DrawnBits < 3000 || at.DrawnBits > 40_000 {
		t.Errorf("%d bits are drawn for a picture", at.DrawnBits)
	}
}
