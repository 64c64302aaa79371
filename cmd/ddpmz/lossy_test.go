package main

import (
	"bytes"
	"image"
	"image/jpeg"
	"strconv"
	"testing"

	"github.com/ddpmz/ddpmz/cmd/internal/coding"
	"github.com/ddpmz/ddpmz/codec"
)

// TestLossyIsTheBetter: --bytes makes the better picture of the two ways in which a graphic, a picture with a palette or what was a JPEG file can be coded, --psnr the
// smaller file, and with --exact-prefix both write the beginning of the whole file.
func TestLossyIsTheBetter(t *testing.T) {
	m := decodePNG(t, load(t, "street.png")).Image.(interface {
		SubImage(image.Rectangle) image.Image
	}).SubImage(image.Rect(0, 0, 96, 64))
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	file := b.Bytes()
	picture := must(t, must(t, file, "encode"), "decode", "--format", "png")
	quality := func(file []byte, original image.Image) float64 {
		return meanSquarePSNR(original, decodePNG(t, must(t, file, "decode", "--format", "png")).Image)
	}
	text := part(t, "text.png", image.Rect(0, 0, 220, 80))
	for _, c := range []struct {
		name           string
		input, picture []byte
		db             float64
	}{{"a JPEG file", file, picture, 31}, {"its picture", picture, picture, 31}, {"text", text, text, 18},
		{"a palette", load(t, "palette256.png"), load(t, "palette256.png"), 20}} {
		original := decodePNG(t, c.picture).Image
		whole := must(t, c.input, "encode")
		samples := 0
		for _, n := range []int{500, len(whole) + 100} {
			bytesFlag := []string{"--bytes", strconv.Itoa(n)}
			exact := must(t, c.input, append([]string{"encode", "-q", "--exact-prefix"}, bytesFlag...)...)
			if want := must(t, whole, append([]string{"truncate", "-q"}, bytesFlag...)...); !bytes.Equal(exact, want) {
				t.Errorf("%s, %d bytes: with --exact-prefix, another file than truncate's", c.name, n)
			}
			got := must(t, c.input, append([]string{"encode", "-q"}, bytesFlag...)...)
			if len(got) > n {
				t.Errorf("%s: %d bytes, where %d are the most", c.name, len(got), n)
			}
			if bytes.Equal(got, exact) {
				continue
			}
			samples++
			p, q := quality(got, original), quality(exact, original)
			t.Logf("%s, %d bytes: %.2f dB, as the beginning of the whole file %.2f", c.name, n, p, q)
			if p <= q {
				t.Errorf("%s, %d bytes: %.2f dB, as the beginning of the whole file %.2f", c.name, n, p, q)
			}
			info, err := codec.Inspect(bytes.NewReader(got))
			if err != nil || info.JPEG != nil || info.Model != "photo" {
				t.Errorf("%s, %d bytes: %+v, %v", c.name, n, info, err)
			}
		}
		if samples == 0 {
			t.Errorf("%s: samples are never better", c.name)
		}
		db := strconv.FormatFloat(c.db, 'g', -1, 64)
		exact := must(t, c.input, "encode", "-q", "--exact-prefix", "--psnr", db)
		got := must(t, c.input, "encode", "-q", "--psnr", db)
		t.Logf("%s, %s dB: %d bytes, as the beginning of the whole file %d", c.name, db, len(got), len(exact))
		if q := quality(got, original); len(got) >= len(exact) || q < c.db {
			t.Errorf("%s: %d bytes for %.2f dB; the beginning of the whole file takes %d", c.name, len(got), q, len(exact))
		}
	}

	// What is lost is said whichever way is taken.
	for _, n := range []string{"500", "1000"} {
		t.Chdir(t.TempDir())
		writeFile(t, "photo.jpg", file)
		o := decodeJSON[outcome](t, must(t, nil, "encode", "-q", "--json", "--bytes", n, "photo.jpg"))
		if o.Original || len(o.Losses) == 0 || o.Losses[0] != coding.LossOfJPEG {
			t.Errorf("%s bytes of a JPEG file: %+v", n, o)
		}
	}
}
