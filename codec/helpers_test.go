package codec_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	stdjpeg "image/jpeg"
	_ "image/png"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/codec/jpeg"
	"github.com/ddpmz/ddpmz/codec/jpeg/pixels"
	"github.com/ddpmz/ddpmz/container"
	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// long reports whether the tests may take minutes: with DDPMZ_LONG=1, or with DDPMZ_LONG=part, as .ci/run has it, which is the same on a
// part of the photographs and graphics.
func long() bool { return os.Getenv("DDPMZ_LONG") == "1" || os.Getenv("DDPMZ_LONG") == "part" }

// all reports whether the tests take all photographs and graphics.
func all() bool { return os.Getenv("DDPMZ_LONG") == "1" }

// spread returns every so-many-th of a list, or all of it with DDPMZ_LONG=1.
func spread[T any](list []T, every int) (part []T) {
	if all() {
		return list
	}
	for i := every / 2; i < len(list); i += every {
		part = append(part, list[i])
	}
	return part
}

// open reads a picture file.
func open(t testing.TB, name string) image.Image {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, _, err := image.Decode(f)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return m
}

// picture reads one of the committed pictures.
func picture(t testing.TB, name string) image.Image {
	t.Helper()
	return open(t, filepath.Join("..", "testdata", filepath.FromSlash(name)))
}

// pictures returns the names of all committed pictures.
func pictures(t testing.TB) []string {
	t.Helper()
	var names []string
	for _, dir := range []string{"", "odd/", "tiny/"} {
		entries, err := os.ReadDir(filepath.Join("..", "testdata", filepath.FromSlash(dir)))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if strings.HasSuffix(e.Name(), ".png") {
				names = append(names, dir+e.Name())
			}
		}
	}
	return names
}

// crop returns a part of a picture, which shares its memory: its Min is not zero, its Stride not its width.
func crop(m image.Image, x, y, w, h int) image.Image {
	return m.(interface {
		SubImage(image.Rectangle) image.Image
	}).SubImage(image.Rect(x, y, x+w, y+h))
}

func encode(t testing.TB, m image.Image, o *codec.Options) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := codec.Encode(&b, m, o); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func decode(t testing.TB, file []byte, timestep int) image.Image {
	t.Helper()
	m, err := (&codec.Decoder{Timestep: timestep}).Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// decodeLast decodes what there is and returns the last refinement with the picture. The picture is there even
// if there is an error, unless that is the header's.
func decodeLast(file []byte, d codec.Decoder) (image.Image, codec.Refinement, error) {
	s, err := d.Open(bytes.NewReader(file))
	if err != nil {
		return nil, codec.Refinement{}, err
	}
	var last codec.Refinement
	for {
		at, err := s.Next()
		if err == nil {
			last = at
			continue
		}
		if err == io.EOF {
			err = nil
		}
		m, imageErr := s.Image()
		if err == nil {
			err = imageErr
		}
		return m, last, err
	}
}

// describe spells out everything about an image that a lossless format has to keep: its type, with it color
// type and bit depth, its size, palette and samples.
func describe(m image.Image) string {
	b := m.Bounds()
	var s strings.Builder
	fmt.Fprintf(&s, "%T %dx%d\n", m, b.Dx(), b.Dy())
	var pix []byte
	var stride, bytes int
	switch m := m.(type) {
	case *image.Gray:
		pix, stride, bytes = m.Pix[m.PixOffset(b.Min.X, b.Min.Y):], m.Stride, 1
	case *image.Gray16:
		pix, stride, bytes = m.Pix[m.PixOffset(b.Min.X, b.Min.Y):], m.Stride, 2
	case *image.RGBA:
		pix, stride, bytes = m.Pix[m.PixOffset(b.Min.X, b.Min.Y):], m.Stride, 4
	case *image.NRGBA:
		pix, stride, bytes = m.Pix[m.PixOffset(b.Min.X, b.Min.Y):], m.Stride, 4
	case *image.RGBA64:
		pix, stride, bytes = m.Pix[m.PixOffset(b.Min.X, b.Min.Y):], m.Stride, 8
	case *image.NRGBA64:
		pix, stride, bytes = m.Pix[m.PixOffset(b.Min.X, b.Min.Y):], m.Stride, 8
	case *image.Paletted:
		pix, stride, bytes = m.Pix[m.PixOffset(b.Min.X, b.Min.Y):], m.Stride, 1
		for _, c := range m.Palette {
			fmt.Fprintf(&s, "%v ", color.NRGBAModel.Convert(c))
		}
	default:
		panic(fmt.Sprintf("no decoder returns a %T", m))
	}
	for y := range b.Dy() {
		s.WriteByte('\n')
		s.WriteString(hex.EncodeToString(pix[y*stride:][:b.Dx()*bytes]))
	}
	return s.String()
}

func same(a, b image.Image) bool { return describe(a) == describe(b) }

// checksum returns the SHA-256 of what describe says.
func checksum(m image.Image) string {
	h := sha256.Sum256([]byte(describe(m)))
	return hex.EncodeToString(h[:])
}

// psnr compares pictures of one size over all samples of straight red, green, blue and alpha, in dB. Alpha
// counts only if one of them has any. It is +Inf if they are the same.
func psnr(a, b image.Image) float64 {
	x, y := straight(a), straight(b)
	var sum [4]float64
	for i := range x {
		d := float64(x[i]) - float64(y[i])
		sum[i%4] += d * d
	}
	channels := 3.0
	if !opaque(a) || !opaque(b) {
		channels = 4
	}
	mse := (sum[0] + sum[1] + sum[2] + sum[3]) / (channels * float64(len(x)) / 4)
	return 10 * math.Log10(0xffff*0xffff/mse)
}

func opaque(m image.Image) bool {
	o, ok := m.(interface{ Opaque() bool })
	return ok && o.Opaque()
}

func straight(m image.Image) []uint16 {
	b := m.Bounds()
	v := make([]uint16, 0, 4*b.Dx()*b.Dy())
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			var c color.NRGBA64
			if n, ok := m.At(x, y).(color.NRGBA); ok { // NRGBA64Model would lose the color where alpha is 0
				c = color.NRGBA64{uint16(n.R) * 257, uint16(n.G) * 257, uint16(n.B) * 257, uint16(n.A) * 257}
			} else {
				c = color.NRGBA64Model.Convert(m.At(x, y)).(color.NRGBA64)
			}
			v = append(v, c.R, c.G, c.B, c.A)
		}
	}
	return v
}

