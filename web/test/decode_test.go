package test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"image"
	"image/color"
	_ "image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
)

// picture reads one of the committed pictures.
func picture(t *testing.T, name string) image.Image {
	t.Helper()
	f, err := os.Open(filepath.Join("../../testdata", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, _, err := image.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

var encoded sync.Map // files by name

// encode returns the file of a committed picture.
func encode(t *testing.T, name string) []byte {
	t.Helper()
	if file, ok := encoded.Load(name); ok {
		return file.([]byte)
	}
	var b bytes.Buffer
	if err := codec.Encode(&b, picture(t, name), nil); err != nil {
		t.Fatal(err)
	}
	encoded.Store(name, b.Bytes())
	return b.Bytes()
}

// digest returns the checksum of a picture's pixels as ImageData has them.
func digest(m image.Image) string {
	b := m.Bounds()
	pix := make([]byte, 0, 4*b.Dx()*b.Dy())
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := color.NRGBAModel.Convert(m.At(x, y)).(color.NRGBA)
			pix = append(pix, c.R, c.G, c.B, c.A)
		}
	}
	return fmt.Sprintf("%x", sha256.Sum256(pix))
}

// decoded is what page.js says of a picture.
type decoded struct {
	Width, Height int
	Digest, Error string
	Space         string
	Steps         []int
	Times         []float64
	Time          float64
	Header        struct {
		Width, Height int
		At            float64
	}
}

// TestDecode compares what the browser decodes with what Go does: whole files of every kind, from every kind of source, prefixes, and
// reduced pictures.
func TestDecode(t *testing.T) {
	check := func(name string, file []byte, kind string, d codec.Decoder, limit int) {
		t.Helper()
		options := map[string]any{"reduce": d.Reduce, "timestep": d.Timestep, "refinements": kind == "bytes"}
		prefix := file
		if limit > 0 {
			options["bytes"], prefix = limit, file[:limit]
		}
		want, err := d.Decode(bytes.NewReader(prefix))
		if err != nil {
			t.Fatal(err)
		}
		var got decoded
		call(t, &got, "decode", kind, host.add(name, file), options)
		if b := want.Bounds(); got.Error != "" || got.Width != b.Dx() || got.Height != b.Dy() || got.Digest != digest(want) {
			t.Errorf("%s from %s, %+v, %d bytes: %+v", name, kind, d, limit, got)
		}
		if !slices.IsSorted(got.Steps) {
			t.Errorf("%s: refinements after %v steps", name, got.Steps)
		}
	}
	for _, name := range []string{"tiny/rock.png", "alpha.png", "gray.png", "rgb16.png", "palette.png", "noise.png", "odd/rgb-67x41.png"} {
		check(name, encode(t, name), "bytes", codec.Decoder{}, 0)
	}
	file := encode(t, "street.png")
	for _, kind := range []string{"url", "response", "stream", "blob"} {
		check("street", file, kind, codec.Decoder{Timestep: 20}, 0)
	}
	check("street", file, "url", codec.Decoder{}, 0)
	check("street", file, "bytes", codec.Decoder{}, 20000)
	check("street", file, "url", codec.Decoder{}, 30000)
	check("street", file, "url", codec.Decoder{Reduce: 1}, 0)
	check("street", file, "bytes", codec.Decoder{Reduce: 3}, 0)
	check("noise.png", encode(t, "noise.png"), "url", codec.Decoder{Reduce: 2}, 0)

	jpeg, err := os.ReadFile("../../codec/testdata/jpeg.ddpmz")
	if err != nil {
		t.Fatal(err)
	}
	check("jpeg", jpeg, "bytes", codec.Decoder{}, 0)
	check("jpeg", jpeg, "url", codec.Decoder{Reduce: 2}, 0)
}

// TestErrors: what is no file, one that is damaged, cut inside its header, claims too much, or is not there.
func TestErrors(t *testing.T) {
	file := encode(t, "street.png")
	damaged := bytes.Clone(file)
	damaged[len(damaged)/2] ^= 0x40
	for _, c := range []struct{ name, kind, want string }{
		{"garbage", "bytes", "format"},
		{"header", "bytes", "cut"},
		{"damaged", "bytes", "damaged"},
		{"damaged", "url", "damaged"},
		{"empty", "url", "cut"},
		{"nowhere", "url", "network"},
	} {
		switch c.name {
		case "garbage":
			host.add(c.name, []byte(strings.Repeat("no picture ", 1000)))
		case "header":
			host.add(c.name, file[:20])
		case "damaged":
			host.add(c.name, damaged)
		case "empty":
			host.add(c.name, nil)
		}
		var got decoded
		call(t, &got, "decode", c.kind, "/files/"+c.name, map[string]any{})
		if got.Error != c.want {
			t.Errorf("%s from %s: %+v, want the error %s", c.name, c.kind, got, c.want)
		}
	}
}
