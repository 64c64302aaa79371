package main

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ddpmz/ddpmz/cmd/internal/picture"
	"github.com/ddpmz/ddpmz/codec/metadata"
)

// testdata is the folder of pictures for the tests.
var testdata = filepath.Join("..", "..", "testdata")

// A result is what a run of the program leaves beside files.
type result struct {
	status int
	out    []byte
	err    string
}

// ddpmz runs the program.
func ddpmz(stdin []byte, args ...string) result {
	var out, err bytes.Buffer
	status := run(append([]string{"ddpmz"}, args...), bytes.NewReader(stdin), &out, &err)
	return result{status, out.Bytes(), err.String()}
}

// must runs the program and fails the test unless all goes well, without a word.
func must(t *testing.T, stdin []byte, args ...string) []byte {
	t.Helper()
	r := ddpmz(stdin, args...)
	if r.status != 0 || r.err != "" {
		t.Fatalf("ddpmz %s: status %d, %s", strings.Join(args, " "), r.status, r.err)
	}
	return r.out
}

// fails runs the program and fails the test unless it ends with the status and, in this order, the words on
// standard error, and with nothing on standard output.
func fails(t *testing.T, status int, words []string, stdin []byte, args ...string) {
	t.Helper()
	r := ddpmz(stdin, args...)
	if r.status != status || !inOrder(r.err, words) || !strings.HasPrefix(r.err, "ddpmz: ") {
		t.Errorf("ddpmz %s: status %d, %q; want %d, %q", strings.Join(args, " "), r.status, r.err, status, words)
	}
	if len(r.out) > 0 {
		t.Errorf("ddpmz %s: %d bytes on standard output", strings.Join(args, " "), len(r.out))
	}
}

func inOrder(text string, words []string) bool {
	for _, w := range words {
		i := strings.Index(text, w)
		if i < 0 {
			return false
		}
		text = text[i+len(w):]
	}
	return true
}

// load reads a picture's file from testdata.
func load(t *testing.T, name string) []byte {
	t.Helper()
	return readFile(t, filepath.Join(testdata, filepath.FromSlash(name)))
}

// encoded returns what encode makes of a picture in testdata, once for all tests that ask for it. The file is the caller's.
func encoded(t *testing.T, name string, flags ...string) []byte {
	t.Helper()
	key := name + " " + strings.Join(flags, " ")
	file, ok := files.Load(key)
	if !ok {
		file, _ = files.LoadOrStore(key, must(t, load(t, name), append([]string{"encode"}, flags...)...))
	}
	return bytes.Clone(file.([]byte))
}

var files sync.Map

// part returns a PNG file of a part of a picture in testdata.
func part(t *testing.T, name string, r image.Rectangle) []byte {
	t.Helper()
	m := decodePNG(t, load(t, name)).Image.(interface {
		SubImage(image.Rectangle) image.Image
	}).SubImage(r)
	var file bytes.Buffer
	if err := png.Encode(&file, m); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// folder makes a folder with copies of files from testdata.
func folder(t *testing.T, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		writeFile(t, filepath.Join(dir, filepath.Base(name)), load(t, name))
	}
	return dir
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func writeFile(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(name, data, 0o666); err != nil {
		t.Fatal(err)
	}
}

// wantFiles checks the names of all files in a folder.
func wantFiles(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var have []string
	for _, e := range entries {
		have = append(have, e.Name())
	}
	slices.Sort(want)
	if !slices.Equal(have, want) {
		t.Errorf("the folder holds %q, want %q", have, want)
	}
}

// decodePNG reads a picture, with metadata.
func decodePNG(t *testing.T, file []byte) *picture.Picture {
	t.Helper()
	p, err := picture.Read(bytes.NewReader(file), picture.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// wantSame checks that two files hold the same picture, in the same type of image, and the same metadata.
func wantSame(t *testing.T, have, want []byte) {
	t.Helper()
	h, w := decodePNG(t, have), decodePNG(t, want)
	if !reflect.DeepEqual(h.Image, w.Image) {
		t.Error("the picture is another")
	}
	if !reflect.DeepEqual(h.Metadata, w.Metadata) {
		t.Errorf("metadata %v, want %v", h.Metadata, w.Metadata)
	}
}

// withText makes a PNG file of another, with a colour space and a text of n bytes.
func withText(t *testing.T, file []byte, n int) []byte {
	t.Helper()
	p := decodePNG(t, file)
	text := []byte("Comment\x00")
	for x := uint32(1); n > 0; n-- { // something that does not compress
		x = x*1664525 + 1013904223
		text = append(text, 'A'+byte(x>>27))
	}
	p.Metadata.Chunks = append(p.Metadata.Chunks,
		metadata.Chunk{Type: "sRGB", Place: metadata.BeforePLTE, Data: []byte{0}},
		metadata.Chunk{Type: "tEXt", Place: metadata.AfterIDAT, Data: text})
	var out bytes.Buffer
	if _, err := picture.Write(&out, "png", p.Image, &p.Metadata, picture.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
