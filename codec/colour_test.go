package codec_test

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/container"
)

// withParams returns a file with other params, its checksums made right.
func withParams(t testing.TB, file []byte, params func(old []byte) []byte) []byte {
	t.Helper()
	h, n, err := container.ReadHeader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	h.Params = params(h.Params)
	b, err := h.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	return reseal(append(b, file[n:]...))
}

// TestColourTransform: a clipped picture is coded by another transform than a common one, which costs the short form no
// byte, and is told by Inspect.
func TestColourTransform(t *testing.T) {
	for _, c := range []struct{ kind, want string }{
		{"rgb", "Y, Co, Cg"}, {"alpha", "Y, Co, Cg"}, {"gray", ""}, {"stored", ""},
		{"clipped", "(R+G)/2, R-G, B-(R+G)/2"}, {"clipped16", "(R+G)/2, R-G, B-(R+G)/2"},
	} {
		info, err := new(codec.Decoder).Inspect(bytes.NewReader(kind(t, c.kind).file))
		if err != nil || info.Transform != c.want {
			t.Errorf("%s: transform %q, %v; want %q", c.kind, info.Transform, err, c.want)
		}
	}
	file := kind(t, "clipped").file
	if first := changed(t, file, func(byte) byte { return 0 }); len(first) != len(file) {
		t.Errorf("the transform takes %d bytes", len(file)-len(first))
	}
}

// fromJPEG returns what a picture becomes as a JPEG file.
func fromJPEG(t testing.TB, m image.Image) *image.RGBA {
	t.Helper()
	var coded bytes.Buffer
	if err := jpeg.Encode(&coded, m, &jpeg.Options{Quality: 92}); err != nil {
		t.Fatal(err)
	}
	decoded, err := jpeg.Decode(&coded)
	if err != nil {
		t.Fatal(err)
	}
	to := image.NewRGBA(decoded.Bounds())
	draw.Draw(to, to.Bounds(), decoded, image.Point{}, draw.Src)
	return to
}

// TestDerivedFromJPEG: a picture that a JPEG decoder made is coded as the luma and chroma that it was made from, exactly, in
// far fewer bytes than if one pixel has another origin.
func TestDerivedFromJPEG(t *testing.T) {
	m := fromJPEG(t, crop(picture(t, "landscape.png"), 20, 10, 150, 120))
	var lengths [2]int
	for i, want := range []string{"JFIF as Go has it: Y, Cr, Cb", "Y, Co, Cg"} {
		file := encode(t, m, &codec.Options{Mode: codec.Modelled})
		info, err := new(codec.Decoder).Inspect(bytes.NewReader(file))
		if err != nil || info.Transform != want {
			t.Fatalf("transform %q, %v; want %q", info.Transform, err, want)
		}
		if !same(decode(t, file, 0), m) {
			t.Fatalf("%s: decodes to another picture", want)
		}
		lengths[i] = len(file)
		for x := range 10 { // not all of these are of the conversion
			m.Set(70+x, 60, color.RGBA{uint8(100 + x), 101, uint8(99 - 3*x), 255})
		}
	}
	t.Logf("%d bytes; with some pixels that are not of it %d", lengths[0], lengths[1])
	if float64(lengths[0]) > .9*float64(lengths[1]) {
		t.Errorf("%d bytes, no more than %d without the conversion", lengths[0], lengths[1])
	}
}

// TestTransformsOfAFile: params decide the transform, of whatever the passes say. A transform that is not known, or makes
// no sense, is refused.
func TestTransformsOfAFile(t *testing.T) {
	var unsupported codec.UnsupportedError
	var malformed codec.FormatError
	rgb, gray := kind(t, "rgb").file, kind(t, "gray").file
	list := map[string]image.Image{}
	for colour := range byte(12) {
		for form, file := range map[string][]byte{"short": rgb, "common": common(t, rgb)} {
			if form == "short" && colour > 3 || colour >= 3 && colour < 6 {
				continue // does not fit; is not of the same passes
			}
			file := changed(t, file, func(old byte) byte { return old&(leftRight|topBottom) | colour&3 | colour>>2<<4 })
			m, err := codec.Decode(bytes.NewReader(file))
			if colour >= 6 {
				if !errors.As(err, &unsupported) {
					t.Errorf("%s form, transform %d: %v", form, colour, err)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s form, transform %d: %v", form, colour, err)
				continue
			}
			if list[describe(m)] == nil {
				list[describe(m)] = m
			}
		}
	}
	if len(list) != 3 {
		t.Errorf("%d pictures by three transforms in two forms", len(list))
	}
	for name, c := range map[string]struct {
		file   []byte
		params func(old []byte) []byte
		want   any
	}{
		"spelled out": {common(t, rgb), func(old []byte) []byte { return append(old[:1], 0) }, &malformed},
		"too many":    {common(t, rgb), func(old []byte) []byte { return append(old[:1], 1, 1) }, &unsupported},
		"of 16 bits":  {kind(t, "rgb16").file, func(old []byte) []byte { return append(old[:1], 3) }, &malformed},
		"of gray":     {gray, func([]byte) []byte { return []byte{1} }, &malformed},
		"none at all": {common(t, rgb), func([]byte) []byte { return nil }, &unsupported},
	} {
		if _, err := codec.Decode(bytes.NewReader(withParams(t, c.file, c.params))); !errors.As(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
