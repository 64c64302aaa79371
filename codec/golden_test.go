package codec_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/draw"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/container"
)

var update = flag.Bool("update", false, "write golden.json anew, and add streams and files of the conformance suite that are new")

// golden is testdata/golden.json: checksums that every architecture must come to, now and later.
type golden struct {
	Images  map[string]goldenImage  // by name in ../testdata
	Streams map[string]goldenPixels // by file name in testdata
	Damaged map[string]string       // errors, by file name in testdata
}

// goldenImage says what an image is encoded to: SHA-256 by mode.
type goldenImage struct {
	Files  map[string]string
	Pixels goldenPixels
}

// goldenPixels are checksums of pictures by timestep, "t=0" for the image.
type goldenPixels map[string]string

// Pictures of every kind, none of those that are modelled larger than 96 x 64 but goldenCrop: emulators are slow.
var goldenImages = []string{
	goldenCrop,
	"alpha.png", "alpha16.png", "gray.png", "gray16.png", "noise.png", "palette.png", "palette256.png", "rgb16.png",
	"odd/gray-1x7.png", "odd/gray-31x33.png", "odd/rgb-17x13.png", "odd/rgb-67x41.png", "tiny/cloth.png", "tiny/leaves.png",
}

// goldenCrop is the luma of a part of a photograph, large enough for two scales at which not all coordinates are asked about.
const goldenCrop = "landscape.png, 128x128, gray"

func goldenPicture(t *testing.T, name string) image.Image {
	if name != goldenCrop {
		return picture(t, name)
	}
	gray := image.NewGray(image.Rect(0, 0, 128, 128))
	draw.Draw(gray, gray.Rect, picture(t, "landscape.png"), image.Pt(100, 60), draw.Src)
	return gray
}

var goldenTimesteps = []int{0, 10, 100, 500}

const (
	// What to say when a golden value differs.
	otherFile   = "the encoder writes other bytes; if that is meant and they decode to the same, run the test with -update"
	otherPixels = "FORMAT CHANGE: files that exist decode to something else. The format is version 1: this must not be"
)

func (g goldenPixels) add(t *testing.T, file []byte) {
	for _, n := range goldenTimesteps {
		g[fmt.Sprintf("t=%d", n)] = checksum(decode(t, file, n))
	}
}

func goldenPath(name string) string { return filepath.Join("testdata", name) }

