package codec_test

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"math"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/container"
	"github.com/ddpmz/ddpmz/model"
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
// byte, and Inspect returns it.
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
// far fewer bytes than if one pixel has another origin, if its coefficients are not looked for.
func TestDerivedFromJPEG(t *testing.T) {
	m := fromJPEG(t, crop(picture(t, "landscape.png"), 20, 10, 100, 80))
	var lengths [2]int
	for i, want := range []string{"JFIF as Go has it: Y, Cr, Cb, chroma halved", "Y, Co, Cg"} {
		file := encode(t, m, &codec.Options{Mode: codec.Modelled, Effort: 3})
		info, err := new(codec.Decoder).Inspect(bytes.NewReader(file))
		if err != nil || info.Transform != want {
			t.Fatalf("transform %q, %v; want %q", info.Transform, err, want)
		}
		if !same(decode(t, file, 0), m) {
			t.Fatalf("%s: decodes to another picture", want)
		}
		lengths[i] = len(file)
		for x := range 10 { // not all of these are of the conversion
			m.Set(50+x, 40, color.RGBA{uint8(100 + x), 101, uint8(99 - 3*x), 255})
		}
	}
	t.Logf("%d bytes; with some pixels that are not of it %d", lengths[0], lengths[1])
	if float64(lengths[0]) > .9*float64(lengths[1]) {
		t.Errorf("%d bytes, no more than %d without the conversion", lengths[0], lengths[1])
	}
}

// photoCD returns a picture as a Photo CD holds it, luma of every pixel and chroma of every second one both ways, made from
// the red, green and blue of another.
func photoCD(m image.Image) *image.RGBA {
	b := m.Bounds()
	w, h := b.Dx(), b.Dy()
	at := func(x, y int) (luma, red, blue float64) { // chroma as Photo CD has it
		c := color.RGBAModel.Convert(m.At(b.Min.X+min(x, w-1), b.Min.Y+min(y, h-1))).(color.RGBA)
		luma = (.299*float64(c.R) + .587*float64(c.G) + .114*float64(c.B)) / 1.3584
		return luma, (float64(c.R) - 1.3584*luma) / 1.8215, (float64(c.B) - 1.3584*luma) / 2.2179
	}
	chroma := func(x, y int) (red, blue int) { // of a pixel that has its own
		_, r, b := at(x, y)
		return int(math.Round(r)), int(math.Round(b))
	}
	to := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			luma, _, _ := at(x, y)
			l := int(math.Round(luma))
			d, e := 2, 2
			for _, p := range [4][2]int{{x &^ 1, y &^ 1}, {(x + 1) &^ 1, y &^ 1}, {x &^ 1, (y + 1) &^ 1}, {(x + 1) &^ 1, (y + 1) &^ 1}} {
				if p[0] >= w {
					p[0] = x &^ 1
				}
				if p[1] >= h {
					p[1] = y &^ 1
				}
				r, b := chroma(p[0], p[1])
				d, e = d+r, e+b
			}
			d, e = d>>2, e>>2
			clip := func(v int) uint8 { return uint8(min(max(v>>16, 0), 255)) }
			red, blue := 119374*d, 145352*e
			to.SetRGBA(x, y, color.RGBA{clip(89024*l + red), clip(89024*l - 33358*(red>>16) - 12714*(blue>>16)), clip(89024*l + blue), 255})
		}
	}
	return to
}

// libjpeg returns a picture as the Independent JPEG Group's decoder makes it of luma and chroma, which may have had half the
// resolution across, down, or both ways: the nearest of the halved samples counts three quarters, the next one, both ways alike.
func libjpeg(m image.Image, across, down bool) *image.RGBA {
	b := m.Bounds()
	w, h := b.Dx(), b.Dy()
	ycc := func(x, y int) color.YCbCr {
		c := color.RGBAModel.Convert(m.At(b.Min.X+min(x, w-1), b.Min.Y+min(y, h-1))).(color.RGBA)
		l, cb, cr := color.RGBToYCbCr(c.R, c.G, c.B)
		return color.YCbCr{Y: l, Cb: cb, Cr: cr}
	}
	size := func(halved bool) int {
		if halved {
			return 2
		}
		return 1
	}
	sx, sy := size(across), size(down)
	small := func(x, y int) (cb, cr int) { // the sample of chroma that is the mean of sx * sy pixels
		x, y = min(max(x, 0), (w-1)/sx), min(max(y, 0), (h-1)/sy)
		for k := range sx * sy {
			c := ycc(sx*x+k%sx, sy*y+k/sx)
			cb, cr = cb+int(c.Cb), cr+int(c.Cr)
		}
		return (cb + sx*sy/2) / (sx * sy), (cr + sx*sy/2) / (sx * sy)
	}
	beside := func(x, s int) (near, next int) { // of which s pixels share one
		if s == 1 {
			return x, x
		}
		return x / 2, x/2 + 2*(x%2) - 1
	}
	to := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := ycc(x, y)
			l, round := int(c.Y), 0
			switch {
			case across && down:
				round = 8 - x%2
			case across:
				round = 4 + 4*(x%2)
			case down:
				round = 4 + 4*(y%2)
			}
			e, d := round, round
			xa, xb := beside(x, sx)
			ya, yb := beside(y, sy)
			for k, weight := range [4]int{9, 3, 3, 1} {
				cb, cr := small([]int{xa, xb}[k%2], []int{ya, yb}[k/2])
				e, d = e+weight*cb, d+weight*cr
			}
			e, d = e>>4-128, d>>4-128
			l = l<<16 + 1<<15
			clip := func(v int) uint8 { return uint8(min(max(v>>16, 0), 255)) }
			to.SetRGBA(x, y, color.RGBA{clip(l + 91881*d), clip(l - 46802*d - 22554*e), clip(l + 116130*e), 255})
		}
	}
	return to
}

