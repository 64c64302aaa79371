package codec_test

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
)

// TestBytes: a file of at most so many bytes is what Truncate makes of the whole one, of every kind of picture, at every size. It may hold more of
// it than with Cut.Bytes, since its table of segments is shorter.
func TestBytes(t *testing.T) {
	const effort = 5 // a single way
	for _, name := range []string{"street.png", "odd/rgb-67x41.png", "gray16.png", "alpha.png", "palette.png"} {
		m := picture(t, name)
		if name == "street.png" {
			m = crop(m, 60, 40, 150, 130)
		}
		for _, mode := range []codec.Mode{codec.Modelled, codec.Stored} {
			if (mode == codec.Modelled) == (name == "palette.png") {
				continue
			}
			meta := bytes.Repeat([]byte{1, 2, 3}, 2000)
			whole := encode(t, m, &codec.Options{Mode: mode, Metadata: meta, Effort: effort})
			sizes := []int{60, 300, 3000, len(whole) - 1, len(whole)}
			if name == "street.png" {
				sizes = []int{300, 5000, 15000}
			}
			for _, n := range sizes {
				got := encode(t, m, &codec.Options{Mode: mode, Metadata: meta, Effort: effort, Bytes: int64(n)})
				begins := false
				for more := int64(-10); more < 100 && !begins; more++ {
					var want bytes.Buffer
					if _, err := codec.Truncate(&want, bytes.NewReader(whole), codec.Cut{Prefix: int64(n) + more}, codec.Limits{}); err != nil {
						t.Fatal(err)
					}
					begins = bytes.Equal(got, want.Bytes())
				}
				if !begins || len(got) > n || len(got) < min(n, len(whole))*9/10 {
					t.Errorf("%s, mode %v, %d of %d bytes: %d bytes, those of the whole file %v", name, mode, n, len(whole), len(got), begins)
				}
			}
		}
	}
	var limit *codec.LimitError
	if err := codec.Encode(new(bytes.Buffer), picture(t, "street.png"), &codec.Options{Bytes: 5}); !errors.As(err, &limit) {
		t.Errorf("5 bytes: %v", err)
	}
}