// types are makers of empty images, of every type that keeps itself.
var types = []struct {
	name string
	make func(r image.Rectangle) draw.Image
}{
	{"Gray", func(r image.Rectangle) draw.Image { return image.NewGray(r) }},
	{"Gray16", func(r image.Rectangle) draw.Image { return image.NewGray16(r) }},
	{"RGBA", func(r image.Rectangle) draw.Image { return image.NewRGBA(r) }},
	{"NRGBA", func(r image.Rectangle) draw.Image { return image.NewNRGBA(r) }},
	{"RGBA64", func(r image.Rectangle) draw.Image { return image.NewRGBA64(r) }},
	{"NRGBA64", func(r image.Rectangle) draw.Image { return image.NewNRGBA64(r) }},
	{"Paletted", func(r image.Rectangle) draw.Image { return image.NewPaletted(r, pastels) }},
}

// pastels is a palette with transparent entries.
var pastels = color.Palette{
	color.RGBA{0xff, 0xe0, 0xd0, 0xff}, color.RGBA{0xd0, 0xff, 0xe0, 0xff}, color.RGBA{0xe0, 0xd0, 0xff, 0xff},
	color.NRGBA{0xff, 0xff, 0xff, 0}, color.NRGBA{0x10, 0x20, 0x30, 0x40},
}

// fill sets the samples of an image, in memory order, from next; those of a palette stay inside it.
func fill(m image.Image, next func() byte) {
	switch m := m.(type) {
	case *image.Paletted:
		for i := range m.Pix {
			m.Pix[i] = byte(int(next()) % len(m.Palette))
		}
	default:
		pix := samples(m)
		for i := range pix {
			pix[i] = next()
		}
	}
}

// samples returns the memory of an image.
func samples(m image.Image) []byte {
	switch m := m.(type) {
	case *image.Gray:
		return m.Pix
	case *image.Gray16:
		return m.Pix
	case *image.RGBA:
		return m.Pix
	case *image.NRGBA:
		return m.Pix
	case *image.RGBA64:
		return m.Pix
	case *image.NRGBA64:
		return m.Pix
	case *image.Paletted:
		return m.Pix
	}
	return nil
}

