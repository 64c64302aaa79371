package codec_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
)

// TestImageTwice: an image is the caller's, who may draw on it. Another one of the same stream shows the same picture, of whole files and
// of their beginnings.
func TestImageTwice(t *testing.T) {
	t.Parallel()
	for _, k := range kinds(t) {
		for _, n := range []int{len(k.file), len(k.file) * 2 / 3, len(k.file) * 5 / 6} {
			s, err := new(codec.Decoder).Open(bytes.NewReader(k.file[:n]))
			if err != nil {
				t.Fatalf("%s, %d of %d bytes: %v", k.name, n, len(k.file), err)
			}
			if _, err := s.Last(); err != nil && err != io.EOF {
				t.Fatalf("%s, %d of %d bytes: %v", k.name, n, len(k.file), err)
			}
			first := ""
			for i := range 3 {
				m, err := s.Image()
				if err != nil {
					t.Fatalf("%s, %d of %d bytes: %v", k.name, n, len(k.file), err)
				}
				got := describe(m)
				if first == "" {
					first = got
				}
				if got != first {
					t.Errorf("%s, %d of %d bytes: image %d is another", k.name, n, len(k.file), i)
				}
				fill(m, func() byte { return 0 })
			}
			if n == len(k.file) && first != describe(k.m) {
				t.Errorf("%s: not the picture", k.name)
			}
		}
	}
}
