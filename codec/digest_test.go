package codec_test

import (
	"bytes"
	"errors"
	"image"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/container"
)

// digestAt returns where in a file the payload of the digest is, or -1 if the file has none.
func digestAt(t testing.TB, file []byte) int {
	t.Helper()
	h, _ := contents(t, file)
	for i, s := range h.Segments {
		if s.Kind == container.Digest {
			return int(offsets(t, file)[i])
		}
	}
	return -1
}

// Files of more than 4 KiB have a digest of the samples, of whatever type these are and however they are coded. It takes 18 bytes
// at most. Smaller ones have none, and decode the same.
func TestDigest(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	for i, typ := range types {
		for _, side := range []int{12, 72} {
			if side > 12 && i%3 > 0 && !long() {
				continue
			}
			m := typ.make(image.Rect(0, 0, side, side))
			fill(m, noise(rng, 255))
			for _, mode := range []codec.Mode{codec.Modelled, codec.Stored} {
				if _, ok := m.(*image.Paletted); ok {
					mode = codec.Stored
				}
				file, without := encode(t, m, &codec.Options{Mode: mode}), encode(t, m, &codec.Options{Mode: mode, NoDigest: true})
				if digestAt(t, without) >= 0 || len(file)-len(without) > 18 || (digestAt(t, file) >= 0) != (len(without) > 4096) {
					t.Errorf("%s, %d x %d: %d bytes, without digest %d, which is at %d", typ.name, side, side, len(file), len(without), digestAt(t, file))
				}
				for _, f := range [][]byte{file, without} {
					if got, at, err := decodeLast(f, codec.Decoder{}); err != nil || !at.Exact || !same(got, m) || at.Bytes != int64(len(f)) {
						t.Errorf("%s, %d x %d: %+v, %v, or not the image", typ.name, side, side, at, err)
					}
				}
			}
		}
	}
}

// A picture that is not what was encoded is found: by Next, Last and Decode. What came before can be seen.
func TestWrongDigest(t *testing.T) {
	for _, file := range [][]byte{large(t).file, encode(t, picture(t, "noise.png"), &codec.Options{Mode: codec.Stored})} {
		bad := bytes.Clone(file)
		at := digestAt(t, file)
		bad[at+3] ^= 1
		bad = reseal(bad) // as if the encoder had made it so
		var wrong *codec.DigestError
		m, last, err := decodeLast(bad, codec.Decoder{})
		if !errors.As(err, &wrong) || last.Exact || m == nil || !bytes.Equal(wrong.Stored[:], bad[at:at+8]) || !bytes.Equal(wrong.Computed[:], file[at:at+8]) {
			t.Errorf("Next: %+v, %v", last, err)
		}
		s := openStream(t, bad, codec.Decoder{})
		if last, err := s.Last(); !errors.As(err, &wrong) || last.Exact || s.Whole() {
			t.Errorf("Last: %+v, %v, whole: %v", last, err, s.Whole())
		}
		if m, err := codec.Decode(bytes.NewReader(bad)); !errors.As(err, &wrong) || m != nil {
			t.Errorf("Decode: %v", err)
		}
		if _, err := (&codec.Decoder{Timestep: 50}).Decode(bytes.NewReader(bad)); err != nil {
			t.Errorf("not to the end: %v", err)
		}
	}
}

// A file that is cut before the end of its digest is not exact, and says that it is cut. Without an end on purpose, that is.
func TestCutDigest(t *testing.T) {
	if !long() {
		t.Skip("set DDPMZ_LONG=1: it takes seconds")
	}
	s := large(t)
	at := digestAt(t, s.file)
	step := 5
	if long() {
		step = 1
	}
	for n := at - 1; n < len(s.file); n += step {
		m, last, err := decodeLast(s.file[:n], codec.Decoder{})
		if err != nil || last.Exact || n >= at && !same(m, s.m) {
			t.Errorf("%d bytes: %+v, %v", n, last, err)
		}
		stream := openStream(t, s.file[:n], codec.Decoder{})
		if last, err := stream.Last(); err != nil || last.Exact || !stream.Truncated() || stream.Whole() {
			t.Errorf("%d bytes: %+v, %v, truncated: %v", n, last, err, stream.Truncated())
		}
	}
	// Reading on costs nothing twice: the picture is the caller's own.
	stream := openStream(t, s.file, codec.Decoder{})
	if _, err := stream.Last(); err != nil {
		t.Fatal(err)
	}
	a, err := stream.Image()
	if err != nil || !same(a, s.m) {
		t.Fatalf("not the image, %v", err)
	}
	clear(samples(a))
	if b, err := stream.Image(); err != nil || !same(b, s.m) {
		t.Errorf("a second Image is not the image, %v", err)
	}
	if _, err := stream.Next(); err != io.EOF {
		t.Error(err)
	}
}