// noise returns a source of bytes of which neighbours are alike if step is small, and that is nothing but
// noise if it is 255. All samples are extremes, 0 or 255, if it is 0.
func noise(rng *rand.Rand, step int) func() byte {
	v := rng.IntN(256)
	return func() byte {
		if step == 0 {
			return byte(-(rng.IntN(2)))
		}
		v = min(max(v+rng.IntN(2*step+1)-step, 0), 255)
		return byte(v)
	}
}

// A sample is a small file of one of the kinds there are.
type sample struct {
	name string
	m    image.Image
	file []byte
}

// clipped returns a picture of which red and green are white, as those of a sky are that was exposed for too long.
func clipped(m image.Image) image.Image {
	b := m.Bounds()
	var c draw.Image = image.NewNRGBA(b)
	if m.ColorModel() == color.RGBA64Model || m.ColorModel() == color.NRGBA64Model {
		c = image.NewNRGBA64(b)
	}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			_, _, blue, _ := m.At(x, y).RGBA()
			c.Set(x, y, color.NRGBA64{0xffff, 0xffff, uint16(blue), 0xffff})
		}
	}
	return c
}

// bright returns a picture twice as bright, and clipped where that is too much.
func bright(m image.Image) image.Image {
	c := image.NewNRGBA64(m.Bounds())
	for y := c.Rect.Min.Y; y < c.Rect.Max.Y; y++ {
		for x := c.Rect.Min.X; x < c.Rect.Max.X; x++ {
			r, g, b, _ := m.At(x, y).RGBA()
			c.Set(x, y, color.NRGBA64{uint16(min(2*r, 0xffff)), uint16(min(2*g, 0xffff)), uint16(min(2*b, 0xffff)), 0xffff})
		}
	}
	return c
}

// A maker makes one of the small files that tests share.
type maker struct {
	name string
	make func(t testing.TB) (image.Image, []byte)
}

// makers returns makers of a small file of every kind: modelled and stored, with and without alpha, palette, metadata.
func makers() []maker {
	const modelled, stored = codec.Modelled, codec.Stored
	var list []maker
	add := func(name string, o codec.Options, m func(t testing.TB) image.Image) {
		list = append(list, maker{name, func(t testing.TB) (image.Image, []byte) {
			made := m(t)
			return made, encode(t, made, &o)
		}})
	}
	file := func(name string) func(testing.TB) image.Image {
		return func(t testing.TB) image.Image { return picture(t, name) }
	}
	part := func(name string, x, y, w, h int) func(testing.TB) image.Image {
		return func(t testing.TB) image.Image { return crop(picture(t, name), x, y, w, h) }
	}
	changing := func(change func(image.Image) image.Image, of func(testing.TB) image.Image) func(testing.TB) image.Image {
		return func(t testing.TB) image.Image { return change(of(t)) }
	}
	add("rgb", codec.Options{Mode: modelled}, file("odd/rgb-17x13.png"))
	add("gray", codec.Options{Mode: modelled}, file("odd/gray-17x13.png"))
	list = append(list, maker{"common form", func(t testing.TB) (image.Image, []byte) {
		gray := kind(t, "gray")
		return gray.m, common(t, gray.file)
	}})
	add("square", codec.Options{Mode: modelled}, part("landscape.png", 40, 30, 12, 12))
	add("gray16", codec.Options{Mode: modelled}, part("gray16.png", 20, 10, 15, 14))
	add("rgb16", codec.Options{Mode: modelled}, part("rgb16.png", 20, 10, 9, 10))
	add("alpha", codec.Options{Mode: modelled}, part("alpha.png", 12, 8, 16, 12))
	add("alpha16", codec.Options{Mode: modelled}, part("alpha16.png", 10, 8, 9, 11))
	add("clipped", codec.Options{Mode: modelled}, changing(clipped, part("landscape.png", 40, 30, 18, 14)))
	add("clipped16", codec.Options{Mode: modelled}, changing(clipped, part("rgb16.png", 20, 10, 13, 11)))
	halved := func(m image.Image) image.Image { return photoCD(bright(m)) }
	add("halved", codec.Options{Mode: modelled}, changing(halved, part("landscape.png", 60, 40, 21, 16)))
	add("metadata", codec.Options{Mode: modelled, Metadata: []byte("taken by nobody, nowhere")}, file("odd/rgb-3x5.png"))
	add("one pixel", codec.Options{Mode: modelled}, file("odd/rgb-1x1.png"))
	add("stored", codec.Options{Mode: stored}, part("noise.png", 3, 4, 12, 10))
	add("stored gray", codec.Options{Mode: stored}, part("gray.png", 3, 4, 12, 10))
	add("stored alpha16", codec.Options{Mode: stored}, part("alpha16.png", 10, 8, 9, 7))
	add("palette", codec.Options{}, part("palette.png", 30, 30, 40, 30))
	add("palette with alpha", codec.Options{Metadata: []byte("pastels")}, func(testing.TB) image.Image {
		transparent := image.NewPaletted(image.Rect(0, 0, 9, 8), pastels)
		fill(transparent, noise(rand.New(rand.NewPCG(1, 2)), 3))
		return transparent
	})
	for _, mode := range []codec.Mode{modelled, stored} {
		list = append(list, maker{"JPEG, " + modes[mode], func(t testing.TB) (image.Image, []byte) {
			original := jpegFile(t, "422.jpg")
			return jpegPicture(t, original), encodeJPEG(t, original, &codec.Options{Mode: mode})
		}})
	}
	return list
}