// TestLibjpeg: what libjpeg's decoder makes is coded as luma and chroma, halved if they were.
func TestLibjpeg(t *testing.T) {
	m := crop(picture(t, "landscape.png"), 20, 10, 101, 75)
	for _, c := range []struct {
		across, down bool
		want         string
	}{
		{true, true, "JFIF: Y, Cr, Cb, chroma halved"}, {false, false, "JFIF: Y, Cr, Cb"},
		{true, false, "JFIF: Y, Cr, Cb, chroma halved across"}, {false, true, "JFIF: Y, Cr, Cb, chroma halved down"},
	} {
		made := libjpeg(m, c.across, c.down)
		file := encode(t, made, &codec.Options{Mode: codec.Modelled})
		info, err := codec.Inspect(bytes.NewReader(file))
		if err != nil || info.Transform != c.want {
			t.Fatalf("transform %q, %v; want %q", info.Transform, err, c.want)
		}
		if !same(decode(t, file, 0), made) {
			t.Fatalf("%s: decodes to another picture", c.want)
		}
		kept := len(encode(t, made, &codec.Options{Mode: codec.Modelled, KeepColours: true}))
		t.Logf("%s: %d bytes; with colours as they are %d", c.want, len(file), kept)
		if len(file) > kept*9/10 {
			t.Errorf("%s: %d bytes; with colours as they are %d", c.want, len(file), kept)
		}
	}
}

// TestPhotoCD: a Photo CD's picture is coded as its luma and halved chroma, also if it was turned over.
func TestPhotoCD(t *testing.T) {
	upright := photoCD(crop(picture(t, "landscape.png"), 20, 10, 100, 80))
	turned := image.NewRGBA(upright.Bounds())
	for y := range 80 {
		for x := range 100 {
			turned.Set(x, 79-y, upright.At(x, y))
		}
	}
	var lengths []int
	for i, m := range []image.Image{upright, turned} {
		file := encode(t, m, &codec.Options{Mode: codec.Modelled})
		info, err := new(codec.Decoder).Inspect(bytes.NewReader(file))
		if want := "Photo CD: Y, C2, C1, chroma halved"; err != nil || info.Transform != want || info.Mirrored != []string{"", "top-bottom"}[i] {
			t.Fatalf("transform %q, mirrored %q, %v; want %q", info.Transform, info.Mirrored, err, want)
		}
		if !same(decode(t, file, 0), m) {
			t.Fatal("decodes to another picture")
		}
		lengths = append(lengths, len(file))
	}
	kept := encode(t, upright, &codec.Options{Mode: codec.Modelled, KeepColours: true})
	if !same(decode(t, kept, 0), upright) {
		t.Fatal("with colours as they are, it decodes to another picture")
	}
	t.Logf("%d bytes, turned over %d; with colours as they are %d", lengths[0], lengths[1], len(kept))
	if lengths[1] != lengths[0] || lengths[0] > len(kept)*6/10 {
		t.Errorf("%d and %d bytes, with colours as they are %d", lengths[0], lengths[1], len(kept))
	}
}

// TestTransformsOfAFile: params decide the transform, of whatever the passes say. A transform that is not known, or makes
// no sense, is refused.
func TestTransformsOfAFile(t *testing.T) {
	var unsupported codec.UnsupportedError
	var malformed codec.FormatError
	gray := kind(t, "gray").file
	net := changedNet(t, func(w *model.Weights) { w.Prior = nil }) // which is of one transform: passes of others begin with other symbols
	rgb := encode(t, kind(t, "rgb").m, &codec.Options{Mode: codec.Modelled, Net: net})
	decoder := codec.Decoder{Nets: []*model.Net{net}}
	list := map[string]image.Image{}
	for colour := range byte(model.Colours + 2) {
		for form, file := range map[string][]byte{"short": rgb, "common": common(t, rgb, net)} {
			if form == "short" && colour > 3 || colour >= 3 && colour < byte(model.Colours) {
				continue // does not fit; is not of the same passes
			}
			file := changed(t, file, func(old byte) byte { return old&(leftRight|topBottom) | colour&3 | colour>>2<<4 })
			m, err := decoder.Decode(bytes.NewReader(file))
			if colour >= byte(model.Colours) {
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
		"spelled out": {common(t, rgb, net), func(old []byte) []byte { return append(old[:1], 0) }, &malformed},
		"too many":    {common(t, rgb, net), func(old []byte) []byte { return append(old[:1], 1, 1) }, &unsupported},
		"of 16 bits":  {kind(t, "rgb16").file, func(old []byte) []byte { return append(old[:1], 3) }, &malformed},
		"of gray":     {gray, func([]byte) []byte { return []byte{1} }, &malformed},
		"none at all": {common(t, rgb, net), func([]byte) []byte { return nil }, &unsupported},
	} {
		if _, err := decoder.Decode(bytes.NewReader(withParams(t, c.file, c.params))); !errors.As(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
