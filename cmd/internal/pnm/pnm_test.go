package pnm

import (
	"bytes"
	"errors"
	"image"
	"io"
	"reflect"
	"strings"
	"testing"
)

// TestDecode reads small files of every kind.
func TestDecode(t *testing.T) {
	r := image.Rect(0, 0, 2, 2)
	gray := func(pix ...byte) image.Image { return &image.Gray{Pix: pix, Stride: 2, Rect: r} }
	pam := func(depth, most, kind string) string {
		return "P7\n# a\nWIDTH 1\nHEIGHT 1\nDEPTH " + depth + "\nMAXVAL " + most + "\n" + kind + "ENDHDR\n"
	}
	one := image.Rect(0, 0, 1, 1)
	for _, test := range []struct {
		file, rest string
		want       image.Image
		comments   []string
	}{
		{"P1 2 2 01\n1 0", "", gray(255, 0, 0, 255), nil},
		{"P1\n# one\n2#two\n2\n0110", "", gray(255, 0, 0, 255), []string{"one", "two"}},
		{"P4\n2 2\n\x40\x80", "", gray(255, 0, 0, 255), nil},
		{"P2 2 2 255 1 2 3\n254\n", "\n", gray(1, 2, 3, 254), nil},
		{"P2 2 2 15 0 1 2 15", "", gray(0, 17, 34, 255), nil},
		{"P2 2 2 100 0 1 50 100", "", gray(0, 3, 128, 255), nil},
		{"P5 2 2 255\nabcdP5", "P5", gray('a', 'b', 'c', 'd'), nil},
		{"P5\r2 2 255 abcd", "", gray('a', 'b', 'c', 'd'), nil},
		{"P5 2 2 1000\n\x00\x00\x03\xe8\x00\x01\x01\xf4", "", &image.Gray16{Pix: []byte{0, 0, 255, 255, 0, 66, 128, 0}, Stride: 4, Rect: r}, nil},
		{"P3 1 1 255 1 2 3", "", &image.RGBA{Pix: []byte{1, 2, 3, 255}, Stride: 4, Rect: one}, nil},
		{"P6 1 1 255 abc", "", &image.RGBA{Pix: []byte("abc\xff"), Stride: 4, Rect: one}, nil},
		{"P6 1 1 65535 abcdef", "", &image.RGBA64{Pix: []byte("abcdef\xff\xff"), Stride: 8, Rect: one}, nil},
		{pam("1", "1", "TUPLTYPE BLACKANDWHITE\n") + "\x01", "", &image.Gray{Pix: []byte{255}, Stride: 1, Rect: one}, []string{"a"}},
		{pam("2", "255", "TUPLTYPE GRAYSCALE_ALPHA\n") + "ab", "", &image.NRGBA{Pix: []byte("aaab"), Stride: 4, Rect: one}, []string{"a"}},
		{pam("3", "255", "TUPLTYPE RGB\n") + "abc", "", &image.RGBA{Pix: []byte("abc\xff"), Stride: 4, Rect: one}, []string{"a"}},
		{pam("4", "255", "TUPLTYPE RGB_ALPHA\n") + "abcd", "", &image.NRGBA{Pix: []byte("abcd"), Stride: 4, Rect: one}, []string{"a"}},
		{pam("4", "65535", "") + "abcdefgh", "", &image.NRGBA64{Pix: []byte("abcdefgh"), Stride: 8, Rect: one}, []string{"a"}},
	} {
		got, h, rest, err := Decode([]byte(test.file))
		if err != nil {
			t.Errorf("%q: %v", test.file, err)
			continue
		}
		if !reflect.DeepEqual(got, test.want) || string(rest) != test.rest || !reflect.DeepEqual(h.Comments, test.comments) {
			t.Errorf("%q: %v, rest %q, comments %q; want %v", test.file, got, rest, h.Comments, test.want)
		}
		if h.ColorModel() != got.ColorModel() {
			t.Errorf("%q: another colour model in the header", test.file)
		}
		for n := range len(test.file) - len(test.rest) {
			if _, _, _, err := Decode([]byte(test.file[:n])); err == nil && test.file[:2] != "P2" && test.file[:2] != "P3" { // a number may end early
				t.Errorf("%q: no error", test.file[:n])
			}
		}
	}
}

func TestErrors(t *testing.T) {
	var malformed FormatError
	for _, file := range []string{"P0 1 1 1", "P5 0 1 255 a", "P5 1 1 0 a", "P5 1 1 65536 a", "P5 a", "P1 1 1 2", "P2 1 1 9 10", "P5 1 1 9\n\x0a",
		"P5 99999999999 1 255 a", "P7\nWIDTH x\n", "P7\nSIZE 1\n", "P7\nENDHDR\n", "P7\nWIDTH 1\nHEIGHT 1\nMAXVAL 1\nDEPTH 2\nTUPLTYPE RGB\nENDHDR\nabc"} {
		if _, _, _, err := Decode([]byte(file)); !errors.As(err, &malformed) {
			t.Errorf("%q: %v, want a FormatError", file, err)
		}
	}
	var unsupported UnsupportedError
	for _, kind := range []string{"DEPTH 5\n", "DEPTH 3\nTUPLTYPE CMY\n", "DEPTH 4\nTUPLTYPE RGB\n"} {
		if _, err := ReadHeader([]byte("P7\nWIDTH 1\nHEIGHT 1\nMAXVAL 1\n" + kind + "ENDHDR\nabcde")); !errors.As(err, &unsupported) {
			t.Errorf("%q: %v, want an UnsupportedError", kind, err)
		}
	}
	for _, file := range []string{"", "P5", "P5 1 1 255", "P5 1 1 255\n", "P7\nWIDTH 1", "P1 1 1 "} {
		if _, _, _, err := Decode([]byte(file)); err != io.ErrUnexpectedEOF {
			t.Errorf("%q: %v, want %v", file, err, io.ErrUnexpectedEOF)
		}
	}
}

// FuzzDecode feeds arbitrary files to the reader.
func FuzzDecode(f *testing.F) {
	for _, file := range []string{"P1 2 2 01\n1 0", "P4 9 1 ab", "P2 2 1 15 0 15", "P5 1 1 255 a", "P6 1 1 65535 abcdef",
		"P7\nWIDTH 1\nHEIGHT 1\nDEPTH 2\nMAXVAL 255\nTUPLTYPE GRAYSCALE_ALPHA\nENDHDR\nab"} {
		f.Add([]byte(file))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		h, err := ReadHeader(file)
		if err != nil || int64(h.Width)*int64(h.Height) > 1<<16 {
			return
		}
		m, h, rest, err := Decode(file)
		if err != nil {
			return
		}
		if m.Bounds() != image.Rect(0, 0, h.Width, h.Height) || m.ColorModel() != h.ColorModel() || !bytes.HasSuffix(file, rest) {
			t.Errorf("%v for %+v", m.Bounds(), h)
		}
		if strings.HasPrefix(h.Format(), "x") || h.Bits() < 1 || h.Bits() > 16 {
			t.Errorf("%+v", h)
		}
	})
}
