package codec_test

import (
	"bytes"
	"image"
	"image/draw"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
)

// TestDecompressedCamera makes pictures of cameras' JPEG files, whole and cut at (13, 5) to an odd size, and encodes them: exact, and in
// the mean at most 1.05 of what the JPEG files become, and 1.15 of that for as many pixels. It prints that, and the same against the files
// without what is not in pixels: syntax, metadata and thumbnails.
func TestDecompressedCamera(t *testing.T) {
	t.Parallel()
	files := cameraFiles(t)
	var sums [2][2]float64
	t.Log("file                          JPEG   coded  without syntax  picture  ratios        part  ratios")
	for _, name := range files {
		original, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		file := encodeJPEG(t, original, nil)
		bare := len(file)
		for _, s := range segments(t, file) {
			if s.Kind == "syntax" {
				bare -= int(s.Size)
			}
		}
		whole := jpegPicture(t, original)
		b := whole.Bounds()
		part := image.NewRGBA(image.Rect(0, 0, (b.Dx()-21)|1, (b.Dy()-13)|1))
		draw.Draw(part, part.Rect, whole, image.Pt(13, 5), draw.Src)
		var sizes [2]int
		var ratios [2][2]float64
		for i, m := range []image.Image{whole, part} {
			picture := encode(t, m, nil)
			back, at, err := decodeLast(picture, codec.Decoder{})
			if err != nil || !at.Exact || !same(back, m) {
				t.Errorf("%s: another picture, %+v, %v", name, at, err)
			}
			if says := transform(t, picture); !strings.Contains(says, asDecoded) {
				t.Errorf("%s: %s", name, says)
			}
			share := float64(m.Bounds().Dx()*m.Bounds().Dy()) / float64(b.Dx()*b.Dy())
			sizes[i] = len(picture)
			for j, n := range []int{len(file), bare} {
				ratios[i][j] = float64(len(picture)) / float64(n) / share
				sums[i][j] += ratios[i][j]
			}
		}
		t.Logf("%-27s %8d %7d %7d %7d  %.3f %.3f %7d  %.3f %.3f", filepath.Base(name), len(original), len(file), bare,
			sizes[0], ratios[0][0], ratios[0][1], sizes[1], ratios[1][0], ratios[1][1])
	}
	n := float64(len(files))
	t.Logf("mean of the ratios: whole %.3f %.3f, part %.3f %.3f", sums[0][0]/n, sums[0][1]/n, sums[1][0]/n, sums[1][1]/n)
	if sums[0][0]/n > 1.05 || sums[1][0]/n > 1.15 {
		t.Error("larger than that")
	}
}

// TestDecompressedGo makes pictures of the same files by Go's image/jpeg, and encodes them: exact, in the mean at most 1.05 of what the JPEG files
// become. It prints that, what the pictures are of 16 bits a sample, and by luma and chroma alone.
func TestDecompressedGo(t *testing.T) {
	t.Parallel()
	files := cameraFiles(t)
	ratios := 0.0
	var sums [5]int
	for _, name := range files {
		original, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		decoded, err := jpeg.Decode(bytes.NewReader(original))
		if err != nil {
			t.Fatal(err)
		}
		m := image.NewRGBA(decoded.Bounds())
		draw.Draw(m, m.Rect, decoded, image.Point{}, draw.Src)
		picture := encode(t, m, nil)
		back, at, err := decodeLast(picture, codec.Decoder{})
		if err != nil || !at.Exact || !same(back, m) {
			t.Errorf("%s: another picture, %+v, %v", name, at, err)
		}
		if says := transform(t, picture); !strings.Contains(says, "by Go's image/jpeg") {
			t.Errorf("%s: %s", name, says)
		}
		wide := image.NewRGBA64(decoded.Bounds())
		draw.Draw(wide, wide.Rect, decoded, image.Point{}, draw.Src)
		wideFile := encode(t, wide, nil)
		if back, at, err := decodeLast(wideFile, codec.Decoder{}); err != nil || !at.Exact || !same(back, wide) {
			t.Errorf("%s, 16 bits: another picture, %+v, %v", name, at, err)
		}
		sizes := [5]int{len(original), len(encodeJPEG(t, original, nil)), len(picture), len(wideFile), len(encode(t, m, &codec.Options{Effort: 3}))}
		for i, n := range sizes {
			sums[i] += n
		}
		ratios += float64(sizes[2]) / float64(sizes[1])
		t.Logf("%-27s JPEG %d, coded %d, picture %d, of 16 bits %d, by luma and chroma %d", filepath.Base(name), sizes[0], sizes[1], sizes[2], sizes[3], sizes[4])
	}
	ratios /= float64(len(files))
	t.Logf("together JPEG %d, coded %d, picture %d, of 16 bits %d, by luma and chroma %d; mean of the ratios to coded %.3f", sums[0], sums[1], sums[2], sums[3], sums[4], ratios)
	if ratios > 1.05 {
		t.Error("larger than that")
	}
}

// cameraFiles returns the names of the cameras' JPEG files, for a test that takes minutes: of all 24, or, with DDPMZ_LONG=part, of two.
func cameraFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(data(t, "jpeg/camera"), "*.jpg"))
	if err != nil || len(files) != 24 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	if !long() {
		t.Skip("set DDPMZ_LONG=1")
	}
	return spread(files, 12)
}

// segments returns those of a file.
func segments(t *testing.T, file []byte) []codec.SegmentInfo {
	t.Helper()
	i, err := codec.Inspect(strings.NewReader(string(file)))
	if err != nil {
		t.Fatal(err)
	}
	return i.Segments
}
