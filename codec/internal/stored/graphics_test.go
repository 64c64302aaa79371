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

// readPicture reads a picture of 8-bit colours, or of at most 16 indexed ones: its colours, and its alpha if it has any.
func readPicture(t testing.TB, name string) (image.Image, []*Raster) {
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
		return img, []*Raster{r}
	}
	colours, alpha := newRaster(size.X, size.Y, 3, 8), newRaster(size.X, size.Y, 1, 8)
	for i := range alpha.Samples {
		c := color.NRGBAModel.Convert(img.At(i%size.X, i/size.X)).(color.NRGBA)
		copy(colours.Samples[3*i:], []uint16{uint16(c.R), uint16(c.G), uint16(c.B)})
		alpha.Samples[i] = uint16(c.A)
	}
	if o, ok := img.(interface{ Opaque() bool }); ok && o.Opaque() {
		return img, []*Raster{colours}
	}
	return img, []*Raster{colours, alpha}
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

// compare checks that files survive, and that every one's streams are smaller than PNG's. It returns the mean of the ratios.
func compare(t testing.TB, files []string) (mean float64) {
	for _, name := range files {
		img, rasters := readPicture(t, name)
		var size counter
		encoder := png.Encoder{CompressionLevel: png.BestCompression}
		if err := encoder.Encode(&size, img); err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, r := range rasters {
			stream := mustEncode(t, r)
			n += len(stream)
			got := like(r)
			if _, err := Decode(stream, true, got); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if !slices.Equal(got.Samples, r.Samples) {
				t.Fatalf("%s: samples differ", name)
			}
		}
		ratio := float64(n) / float64(size)
		t.Logf("%-45s PNG %8d  stored %8d  %.3f", filepath.Base(name), size, n, ratio)
		if ratio >= 1 {
			t.Errorf("%s: %.3f of PNG's size", name, ratio)
		}
		mean += ratio / float64(len(files))
	}
	t.Logf("mean of %d: %.3f", len(files), mean)
	return mean
}
