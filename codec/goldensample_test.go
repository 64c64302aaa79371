package codec_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math/rand/v2"
	"os"
	"reflect"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// drawn returns the last picture of a stream, and what the stream says of it.
func drawn(t testing.TB, s *codec.Stream, err error) (checksumOf string, at codec.Refinement) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if at, err = s.Last(); err != nil {
		t.Fatal(err)
	}
	m, err := s.Image()
	if err != nil {
		t.Fatal(err)
	}
	return checksum(m), at
}

// TestGoldenSamples holds pictures that are drawn, by seed, and what cut files are continued to: the same on every machine, whatever
// the number of its processors. A change here is no change of the format, but seeds that people have written down give something else.
func TestGoldenSamples(t *testing.T) {
	got := map[string]string{}
	for name, o := range map[string]codec.SampleOptions{
		"cifar10, 32x32": {Width: 32, Height: 32}, "photo, 40x300": {Width: 40, Height: 300}, "photo, 17x13, gray": {Width: 17, Height: 13, Gray: true},
		"photo, 1x1": {Width: 1, Height: 1}, "photo, 2x1": {Width: 2, Height: 1},
	} {
		if name[:5] == "cifar" {
			net, err := zoo.ByName("cifar10")
			if err != nil {
				t.Fatal(err)
			}
			o.Net = net
		}
		s, err := codec.Sample(rand.NewPCG(1, 2), o)
		got[name], _ = drawn(t, s, err)
	}
	for _, name := range []string{"modelled.ddpmz", "alpha.ddpmz", "derived.ddpmz", "jpeg.ddpmz"} {
		file, err := os.ReadFile(goldenPath(name))
		if err != nil {
			t.Fatal(err)
		}
		d := codec.Decoder{Sample: rand.NewPCG(1, 2)}
		s, err := d.Open(bytes.NewReader(file[:len(file)/2]))
		got[name+", a half"], _ = drawn(t, s, err)
	}
	list, err := codec.Interpolate(context.Background(), rand.NewPCG(1, 2), picture(t, "tiny/fruit.png"), picture(t, "tiny/leaves.png"), codec.Interpolation{Timestep: 100, Pictures: 3})
	if err != nil {
		t.Fatal(err)
	}
	got["fruit to leaves, a half"] = checksum(list[1])
	gaussian := encode(t, picture(t, "tiny/leaves.png"), &codec.Options{Net: gaussianNet(t), Mode: codec.Modelled})
	sum := sha256.Sum256(gaussian)
	got["a file of Gaussian distributions"] = hex.EncodeToString(sum[:])
	path := goldenPath("samples.json")
	if *update {
		b, err := json.MarshalIndent(got, "", "\t")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, append(b, '\n'), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]string
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v: other pictures come of the same seeds", got, want)
	}
}
