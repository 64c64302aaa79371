package main

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ddpmz/ddpmz/cmd/internal/picture"
	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/codec/metadata"
)

// orientedJPEG returns a small JPEG file of a photograph, with EXIF that turns it by a quarter, a comment and data after its end.
func orientedJPEG(t *testing.T) []byte {
	t.Helper()
	m, err := png.Decode(bytes.NewReader(load(t, "odd/rgb-67x41.png")))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 80}); err != nil {
		t.Fatal(err)
	}
	exif := "Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00"
	file := append([]byte("\xff\xd8\xff\xe1\x00"+string(rune(2+len(exif)))+exif+"\xff\xfe\x00\x0ba comment"), b.Bytes()[2:]...)
	return append(file, "and more"...)
}

// TestJPEGFile: a JPEG file comes back from encode and decode, byte for byte, whatever the names; a picture if one is asked for.
func TestJPEGFile(t *testing.T) {
	original := orientedJPEG(t)
	t.Chdir(t.TempDir())
	writeFile(t, "photo.jpg", original)
	must(t, nil, "encode", "--strict", "photo.jpg")
	file := readFile(t, "photo.ddpmz")
	for _, args := range [][]string{
		{"-o", "back.jpg"}, {"-o", "back.jpeg"}, {"-o", "back"}, {"--format", "jpeg", "-o", "back.jpg"}, {"--strict", "-o", "back.jpg"},
	} {
		must(t, nil, append([]string{"decode", "--force", "photo.ddpmz"}, args...)...)
		if name := args[len(args)-1]; !bytes.Equal(readFile(t, name), original) {
			t.Errorf("decode %v: another file", args)
		}
	}
	if out := must(t, file, "decode"); !bytes.Equal(out, original) {
		t.Error("through standard streams, another file comes back")
	}
	if out := must(t, must(t, original, "encode"), "decode", "-o", "-"); !bytes.Equal(out, original) {
		t.Error("through standard streams in both directions, another file comes back")
	}
	fails(t, 1, []string{"photo.jpg", "exists"}, nil, "decode", "photo.ddpmz")
	must(t, nil, "decode", "--force", "photo.ddpmz")
	if !bytes.Equal(readFile(t, "photo.jpg"), original) {
		t.Error("decode by default makes another file")
	}

	o := decodeJSON[outcome](t, must(t, nil, "encode", "--json", "-o", "again.ddpmz", "photo.jpg"))
	if !o.Original || o.Width != 67 || o.Height != 41 || o.InputBytes != int64(len(original)) || o.Bytes != int64(len(file)) {
		t.Errorf("%+v", o)
	}
	d := decodeJSON[decodeOutcome](t, must(t, nil, "decode", "--json", "-o", "again.jpg", "photo.ddpmz"))
	if !d.Original || !d.Exact || d.Bytes != int64(len(original)) {
		t.Errorf("%+v", d)
	}

	// With --pixels, the file is of the picture.
	if r := ddpmz(nil, "encode", "--pixels", "-o", "pixels.ddpmz", "photo.jpg"); r.status != 0 || !strings.Contains(r.err, "not kept") {
		t.Errorf("%d, %s", r.status, r.err)
	}
	must(t, nil, "decode", "-o", "pixels.png", "pixels.ddpmz")
	fails(t, 1, []string{"JPEG approximates"}, nil, "decode", "--strict", "-o", "pixels.jpg", "pixels.ddpmz")
	if r := ddpmz(nil, "decode", "-o", "photo.png", "photo.ddpmz"); r.status != 0 {
		t.Errorf("%d, %s", r.status, r.err)
	}
	if !bytes.Equal(readFile(t, "photo.png"), readFile(t, "pixels.png")) {
		t.Error("the picture of the JPEG file is not that of the file made of its picture")
	}
}

