package codec_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/draw"
	"image/jpeg"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
)

// TestEfforts encodes pictures at every effort: each comes back, the default is the default's, and no file grows with the effort where
// what is tried includes what was tried before. Orientations of small pictures may cost one part in 400, for better prefixes.
func TestEfforts(t *testing.T) {
	t.Parallel()
	landscape := picture(t, "landscape.png")
	for _, c := range []struct {
		name string
		m    image.Image
		mode codec.Mode
	}{
		{"tiny", crop(picture(t, "tiny/rock.png"), 0, 0, 24, 22), codec.Auto},
		{"photograph", crop(landscape, 70, 20, 66, 44), codec.Auto},
		{"gray", crop(picture(t, "gray.png"), 10, 10, 36, 34), codec.Auto},
		{"16 bits", crop(picture(t, "rgb16.png"), 0, 0, 20, 18), codec.Auto},
		{"graphic", crop(picture(t, "text.png"), 0, 0, 60, 30), codec.Auto},
		{"palette", crop(picture(t, "palette.png"), 0, 0, 40, 30), codec.Auto},
		{"decompressed", decompressed(t, crop(landscape, 70, 20, 64, 48), 85), codec.Auto},
		{"a dot", crop(landscape, 0, 0, 1, 1), codec.Modelled},
	} {
		if (c.name == "gray" || c.name == "16 bits") && !long() {
			continue
		}
		sizes := make([]int, codec.MostEffort+1)
		var before []byte
		for effort := codec.LeastEffort; effort <= codec.MostEffort; effort++ {
			var reports []int
			o := codec.Options{Mode: c.mode, Effort: effort, Progress: func(permille int) { reports = append(reports, permille) }}
			file := encode(t, c.m, &o)
			if bytes.Equal(file, before) { // which was decoded
			} else if m, at, err := decodeLast(file, codec.Decoder{}); err != nil || !at.Exact || !same(m, c.m) {
				t.Errorf("%s, effort %d: another picture, %+v, %v", c.name, effort, at, err)
			}
			if !slices.IsSorted(reports) && c.name != "decompressed" { // of which each of two files reports all of its work
				t.Errorf("%s, effort %d: the progress is %v", c.name, effort, reports)
			}
			if effort == codec.DefaultEffort && !bytes.Equal(file, encode(t, c.m, &codec.Options{Mode: c.mode})) {
				t.Errorf("%s: not the default's file", c.name)
			}
			sizes[effort], before = len(file), file
		}
		for effort := 5; effort <= codec.MostEffort; effort++ {
			most := sizes[effort-1]
			if effort == 6 || effort == 7 {
				most += most / 400
			}
			if sizes[effort] > most {
				t.Errorf("%s: %d bytes at effort %d, %d at the one before", c.name, sizes[effort], effort, sizes[effort-1])
			}
		}
		if c.name == "decompressed" && sizes[4]*2 > sizes[3] {
			t.Errorf("%s: %d bytes with its coefficients, %d without", c.name, sizes[4], sizes[3])
		}
		if c.name == "decompressed" {
			checkSameModelled(t, c.m, sizes[8])
		}
		t.Log(c.name, sizes[1:])
	}
}

// checkSameModelled: where both modes are coded, samples as well as coefficients, and the file of the coefficients is the smallest, it is
// the modelled one, too.
func checkSameModelled(t *testing.T, m image.Image, size int) {
	t.Helper()
	file := encode(t, m, &codec.Options{Mode: codec.Modelled, Effort: 8})
	if got, _, err := decodeLast(file, codec.Decoder{}); err != nil || !same(got, m) || len(file) != size {
		t.Errorf("modelled: %d bytes in place of %d, %v", len(file), size, err)
	}
}

