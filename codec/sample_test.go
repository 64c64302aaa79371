package codec

import (
	"context"
	"image"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// passBytes returns the bytes that planes take in the orientation and the colours that samples are drawn in. m says what they are of.
func passBytes(t *testing.T, net *model.Net, m image.Image, planes []model.Plane) int64 {
	t.Helper()
	rows, err := newPixelReader(m)
	if err != nil {
		t.Fatal(err)
	}
	if planes == nil {
		planes = rows.planes()
	}
	side, err := new(Encoder).side(context.Background(), rows)
	if err != nil {
		t.Fatal(err)
	}
	c := &modelCoder{net: net, picture: &picture{info: rows.info}}
	f, err := c.codeOriented(context.Background(), side, planes, 0, nil, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	return f.passBytes
}

// TestSampleLength encodes samples again: a picture takes as many bits as were drawn for it, within 0.5% and 16 bytes. So what
// draws has the distributions of what codes. That is of the samples as they were drawn: the model knows of no range, and pictures that are
// clipped to it take other bits.
func TestSampleLength(t *testing.T) {
	type set struct {
		model       string
		side, count int
	}
	sets := []set{{"cifar10", 32, 6}}
	if os.Getenv("DDPMZ_LONG") == "1" {
		sets = []set{{"cifar10", 32, 100}, {"photo", 32, 100}, {"photo", 256, 4}}
	}
	for _, s := range sets {
		net, err := zoo.ByName(s.model)
		if err != nil {
			t.Fatal(err)
		}
		worst, sumDrawn, sumBytes, alike := 0., int64(0), int64(0), 0
		for seed := range uint64(s.count) {
			stream, err := Sample(rand.NewPCG(seed, 1), SampleOptions{Width: s.side, Height: s.side, Net: net})
			if err != nil {
				t.Fatal(err)
			}
			at, err := stream.Last()
			if err != nil {
				t.Fatal(err)
			}
			m, err := stream.Image()
			if err != nil {
				t.Fatal(err)
			}
			chain := stream.body.(*passDecoder).process.(*waveletProcess).Chain
			chain.Clip = false
			drawn, bits := float64(at.DrawnBits), float64(8*passBytes(t, net, m, chain.Picture()))
			shown := float64(8 * passBytes(t, net, m, nil))
			if d := max(shown-drawn, drawn-shown) - 16*8; d <= .005*drawn {
				alike++
			}
			sumDrawn, sumBytes = sumDrawn+at.DrawnBits, sumBytes+int64(bits)
			if off := max(bits-drawn, drawn-bits) - 16*8; off > .005*drawn {
				t.Errorf("%s, %dx%d, seed %d: %.0f bits were drawn, encoding takes %.0f", s.model, s.side, s.side, seed, drawn, bits)
			}
			worst = max(worst, (bits-drawn)/drawn, (drawn-bits)/drawn)
			if at.Exact || at.Level != 0 || at.Steps != model.T || at.IdealBits != 0 {
				t.Errorf("a sample is described as %+v", at)
			}
		}
		t.Logf("%s, %d of %dx%d: %d bits drawn, %d encoded (%+.3f%%); one differs by %.3f%%; clipped to the range of samples, %d are within 0.5%% and 16 bytes", s.model, s.count, s.side, s.side, sumDrawn, sumBytes,
			100*float64(sumBytes-sumDrawn)/float64(sumDrawn), 100*worst, alike)
	}
}
