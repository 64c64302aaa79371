package codec_test

import (
	"bytes"
	"fmt"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
)

// TestDecompressedKodak makes JPEG files of Kodak's photographs with cjpeg, and pictures of these with djpeg. They come back, and it prints
// what they take beside the JPEG files, and what cjxl and cwebp make of the pictures where these are installed: the table of
// docs/decompressed.md.
func TestDecompressedKodak(t *testing.T) {
	t.Parallel()
	dir := data(t, "kodak")
	if !long() {
		t.Skip("set DDPMZ_LONG=1: 96 pictures take minutes")
	}
	for _, program := range []string{"cjpeg", "djpeg"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip("no " + program)
		}
	}
	temporary := t.TempDir()
	input, output := filepath.Join(temporary, "in.ppm"), filepath.Join(temporary, "out")
	peers := [][]string{{"cjxl", input, output, "--quiet", "-d", "0", "-e", "7"}, {"cwebp", "-quiet", "-lossless", "-z", "6", input, "-o", output}}
	for _, quality := range []int{75, 85, 92, 97} {
		var original, file, coded int
		sizes := make([]int, len(peers))
		for i := range 24 {
			k := kodakJPEG{photograph: fmt.Sprintf("kodim%02d", i+1), quality: quality}
			jpeg, err := k.file(t, dir)
			if err != nil {
				t.Fatal(err)
			}
			ppm, err := run(jpeg, "djpeg")
			if err != nil {
				t.Fatal(err)
			}
			m := readPPM(t, ppm)
			picture := encode(t, m, nil)
			back, at, err := decodeLast(picture, codec.Decoder{})
			if err != nil || !at.Exact || !same(back, m) {
				t.Errorf("%s, quality %d: another picture, %+v, %v", k.photograph, quality, at, err)
			}
			if says := transform(t, picture); !strings.Contains(says, asDecoded) {
				t.Errorf("%s, quality %d: %s", k.photograph, quality, says)
			}
			original, file, coded = original+len(jpeg), file+len(encodeJPEG(t, jpeg, nil)), coded+len(picture)
			if err := os.WriteFile(input, ppm, 0o666); err != nil {
				t.Fatal(err)
			}
			for n, args := range peers {
				if _, err := exec.LookPath(args[0]); err != nil {
					continue
				}
				if _, err := run(nil, args[0], args[1:]...); err != nil {
					t.Fatal(err)
				}
				made, err := os.Stat(output)
				if err != nil {
					t.Fatal(err)
				}
				sizes[n] += int(made.Size())
			}
		}
		row := fmt.Sprintf("quality %d: JPEG %d, as a JPEG file %d, the picture %d, of that %.3f", quality, original, file, coded, float64(coded)/float64(file))
		for n, args := range peers {
			if sizes[n] > 0 {
				row += fmt.Sprintf("; %s %d, of which the picture is %.3f", args[0], sizes[n], float64(coded)/float64(sizes[n]))
			}
		}
		t.Log(row)
	}
}

// readPPM reads what djpeg writes.
func readPPM(t *testing.T, ppm []byte) image.Image {
	t.Helper()
	fields := bytes.Fields(ppm[:min(len(ppm), 40)])
	if len(fields) < 4 || string(fields[0]) != "P6" {
		t.Fatal("no PPM of 8 bits")
	}
	w, errW := strconv.Atoi(string(fields[1]))
	h, errH := strconv.Atoi(string(fields[2]))
	pix := len(ppm) - 3*w*h
	if errW != nil || errH != nil || pix < 0 {
		t.Fatal("another PPM")
	}
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		copy(m.Pix[4*i:], ppm[pix+3*i:][:3])
		m.Pix[4*i+3] = 255
	}
	return m
}
