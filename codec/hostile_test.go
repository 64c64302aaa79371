package codec_test

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"path/filepath"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/container"
)

// uniform returns a picture of a single colour.
func uniform(w, h int) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(m, m.Rect, image.NewUniform(color.RGBA{40, 90, 200, 0xff}), image.Point{}, draw.Src)
	return m
}

// modelledHeader returns the header of a modelled file of gray samples, or of red, green and blue, in the common form.
func modelledHeader(t testing.TB, w, h int, format uint8, segments ...container.Segment) *container.Header {
	t.Helper()
	g, _, err := container.ReadHeader(bytes.NewReader(kind(t, "common form").file))
	if err != nil {
		t.Fatal(err)
	}
	return &container.Header{Width: uint32(w), Height: uint32(h), Format: format, Depth: 8, Modelled: true, Model: g.Model, Params: g.Params, Segments: segments}
}

// shortFile returns a file in the container's short form.
func shortFile(t testing.TB, w, h int, payload []byte) []byte {
	t.Helper()
	g := &container.Header{Width: uint32(w), Height: uint32(h), Format: 1, Depth: 8, Modelled: true, Short: true, Number: 1,
		Segments: []container.Segment{{Kind: container.Passes}}}
	return putTogether(t, g, [][]byte{payload})
}

// A hostile file asks for much more than it holds.
type hostile struct {
	name string
	file []byte

	want outcome
}

// An outcome of decoding.
type outcome int

const (
	refused outcome = iota // with an error of a type that is documented
	decoded
)

// hostiles are files as those that once took seconds, or gigabytes: each is as the one of its name in the shared data's folder of
// damaged files, in the format of the day.
func hostiles(t testing.TB) []hostile {
	t.Helper()
	passes := func(units uint32, size uint64) container.Segment {
		return container.Segment{Kind: container.Passes, Units: units, Size: size}
	}
	claim, err := modelledHeader(t, 4, 4, 1, passes(0, 1<<40)).Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	// 64 MiB of zeros in blocks of one byte that is repeated.
	unpacks := []byte{1, 0x28, 0xb5, 0x2f, 0xfd, 0x80, 0x68, 0, 0, 0, 4}
	for i := range 512 {
		last := byte(0)
		if i == 511 {
			last = 1
		}
		unpacks = append(unpacks, last|2, 0, 0x10, 0)
	}
	h, payloads := parts(t, encode(t, uniform(18, 1), &codec.Options{Mode: codec.Modelled, Metadata: []byte("x")}))
	payloads[0] = unpacks
	metadata := putTogether(t, h, payloads)

	h, payloads = parts(t, large(t).file)
	h.Segments = h.Segments[:1]
	missing := putTogether(t, h, payloads[:1])

	h, payloads = parts(t, encode(t, crop(picture(t, "alpha.png"), 12, 8, 16, 12), &codec.Options{Mode: codec.Stored}))
	h.Segments = []container.Segment{h.Segments[1], h.Segments[0]}
	payloads[0], payloads[1] = payloads[1], payloads[0]

	flat := encode(t, uniform(2048, 127), &codec.Options{Mode: codec.Modelled, Limits: codec.Limits{MaxWork: 1 << 30}})
	return []hostile{
		{"wide-4096x127-short", shortFile(t, 4096, 127, nil), refused},
		{"wide-32768x127-short", shortFile(t, 32768, 127, nil), refused},
		{"wide-600x127-short", shortFile(t, 600, 127, nil), refused},
		{"wide, and claims more than there is", withHeader(t, modelledHeader(t, 4096, 127, 1, passes(0, 1<<20)), []byte{1, 2, 3}), decoded},
		{"head-4x4-claims-1TiB", append(claim, make([]byte, 1<<20)...), refused},
		{"complete-but-passes-missing", missing, refused},
		{"flat-2048x127", flat, refused},
		{"metadata-64M", metadata, decoded},
		{"alpha-after-stored", putTogether(t, h, payloads), refused},
	}
}

// withHeader returns a file that begins with a header and is cut after some bytes.
func withHeader(t testing.TB, h *container.Header, payload []byte) []byte {
	t.Helper()
	b, err := h.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	return append(b, payload...)
}

