package codec_test

import (
	"bytes"
	"errors"
	"math"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
)

// steps are numbers of reverse steps that a user may ask for, of 1000.
var steps = []int{0, 1, 250, 500, 750, 900, 990, 1000}

// After any number of steps there is a picture; after all, it is the image.
func TestSteps(t *testing.T) {
	for _, s := range append(kinds(t), large(t)) {
		before := math.Inf(-1)
		for _, n := range steps {
			timestep := 1000 - n
			m, at, err := decodeLast(s.file, codec.Decoder{Timestep: timestep})
			if err != nil {
				t.Fatalf("%s, %d steps: %v", s.name, n, err)
			}
			if n > 0 && at.Steps > n && at.Bytes > offsets(t, s.file)[0] && s.name != "one pixel" { // which has one state only
				t.Errorf("%s, %d steps: decoded %+v", s.name, n, at)
			}
			got := psnr(m, s.m)
			t.Logf("%s, %4d steps: %6.2f dB, %d bytes of %d", s.name, n, got, at.Bytes, len(s.file))
			if got < before-allowedDropSmall {
				t.Errorf("%s, %d steps: %.2f dB after %.2f", s.name, n, got, before)
			}
			before = got
			if n == 1000 && (!same(m, s.m) || !at.Exact) {
				t.Errorf("%s, all steps: not the image", s.name)
			}
			if n < 1000 && at.Exact && !same(m, s.m) {
				t.Errorf("%s, %d steps: not the image, but calls itself exact", s.name, n)
			}
		}
	}
}

// A file truncated to a number of steps is the prefix that these steps need.
func TestTruncateToSteps(t *testing.T) {
	for _, s := range append(kinds(t), large(t)) {
		before := int64(0)
		for _, n := range steps {
			timestep := 1000 - n
			var b bytes.Buffer
			size, err := codec.Truncate(&b, bytes.NewReader(s.file), codec.Cut{Timestep: timestep}, codec.Limits{})
			if err != nil || size != int64(b.Len()) {
				t.Fatalf("%s, %d steps: %d bytes written, returned %d, %v", s.name, n, b.Len(), size, err)
			}
			if !bytes.HasPrefix(s.file, b.Bytes()) || size < offsets(t, s.file)[0] || size < before {
				t.Fatalf("%s, %d steps: %d bytes after %d", s.name, n, size, before)
			}
			before = size
			if n == 1000 && size != int64(len(s.file)) {
				t.Errorf("%s: all steps need %d of %d bytes", s.name, size, len(s.file))
			}
			if !same(decode(t, b.Bytes(), timestep), decode(t, s.file, timestep)) {
				t.Errorf("%s, %d steps: another picture from %d bytes than from %d", s.name, n, size, len(s.file))
			}
			// Left to itself, a decoder uses what the last bytes hold beyond these steps, too.
			if _, at, err := decodeLast(b.Bytes(), codec.Decoder{}); err != nil || at.Steps > 0 && size > int64(at.Bytes) {
				t.Errorf("%s, %d steps: %d bytes decode to %+v, %v", s.name, n, size, at, err)
			}
		}
	}
}

func TestTruncateToBytes(t *testing.T) {
	for _, s := range kinds(t) {
		header := offsets(t, s.file)[0]
		for n := int64(1); n < int64(len(s.file))+5; n += 7 {
			var b bytes.Buffer
			size, err := codec.Truncate(&b, bytes.NewReader(s.file), codec.Cut{Bytes: n}, codec.Limits{})
			if n < header {
				var limit *codec.LimitError
				if !errors.As(err, &limit) || b.Len() != 0 {
					t.Fatalf("%s, %d bytes of a header of %d: %d written, %v", s.name, n, header, b.Len(), err)
				}
				continue
			}
			if err != nil || size != min(n, int64(len(s.file))) || !bytes.Equal(b.Bytes(), s.file[:size]) {
				t.Fatalf("%s, %d bytes: %d written, %v", s.name, n, size, err)
			}
		}
	}
}

// What follows a file is not part of it, and is not copied; a cut file can be cut again.
func TestTruncateOddFiles(t *testing.T) {
	s := kind(t, "rgb")
	var b bytes.Buffer
	if n, err := codec.Truncate(&b, bytes.NewReader(append(bytes.Clone(s.file), "more"...)), codec.Cut{}, codec.Limits{}); err != nil || n != int64(len(s.file)) {
		t.Errorf("with something after it: %d bytes, %v", n, err)
	}
	cut := s.file[:len(s.file)/2]
	for _, c := range []codec.Cut{{}, {Timestep: 1}, {Bytes: 1 << 40}, {Timestep: 1, Bytes: 1 << 40}} {
		b.Reset()
		if n, err := codec.Truncate(&b, bytes.NewReader(cut), c, codec.Limits{}); err != nil || n != int64(len(cut)) {
			t.Errorf("half a file, %+v: %d of %d bytes, %v", c, n, len(cut), err)
		}
	}
	var damaged *codec.CorruptSegmentError
	bad := bytes.Clone(s.file)
	bad[len(bad)-20] ^= 4
	if _, err := codec.Truncate(&b, bytes.NewReader(bad), codec.Cut{Timestep: 1}, codec.Limits{}); !errors.As(err, &damaged) {
		t.Errorf("a damaged file: %v", err)
	}
}
