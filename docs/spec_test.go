package docs

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
)

// A specFile is what docs/spec/test.mjs reads of a file in a manifest, as testdata/conformance has one: the digest of its picture, and those
// of prefixes.
type specFile struct {
	File     string       `json:"file"`
	Digest   string       `json:"digest"`
	Prefixes []specPrefix `json:"prefixes,omitempty"`
}

type specPrefix struct {
	Bytes  int    `json:"bytes"`
	Digest string `json:"digest"`
}

// TestSpecDecoder compares the decoder in docs/spec, which was written from the specification alone, with package codec: by a part of the
// conformance suite (.ci/run takes another, which is larger), and with DDPMZ_LONG=1 by all of it and by pictures that are encoded now, of which many prefixes are decoded.
func TestSpecDecoder(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed, in which the second decoder runs")
	}
	run := func(args ...string) {
		out, err := exec.Command(node, args...).CombinedOutput()
		if err != nil {
			t.Errorf("node %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		t.Log(string(out))
	}
	if os.Getenv("DDPMZ_LONG") == "" {
		run("spec/test.mjs", "--part", "6/32")
		return
	}
	run("spec/test.mjs")
	dir := t.TempDir()
	var manifest struct {
		Decoded []specFile `json:"decoded"`
	}
	for i, p := range specPictures {
		var b bytes.Buffer
		if err := codec.Encode(&b, p.picture(t), &p.options); err != nil {
			t.Fatal(err)
		}
		file := b.Bytes()
		f := specFile{File: fmt.Sprintf("%d-%s.ddpmz", i, strings.ReplaceAll(p.name, "/", "-")), Digest: samplesDigest(t, file)}
		header := 0 // bytes
		for errors.Is(headerError(file[:header]), io.ErrUnexpectedEOF) {
			header++
		}
		for n := header; n < len(file); n += max(1, len(file)/p.cuts) {
			f.Prefixes = append(f.Prefixes, specPrefix{n, samplesDigest(t, file[:n])})
		}
		if err := os.WriteFile(filepath.Join(dir, f.File), file, 0o666); err != nil {
			t.Fatal(err)
		}
		manifest.Decoded = append(manifest.Decoded, f)
	}
	list, err := json.Marshal(manifest)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "manifest.json")
	if err := os.WriteFile(name, list, 0o666); err != nil {
		t.Fatal(err)
	}
	run("spec/test.mjs", name)
}

// headerError returns what is wrong with the header of a file.
func headerError(file []byte) error {
	_, err := new(codec.Decoder).Open(bytes.NewReader(file))
	return err
}

// A specPicture is a picture in ../testdata, or a part of it, how it is encoded, and how many prefixes of it are compared.
type specPicture struct {
	name    string
	crop    image.Rectangle
	options codec.Options
	cuts    int
}

var specPictures = []specPicture{
	{name: "odd/rgb-31x33.png", cuts: 30},
	{name: "odd/gray-17x13.png", cuts: 20},
	{name: "odd/rgb-1x1.png", cuts: 5},
	{name: "odd/rgb-2x2.png", cuts: 5},
	{name: "odd/rgb-7x1.png", cuts: 10},
	{name: "tiny/cloth.png", options: codec.Options{Model: "cifar10"}, cuts: 20},
	{name: "gray16.png", cuts: 10},
	{name: "rgb16.png", cuts: 10},
	{name: "alpha16.png", cuts: 10},
	{name: "alpha.png", cuts: 10},
	{name: "palette256.png", cuts: 10},
	{name: "text.png", crop: image.Rect(20, 20, 140, 100), cuts: 10},
	{name: "noise.png", cuts: 10},
	{name: "rgb16.png", options: codec.Options{Mode: codec.Stored}, cuts: 10},
	{name: "street.png", crop: image.Rect(30, 10, 94, 74), options: codec.Options{Mode: codec.Modelled}, cuts: 10},
	{name: "street.png", crop: image.Rect(30, 20, 48, 310), options: codec.Options{Mode: codec.Modelled}, cuts: 10}, // of several bands
}

func (p specPicture) picture(t *testing.T) image.Image {
	t.Helper()
	f, err := os.Open(filepath.Join("../testdata", p.name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	if p.crop.Empty() {
		return m
	}
	part := image.NewNRGBA(image.Rectangle{Max: p.crop.Size()})
	draw.Draw(part, part.Rect, m, p.crop.Min, draw.Src)
	return part
}

// samplesDigest is the digest of the picture that package codec decodes a file to, or what there is of it, as testdata/conformance has it.
func samplesDigest(t *testing.T, file []byte) string {
	t.Helper()
	s, err := new(codec.Decoder).Open(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Last(); err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Fatal(err)
	}
	m, err := s.Image()
	if err != nil {
		t.Fatal(err)
	}
	h := sha256.New()
	b := m.Bounds()
	rows := func(pix []byte, stride, n int) {
		for y := range b.Dy() {
			h.Write(pix[y*stride:][:b.Dx()*n])
		}
	}
	switch m := m.(type) {
	case *image.Gray:
		rows(m.Pix, m.Stride, 1)
	case *image.Gray16:
		rows(m.Pix, m.Stride, 2)
	case *image.RGBA:
		rows(m.Pix, m.Stride, 4)
	case *image.NRGBA:
		rows(m.Pix, m.Stride, 4)
	case *image.RGBA64:
		rows(m.Pix, m.Stride, 8)
	case *image.NRGBA64:
		rows(m.Pix, m.Stride, 8)
	case *image.Paletted:
		rows(m.Pix, m.Stride, 1)
		for _, c := range m.Palette {
			c := color.NRGBAModel.Convert(c).(color.NRGBA)
			h.Write([]byte{c.R, c.G, c.B, c.A})
		}
	default:
		t.Fatalf("a %T", m)
	}
	return hex.EncodeToString(h.Sum(nil))
}