// TestJPEGFilePicture: the picture of a JPEG file, written in another format, has the metadata that it would have if the file had been
// made of the picture, and the same losses; and a prefix, in which they have not come yet, the orientation.
func TestJPEGFilePicture(t *testing.T) {
	original := orientedJPEG(t)
	t.Chdir(t.TempDir())
	p, err := picture.Read(bytes.NewReader(original), picture.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, "photo.ddpmz", must(t, original, "encode", "--mode", "modelled"))
	r := ddpmz(nil, "decode", "-o", "photo.png", "photo.ddpmz")
	if r.status != 0 || strings.Count(r.err, "note: ") != len(p.Losses) {
		t.Errorf("status %d, %q, but the losses are %v", r.status, r.err, p.Losses)
	}
	got, err := picture.Read(bytes.NewReader(readFile(t, "photo.png")), picture.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want, have := marshal(t, &p.Metadata), marshal(t, &got.Metadata)
	if !bytes.Equal(have, want) {
		t.Errorf("metadata %q, want %q", have, want)
	}
	if got.Image.Bounds() != p.Image.Bounds() {
		t.Errorf("a picture of %v", got.Image.Bounds())
	}
	must(t, nil, "decode", "--steps", "900", "-o", "prefix.png", "photo.ddpmz")
	if got, err = picture.Read(bytes.NewReader(readFile(t, "prefix.png")), picture.ReadOptions{}); err != nil {
		t.Fatal(err)
	}
	turned := metadata.Metadata{}
	if err := turned.SetEXIF([]byte("MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00")); err != nil {
		t.Fatal(err)
	}
	if want, have := marshal(t, &turned), marshal(t, &got.Metadata); !bytes.Equal(have, want) {
		t.Errorf("metadata of a prefix %q, want %q", have, want)
	}
}

func marshal(t *testing.T, m *metadata.Metadata) []byte {
	t.Helper()
	b, err := m.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestJPEGFileCut: of a file that is cut or ends early there is only a picture, and the commands say so.
func TestJPEGFileCut(t *testing.T) {
	original := orientedJPEG(t)
	t.Chdir(t.TempDir())
	writeFile(t, "photo.jpg", original)
	must(t, nil, "encode", "photo.jpg")
	file := readFile(t, "photo.ddpmz")

	writeFile(t, "cut.ddpmz", file[:len(file)*2/3])
	fails(t, 3, []string{"the file is cut"}, nil, "decode", "cut.ddpmz")
	if m, err := png.Decode(bytes.NewReader(readFile(t, "cut.png"))); err != nil || m.Bounds() != image.Rect(0, 0, 67, 41) {
		t.Errorf("the picture of a file that is cut: %v", err)
	}
	const lost = "not kept: the JPEG file"
	r := ddpmz(nil, "truncate", "--bytes", "600", "-o", "early.ddpmz", "photo.ddpmz")
	if r.status != 0 || !strings.Contains(r.err, lost) {
		t.Errorf("truncate: status %d, %q", r.status, r.err)
	}
	r = ddpmz(nil, "encode", "--bytes", "600", "-o", "direct.ddpmz", "photo.jpg")
	if r.status != 0 || !strings.Contains(r.err, lost) {
		t.Errorf("encode: status %d, %q", r.status, r.err)
	}
	if !bytes.Equal(readFile(t, "early.ddpmz"), readFile(t, "direct.ddpmz")) {
		t.Error("encode --bytes makes another file than truncate")
	}
	must(t, nil, "decode", "early.ddpmz")
	readFile(t, "early.png")
	must(t, nil, "truncate", "--bytes", "1M", "-o", "whole.ddpmz", "photo.ddpmz")
	must(t, nil, "decode", "whole.ddpmz")
	if !bytes.Equal(readFile(t, "whole.jpg"), original) {
		t.Error("a cut that keeps all of the file loses the JPEG file")
	}
}

// TestJPEGFileInfo: info and test say what the file is.
func TestJPEGFileInfo(t *testing.T) {
	file := must(t, orientedJPEG(t), "encode", "--mode", "modelled")
	if out := string(must(t, file, "info", "--quiet")); !strings.Contains(out, "holds    a JPEG file, 4:2:0, quality 80\n") || !strings.Contains(out, "syntax") {
		t.Error(out)
	}
	if d := decodeJSON[description](t, must(t, file, "info", "--levels", "--quiet", "--json")); d.JPEG != "4:2:0, quality 80" || d.Planes != 3 || !d.Whole || !d.Exact || d.Colour != "RGB" || d.Orientation != 6 {
		t.Errorf("%+v", d)
	}
	if d := decodeJSON[description](t, ddpmz(file[:len(file)/2], "info", "--quiet", "--json").out); d.JPEG != "4:2:0, quality 80" || d.Orientation != 6 {
		t.Errorf("without decoding: %+v", d)
	}
	if out := string(must(t, file, "test")); out != "standard input: whole\n" {
		t.Error(out)
	}
}

// TestStripJPEG: --strip takes the metadata out of the JPEG file, and nothing else: the picture is the same, and the file that comes
// back has none.
func TestStripJPEG(t *testing.T) {
	original := orientedJPEG(t)
	plain := append([]byte("\xff\xd8"), original[bytes.Index(original, []byte("\xff\xdb")):len(original)-len("and more")]...)
	back := must(t, must(t, original, "encode", "--strip"), "decode")
	if !bytes.Equal(back, plain) {
		t.Errorf("%d bytes, want %d", len(back), len(plain))
	}
	jfif := "\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
	adobe := "\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x01"
	rest := string(plain[2:])
	if got := picture.StripJPEG([]byte("\xff\xd8" + jfif + "\xff\xe2\x00\x05ICC" + adobe + "\xff\xee\x00\x04no" + rest + "\xff\xd9")); string(got) != "\xff\xd8"+jfif+adobe+rest {
		t.Errorf("%q", got)
	}
	for n := range len(original) {
		picture.StripJPEG(original[:n]) // which must not panic
	}
}

// TestPublicJPEGPictures compares the metadata and the losses of pictures with those of files made of the pictures.
func TestPublicJPEGPictures(t *testing.T) {
	names, err := filepath.Glob(filepath.Join("..", "..", "..", "shared", "data", "jpeg", "kinds", "*"))
	if err != nil || len(names) == 0 {
		t.Skip("no data")
	}
	compared := 0
	for _, name := range names {
		file := readFile(t, name)
		p, err := picture.Read(bytes.NewReader(file), picture.ReadOptions{})
		if err != nil || len(file) > 20000 {
			continue
		}
		r := ddpmz(file, "encode", "--mode", "stored")
		if r.status != 0 {
			continue
		}
		s, err := new(codec.Decoder).Open(bytes.NewReader(r.out))
		if err == nil {
			_, err = s.Last()
		}
		if err != nil {
			t.Fatal(err)
		}
		got := picture.OfJPEG(p.Image, s.JPEG())
		compared++
		if !bytes.Equal(marshal(t, &got.Metadata), marshal(t, &p.Metadata)) {
			t.Errorf("%s: other metadata", name)
		}
	}
	if compared < 5 {
		t.Errorf("only %d files are compared", compared)
	}
}
