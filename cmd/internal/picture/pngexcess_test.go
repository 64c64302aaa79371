package picture

import (
	"bytes"
	"compress/zlib"
	"errors"
	"image"
	"image/png"
	"io"
	"os"
	"testing"
)

// withExcess returns a PNG file whose image data go on after the last row.
func withExcess(t testing.TB, file, excess []byte) []byte {
	t.Helper()
	var stream bytes.Buffer
	kinds, data := walk(file)
	for i, kind := range kinds {
		if kind == "IDAT" {
			stream.Write(data[i])
		}
	}
	r, err := zlib.NewReader(&stream)
	if err != nil {
		t.Fatal(err)
	}
	var longer bytes.Buffer
	w := zlib.NewWriter(&longer)
	if _, err := io.Copy(w, r); err != nil {
		t.Fatal(err)
	}
	w.Write(excess)
	w.Close()
	out, seen := []byte(pngSignature), false
	for i, kind := range kinds {
		switch {
		case kind != "IDAT":
			out = appendChunk(out, kind, data[i])
		case !seen:
			seen = true
			const first = 5 // bytes of the first of two IDAT chunks
			out = appendChunk(out, kind, longer.Bytes()[:first])
			out = appendChunk(out, kind, longer.Bytes()[first:])
		}
	}
	return out
}

// TestExcess gives files image data after their last row, as some writers do, and
// reads the pixels that the file has without, in every layout, interlaced or not:
// those of the PNG suite where it is present.
func TestExcess(t *testing.T) {
	files := [][]byte{
		encodePNG(t, paint(image.NewRGBA(testBounds), opaqueAt)),
		encodePNG(t, paint(image.NewNRGBA64(testBounds), sixteenAt)),
		encodePNG(t, image.NewPaletted(testBounds, fourColours)),
	}
	for _, name := range pngFiles(t, "pngsuite") {
		file, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	for _, file := range files {
		want, err := png.Decode(bytes.NewReader(file))
		if err != nil {
			continue // broken in another way, on purpose
		}
		for _, excess := range [][]byte{{0}, bytes.Repeat([]byte{7}, 1000)} {
			p, err := Read(bytes.NewReader(withExcess(t, file, excess)), ReadOptions{})
			if err != nil {
				t.Errorf("%s: %v", outline(file), err)
				continue
			}
			if !samePixels(p.Image, want) {
				t.Errorf("%s: pixels differ", outline(file))
			}
		}
	}
	short := withExcess(t, files[0], nil)
	if _, err := Read(bytes.NewReader(short[:len(short)-12]), ReadOptions{}); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("without IEND: %v", err)
	}
}
