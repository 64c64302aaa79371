package model

import (
	"image"
	_ "image/png"
	"os"
	"path/filepath"
	"testing"

	_ "golang.org/x/image/webp"
)

// readPlanes returns the samples of an image file, R, G, B of 8 bits.
func readPlanes(t testing.TB, name string) []Plane {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	im, _, err := image.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	b := im.Bounds()
	p := []Plane{NewPlane(b.Dx(), b.Dy()), NewPlane(b.Dx(), b.Dy()), NewPlane(b.Dx(), b.Dy())}
	for y := range b.Dy() {
		for x := range b.Dx() {
			r, g, b, _ := im.At(b.Min.X+x, b.Min.Y+y).RGBA()
			p[0].Row(y)[x], p[1].Row(y)[x], p[2].Row(y)[x] = int32(r>>8), int32(g>>8), int32(b>>8)
		}
	}
	return p
}

// kodak returns the first photograph of the Kodak set, in the data folder.
func kodak(t testing.TB) string {
	data := os.Getenv("DDPMZ_DATA")
	if data == "" {
		data = filepath.Join("..", "..", "shared", "data")
	}
	files, _ := filepath.Glob(filepath.Join(data, "kodak", "*.*"))
	for _, f := range files {
		if ext := filepath.Ext(f); ext == ".webp" || ext == ".png" {
			return f
		}
	}
	t.Skipf("no photographs in %s: set DDPMZ_DATA to the folder that holds kodak", data)
	return ""
}

// benchmarkChain encodes an image all the way, but for the entropy coder. MB/s are of samples; bits/sub-pixel is
// what an ideal entropy coder needs for them.
func benchmarkChain(b *testing.B, file string) {
	net, pixels := photoNet(b), readPlanes(b, file)
	g := Geometry{pixels[0].W, pixels[0].H, 3, 8}
	passes := Passes(g.Width, g.Height)
	samples := 3 * g.Width * g.Height
	b.SetBytes(int64(samples))
	var bits length
	for b.Loop() {
		c := NewChain(net, g, net.Tau())
		c.SetImage(clonePlanes(pixels))
		bits = 0
		for _, p := range passes {
			lengths := make([]length, c.bandCount(p))
			coders := make([]Coder, len(lengths))
			for i := range lengths {
				coders[i] = &lengths[i]
			}
			codePass(c, p, coders...)
			for _, n := range lengths {
				bits += n
			}
		}
	}
	b.ReportMetric(float64(bits)/float64(samples), "bits/sub-pixel")
}

func BenchmarkPhotograph(b *testing.B) { benchmarkChain(b, kodak(b)) }

func BenchmarkLandscape(b *testing.B) {
	benchmarkChain(b, filepath.Join("..", "testdata", "landscape.png"))
}