func readGolden(t *testing.T) golden {
	b, err := os.ReadFile(goldenPath("golden.json"))
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.Unmarshal(b, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

// Streams and pixels are the same everywhere.
func TestGolden(t *testing.T) {
	if *update {
		updateGolden(t)
	}
	want := readGolden(t)
	if len(want.Images) != len(goldenImages) {
		t.Errorf("%d images, want %d", len(want.Images), len(goldenImages))
	}
	for _, name := range goldenImages {
		t.Run(name, func(t *testing.T) {
			got := makeGolden(t, name)
			if !reflect.DeepEqual(got.Files, want.Images[name].Files) {
				t.Errorf("%v, want %v: %s", got.Files, want.Images[name].Files, otherFile)
			}
			if !reflect.DeepEqual(got.Pixels, want.Images[name].Pixels) {
				t.Errorf("%v, want %v: %s (or the encoder's output did)", got.Pixels, want.Images[name].Pixels, otherPixels)
			}
		})
	}
}

func makeGolden(t *testing.T, name string) goldenImage {
	m := goldenPicture(t, name)
	g := goldenImage{map[string]string{}, goldenPixels{}}
	var file []byte // modelled, if it can be
	for _, mode := range []codec.Mode{codec.Auto, codec.Modelled} {
		if _, ok := m.(*image.Paletted); ok && mode == codec.Modelled {
			continue
		}
		file = encode(t, m, &codec.Options{Mode: mode})
		sum := sha256.Sum256(file)
		g.Files[modes[mode]] = hex.EncodeToString(sum[:])
	}
	g.Pixels.add(t, file)
	if g.Pixels["t=0"] != checksum(m) {
		t.Errorf("%s: does not decode to itself", name)
	}
	return g
}

// Files that were written once decode to what they did then.
func TestGoldenStreams(t *testing.T) {
	want := readGolden(t)
	for name, pixels := range want.Streams {
		file, err := os.ReadFile(goldenPath(name))
		if err != nil {
			t.Fatal(err)
		}
		got := goldenPixels{}
		got.add(t, file)
		if !reflect.DeepEqual(got, pixels) {
			t.Errorf("%s: %v, want %v: %s", name, got, pixels, otherPixels)
		}
	}
	for _, name := range []string{"jpeg.ddpmz", "jpeg-wrapped.ddpmz"} {
		file, err := os.ReadFile(goldenPath(name))
		if err != nil {
			t.Fatal(err)
		}
		if back, _ := originalOf(t, file); !bytes.Equal(back, jpegFile(t, "422.jpg")) {
			t.Errorf("%s: another JPEG file comes back: %s", name, otherPixels)
		}
	}
	for name, text := range want.Damaged {
		file, err := os.ReadFile(goldenPath(name))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := codec.Decode(bytes.NewReader(file)); err == nil || err.Error() != text {
			t.Errorf("%s: the error is %q, want %q", name, err, text)
		}
	}
	if len(want.Streams) == 0 || len(want.Damaged) == 0 {
		t.Error("no streams")
	}
}

func updateGolden(t *testing.T) {
	g := golden{map[string]goldenImage{}, map[string]goldenPixels{}, map[string]string{}}
	for _, name := range goldenImages {
		g.Images[name] = makeGolden(t, name)
	}
	if err := os.MkdirAll("testdata", 0o777); err != nil {
		t.Fatal(err)
	}
	write := func(name string, file []byte) {
		if err := os.WriteFile(goldenPath(name), file, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	streams := map[string][]byte{
		"modelled.ddpmz": encode(t, picture(t, "odd/rgb-17x13.png"), &codec.Options{Mode: codec.Modelled}),
		"alpha.ddpmz":    encode(t, crop(picture(t, "alpha.png"), 12, 8, 16, 12), &codec.Options{Mode: codec.Modelled, Metadata: []byte("a cutting")}),
		"palette.ddpmz":  encode(t, crop(picture(t, "palette.png"), 30, 30, 40, 30), nil),
	}
	landscape := crop(picture(t, "landscape.png"), 60, 40, 40, 30)
	streams["derived.ddpmz"] = encode(t, fromJPEG(t, landscape), nil)
	streams["derived-photocd.ddpmz"] = encode(t, photoCD(landscape), nil)
	streams["derived-libjpeg.ddpmz"] = encode(t, libjpeg(landscape, true, true), nil)
	streams["derived-whole.ddpmz"] = encode(t, libjpeg(landscape, false, false), nil)
	streams["derived-across.ddpmz"] = encode(t, libjpeg(landscape, true, false), nil)
	streams["derived-down.ddpmz"] = encode(t, libjpeg(landscape, false, true), nil)
	for _, name := range []string{"webp-fancy", "video-709-422", "video-709-portable", "avif-limited-601", "avif-full-709"} {
		streams["derived-"+name+".ddpmz"] = encode(t, madeByDecoder(t, name), nil)
	}
	streams["common.ddpmz"] = common(t, streams["modelled.ddpmz"])
	original := jpegFile(t, "422.jpg")
	streams["jpeg.ddpmz"] = encodeJPEG(t, original, &codec.Options{Mode: codec.Modelled})
	streams["jpeg-wrapped.ddpmz"] = encodeJPEG(t, original, &codec.Options{Mode: codec.Stored})
	wasJPEG := decompressed(t, crop(picture(t, "landscape.png"), 60, 120, 96, 64), 75)
	streams["decompressed.ddpmz"] = encode(t, wasJPEG, &codec.Options{Mode: codec.Modelled})
	part := crop(wasJPEG, 5, 3, 85, 57)
	streams["decompressed-part.ddpmz"] = encode(t, part, &codec.Options{Mode: codec.Modelled})
	original = gojpegOf(t, crop(picture(t, "landscape.png"), 60, 120, 64, 48), 85)
	for name, by := range map[string]byte{"by-5": 5, "by-9": 9, "by-21": 21} {
		_, streams["decompressed-"+name+".ddpmz"] = codec.EncodeDecompressed(t, original, image.Rect(3, 1, 60, 46), by, func(m *image.RGBA) { m.Pix[333]-- })
	}
	// Streams that are there stay, whatever the encoder makes now.
	old := readGolden(t)
	files := map[string][]byte{}
	keep := func(name string) {
		file, err := os.ReadFile(goldenPath(name))
		if err != nil {
			t.Fatal(promiseError{err.Error()})
		}
		files[name] = file
	}
	for name := range old.Streams {
		keep(name)
		streams[name] = files[name]
	}
	for name, file := range streams {
		pixels, err := pixelsOf(file)
		if err != nil {
			t.Fatal(promiseError{name + ": " + err.Error()})
		}
		g.Streams[name], files[name] = pixels, file
	}
	if err := old.stay(g.Streams); err != nil {
		t.Fatal(err)
	}
	for name, file := range damaged(t, streams["modelled.ddpmz"], streams["common.ddpmz"], streams["palette.ddpmz"]) {
		files["bad-"+name+".ddpmz"] = file
	}
	for name := range old.Damaged {
		keep(name)
	}
	for name, file := range files {
		if g.Streams[name] != nil {
			continue
		}
		_, err := codec.Decode(bytes.NewReader(file))
		if err == nil {
			t.Fatal(promiseError{name + ": decodes"})
		}
		g.Damaged[name] = err.Error()
	}
	for name, file := range files {
		write(name, file)
	}
	b, err := json.MarshalIndent(g, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	write("golden.json", append(b, '\n'))
}

// damaged returns files that do not decode, one for every reason.
func damaged(t *testing.T, short, modelled, palette []byte) map[string][]byte {
	header := func(file []byte, change func(h *container.Header)) []byte {
		h, n, err := container.ReadHeader(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		change(h)
		b, err := h.Append(nil)
		if err != nil {
			t.Fatal(err)
		}
		return reseal(append(b, file[n:]...))
	}
	flip := func(file []byte, at int) []byte {
		file = bytes.Clone(file)
		file[at] ^= 0x40
		return file
	}
	version := func(file []byte, at int, v byte) []byte {
		file = bytes.Clone(file)
		file[at] = file[at]&0x3f | v<<6
		return file
	}
	return map[string][]byte{
		"magic":          flip(modelled, 1),
		"draft":          flip(modelled, 4), // version 0
		"version":        version(modelled, 4, 2),
		"width":          flip(modelled, 5),
		"header-cut":     modelled[:9],
		"passes":         flip(modelled, len(modelled)/2),
		"checksum":       flip(modelled, len(modelled)-1),
		"colours":        flip(palette, int(offsets(t, palette)[0])+3),
		"rows":           flip(palette, len(palette)-10),
		"index":          reseal(blackOnly(t, palette)),
		"format":         header(modelled, func(h *container.Header) { h.Format = 7 }),
		"model":          header(modelled, func(h *container.Header) { h.Model[0] ^= 1 }),
		"plan":           header(modelled, func(h *container.Header) { h.Params = nil }),
		"colour":         header(modelled, func(h *container.Header) { h.Params = append(h.Params[:1], 0xf0) }),
		"short-draft":    flip(short, 2),
		"short-version":  version(short, 2, 3),
		"short-width":    flip(short, 3),
		"short-passes":   flip(short, len(short)/2),
		"short-checksum": flip(short, len(short)-1),
		"short-number":   header(short, func(h *container.Header) { h.Number = container.MaxNumber }),
		"short-colour":   header(short, func(h *container.Header) { h.Params = []byte{7} }),
		"short-model":    header(short, func(h *container.Header) { h.Number, h.Model = 0, [8]byte{1, 2, 3, 4} }),
		"units":          header(modelled, func(h *container.Header) { h.Segments[0].Units = 1000 }),
		"size":           header(modelled, func(h *container.Header) { h.Width *= 2 }),
		"large":          header(modelled, func(h *container.Header) { h.Width, h.Height = 1<<24, 1<<24 }),
	}
}

// blackOnly leaves a file one color of its palette.
func blackOnly(t *testing.T, file []byte) []byte {
	h, n, err := container.ReadHeader(bytes.NewReader(file))
	if err != nil || h.Segments[0].Kind != container.Palette {
		t.Fatal(err)
	}
	rest := file[n+int64(h.Segments[0].Size):] // from the palette's checksum on
	h.Segments[0].Size = 5
	b, err := h.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	return append(append(b, 0, 0, 0, 0, 0xff), rest...)
}

// No error is just a number, or empty.
func TestGoldenErrorsAreReadable(t *testing.T) {
	for name, text := range readGolden(t).Damaged {
		if prefix, _, ok := strings.Cut(text, ": "); !ok || prefix != "codec" && prefix != "container" {
			t.Errorf("%s: %q does not say where it is from", name, text)
		}
	}
	_, err := codec.Decode(strings.NewReader("GIF89a and so on"))
	var format codec.FormatError
	if !errors.As(err, &format) {
		t.Errorf("another format: %v", err)
	}
}
