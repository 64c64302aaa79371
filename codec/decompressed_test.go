package codec_test

import (
	"bytes"
	"errors"
	"image"
	"image/draw"
	"image/jpeg"
	"io"
	"strings"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
)

const asDecoded = "as a JPEG decoder made it"

// transform returns what Inspect says of how a file's picture was made; it has to say the same before and after decoding.
func transform(t *testing.T, file []byte) string {
	t.Helper()
	i, err := codec.Inspect(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	j, err := new(codec.Decoder).Inspect(bytes.NewReader(file))
	if err != nil || !j.Exact || !j.Whole || i.Transform != j.Transform {
		t.Fatalf("%q before decoding; then %q, exact %v, whole %v, %v", i.Transform, j.Transform, j.Exact, j.Whole, err)
	}
	return i.Transform
}

// TestDecompressed: pictures that a JPEG decoder has made, and parts of them, come back, of whatever type they are, and take less than
// without what is known of that.
func TestDecompressed(t *testing.T) {
	t.Parallel()
	landscape := decompressed(t, crop(picture(t, "landscape.png"), 30, 40, 120, 100), 75)
	gray := image.NewGray(landscape.Bounds())
	draw.Draw(gray, gray.Rect, picture(t, "landscape.png"), image.Pt(30, 40), draw.Src)
	grayDecoded := decompressed(t, gray, 80)
	straight := image.NewNRGBA(landscape.Bounds())
	draw.Draw(straight, straight.Rect, landscape, image.Point{}, draw.Src)
	masked := image.NewNRGBA(landscape.Bounds())
	copy(masked.Pix, straight.Pix)
	for i := 3; i < len(masked.Pix); i += 4 {
		masked.Pix[i] = byte(i / 1000)
	}
	grayAsRGB := image.NewRGBA(landscape.Bounds())
	draw.Draw(grayAsRGB, grayAsRGB.Rect, grayDecoded, image.Point{}, draw.Src)
	wide := image.NewRGBA64(landscape.Bounds())
	draw.Draw(wide, wide.Rect, landscape, image.Point{}, draw.Src)
	// The same by Go's decoder.
	var grayFile bytes.Buffer
	if err := jpeg.Encode(&grayFile, gray, &jpeg.Options{Quality: 80}); err != nil {
		t.Fatal(err)
	}
	grayByGo, err := jpeg.Decode(&grayFile)
	if err != nil {
		t.Fatal(err)
	}
	byGo := fromJPEG(t, crop(picture(t, "landscape.png"), 30, 40, 120, 100))
	var goFile bytes.Buffer
	if err := jpeg.Encode(&goFile, crop(picture(t, "landscape.png"), 30, 40, 120, 100), &jpeg.Options{Quality: 85}); err != nil {
		t.Fatal(err)
	}
	decoded, err := jpeg.Decode(&goFile)
	if err != nil {
		t.Fatal(err)
	}
	wideByGo := image.NewRGBA64(decoded.Bounds()) // as image/png writes it
	draw.Draw(wideByGo, wideByGo.Rect, decoded, image.Point{}, draw.Src)
	otherPixel := image.NewRGBA64(decoded.Bounds())
	copy(otherPixel.Pix, wideByGo.Pix)
	otherPixel.Pix[8*120*50+1] ^= 1
	for _, c := range []struct {
		name   string
		m      image.Image
		says   string
		atMost int // percent of the file with KeepColours
	}{
		{"by Go", byGo, "4:2:0, quality 92, by Go's image/jpeg", 40},
		{"a part, by Go", crop(byGo, 13, 5, 97, 85), "4:2:0, quality 92, by Go's image/jpeg, cut at 13,5 of its grid", 50},
		{"16 bits by Go", wideByGo, "4:2:0, quality 85, by Go's image/jpeg, in 16 bits", 10},
		{"a part of 16 bits, by Go", crop(wideByGo, 13, 5, 97, 85), "4:2:0, quality 85, by Go's image/jpeg, in 16 bits, cut at 13,5 of its grid", 15},
		{"gray by Go", grayByGo, "quality 80, by Go's image/jpeg", 45},
		{"RGB", landscape, "4:2:0, quality 75", 30},
		{"gray", grayDecoded, "quality 80", 45},
		{"straight alpha, opaque", straight, "4:2:0, quality 75", 30},
		{"straight alpha", masked, "4:2:0, quality 75", 60},
		{"gray as RGB", grayAsRGB, "quality 80", 45},
		{"16 bits", wide, "4:2:0, quality 75", 30},
		{"a part", crop(landscape, 13, 5, 97, 85), "4:2:0, quality 75, cut at 13,5 of its grid", 50},
	} {
		file := encode(t, c.m, &codec.Options{Metadata: []byte("beside it")})
		m, at, err := decodeLast(file, codec.Decoder{})
		if err != nil || !at.Exact || !same(m, c.m) {
			t.Errorf("%s: another picture, %+v, %v", c.name, at, err)
		}
		if says := transform(t, file); says != asDecoded+": "+c.says {
			t.Errorf("%s: made %q", c.name, says)
		}
		kept := encode(t, c.m, &codec.Options{KeepColours: true, Metadata: []byte("beside it")})
		if info, err := codec.Inspect(bytes.NewReader(kept)); err != nil || strings.Contains(info.Transform, asDecoded) {
			t.Errorf("%s: colours that are to be kept are %q, %v", c.name, info.Transform, err)
		}
		if len(file)*100 > len(kept)*c.atMost {
			t.Errorf("%s: %d bytes, and %d if colours are kept", c.name, len(file), len(kept))
		}
	}
	file := encode(t, otherPixel, nil)
	if says := transform(t, file); strings.Contains(says, asDecoded) || !same(decode(t, file, 0), otherPixel) {
		t.Errorf("with a pixel of 16 bits of another origin: %q", says)
	}
}

// TestDecompressedPrefixes cuts a file anywhere, and truncates it: pictures get better, and only all of it is exact.
func TestDecompressedPrefixes(t *testing.T) {
	t.Parallel()
	whole := crop(decompressed(t, crop(picture(t, "landscape.png"), 30, 40, 120, 100), 85), 5, 3, 110, 90)
	for _, o := range []codec.Options{{}, {NoDigest: true}} {
		file := encode(t, whole, &o)
		if !strings.Contains(transform(t, file), asDecoded) {
			t.Fatal("not found")
		}
		last := 0.0
		for n := 20; n <= len(file); n += 1 + n/2 {
			for _, early := range []bool{false, true} {
				part := file[:n]
				if early {
					var b bytes.Buffer
					if _, err := codec.Truncate(&b, bytes.NewReader(file), codec.Cut{Bytes: int64(n)}, codec.Limits{}); err != nil {
						var limit *codec.LimitError
						if !errors.As(err, &limit) {
							t.Fatal(err)
						}
						continue
					}
					part = b.Bytes()
				}
				m, at, err := decodeLast(part, codec.Decoder{})
				if err != nil {
					if !errors.Is(err, io.ErrUnexpectedEOF) { // within the header
						t.Fatalf("%d bytes: %v", n, err)
					}
					continue
				}
				if at.Exact && !same(m, whole) {
					t.Errorf("%d bytes: exact, and another picture", n)
				}
				if have := psnr(m, whole); n > 100 && have < min(last, 50)-1 { // above, a wrong sample or two decide
					t.Errorf("%d bytes: %.2f dB, after %.2f", n, have, last)
				} else {
					last = max(last, have)
				}
			}
		}
		for reduce := 1; reduce <= codec.MaxReduce && !o.NoDigest; reduce++ {
			m, at, err := decodeLast(file, codec.Decoder{Reduce: reduce})
			if err != nil || at.Exact {
				t.Fatalf("reduced by 2^%d: %+v, %v", reduce, at, err)
			}
			small := boxes(whole, reduce)
			if m.Bounds().Size() != small.Bounds().Size() {
				t.Errorf("reduced by 2^%d: %v, want %v", reduce, m.Bounds(), small.Bounds())
			}
			if have := psnr(m, small); reduce < 4 && have < 22 {
				t.Errorf("reduced by 2^%d: %.2f dB", reduce, have)
			}
		}
	}
}

// boxes returns the means of squares of a picture's pixels.
func boxes(m image.Image, reduce int) image.Image {
	b, n := m.Bounds(), 1<<reduce
	small := image.NewRGBA(image.Rect(0, 0, (b.Dx()+n-1)/n, (b.Dy()+n-1)/n))
	for y := range small.Rect.Dy() {
		for x := range small.Rect.Dx() {
			var sum [4]uint32
			count := uint32(0)
			for j := b.Min.Y + y*n; j < min(b.Min.Y+(y+1)*n, b.Max.Y); j++ {
				for i := b.Min.X + x*n; i < min(b.Min.X+(x+1)*n, b.Max.X); i++ {
					r, g, b, a := m.At(i, j).RGBA()
					for k, v := range [4]uint32{r, g, b, a} {
						sum[k] += v >> 8
					}
					count++
				}
			}
			for k, v := range sum {
				small.Pix[small.PixOffset(x, y)+k] = byte(v / count)
			}
		}
	}
	return small
}

// TestDecompressedRefused: pictures of another origin are coded as they would be without the search.
func TestDecompressedRefused(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"gray.png", "noise.png", "odd/rgb-67x41.png", "tiny/leaves.png"} {
		m := picture(t, name)
		if says := transform(t, encode(t, m, &codec.Options{Mode: codec.Modelled})); strings.Contains(says, asDecoded) {
			t.Errorf("%s: %s", name, says)
		}
	}
}
