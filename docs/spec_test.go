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

// A specVector is what docs/spec/test.mjs reads of a manifest: a file, how many bytes of it there are, and the SHA-256 of its samples.
type specVector struct {
	File   string `json:"file"`
	Bytes  *int   `json:"bytes,omitempty"`
	Level  int    `json:"level,omitempty"`
	Digest string `json:"digest,omitempty"`
	Error  string `json:"error,omitempty"`
}

// TestSpecDecoder compares the decoder in docs/spec, which was written from the specification alone, with package codec.
func TestSpecDecoder(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed, in which the second decoder runs")
	}
	run := func(args ...string) {
		out, err := exec.Command(node, args...).CombinedOutput()
		for line := range strings.Lines(string(out)) {
			if !strings.Contains(line, ": ok") {
				t.Log(strings.TrimSpace(line))
			}
		}
		if err != nil {
			t.Errorf("node %s: %v", strings.Join(args, " "), err)
		}
	}
	dir := t.TempDir()
	var vectors []specVector
	add := func(name string, file []byte, cuts ...int) {
		if err := os.WriteFile(filepath.Join(dir, name), file, 0o666); err != nil {
			t.Fatal(err)
		}
		vectors = append(vectors, specVector{File: name, Digest: samplesDigest(t, file)})
		for _, n := range cuts {
			vectors = append(vectors, specVector{File: name, Bytes: &n, Digest: samplesDigest(t, file[:n])})
		}
	}
	for _, name := range []string{"palette", "alpha", "modelled"} {
		file, err := os.ReadFile(filepath.Join("../codec/testdata", name+".ddpmz"))
		if err != nil {
			t.Fatal(err)
		}
		add(name+".ddpmz", file, len(file)/3, len(file)-9)
	}
	if os.Getenv("DDPMZ_LONG") != "" {
		run("spec/test.mjs")
		for _, p := range specPictures {
			var b bytes.Buffer
			if err := codec.Encode(&b, p.picture(t), &p.options); err != nil {
				t.Fatal(err)
			}
			file := b.Bytes()
			var cuts []int
			for n := 40; n < len(file); n += max(1, len(file)/p.cuts) {
				cuts = append(cuts, n)
			}
			add(fmt.Sprintf("%s-%d.ddpmz", strings.ReplaceAll(p.name, "/", "-"), len(vectors)), file, cuts...)
		}
	}
	manifest, err := json.Marshal(vectors)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "manifest.json")
	if err := os.WriteFile(name, manifest, 0o666); err != nil {
		t.Fatal(err)
	}
	run("spec/test.mjs", name)
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

// samplesDigest is the SHA-256 of the samples that package codec decodes a file to, or what there is of it, as codec/FORMAT.md has
// them for a digest, but with colours in place of palette indices.
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
		for y := b.Min.Y; y < b.Max.Y; y++ {
			for x := b.Min.X; x < b.Max.X; x++ {
				c := color.NRGBAModel.Convert(m.At(x, y)).(color.NRGBA)
				h.Write([]byte{c.R, c.G, c.B, c.A})
			}
		}
	default:
		t.Fatalf("a %T", m)
	}
	return hex.EncodeToString(h.Sum(nil))
}
