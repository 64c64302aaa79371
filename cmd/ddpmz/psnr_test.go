package main

import (
	"bytes"
	"encoding/json"
	"image"
	"math"
	"path/filepath"
	"strconv"
	"testing"
)

// TestPSNR cuts files where their pictures are as good as was asked for, and no better: by encode, truncate and decode.
func TestPSNR(t *testing.T) {
	dir := folder(t)
	for _, c := range []struct {
		name, mode string
		db         float64
	}{{"tiny/rock.png", "modelled", 31.5}, {"alpha16.png", "modelled", 30}, {"tiny/cloth.png", "stored", 20}, {"tiny/cloth.png", "modelled", 300}} {
		original, db := load(t, c.name), strconv.FormatFloat(c.db, 'g', -1, 64)
		whole := encoded(t, c.name, "--mode", c.mode)
		cut := must(t, original, "encode", "--mode", c.mode, "--psnr", db)
		if got := must(t, whole, "truncate", "--psnr", db); !bytes.Equal(got, cut) {
			t.Errorf("%s: truncate makes %d bytes, encode %d", c.name, len(got), len(cut))
		}
		m := decodePNG(t, original).Image
		quality := func(png []byte) float64 { return meanSquarePSNR(m, decodePNG(t, png).Image) }
		picture := must(t, whole, "decode", "--psnr", db)
		if !bytes.Equal(picture, must(t, cut, "decode")) {
			t.Errorf("%s: decode --psnr makes another picture than the cut file", c.name)
		}
		got := quality(picture)
		shorter := quality(must(t, whole, "decode", "--bytes", strconv.Itoa(len(cut)-24-len(cut)/50)))
		t.Logf("%s, %s: %d of %d bytes have %.2f dB, less 2%% %.2f", c.name, c.mode, len(cut), len(whole), got, shorter)
		if got < c.db || shorter >= c.db {
			t.Errorf("%s: %.2f dB are asked for", c.name, c.db)
		}
		fails(t, 1, []string{"does not hold all of it"}, whole[:len(whole)-1], "truncate", "--psnr", db)

		in, out := filepath.Join(dir, "in.ddpmz"), filepath.Join(dir, "out.ddpmz")
		writeFile(t, in, whole)
		var o truncateOutcome
		if err := json.Unmarshal(must(t, nil, "truncate", "--json", "--psnr", db, "--force", "-o", out, in), &o); err != nil {
			t.Fatal(err)
		}
		if o.Bytes != int64(len(cut)) || o.InputBytes != int64(len(whole)) || o.Width != m.Bounds().Dx() || o.Exact != math.IsInf(got, 1) ||
			o.Steps < 100 || o.Steps > 1000 || o.Error != "" || !bytes.Equal(readFile(t, out), cut) {
			t.Errorf("%s: %+v", c.name, o)
		}
	}
	coded := encoded(t, "tiny/rock.png")
	for _, args := range [][]string{{"--psnr", "0"}, {"--psnr", "-3"}, {"--psnr", "NaN"}, {"--psnr", "Inf"}, {"--psnr", "40", "--bytes", "100"}, {"--psnr", "40", "--steps", "100"}} {
		fails(t, 2, []string{"--psnr"}, coded, append([]string{"truncate"}, args...)...)
	}
}

// meanSquarePSNR compares pictures over red, green and blue, of 16 bits and straight.
func meanSquarePSNR(a, b image.Image) float64 {
	sum, n := 0.0, 0.0
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			p, q := straightAt(a, x, y), straightAt(b, x, y)
			for c := range 3 {
				d := float64(p[c]) - float64(q[c])
				sum, n = sum+d*d, n+1
			}
		}
	}
	return 10 * math.Log10(65535*65535*n/sum)
}

func straightAt(m image.Image, x, y int) [3]uint32 {
	if n, ok := m.(*image.NRGBA); ok {
		c := n.NRGBAAt(x, y)
		return [3]uint32{257 * uint32(c.R), 257 * uint32(c.G), 257 * uint32(c.B)}
	}
	if n, ok := m.(*image.NRGBA64); ok {
		c := n.NRGBA64At(x, y)
		return [3]uint32{uint32(c.R), uint32(c.G), uint32(c.B)}
	}
	r, g, b, _ := m.At(x, y).RGBA()
	return [3]uint32{r, g, b}
}
