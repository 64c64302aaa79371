package codec

import (
	"bytes"
	"context"
	"image"
	"image/draw"
	"image/png"
	"os"
	"testing"
)

// TestBeaten: the model's turn ends as soon as its file is larger than the plain one, and only then.
func TestBeaten(t *testing.T) {
	b, err := os.ReadFile("../testdata/landscape.png")
	if err != nil {
		t.Fatal(err)
	}
	whole, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	m := image.NewRGBA(image.Rect(0, 0, 150, 140)) // of several segments
	draw.Draw(m, m.Bounds(), whole, image.Pt(40, 30), draw.Src)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	turn := func(size int64) (*file, int, error) {
		s, err := take(m)
		if err != nil {
			t.Fatal(err)
		}
		p := picture{info: s.info}
		p.colour = s.planes()
		done := 0
		e := Encoder{Options{Progress: func(permille int) { done = permille }}}
		side, err := e.side(s)
		if err != nil {
			t.Fatal(err)
		}
		f := &side.before
		r := &rival{forecast: make(chan struct{})}
		close(r.forecast)
		r.size.Store(size)
		_, err = e.modelled(ctx, f, &p, 0, 0, r)
		return f, done, err
	}
	f, done, err := turn(0) // while nothing is known of the other
	if err != nil || done != 1000 {
		t.Fatalf("%v, at %d", err, done)
	}
	size := totalLen(f.payloads)
	if _, done, err := turn(size); err != nil || done != 1000 {
		t.Errorf("against %d of %d bytes: %v, at %d", size, size, err, done)
	}
	before := 1000
	for _, n := range []int64{size / 2, 1} {
		_, done, err := turn(n)
		t.Logf("against %d of %d bytes: %v, at %d", n, size, err, done)
		if err != errBeaten || done == 1000 || done > before {
			t.Errorf("against %d of %d bytes: %v, at %d", n, size, err, done)
		}
		before = done
	}

	// Of the orientations of a small picture, one may be beaten and another not.
	m = image.NewRGBA(image.Rect(0, 0, 40, 40))
	draw.Draw(m, m.Bounds(), whole, image.Pt(40, 30), draw.Src)
	if _, _, err := turn(1); err != nil {
		t.Errorf("a small picture: %v", err)
	}

	// Who has stopped it is not told that it was beaten.
	cancel()
	m = image.NewRGBA(image.Rect(0, 0, 150, 140))
	if _, _, err := turn(1); err != context.Canceled {
		t.Errorf("stopped: %v", err)
	}
}
