package codec_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"io"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// samplePSNR decodes a file with a source of random numbers and returns how near it comes to the image.
func samplePSNR(t *testing.T, m image.Image, file []byte, d codec.Decoder) (float64, codec.Refinement) {
	t.Helper()
	p, at, err := decodeLast(file, d)
	if err != nil {
		t.Fatal(err)
	}
	return psnr(m, p), at
}

// TestSampleCut continues every kind of beginning of a file: cut between segments, in them, in the header, on purpose, and by a
// timestep. The picture is complete, differs by seed, is the same for a seed, and comes nearer to the image with more bytes, though not as
// near as the mean.
func TestSampleCut(t *testing.T) {
	m := crop(picture(t, "landscape.png"), 60, 0, 24, 256) // so high that scale 1 has two bands
	file := encode(t, m, &codec.Options{Mode: codec.Modelled})
	last := 0.
	for _, n := range []int{0, len(file) / 20, len(file) / 3, len(file) * 9 / 10} {
		n = max(n, int(offsets(t, file)[0]))
		near, at := samplePSNR(t, m, file[:n], codec.Decoder{Sample: rand.NewPCG(1, 1)})
		if at.Exact || at.Level != 0 || at.Steps != 1000 || at.DrawnBits == 0 || at.Bytes > int64(n) {
			t.Errorf("%d bytes: %+v", n, at)
		}
		mean, _ := samplePSNR(t, m, file[:n], codec.Decoder{})
		if near <= last || near >= mean {
			t.Errorf("%d bytes: a sample has %.2f dB, the mean %.2f; of less bytes, %.2f", n, near, mean, last)
		}
		last = near
	}
	if near, at := samplePSNR(t, m, file, codec.Decoder{Sample: rand.NewPCG(1, 1)}); !at.Exact || at.DrawnBits != 0 || near < 1000 {
		t.Errorf("a whole file: %+v, %v dB", at, near)
	}
	cut := file[:len(file)/4]
	sum := func(seed uint64, d codec.Decoder, file []byte) string {
		d.Sample = rand.NewPCG(seed, 0)
		s, err := d.Open(bytes.NewReader(file))
		c, _ := drawn(t, s, err)
		return c
	}
	one := sum(1, codec.Decoder{}, cut)
	if one == sum(2, codec.Decoder{}, cut) {
		t.Error("two seeds give the same picture")
	}
	before := runtime.GOMAXPROCS(1)
	alone := sum(1, codec.Decoder{}, cut)
	runtime.GOMAXPROCS(max(before, 3))
	many := sum(1, codec.Decoder{}, cut)
	runtime.GOMAXPROCS(before)
	if one != alone || one != many {
		t.Error("the picture depends on the number of processors")
	}

	// A file that ends early on purpose holds the same, and a timestep on a whole file stops reading as one on a cut file does.
	var truncated bytes.Buffer
	if _, err := codec.Truncate(&truncated, bytes.NewReader(file), codec.Cut{Timestep: 100}, codec.Limits{}); err != nil {
		t.Fatal(err)
	}
	stopped := sum(1, codec.Decoder{Timestep: 100}, file)
	if stopped == sum(1, codec.Decoder{}, file) || stopped != sum(1, codec.Decoder{}, truncated.Bytes()) {
		t.Error("a timestep does not stop reading, or elsewhere than truncating does")
	}
	small, err := (&codec.Decoder{Reduce: 2, Sample: rand.NewPCG(1, 1)}).Decode(bytes.NewReader(cut))
	if err != nil || small.Bounds().Size() != image.Pt(6, 64) {
		t.Errorf("reduced: %v", err)
	}
}

// TestSampleLevels follows a sample from level to level, as the paper's Figure 6 does: there is a picture at each, and the last step
// changes least.
func TestSampleLevels(t *testing.T) {
	net, err := zoo.ByName("cifar10")
	if err != nil {
		t.Fatal(err)
	}
	s, err := codec.Sample(rand.NewPCG(5, 0), codec.SampleOptions{Width: 32, Height: 32, Net: net})
	if err != nil {
		t.Fatal(err)
	}
	var pictures []image.Image
	level, drawnBits := 10, int64(0)
	for {
		at, err := s.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if at.Level != level-1 || at.DrawnBits < drawnBits || at.Exact {
			t.Errorf("level %d after level %d: %+v", at.Level, level, at)
		}
		level, drawnBits = at.Level, at.DrawnBits
		m, err := s.Image()
		if err != nil {
			t.Fatal(err)
		}
		pictures = append(pictures, m)
	}
	n := len(pictures)
	if level != 0 || n != 10 {
		t.Fatalf("%d pictures to level %d", n, level)
	}
	if first, almost := psnr(pictures[n-1], pictures[0]), psnr(pictures[n-1], pictures[n-2]); first > 25 || almost < 35 {
		t.Errorf("the first picture is within %.1f dB of the last, the last but one within %.1f", first, almost)
	}
	if s.Truncated() || s.Whole() && !s.EndsEarly() {
		t.Error("a sample is no file that is cut")
	}
}

// TestSampleErrors tests sizes that no picture has, limits, and a context that ends.
func TestSampleErrors(t *testing.T) {
	source := rand.NewPCG(1, 1)
	for _, o := range []codec.SampleOptions{{}, {Width: 0, Height: 5}, {Width: -3, Height: 5}} {
		var format codec.FormatError
		if _, err := codec.Sample(source, o); !errors.As(err, &format) {
			t.Errorf("%dx%d: %v", o.Width, o.Height, err)
		}
	}
	for name, o := range map[string]codec.SampleOptions{
		"pixels": {Width: 1 << 20, Height: 1 << 20}, "side": {Width: 1 << 25, Height: 1}, "few pixels": {Width: 30, Height: 30, Limits: codec.Limits{MaxPixels: 800}},
		"memory": {Width: 300, Height: 300, Limits: codec.Limits{MaxMemory: 1 << 16}}, "work": {Width: 300, Height: 300, Limits: codec.Limits{MaxWork: 1000}},
	} {
		var limit *codec.LimitError
		if _, err := codec.Sample(source, o); !errors.As(err, &limit) {
			t.Errorf("%s: %v", name, err)
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	s, err := codec.SampleContext(ctx, source, codec.SampleOptions{Width: 64, Height: 64})
	if err != nil {
		t.Fatal(err)
	}
	stop()
	if _, err := s.Last(); !errors.Is(err, context.Canceled) {
		t.Errorf("after its context: %v", err)
	}
}
