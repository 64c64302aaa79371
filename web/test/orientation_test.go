package test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/codec/metadata"
)

// exif returns EXIF data of an orientation.
func exif(o int) []byte {
	b := []byte("MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01")
	return append(binary.BigEndian.AppendUint16(b, uint16(o)), 0, 0, 0, 0, 0, 0)
}

// oriented returns the file of a picture with EXIF data, and with further metadata of about so many bytes, which do not get smaller.
func oriented(t *testing.T, m image.Image, o, more int) []byte {
	t.Helper()
	var all metadata.Metadata
	if err := all.SetEXIF(exif(o)); err != nil {
		t.Fatal(err)
	}
	if more > 0 {
		noise := make([]byte, more)
		r := rand.New(rand.NewPCG(1, 2))
		for i := range noise {
			noise[i] = byte(r.Uint32())
		}
		all.Chunks = append(all.Chunks, metadata.Chunk{Type: "teSt", Data: noise})
	}
	return encodeWith(t, m, &all)
}

// encodeWith returns the file of a picture with metadata.
func encodeWith(t *testing.T, m image.Image, all *metadata.Metadata) []byte {
	t.Helper()
	packed, err := all.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := codec.Encode(&b, m, &codec.Options{Metadata: packed}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// orientedJPEG returns the file of a JPEG file with EXIF data.
func orientedJPEG(t *testing.T, m image.Image, o int) []byte {
	t.Helper()
	var plain, b bytes.Buffer
	if err := jpeg.Encode(&plain, m, nil); err != nil {
		t.Fatal(err)
	}
	segment := append([]byte("Exif\x00\x00"), exif(o)...)
	head := binary.BigEndian.AppendUint16([]byte{0xff, 0xd8, 0xff, 0xe1}, uint16(2+len(segment)))
	if err := codec.EncodeJPEG(&b, bytes.NewReader(slices.Concat(head, segment, plain.Bytes()[2:])), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// turned returns a picture as an orientation has it shown. It says so in words of its own, not those of package metadata: how often the
// picture is turned by a quarter to the right, and whether its columns are exchanged before.
func turned(m image.Image, o int) image.Image {
	how := map[int]struct {
		mirrored bool
		quarters int
	}{1: {false, 0}, 2: {true, 0}, 3: {false, 2}, 4: {true, 2}, 5: {true, 3}, 6: {false, 1}, 7: {true, 1}, 8: {false, 3}}[o]
	b := m.Bounds()
	w, h := b.Dx(), b.Dy()
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			to := x
			if how.mirrored {
				to = w - 1 - x
			}
			out.Set(to, y, color.NRGBAModel.Convert(m.At(b.Min.X+x, b.Min.Y+y)))
		}
	}
	for range how.quarters {
		w, h = h, w
		next := image.NewNRGBA(image.Rect(0, 0, w, h))
		for y := range w {
			for x := range h {
				next.Set(w-1-y, x, out.At(x, y))
			}
		}
		out = next
	}
	return out
}

// TestOrientation compares what the browser shows of pictures with an EXIF orientation with these, turned: whether the orientation
// comes before the picture or behind it, from the frame of a JPEG file or with it, reduced or not; and what it decodes when it is told
// not to turn.
func TestOrientation(t *testing.T) {
	check := func(what string, file []byte, d codec.Decoder, kind string, o int, options map[string]any) decoded {
		t.Helper()
		m, err := d.Decode(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		want := turned(m, o)
		options["reduce"] = d.Reduce
		var got decoded
		call(t, &got, "decode", kind, host.add("oriented", file), options)
		if b := want.Bounds(); got.Error != "" || got.Width != b.Dx() || got.Height != b.Dy() || got.Digest != digest(want) {
			t.Errorf("%s from %s, orientation %d: %+v, want %d x %d", what, kind, o, got, b.Dx(), b.Dy())
		}
		return got
	}
	small, large := picture(t, "odd/rgb-67x41.png"), picture(t, "tiny/rock.png")
	for o := 1; o <= 8; o++ {
		file := oriented(t, small, o, 0)
		first := check("small", file, codec.Decoder{}, "bytes", o, map[string]any{"refinements": true})
		if h := first.Header; h.Width != first.Width || h.Height != first.Height {
			t.Errorf("orientation %d: the header says %d x %d", o, h.Width, h.Height)
		}
	}
	check("small", oriented(t, small, 6, 0), codec.Decoder{}, "bytes", 1, map[string]any{"imageOrientation": "none"})
	check("gray", oriented(t, picture(t, "gray.png"), 8, 0), codec.Decoder{}, "stream", 8, map[string]any{})

	late := oriented(t, large, 6, 6000)
	if i, err := codec.Inspect(bytes.NewReader(late)); err != nil || i.Segments[0].Kind == "metadata" || i.Metadata == nil {
		t.Fatalf("the metadata are not behind the picture: %+v, %v", i, err)
	}
	for _, kind := range []string{"bytes", "url"} {
		end := check("late", late, codec.Decoder{}, kind, 6, map[string]any{"refinements": true})
		if h := end.Header; h.Width != end.Width || h.Height != end.Height {
			t.Errorf("late from %s: the header says %d x %d", kind, h.Width, h.Height)
		}
	}
	check("late", late, codec.Decoder{Reduce: 1}, "url", 6, map[string]any{})

	check("JPEG", orientedJPEG(t, large, 5), codec.Decoder{}, "bytes", 5, map[string]any{})
	check("JPEG", orientedJPEG(t, large, 7), codec.Decoder{Reduce: 1}, "url", 7, map[string]any{})
}

// TestElementOrientation: an element has the proportions of what it shows, before the picture is there, and also if the whole file has
// to be there to know them.
func TestElementOrientation(t *testing.T) {
	m := picture(t, "street.png")
	b := m.Bounds()
	for _, c := range []struct{ more, halved int }{{0, 1}, {6000, 1}} {
		reset(t)
		name := host.add("turned", oriented(t, m, 6, c.more))
		for _, address := range []string{name, name + "?noranges=1"} {
			width := b.Dy() >> c.halved
			got := show(t, []string{address}, map[string]string{"width": fmt.Sprint(width)}, "")[0]
			want := [2]int{width, (b.Dx()*width + b.Dy()/2) / b.Dy()}
			late := c.more > 0 && address != name // how much was needed was said before it was known to be turned
			if got.Event != "load" || got.Natural != [2]int{b.Dy(), b.Dx()} || got.Shown != want || got.Reduce != c.halved && !late {
				t.Errorf("%s, %d bytes more: %+v, want %v of %d x %d", address, c.more, got, want, b.Dy(), b.Dx())
			}
		}
	}
}
