package train

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// A fed crop is a parsed record: its colour class and planes, and the image, whose first split is undone.
type fed struct {
	class, present int
	samples        planes // R, G, B, if the kind is 0
}

func readFed(t *testing.T, r io.Reader, side int) fed {
	t.Helper()
	h := side / 2
	x := make([]int16, 2+(process.Planes+coefficients)*h*h)
	if err := binary.Read(r, binary.LittleEndian, x); err != nil {
		t.Fatal(err)
	}
	f := fed{class: int(x[0]), present: int(x[1])}
	x = x[2:]
	next := func() transform.Plane {
		p := transform.NewPlane(h, h)
		for i := range p.Pix {
			p.Pix[i] = int32(x[i])
		}
		x = x[h*h:]
		return p
	}
	var ll planes
	for p := range ll {
		ll[p] = next()
	}
	for p := range ll {
		var detail [transform.Subbands]transform.Plane
		for b := range detail {
			detail[b] = next()
		}
		if p >= f.present && slices.ContainsFunc(ll[p].Pix, func(v int32) bool { return v != 0 }) {
			t.Error("a gray crop has chroma")
		}
		if f.class == 0 {
			f.samples[p] = transform.Synthesize(&transform.Liftings[0], side, side, ll[p], detail, 0)
		}
	}
	if f.class == 0 {
		transform.YCoCg.Inverse(f.samples[0].Pix, f.samples[1].Pix, f.samples[2].Pix)
	}
	return f
}

// TestFeed tests that crops are written as long as somebody reads, that they are of every colour class, and that they are
// pictures.
func TestFeed(t *testing.T) {
	const side = 64
	r, w := io.Pipe()
	done := make(chan error)
	go func() {
		done <- Feed(context.Background(), w, textures(2, 100), 0, Options{Crop: side, Derived: .5, Threads: 2})
	}()
	classes := map[int]int{}
	for range 40 {
		f := readFed(t, r, side)
		classes[f.class]++
		if f.class > 0 && f.present == 1 {
			t.Error("a gray crop is derived")
		}
		for _, p := range f.samples {
			if f.class == 0 && (slices.Min(p.Pix) < 0 || slices.Max(p.Pix) > 255) {
				t.Errorf("samples from %d to %d", slices.Min(p.Pix), slices.Max(p.Pix))
			}
		}
	}
	if len(classes) != process.ColourClasses {
		t.Errorf("kinds of 40 crops: %v", classes)
	}
	enough := errors.New("enough")
	r.CloseWithError(enough)
	if err := <-done; !errors.Is(err, enough) {
		t.Errorf("after the reader went: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := Feed(ctx, io.Discard, textures(1, 100), 0, Options{Crop: side}); err != nil {
		t.Errorf("stopped: %v", err)
	}
	if err := Feed(ctx, io.Discard, textures(1, 100), 0, Options{Crop: 50}); !errors.Is(err, ErrOptions) {
		t.Errorf("crops of 50 pixels: %v", err)
	}
	if err := Feed(ctx, io.Discard, nil, 0, Options{}); !errors.Is(err, ErrNoImages) {
		t.Errorf("no images: %v", err)
	}
}

// TestFeedHeldOut tests that the middles of images that are large enough are written, unchanged and derived.
func TestFeedHeldOut(t *testing.T) {
	const side = 64
	images := append(textures(2, 80), textures(1, 40)...)
	var b bytes.Buffer
	if err := FeedHeldOut(&b, images, 0, side); err != nil {
		t.Fatal(err)
	}
	for _, m := range images[:2] {
		f := readFed(t, &b, side)
		m = cut(m, 8, 8, side, side)
		for p, x := range m.planes() {
			if f.class != 0 || !slices.Equal(x.Pix, f.samples[p].Pix) {
				t.Fatalf("plane %d, kind %d: not the image's middle", p, f.class)
			}
		}
		if f = readFed(t, &b, side); f.class == 0 {
			t.Error("the second is not derived")
		}
	}
	if b.Len() != 0 {
		t.Errorf("%d bytes more", b.Len())
	}
}
