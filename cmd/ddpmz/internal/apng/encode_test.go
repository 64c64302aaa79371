package apng_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"io"
	"testing"
	"time"

	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/apng"
)

// frame returns a picture that differs by n.
func frame(w, h, n int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		m.Set(i%w, i/w, color.NRGBA{uint8(40 * n), uint8(i), uint8(i * n), 255})
	}
	return m
}

// TestEncode takes a file apart by the specification: the sequence numbers count, and the data of every frame, put behind the header
// of the file, are a PNG file of its picture.
func TestEncode(t *testing.T) {
	var pictures []image.Image
	for n := range 4 {
		pictures = append(pictures, frame(13, 7, n))
	}
	var file bytes.Buffer
	if err := apng.Encode(&file, pictures, 250*time.Millisecond, 3*time.Second); err != nil {
		t.Fatal(err)
	}
	if m, err := png.Decode(bytes.NewReader(file.Bytes())); err != nil || !same(m, pictures[0]) {
		t.Errorf("what does not know animations shows something else than the first picture: %v", err)
	}
	rest := file.Bytes()[8:]
	var header, order []byte
	var delays []uint16
	sequence, frames := uint32(0), 0
	for len(rest) > 0 {
		n := binary.BigEndian.Uint32(rest)
		kind, content := string(rest[4:8]), rest[8:8+n]
		if crc32.ChecksumIEEE(rest[4:8+n]) != binary.BigEndian.Uint32(rest[8+n:]) {
			t.Fatalf("the checksum of %s is wrong", kind)
		}
		order = append(order, kind[0])
		switch kind {
		case "IHDR":
			header = append(bytes.Clone(file.Bytes()[:8]), rest[:n+12]...)
		case "acTL":
			if count := binary.BigEndian.Uint32(content); count != 4 || binary.BigEndian.Uint32(content[4:]) != 0 {
				t.Errorf("%d frames, %d times", count, binary.BigEndian.Uint32(content[4:]))
			}
		case "fcTL", "fdAT":
			if got := binary.BigEndian.Uint32(content); got != sequence {
				t.Errorf("%s has the number %d, want %d", kind, got, sequence)
			}
			sequence++
			if kind == "fcTL" {
				delays = append(delays, binary.BigEndian.Uint16(content[20:]))
				break
			}
			content = content[4:]
			fallthrough
		case "IDAT":
			var one writer
			one.Write(header)
			one.chunk("IDAT", content)
			one.chunk("IEND", nil)
			if m, err := png.Decode(&one); err != nil || !same(m, pictures[frames]) {
				t.Errorf("frame %d is another picture: %v", frames, err)
			}
			frames++
		}
		rest = rest[n+12:]
	}
	if string(order) != "IafIffffffI" || frames != 4 {
		t.Errorf("%d frames; chunks begin with %s", frames, order)
	}
	if len(delays) != 4 || delays[0] != 250 || delays[2] != 250 || delays[3] != 3000 {
		t.Errorf("frames are shown for %v ms", delays)
	}
}

type writer struct{ bytes.Buffer }

func (w *writer) chunk(kind string, content []byte) {
	b := append(binary.BigEndian.AppendUint32(nil, uint32(len(content))), kind...)
	b = append(b, content...)
	w.Write(binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:])))
}

func same(a, b image.Image) bool {
	for y := range b.Bounds().Dy() {
		for x := range b.Bounds().Dx() {
			ar, ag, ab, aa := a.At(x, y).RGBA()
			br, bg, bb, ba := b.At(x, y).RGBA()
			if ar != br || ag != bg || ab != bb || aa != ba {
				return false
			}
		}
	}
	return a.Bounds() == b.Bounds()
}

// TestErrors tests what no animation can be made of, and writers that fail.
func TestErrors(t *testing.T) {
	if err := apng.Encode(io.Discard, nil, 0, 0); err == nil {
		t.Error("an animation of nothing")
	}
	if err := apng.Encode(io.Discard, []image.Image{frame(4, 4, 1), frame(4, 5, 1)}, 0, 0); err == nil {
		t.Error("an animation of two sizes")
	}
	if err := apng.Encode(io.Discard, []image.Image{frame(4, 4, 1)}, 0, 66*time.Second); err == nil {
		t.Error("66 s are more than a frame can have")
	}
	broken := errors.New("broken")
	if err := apng.Encode(failing{broken}, []image.Image{frame(4, 4, 1)}, 0, 0); !errors.Is(err, broken) {
		t.Error(err)
	}
}

type failing struct{ error }

func (f failing) Write([]byte) (int, error) { return 0, f.error }
