package codec_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/container"
)

func TestMetadata(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	random := make([]byte, 100_000)
	for i := range random {
		random[i] = byte(rng.Uint32())
	}
	text := bytes.Repeat([]byte("a profile, "), 10_000)
	plain := kind(t, "rgb").m
	for name, m := range map[string]image.Image{"modelled": plain, "palette": kind(t, "palette with alpha").m, "alpha": kind(t, "alpha").m} {
		bare := len(encode(t, m, nil))
		for _, data := range [][]byte{nil, {0}, random[:100], random[:4096], random[:4097], random, text[:4096], text} {
			t.Run(fmt.Sprintf("%s, %d bytes", name, len(data)), func(t *testing.T) {
				file := encode(t, m, &codec.Options{Metadata: data})
				s, err := new(codec.Decoder).Open(bytes.NewReader(file))
				if err != nil {
					t.Fatal(err)
				}
				first := true
				for {
					at, err := s.Next()
					if err == io.EOF {
						break
					}
					if err != nil {
						t.Fatal(err)
					}
					// A little metadata comes before the picture, much of it after.
					if early := s.Metadata() != nil; first && early != (len(data) > 0 && len(data) <= 4096) {
						t.Errorf("metadata before %+v: %v", at, early)
					}
					first = false
				}
				if !bytes.Equal(s.Metadata(), data) {
					t.Errorf("%d bytes come back as %d", len(data), len(s.Metadata()))
				}
				if got, err := s.Image(); err != nil || !same(got, m) {
					t.Errorf("not the image, %v", err)
				}
				blocks := len(data) / container.BlockSize * 4 // bytes of checksums beside the last
				// 14 are for a digest, which the file may have with the metadata only.
				if limit := bare + len(data) + blocks + 32 + 14; len(file) > limit {
					t.Errorf("%d bytes, want at most %d", len(file), limit)
				}
			})
		}
	}
	if n := len(encode(t, plain, &codec.Options{Metadata: text})) - len(encode(t, plain, nil)); n > len(text)/100 {
		t.Errorf("%d bytes of repeated text take %d", len(text), n)
	}
	var limit *codec.LimitError
	if err := codec.Encode(io.Discard, kind(t, "one pixel").m, &codec.Options{Metadata: make([]byte, 64<<20+1)}); !errors.As(err, &limit) {
		t.Errorf("too much of it: %v", err)
	}
}

// Cutting away the metadata that comes last leaves the picture exact; the file is not complete, though.
func TestMetadataCutAway(t *testing.T) {
	m := kind(t, "rgb").m
	data := make([]byte, 5000)
	fillRandom(data)
	file := encode(t, m, &codec.Options{Metadata: data})
	o := offsets(t, file)
	for _, n := range []int64{o[len(o)-2], o[len(o)-2] + 1, o[len(o)-1] - 1} {
		got, at, err := decodeLast(file[:n], codec.Decoder{})
		if err != nil || !at.Exact || !same(got, m) {
			t.Errorf("%d of %d bytes: %+v, %v", n, len(file), at, err)
		}
		info, err := new(codec.Decoder).Inspect(bytes.NewReader(file[:n]))
		if err != nil || info.Exact || info.Metadata != nil {
			t.Errorf("%d of %d bytes: Info.Exact is %v, %d bytes of metadata, %v", n, len(file), info.Exact, len(info.Metadata), err)
		}
	}
}

func fillRandom(b []byte) {
	rng := rand.New(rand.NewPCG(2, 2))
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
}

// Importing the package is enough for image.Decode.
func TestRegisteredFormat(t *testing.T) {
	for _, s := range kinds(t) {
		m, name, err := image.Decode(bytes.NewReader(s.file))
		if err != nil || name != "ddpmz" || !same(m, s.m) {
			t.Errorf("%s: image.Decode: %q, %v", s.name, name, err)
		}
		c, name, err := image.DecodeConfig(bytes.NewReader(s.file))
		if err != nil || name != "ddpmz" || c.Width != s.m.Bounds().Dx() || c.Height != s.m.Bounds().Dy() {
			t.Errorf("%s: image.DecodeConfig: %q %v, %v", s.name, name, c, err)
		}
		if _, _, err := image.Decode(bytes.NewReader(s.file[:1])); err != image.ErrFormat {
			t.Errorf("%s: not even a magic number: %v", s.name, err)
		}
	}
	if container.Magic[0] < 0x80 || container.ShortMagic[0] < 0x80 {
		t.Error("a magic number that may begin a text")
	}
}

func TestInspect(t *testing.T) {
	want := map[string]struct {
		colour        string
		depth, planes int
		modelled      bool
	}{
		"rgb":                {"RGB", 8, 3, true},
		"gray":               {"gray", 8, 1, true},
		"gray16":             {"gray", 16, 1, true},
		"rgb16":              {"RGB", 16, 3, true},
		"alpha":              {"RGB, straight alpha", 8, 3, true},
		"alpha16":            {"RGB, straight alpha", 16, 3, true},
		"stored":             {"RGB", 8, 3, false},
		"palette":            {"palette", 4, 1, false},
		"palette with alpha": {"palette", 4, 1, false},
	}
	for _, s := range kinds(t) {
		i, err := new(codec.Decoder).Inspect(bytes.NewReader(s.file))
		if err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		if w, ok := want[s.name]; ok && (i.Colour != w.colour || i.Depth != w.depth || i.Planes != w.planes || i.Modelled != w.modelled) {
			t.Errorf("%s: %+v, want %+v", s.name, i, w)
		}
		if i.Modelled && (i.Model == "" || len(i.ModelID) != 16) || !i.Modelled && i.Model+i.ModelID != "" {
			t.Errorf("%s: model %q, %q", s.name, i.Model, i.ModelID)
		}
		o := offsets(t, s.file)
		if !i.Exact || i.Size != int64(len(s.file)) || i.HeaderSize != o[0] || len(i.Segments) != len(o)-1 || len(i.Levels) == 0 || len(i.Noise) != len(i.Levels) {
			t.Errorf("%s: %+v", s.name, i)
		}
		bits := i.Levels[len(i.Levels)-1].IdealBits
		if s.name != "one pixel" && (bits <= 0 || bits > 8*int64(len(s.file))) {
			t.Errorf("%s: an ideal length of %d bits in %d bytes", s.name, bits, len(s.file))
		}
		cut, err := new(codec.Decoder).Inspect(bytes.NewReader(s.file[:len(s.file)-1]))
		if err != nil || cut.Exact || cut.Size != int64(len(s.file)) {
			t.Errorf("%s, less a byte: %+v, %v", s.name, cut, err)
		}
	}
}
