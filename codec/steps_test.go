package codec_test

import (
	"bytes"
	"errors"
	"io"
	"math"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/container"
)

// steps are numbers of reverse steps that a user may ask for, of 1000.
var steps = []int{0, 1, 250, 500, 750, 900, 990, 1000}

// After any number of steps there is a picture; after all, it is the image.
func TestSteps(t *testing.T) {
	for _, s := range append(someKinds(t), large(t)) {
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

// contents returns the header of a file and as much of its payloads as there is.
func contents(t testing.TB, file []byte) (*container.Header, [][]byte) {
	t.Helper()
	r, err := container.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	var payloads [][]byte
	for {
		c, err := r.Next()
		if err == io.EOF {
			return r.Header(), payloads
		}
		if err != nil {
			t.Fatal(err)
		}
		payloads = append(payloads, c.Payload)
	}
}

// samePrefix returns the prefix of file that holds the same of the payloads as cut, which Truncate made of it. It tests that cut
// holds the beginning of these, and is whole as it is.
func samePrefix(t testing.TB, cut, file []byte) []byte {
	t.Helper()
	if bytes.Equal(cut, file) {
		return file
	}
	h, payloads := contents(t, cut)
	_, all := contents(t, file)
	for i, p := range payloads {
		if !bytes.HasPrefix(all[i], p) {
			t.Fatalf("segment %d is another", i)
		}
	}
	s := openStream(t, cut, codec.Decoder{})
	if _, err := s.Last(); err != nil || !h.EndsEarly || !s.EndsEarly() || !s.Whole() || s.Truncated() {
		t.Fatalf("%d bytes of %d: %v, ends early: %v, whole: %v, truncated: %v", len(cut), len(file), err, s.EndsEarly(), s.Whole(), s.Truncated())
	}
	o := offsets(t, file)
	n := o[0]
	if last := len(payloads) - 1; last >= 0 {
		n = o[last] + container.Reach(uint64(len(payloads[last])))
		if len(payloads[last]) == len(all[last]) {
			n = o[last+1]
		}
	}
	return file[:n]
}

// truncate cuts a file.
func truncate(t testing.TB, file []byte, cut codec.Cut) []byte {
	t.Helper()
	var b bytes.Buffer
	size, err := codec.Truncate(&b, bytes.NewReader(file), cut, codec.Limits{})
	if err != nil || size != int64(b.Len()) {
		t.Fatalf("%+v: %d bytes written, returned %d, %v", cut, b.Len(), size, err)
	}
	return b.Bytes()
}

// mostMore is how many bytes a truncated file may have more than the prefix of the same content: the option that says so, how
// much of the last segment is kept, and its checksum.
const mostMore = 1 + 3 + 4

// A file truncated to a number of steps holds what these steps need, and little more.
func TestTruncateToSteps(t *testing.T) {
	if !long() {
		t.Skip("set DDPMZ_LONG=1: it takes seconds")
	}
	for _, s := range append(kinds(t), large(t)) {
		before := 0
		for _, n := range steps {
			timestep := 1000 - n
			cut := truncate(t, s.file, codec.Cut{Timestep: timestep})
			prefix := samePrefix(t, cut, s.file)
			_, want, err := decodeLast(s.file, codec.Decoder{Timestep: timestep})
			if err != nil || !bytes.Equal(cut, s.file) && int64(len(prefix)) > max(want.Bytes, offsets(t, s.file)[0]) || len(cut) > len(prefix)+mostMore || len(cut) < before {
				t.Fatalf("%s, %d steps: %d bytes after %d, for %+v, %v", s.name, n, len(cut), before, want, err)
			}
			before = len(cut)
			if n == 1000 && len(cut) != len(s.file) {
				t.Errorf("%s: all steps need %d of %d bytes", s.name, len(cut), len(s.file))
			}
			if !same(decode(t, cut, timestep), decode(t, s.file, timestep)) {
				t.Errorf("%s, %d steps: another picture from %d bytes than from %d", s.name, n, len(cut), len(s.file))
			}
			// Left to itself, a decoder uses what the last bytes hold beyond these steps, too.
			m, at, err := decodeLast(cut, codec.Decoder{})
			if err != nil || at.Bytes > int64(len(cut)) || at.Exact && !same(m, s.m) {
				t.Errorf("%s, %d steps: %d bytes decode to %+v, %v", s.name, n, len(cut), at, err)
			}
		}
	}
}

// A file truncated to a number of bytes has no more, and decodes to what the prefix of the same content does.
func TestTruncateToBytes(t *testing.T) {
	step := int64(127)
	if long() {
		step = 7
	}
	for _, s := range kinds(t) {
		h, _ := contents(t, s.file)
		least, err := h.EndAfter(-1, 0).Offsets()
		if err != nil {
			t.Fatal(err)
		}
		header := least[len(least)-1]
		for n := int64(1); n < int64(len(s.file))+5; n += step {
			if n < header {
				var b bytes.Buffer
				var limit *codec.LimitError
				_, err := codec.Truncate(&b, bytes.NewReader(s.file), codec.Cut{Bytes: n}, codec.Limits{})
				if !errors.As(err, &limit) || b.Len() != 0 {
					t.Fatalf("%s, %d bytes of a header of %d: %d written, %v", s.name, n, header, b.Len(), err)
				}
				continue
			}
			cut := truncate(t, s.file, codec.Cut{Bytes: n})
			if int64(len(cut)) > n || int64(len(cut)) < min(n-mostMore, int64(len(s.file))) {
				t.Fatalf("%s, %d bytes: %d written", s.name, n, len(cut))
			}
			a, at, err := decodeLast(cut, codec.Decoder{})
			b, _, err2 := decodeLast(samePrefix(t, cut, s.file), codec.Decoder{})
			if err != nil || err2 != nil || !same(a, b) || at.Exact && !same(a, s.m) {
				t.Fatalf("%s, %d bytes: not the picture of the prefix: %v, %v, %+v", s.name, n, err, err2, at)
			}
			// What was cut can be cut again, as the file itself.
			if again := truncate(t, cut, codec.Cut{Bytes: n}); !bytes.Equal(again, cut) {
				t.Fatalf("%s, %d bytes: cut again, they are %d", s.name, n, len(again))
			}
			if m := n - n/3; m > header {
				samePrefix(t, truncate(t, cut, codec.Cut{Bytes: m}), s.file)
			}
		}
	}
}

// Damage in what is kept is found, and not sealed with a new checksum; what is not kept does not matter.
func TestTruncateDamaged(t *testing.T) {
	for _, s := range []sample{kind(t, "rgb"), large(t)} {
		o := offsets(t, s.file)
		for i, begin := range o[:len(o)-1] {
			bad := bytes.Clone(s.file)
			bad[begin+1] ^= 8
			var b bytes.Buffer
			var damage *codec.CorruptSegmentError
			for _, cut := range []codec.Cut{{}, {Bytes: begin + 60}, {Bytes: int64(len(s.file)) - 1}} {
				b.Reset()
				if _, err := codec.Truncate(&b, bytes.NewReader(bad), cut, codec.Limits{}); !errors.As(err, &damage) || damage.Index != i || b.Len() > 0 {
					t.Errorf("%s, segment %d damaged, %+v: %v, %d bytes written", s.name, i, cut, err, b.Len())
				}
			}
			if i > 0 {
				truncate(t, bad, codec.Cut{Bytes: begin})
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
