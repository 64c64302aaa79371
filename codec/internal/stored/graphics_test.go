package stored

import (
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// graphics returns the PNG files of a folder below the shared data, or skips.
func graphics(t testing.TB, folder string) []string {
	t.Helper()
	data := os.Getenv("DDPMZ_DATA")
	if data == "" {
		data = filepath.Join("..", "..", "..", "..", "shared", "data")
	}
	files, _ := filepath.Glob(filepath.Join(data, "graphics", folder, "*.png"))
	if len(files) == 0 {
		t.Skipf("no pictures in %s: set DDPMZ_DATA to the folder that holds graphics/%s", data, folder)
	}
	return files
}

// readPicture reads a picture of 8-bit colours, or of at most 16 indexed ones.
func readPicture(t testing.TB, name string) (image.Image, *Raster) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, _, err := image.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	size := img.Bounds().Size()
	if p, ok := img.(*image.Paletted); ok && len(p.Palette) <= 16 {
		r := newRaster(size.X, size.Y, 1, 4)
		for i, v := range p.Pix {
			r.Samples[i] = uint16(v)
		}
		return img, r
	}
	channels := 4
	if o, ok := img.(interface{ Opaque() bool }); ok && o.Opaque() {
		channels = 3
	}
	r := newRaster(size.X, size.Y, channels, 8)
	s := r.Samples[:0]
	for y := range size.Y {
		for x := range size.X {
			c := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
			s = append(s, uint16(c.R), uint16(c.G), uint16(c.B))
			if channels == 4 {
				s = append(s, uint16(c.A))
			}
		}
	}
	return img, r
}

// A counter counts what is written to it.
type counter int

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// TestSmallerThanPNG compares stream sizes with image/png at its best level; -v
// lists them. The large screenshots are left to BenchmarkGraphics.
func TestSmallerThanPNG(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped by -short")
	}
	n := 3
	if os.Getenv("DDPMZ_LONG") == "1" {
		n = 8
	}
	compare(t, graphics(t, "cid22_graphics")[:n])
}

// BenchmarkGraphics compares sizes on all the screenshots and charts, and
// reports the mean ratio to image/png's best level.
func BenchmarkGraphics(b *testing.B) {
	for _, folder := range []string{"gb82-sc", "cid22_graphics"} {
		b.Run(folder, func(b *testing.B) {
			files := graphics(b, folder)
			for b.Loop() {
				b.ReportMetric(compare(b, files), "of-PNG")
			}
		})
	}
}

// compare checks that files survive, and that their streams are smaller than
// PNG's in the mean, which it returns.
func compare(t testing.TB, files []string) (mean float64) {
	for _, name := range files {
		img, r := readPicture(t, name)
		var size counter
		encoder := png.Encoder{CompressionLevel: png.BestCompression}
		if err := encoder.Encode(&size, img); err != nil {
			t.Fatal(err)
		}
		stream := mustEncode(t, r)
		got := like(r)
		if _, err := Decode(stream, true, got); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !slices.Equal(got.Samples, r.Samples) {
			t.Fatalf("%s: samples differ", name)
		}
		ratio := float64(len(stream)) / float64(size)
		t.Logf("%-45s PNG %8d  stored %8d  %.3f", filepath.Base(name), size, len(stream), ratio)
		mean += ratio / float64(len(files))
	}
	t.Logf("mean of %d: %.3f", len(files), mean)
	if mean >= 1 {
		t.Errorf("stored pictures are %.3f of PNG's size in the mean", mean)
	}
	return mean
}
