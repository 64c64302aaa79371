package test

import (
	"bytes"
	"image"
	_ "image/png"
	"math"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp"

	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/model"
)

// TestScreen measures the rule by which ../decoder stops where a screen needs no more, at widths of 300 and of 200 pixels: the share of the
// bytes, and the PSNR to the whole image, both at that size. The pictures are those of the folder $DDPMZ_PICTURES.
func TestScreen(t *testing.T) {
	folder := os.Getenv("DDPMZ_PICTURES")
	if folder == "" {
		t.Skip("no folder in $DDPMZ_PICTURES")
	}
	list, err := filepath.Glob(filepath.Join(folder, "*.*"))
	if err != nil || len(list) == 0 {
		t.Fatalf("no pictures, %v", err)
	}
	for _, width := range []int{300, 200} {
		shares, decibels, rows := 0.0, 0.0, 0
		for _, name := range list {
			file := encodeFile(t, name)
			c, err := codec.DecodeConfig(bytes.NewReader(file))
			if err != nil {
				t.Fatal(err)
			}
			halvings := max(0, int(2*math.Log2(float64(c.Width)/float64(width))+0.01))
			d := codec.Decoder{Reduce: halvings / 2}
			if halvings > 0 {
				d.Timestep = model.LevelTimestep(model.ReducedLevel(halvings/2) + 1 + halvings%2)
			}
			s, err := d.Open(bytes.NewReader(file))
			if err != nil {
				t.Fatal(err)
			}
			bytes := int64(0)
			for _, r := range s.Ranges() {
				bytes += r.To - r.From
			}
			share := float64(bytes) / float64(len(file))
			psnr := psnrAt(t, file, d, width, width*c.Height/c.Width)
			t.Logf("%s at %d: %d halvings, %.3f of the bytes, %.1f dB", filepath.Base(name), width, halvings, share, psnr)
			shares, decibels, rows = shares+share, decibels+psnr, rows+1
		}
		t.Logf("mean at %d: %.3f of the bytes, %.1f dB", width, shares/float64(rows), decibels/float64(rows))
		if decibels/float64(rows) < 36 {
			t.Error("noise would show")
		}
	}
}

// psnrAt compares a decoded picture with the reduced one that has all its bytes, both scaled to w x h pixels.
func psnrAt(t *testing.T, file []byte, d codec.Decoder, w, h int) float64 {
	t.Helper()
	at := func(d codec.Decoder) *image.RGBA {
		m, err := d.Decode(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		to := image.NewRGBA(image.Rect(0, 0, w, h))
		draw.CatmullRom.Scale(to, to.Rect, m, m.Bounds(), draw.Src, nil)
		return to
	}
	got, want := at(d), at(codec.Decoder{Reduce: d.Reduce})
	sum := 0
	for i := range got.Pix {
		v := int(got.Pix[i]) - int(want.Pix[i])
		sum += v * v
	}
	return 10 * math.Log10(255*255*0.75*float64(len(got.Pix))/float64(max(sum, 1)))
}

// encodeFile returns the file of a PNG or WebP picture.
func encodeFile(t *testing.T, name string) []byte {
	t.Helper()
	if file, ok := encoded.Load(name); ok {
		return file.([]byte)
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, _, err := image.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := codec.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	encoded.Store(name, b.Bytes())
	return b.Bytes()
}
