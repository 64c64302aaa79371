package codec

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/ddpmz/ddpmz/model"
)

// lowBand decodes all of a modelled file to its low band, which is exact then.
func lowBand(t *testing.T, file []byte, scales int) image.Image {
	t.Helper()
	s, err := (&Decoder{Reduce: scales}).Open(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	d := s.body.(*passDecoder)
	s.unread = nil
	d.passes = model.Passes(s.picture.w, s.picture.h)
	d.plan = planPasses(s.header, d.passes, 0, func(int) bool { return false })
	d.plan.Scales, d.plan.wanted = scales, d.plan.total // so that the picture does not count as exact
	if _, err := s.Last(); err != nil {
		t.Fatal(err)
	}
	m, err := s.Image()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestReducedPictureIsGood: where decoding stops by itself, a reduced picture differs from the low band of the image by less than shows.
func TestReducedPictureIsGood(t *testing.T) {
	f, err := os.Open(filepath.Join("..", "testdata", "landscape.png"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	whole, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	for _, keep := range []bool{true, false} { // the colours, which are YCoCg's or else luma and halved chroma
		m := image.NewRGBA(image.Rect(0, 0, 96, 136))
		for y := range 136 {
			for x := range 96 {
				m.Set(x, y, whole.At(x+100, y+30))
				if !keep {
					r, g, b, _ := whole.At(x/2*2+100, y/2*2+30).RGBA()
					luma, _, _ := color.RGBToYCbCr(m.RGBAAt(x, y).R, m.RGBAAt(x, y).G, m.RGBAAt(x, y).B)
					_, cb, cr := color.RGBToYCbCr(uint8(r>>8), uint8(g>>8), uint8(b>>8))
					m.Set(x, y, color.YCbCr{Y: luma, Cb: cb, Cr: cr})
				}
			}
		}
		var file bytes.Buffer
		if err := Encode(&file, m, &Options{Mode: Modelled, KeepColours: keep}); err != nil {
			t.Fatal(err)
		}
		for _, scales := range []int{1, 3} {
			got, err := (&Decoder{Reduce: scales}).Decode(bytes.NewReader(file.Bytes()))
			if err != nil {
				t.Fatal(err)
			}
			want := lowBand(t, file.Bytes(), scales)
			sum, n := 0.0, 0
			p, q := got.(*image.RGBA).Pix, want.(*image.RGBA).Pix
			for i := range p {
				if i%4 < 3 {
					sum, n = sum+float64(int(p[i])-int(q[i]))*float64(int(p[i])-int(q[i])), n+1
				}
			}
			psnr := 10 * math.Log10(255*255*float64(n)/sum)
			t.Logf("colours kept: %v, reduced by %d: %.2f dB", keep, scales, psnr)
			if psnr < 40 || math.IsInf(psnr, 1) {
				t.Errorf("reduced by %d: %.2f dB", scales, psnr)
			}
		}
	}
}
