package codec

import (
	"bytes"
	"context"
	"image"
	"image/draw"
	"image/png"
	"os"
	"testing"

	"github.com/ddpmz/ddpmz/model/zoo"
)

// TestEarlyAbort: the model's turn ends as soon as its file is as large as the stored one, and only then.
func TestEarlyAbort(t *testing.T) {
	b, err := os.ReadFile("../testdata/landscape.png")
	if err != nil {
		t.Fatal(err)
	}
	whole, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	m := image.NewRGBA(image.Rect(0, 0, 100, 280)) // of several segments, and two bands
	draw.Draw(m, m.Bounds(), whole, image.Pt(40, 10), draw.Src)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	net, err := zoo.ByName("")
	if err != nil {
		t.Fatal(err)
	}
	beforeLast := int64(0) // bytes, as far as they are known then
	// turn is the model's turn against a stored file of a size, or of none, if that is 0.
	turn := func(size int64) (*modelledFile, int, error) {
		rows, err := newPixelReader(m)
		if err != nil {
			t.Fatal(err)
		}
		done := 0
		e := Encoder{Options{KeepColours: true, Progress: func(permille int) { done = permille }}}
		side, err := e.side(context.Background(), rows)
		if err != nil {
			t.Fatal(err)
		}
		r := newRace(side, newModelCoder(net, rows, e.Options), nil)
		close(r.probed)
		r.storedSize.Store(size)
		f, err := r.coder.code(ctx, side, func(bytes int64, finest bool) error {
			if finest && size == 0 {
				beforeLast = bytes
			}
			return r.proceed(ctx, bytes, finest)
		})
		return f, done, err
	}
	f, done, err := turn(0) // while nothing is known of the other
	if err != nil || done != 1000 {
		t.Fatalf("%v, at %d", err, done)
	}
	size := f.payloadBytes()
	if _, done, err := turn(size); err != nil || done != 1000 {
		t.Errorf("against %d of %d bytes: %v, at %d", size, size, err, done)
	}
	before := 1000
	if beforeLast >= size-1000 {
		t.Fatalf("%d bytes, %d before the last pass", size, beforeLast)
	}
	for _, n := range []int64{beforeLast + 100, size / 2, 1} { // the first within the last pass
		_, done, err := turn(n)
		t.Logf("against %d of %d bytes: %v, at %d", n, size, err, done)
		if err != errAborted || done == 1000 || done > before {
			t.Errorf("against %d of %d bytes: %v, at %d", n, size, err, done)
		}
		before = done
	}

	// Of the orientations of a small picture, one may be larger and another not.
	m = image.NewRGBA(image.Rect(0, 0, 40, 40))
	draw.Draw(m, m.Bounds(), whole, image.Pt(40, 30), draw.Src)
	if _, _, err := turn(1); err != nil {
		t.Errorf("a small picture: %v", err)
	}

	// Whoever has stopped it gets no errAborted.
	cancel()
	m = image.NewRGBA(image.Rect(0, 0, 100, 280))
	if _, _, err := turn(1); err != context.Canceled {
		t.Errorf("stopped: %v", err)
	}
}