// parts returns the parts of a file.
func parts(t testing.TB, file []byte) (h *container.Header, payloads [][]byte) {
	t.Helper()
	r, err := container.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	for range r.Header().Segments {
		c, err := r.Next()
		if err != nil || !c.Complete {
			t.Fatal(err)
		}
		payloads = append(payloads, bytes.Clone(c.Payload))
	}
	return r.Header(), payloads
}

// Files that ask for much more than they hold are refused, or take little: no more than 64 MB are allocated, under a limit of that
// too.
func TestHostileFiles(t *testing.T) {
	decode(t, kind(t, "rgb").file, 0) // what is made once
	for _, h := range hostiles(t) {
		for _, limits := range []codec.Limits{{}, {MaxMemory: 64 << 20}} {
			var err error
			n := allocated(func() {
				var m image.Image
				if m, err = (&codec.Decoder{Limits: limits}).Decode(bytes.NewReader(h.file)); err == nil && m == nil {
					t.Error("no picture")
				}
			})
			t.Logf("%s, %d bytes: %d bytes allocated, %v", h.name, len(h.file), n, err)
			var limit *codec.LimitError
			switch {
			case err != nil && !documented(err), h.want == refused && err == nil, h.want == decoded && err != nil && limits.MaxMemory == 0:
				t.Errorf("%s: %v", h.name, err)
			case n > 80<<20 && !errors.As(err, &limit):
				t.Errorf("%s: %d bytes are allocated", h.name, n)
			case n > 64<<20 && limits.MaxMemory > 0:
				t.Errorf("%s: %d bytes are allocated where %d may be", h.name, n, limits.MaxMemory)
			}
		}
	}
}

// Metadata of either method has at most 2^26 bytes, and no more than the limit leaves.
func TestMetadataLimit(t *testing.T) {
	m := image.NewGray(image.Rect(0, 0, 3, 2))
	enc, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	const most = 1 << 26
	of := func(payload []byte) []byte {
		h, payloads := parts(t, encode(t, m, &codec.Options{Mode: codec.Modelled, Metadata: []byte("x")}))
		payloads[0] = payload
		return putTogether(t, h, payloads)
	}
	zeros := make([]byte, most+1)
	small := append([]byte{1}, enc.EncodeAll(zeros[:1<<20], nil)...)
	for _, c := range []struct {
		name    string
		payload []byte
		memory  int64
		refused bool
	}{
		{"as it is", append([]byte{0}, zeros[:most]...), 0, false},
		{"one byte more", append([]byte{0}, zeros...), 0, true},
		{"packed", append([]byte{1}, enc.EncodeAll(zeros[:most], nil)...), 0, false},
		{"packed, one byte more", append([]byte{1}, enc.EncodeAll(zeros, nil)...), 0, true},
		{"a MiB", small, 4 << 20, false},
		{"a MiB in half of one", small, 1 << 19, true},
		{"a MiB as it is in half of one", append([]byte{0}, zeros[:1<<20]...), 1 << 19, true},
	} {
		if testing.Short() && c.memory == 0 {
			continue
		}
		_, err := (&codec.Decoder{Limits: codec.Limits{MaxMemory: c.memory}}).Decode(bytes.NewReader(of(c.payload)))
		if (err != nil) != c.refused || err != nil && !documented(err) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// Photographs have bytes enough for the work that they ask for, and so have their prefixes: by default, these decode to what they do
// without a limit.
func TestPhotographsHaveBytesEnough(t *testing.T) {
	if !long() {
		t.Skip("set DDPMZ_LONG=1 for prefixes of photographs")
	}
	photographs := map[string]image.Image{"landscape.png": picture(t, "landscape.png")}
	names, _ := filepath.Glob(filepath.Join(data(t, "kodak"), "*.png"))
	for _, name := range names {
		photographs[name] = open(t, name)
	}
	for name, m := range photographs {
		file := encode(t, m, nil)
		for n := int(offsets(t, file)[0]); n < len(file) && n < 16<<10; n += max(30, n/8) {
			want, _, err := decodeLast(file[:n], codec.Decoder{Limits: codec.Limits{MaxWork: 1 << 40}})
			if err != nil {
				t.Fatal(err)
			}
			if got, _, err := decodeLast(file[:n], codec.Decoder{}); err != nil || !same(got, want) {
				t.Errorf("%s, %d bytes: another picture than without a limit, %v", name, n, err)
			}
		}
	}
}