// TestBytesOfGraphics: a graphic of which few bytes are wanted is coded by the model, whose beginnings are pictures; stored if all of that fits.
func TestBytesOfGraphics(t *testing.T) {
	m := picture(t, "text.png")
	whole := encode(t, m, nil)
	for _, n := range []int{len(whole), len(whole) - 1, 500} {
		file := encode(t, m, &codec.Options{Bytes: int64(n)})
		info, err := codec.Inspect(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		fits := n >= len(whole)
		if len(file) > n || info.Modelled == fits || info.EndsEarly == fits {
			t.Errorf("%d bytes: %d, %+v", n, len(file), info)
		}
	}
	for _, m := range []string{"street.png", "noise.png"} { // a photograph, and what is smaller stored, by more than fits
		m := crop(picture(t, m), 0, 0, 80, 80)
		whole := encode(t, m, nil)
		if file := encode(t, m, &codec.Options{Bytes: int64(len(whole) + 10)}); !bytes.Equal(file, whole) {
			t.Errorf("%d bytes, of which all fit: %d", len(whole), len(file))
		}
	}
}

// TestBytesByEffort: of several ways to code a picture, the one is taken that shows the most within the bytes.
func TestBytesByEffort(t *testing.T) {
	better := 0
	for _, m := range []image.Image{crop(picture(t, "street.png"), 100, 60, 90, 80), picture(t, "tiny/rock.png")} {
		for _, n := range []int64{150, 400} {
			quality := func(effort int) float64 {
				return psnr(decode(t, encode(t, m, &codec.Options{Bytes: n, Effort: effort}), 0), m)
			}
			p, q := quality(5), quality(8)
			t.Logf("%d bytes: %.3f dB by effort 5, %.3f by 8", n, p, q)
			if q < p {
				t.Errorf("%d bytes: %.3f dB by effort 5, %.3f by 8", n, p, q)
			}
			if q > p {
				better++
			}
		}
	}
	if better == 0 {
		t.Error("effort 8 is never better")
	}
}

// TestBytesOf16Bits: of a picture with 16 bits a sample that are copies of 8, the same is taken as of one with 8.
func TestBytesOf16Bits(t *testing.T) {
	m := decompressed(t, crop(picture(t, "street.png"), 0, 0, 128, 96), 90)
	wide := image.NewRGBA64(m.Bounds())
	draw.Draw(wide, wide.Rect, m, m.Bounds().Min, draw.Src)
	for _, n := range []int64{500, 2000} {
		models := [2]string{}
		for i, m := range []image.Image{m, wide} {
			info, err := codec.Inspect(bytes.NewReader(encode(t, m, &codec.Options{Bytes: n})))
			if err != nil {
				t.Fatal(err)
			}
			models[i] = info.Model
		}
		t.Log(n, models)
		if models[0] != models[1] {
			t.Errorf("%d bytes: by %v", n, models)
		}
	}
}

// TestBytesOfPalettes: a picture with a palette of which few bytes are wanted is coded by its colours, without the palette, unless all of it fits
// or rows of it show more. Alpha counts: what is before black and before white.
func TestBytesOfPalettes(t *testing.T) {
	street := crop(picture(t, "street.png"), 100, 60, 90, 80)
	transparent := paletted(street, 200)
	gray := color.Palette{}
	for i := range 40 {
		gray = append(gray, color.Gray{uint8(6 * i)})
	}
	ramp := image.NewPaletted(street.Bounds(), gray)
	draw.Draw(ramp, ramp.Rect, street, ramp.Rect.Min, draw.Src)
	flat := image.NewPaletted(image.Rect(0, 0, 50, 50), color.Palette{color.Black, color.White})
	for _, c := range []struct {
		name    string
		m       image.Image
		colours color.Model
	}{
		{"palette.png", picture(t, "palette.png"), color.RGBAModel},
		{"palette256.png", picture(t, "palette256.png"), color.RGBAModel},
		{"a part", crop(picture(t, "palette256.png"), 30, 20, 33, 21), color.RGBAModel},
		{"alpha", transparent, color.NRGBAModel},
		{"gray", ramp, color.GrayModel},
		{"black", flat, color.GrayModel},
	} {
		if c.name == "palette256.png" && !long() {
			continue // of which there is a part
		}
		whole := encode(t, c.m, nil)
		coded := 0
		for i, n := range []int{20, 40, 200, 1000, len(whole) - 1, len(whole), len(whole) + 100} {
			if n > len(whole)+100 {
				continue
			}
			effort := 1 + i%3*4
			got := encode(t, c.m, &codec.Options{Bytes: int64(n), Effort: effort})
			if n >= len(whole) {
				if !bytes.Equal(got, whole) {
					t.Errorf("%s: all of it fits %d bytes, and %d are another file", c.name, n, len(got))
				}
				continue
			}
			rows := decode(t, encode(t, c.m, &codec.Options{Bytes: int64(n), Mode: codec.Stored}), 0)
			shown := decode(t, got, 0)
			p, q := errorOfLayers(rows, c.m), errorOfLayers(shown, c.m)
			t.Logf("%s, %d bytes, effort %d: %T, a squared error of %d where rows have %d", c.name, n, effort, shown, q, p)
			if len(got) > n || q > p {
				t.Errorf("%s, %d bytes, effort %d: %d, a squared error of %d where rows have %d", c.name, n, effort, len(got), q, p)
			}
			if shown.ColorModel() == c.colours {
				coded++
			} else if _, ok := shown.(*image.Paletted); !ok || q < p {
				t.Errorf("%s, %d bytes: %T", c.name, n, shown)
			}
		}
		if coded == 0 {
			t.Errorf("%s: rows are always taken", c.name)
		}
	}

	// Where a model cannot be run, rows are there as before; where none was asked for, too.
	var limit *codec.LimitError
	m := picture(t, "palette256.png")
	few := codec.Limits{MaxMemory: 1 << 20}
	if err := codec.Encode(new(bytes.Buffer), withoutPalette(m), &codec.Options{Bytes: 1000, Limits: few}); !errors.As(err, &limit) {
		t.Fatalf("the limit is none: %v", err)
	}
	want := encode(t, m, &codec.Options{Bytes: 1000, Mode: codec.Stored})
	if got := encode(t, m, &codec.Options{Bytes: 1000, Limits: few}); !bytes.Equal(got, want) {
		t.Error("within little memory, another file than of rows")
	}
	if err := codec.Encode(new(bytes.Buffer), m, &codec.Options{Bytes: 4, Limits: codec.Limits{}}); !errors.As(err, &limit) {
		t.Errorf("4 bytes: %v", err)
	}
}

// withoutPalette returns a picture without its palette.
func withoutPalette(m image.Image) image.Image {
	to := image.NewRGBA(m.Bounds())
	draw.Draw(to, to.Rect, m, to.Rect.Min, draw.Src)
	return to
}