// TestEffortsTry: what an effort adds makes files smaller that need it.
func TestEffortsTry(t *testing.T) {
	t.Parallel()
	size := func(m image.Image, effort int) int { return len(encode(t, m, &codec.Options{Effort: effort})) }
	clipped := image.NewRGBA(image.Rect(0, 0, 80, 64)) // of which only red varies: a plain transform of its own is for that
	from := picture(t, "landscape.png")
	for i := range clipped.Pix {
		clipped.Pix[i] = 255
	}
	for y := range 64 {
		for x := range 80 {
			r, _, _, _ := from.At(x+40, y+60).RGBA()
			clipped.Pix[clipped.PixOffset(x, y)] = uint8(r >> 8)
		}
	}
	if one, two := size(clipped, 1), size(clipped, 2); two*100 > one*98 {
		t.Errorf("of one colour that varies: %d bytes at effort 1, %d at effort 2", one, two)
	}
	best := 0
	for _, name := range []string{"rock", "leaves", "cloth"} {
		m := crop(picture(t, "tiny/"+name+".png"), 0, 0, 30, 30)
		if size(m, 6) < size(m, 5) {
			best++
		}
	}
	if best == 0 {
		t.Error("no orientation but the first is the best of any picture")
	}
}

// TestNoSuchEffort: efforts out of range are an EffortError, and nothing is written.
func TestNoSuchEffort(t *testing.T) {
	var jpegFile bytes.Buffer
	if err := jpeg.Encode(&jpegFile, picture(t, "tiny/rock.png"), nil); err != nil {
		t.Fatal(err)
	}
	for _, effort := range []int{-1, codec.MostEffort + 1} {
		o := &codec.Options{Effort: effort}
		var b bytes.Buffer
		for i, err := range []error{
			codec.Encode(&b, picture(t, "tiny/rock.png"), o),
			codec.EncodeJPEG(&b, bytes.NewReader(jpegFile.Bytes()), o),
		} {
			var want codec.EffortError
			if !errors.As(err, &want) || int(want) != effort || b.Len() > 0 {
				t.Errorf("effort %d, %d: %v, %d bytes written", effort, i, err, b.Len())
			}
		}
	}
}

// TestMostEffortStops: coding one way after another ends where a context does.
func TestMostEffortStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	e := codec.Encoder{Options: codec.Options{Effort: codec.MostEffort, Mode: codec.Modelled, Progress: func(permille int) {
		if permille > 300 { // in the second of six
			cancel()
		}
	}}}
	var b bytes.Buffer
	if err := e.EncodeContext(ctx, &b, crop(picture(t, "landscape.png"), 0, 0, 80, 66)); err != context.Canceled || b.Len() > 0 {
		t.Errorf("%d bytes written, %v", b.Len(), err)
	}
}

// TestEffortsOfSmoothJPEGs: what a JPEG decoder has made is no graphic because the fallback codec makes little of it: low efforts code it by its luma
// and chroma, too. Graphics stay stored.
func TestEffortsOfSmoothJPEGs(t *testing.T) {
	t.Parallel()
	tiles := image.NewGray(image.Rect(0, 0, 512, 512))
	text := picture(t, "text.png")
	for i := range 6 {
		draw.Draw(tiles, text.Bounds().Add(image.Pt(i%2*320, i/2*220)), text, text.Bounds().Min, draw.Src)
	}
	type sample struct {
		name   string
		m      image.Image
		stored bool
	}
	samples := []sample{
		{"photograph", decompressed(t, crop(picture(t, "landscape.png"), 0, 0, 300, 256), 20), false},
		{"graphic", text, true},
		{"gray graphic", tiles, true},
	}
	if long() {
		file, err := os.ReadFile(filepath.Join(data(t, "jpeg"), "camera", "olympus-c960.jpg"))
		if err != nil {
			t.Fatal(err)
		}
		samples = append(samples, sample{"olympus-c960", jpegPicture(t, file), false})
	}
	for _, c := range samples {
		plain := encode(t, c.m, &codec.Options{Mode: codec.Stored})
		for effort := 1; effort <= 3; effort++ {
			file := encode(t, c.m, &codec.Options{Effort: effort})
			info, err := codec.Inspect(bytes.NewReader(file))
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%s, effort %d: %d bytes, stored %d, %s", c.name, effort, len(file), len(plain), info.Transform)
			if info.Modelled == c.stored || len(file) > len(plain) || !c.stored && len(file)*4 > len(plain)*3 {
				t.Errorf("%s, effort %d: %d bytes, stored %d", c.name, effort, len(file), len(plain))
			}
			if m := decode(t, file, 0); !same(m, c.m) {
				t.Errorf("%s, effort %d: another picture", c.name, effort)
			}
		}
	}
}