// made has the samples that were made, by name.
var made sync.Map

// of returns what a maker makes, which it does once. The file is the caller's.
func of(t testing.TB, m maker) sample {
	t.Helper()
	s, ok := made.Load(m.name)
	if !ok {
		picture, file := m.make(t)
		s, _ = made.LoadOrStore(m.name, sample{m.name, picture, file})
	}
	c := s.(sample)
	c.file = bytes.Clone(c.file)
	return c
}

// kinds returns a small file of every kind.
func kinds(t testing.TB) []sample {
	t.Helper()
	var list []sample
	for _, m := range makers() {
		list = append(list, of(t, m))
	}
	return list
}

// someKinds returns a small file of every kind that is coded in a way of its own. DDPMZ_LONG=1 adds those that differ in depth, alpha or
// colour transform alone, which are half of the work.
func someKinds(t testing.TB) []sample {
	t.Helper()
	return slices.DeleteFunc(kinds(t), func(s sample) bool {
		return !long() && slices.Contains([]string{"gray", "square", "gray16", "rgb16", "alpha", "clipped", "clipped16"}, s.name)
	})
}

// fuzzing reports whether go test looks for inputs that fail: then a target begins with all seeds, else with every third.
func fuzzing() bool {
	f := flag.Lookup("test.fuzz")
	return f != nil && f.Value.String() != ""
}

// jpegFile reads one of the small JPEG files that package pixels has for its tests.
func jpegFile(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("jpeg", "pixels", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// jpegPicture decodes a JPEG file.
func jpegPicture(t testing.TB, file []byte) image.Image {
	t.Helper()
	f, err := jpeg.Parse(file, jpeg.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	m, err := pixels.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// decompressed returns what a decoder makes of a JPEG file of a picture. The encoder halves chroma.
func decompressed(t testing.TB, m image.Image, quality int) image.Image {
	t.Helper()
	var b bytes.Buffer
	if err := stdjpeg.Encode(&b, m, &stdjpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return jpegPicture(t, b.Bytes())
}

func encodeJPEG(t testing.TB, file []byte, o *codec.Options) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := codec.EncodeJPEG(&b, bytes.NewReader(file), o); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// common puts a short file, by a model of the zoo or by another one, into the container's common form, which decodes to the same.
func common(t testing.TB, file []byte, other ...*model.Net) []byte {
	t.Helper()
	r, err := container.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	c, err := r.Next()
	if err != nil {
		t.Fatal(err)
	}
	h := r.Header()
	if !h.Short {
		t.Fatal("not a short file")
	}
	h.Short = false
	if len(other) == 0 {
		h.Number, h.Model = 0, mustNumbered(t, h.Number)
		net, _, err := zoo.ByID(h.Model)
		if err != nil {
			t.Fatal(err)
		}
		other = append(other, net)
	}
	h.Params = append([]byte{byte(other[0].Tau())}, h.Params...)
	var b bytes.Buffer
	if err := container.Write(&b, h, [][]byte{c.Payload}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func mustNumbered(t testing.TB, n uint8) [8]byte {
	t.Helper()
	id, ok := zoo.Numbered(n)
	if !ok {
		t.Fatalf("no model of number %d", n)
	}
	return id
}

// kind returns one of them.
func kind(t testing.TB, name string) sample {
	t.Helper()
	list := makers()
	i := slices.IndexFunc(list, func(m maker) bool { return m.name == name })
	if i < 0 {
		t.Fatalf("no kind %q", name)
	}
	return of(t, list[i])
}
