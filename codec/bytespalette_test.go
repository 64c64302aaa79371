package codec_test

import (
	"image"
	"image/color"
	_ "image/gif"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
)

// TestBytesOfIndexed lists, with -v, the PSNR before black and before white of pictures with a palette, by colours and by rows, at three rates: see
// docs/lossy.md. Colours are never worse.
func TestBytesOfIndexed(t *testing.T) {
	if !long() {
		t.Skip("DDPMZ_LONG=1 measures pictures with a palette")
	}
	names := []string{filepath.Join("..", "testdata", "palette256.png")}
	for _, pattern := range []string{"graphics/gb82-sc/*.png", "graphics/libjxl/*.png", "graphics/pngsuite/*3p08.png", "formats/*.gif"} {
		list, err := filepath.Glob(filepath.Join(data(t, filepath.Dir(pattern)), filepath.Base(pattern)))
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, list...)
	}
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		m, _, err := image.Decode(f)
		f.Close()
		indices, ok := m.(*image.Paletted)
		if err != nil || !ok {
			continue
		}
		size, whole := m.Bounds().Size(), len(encode(t, m, nil))
		pixels := float64(size.X * size.Y)
		t.Logf("%s: %v, %d colours, whole %d bytes, %.2f bits a pixel", filepath.Base(name), size, len(indices.Palette), whole, 8*float64(whole)/pixels)
		for _, rate := range []float64{0.1, 0.25, 0.5} {
			n := int64(rate * pixels / 8)
			if n < 20 || n >= int64(whole) {
				continue
			}
			var db [2]float64
			for i, mode := range []codec.Mode{codec.Auto, codec.Stored} {
				db[i] = layersPSNR(decode(t, encode(t, m, &codec.Options{Bytes: n, Mode: mode}), 0), m)
			}
			t.Logf("   %4.2f: %6.2f dB, by rows %6.2f", rate, db[0], db[1])
			if db[0] < db[1] {
				t.Errorf("%s: worse than rows", name)
			}
		}
	}
}

// layersPSNR is the PSNR of two pictures before black and before white.
func layersPSNR(a, b image.Image) float64 {
	samples := 6 * float64(a.Bounds().Dx()*a.Bounds().Dy())
	return 10 * math.Log10(255*255*samples/float64(errorOfLayers(a, b)))
}

// errorOfLayers returns the sum of the squared differences of two pictures before black and before white.
func errorOfLayers(a, b image.Image) (sum int64) {
	from, to := a.Bounds().Min, b.Bounds().Min
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			p := color.NRGBAModel.Convert(a.At(from.X+x, from.Y+y)).(color.NRGBA)
			q := color.NRGBAModel.Convert(b.At(to.X+x, to.Y+y)).(color.NRGBA)
			s, t := int64(p.A), int64(q.A)
			for _, c := range [3][2]uint8{{p.R, q.R}, {p.G, q.G}, {p.B, q.B}} {
				black := (int64(c[0])*s - int64(c[1])*t) / 255
				white := black + t - s
				sum += black*black + white*white
			}
		}
	}
	return sum
}
