package codec

import (
	"bytes"
	"encoding/binary"
	"io"
	"os"
	"slices"
	"testing"

	"github.com/ddpmz/ddpmz/container"
)

// TestJPEGProfile: the profile of a JPEG file is there before its coefficients are, with and without pictures in its syntax. Of a file
// of another kind there is none.
func TestJPEGProfile(t *testing.T) {
	plain, err := os.ReadFile("jpeg/testdata/plain.jpg")
	if err != nil {
		t.Fatal(err)
	}
	profile := bytes.Repeat([]byte("profile "), 40)
	segment := func(marker byte, data []byte) []byte {
		return slices.Concat(binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(2+len(data))), data)
	}
	icc := segment(0xe2, slices.Concat([]byte("ICC_PROFILE\x00\x01\x01"), profile))
	exif := segment(0xe1, slices.Concat([]byte("Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x00"), plain))
	for _, data := range [][]byte{
		slices.Concat(plain[:2], icc, plain[2:]),
		slices.Concat(plain[:2], exif, icc, plain[2:]),
	} {
		var b bytes.Buffer
		if err := EncodeJPEG(&b, bytes.NewReader(data), nil); err != nil {
			t.Fatal(err)
		}
		file := b.Bytes()
		in, err := container.NewReader(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		offsets, err := in.Header().Offsets()
		if err != nil {
			t.Fatal(err)
		}
		coded := bytes.Clone(file)
		for i, g := range in.Header().Segments {
			if g.Kind == container.Passes {
				clear(coded[offsets[i]:offsets[i+1]])
			}
		}
		if got, err := JPEGProfile(bytes.NewReader(coded)); err != nil || !bytes.Equal(got, profile) {
			t.Errorf("a profile of %d bytes, want %d: %v", len(got), len(profile), err)
		}
		if got, err := JPEGProfile(bytes.NewReader(file[:len(file)-40])); err != io.ErrUnexpectedEOF || got != nil {
			t.Errorf("cut: a profile of %d bytes, %v", len(got), err)
		}
	}
	for _, name := range []string{"jpeg", "alpha", "decompressed"} {
		file, err := os.ReadFile("testdata/" + name + ".ddpmz")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := JPEGProfile(bytes.NewReader(file)); err != nil || got != nil {
			t.Errorf("%s: a profile of %d bytes, %v", name, len(got), err)
		}
	}
}
