package codec_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
)

// openStream starts decoding.
func openStream(t testing.TB, file []byte, d codec.Decoder) *codec.Stream {
	t.Helper()
	s, err := d.Open(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Last is what Next comes to in the end, picture and all, of files cut anywhere and at any timestep, with passes side by side
// or not.
func TestLast(t *testing.T) {
	s := tallRGB(t)
	type test struct {
		bytes, timestep int
	}
	tests := []test{{len(s.file), 0}, {len(s.file), 1}, {len(s.file), 30}, {len(s.file), 150}}
	step := 4001
	if long() {
		step = 1201
	}
	o := offsets(t, s.file)
	for n := int(o[0]); n < len(s.file); n += step {
		tests = append(tests, test{n, 0})
	}
	for i, end := range o {
		if i%7 > 0 && !long() {
			continue
		}
		tests = append(tests, test{int(end) - len(tests)%2, 0})
	}
	for i, test := range tests {
		if test.bytes < int(o[0]) || test.bytes > len(s.file) {
			continue
		}
		d := codec.Decoder{Timestep: test.timestep}
		one, all := openStream(t, s.file[:test.bytes], d), openStream(t, s.file[:test.bytes], d)
		var want codec.Refinement
		any := false
		for {
			at, err := one.Next()
			if err == io.EOF {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			want, any = at, true
		}
		with(1+i%3, func() {
			got, err := all.Last()
			if err != nil || any && got != want {
				t.Errorf("%+v: %+v, %v; want %+v", test, got, err, want)
			}
		})
		a, err := one.Image()
		b, err2 := all.Image()
		if err != nil || err2 != nil || !same(a, b) {
			t.Errorf("%+v: another picture: %v, %v", test, err, err2)
		}
		if _, err := all.Next(); err != io.EOF {
			t.Errorf("%+v: there is more, or %v", test, err)
		}
	}
}

// Damage that no checksum shows is found by Last as by Next, and what Last says came before it decodes.
func TestLastDamaged(t *testing.T) {
	if !long() {
		t.Skip("set DDPMZ_LONG=1: it takes seconds")
	}
	s := tallRGB(t)
	h, payloads, several := takeApart(t, s.file)
	found := 0
	for i, b := range several {
		if i%3 > 0 && !long() {
			continue
		}
		for _, at := range []int{len(payloads[b.index]) / 2, len(payloads[b.index]) - 1} {
			payloads[b.index][at] ^= 0x55
			file := putTogether(t, h, payloads)
			payloads[b.index][at] ^= 0x55
			one, all := openStream(t, file, codec.Decoder{}), openStream(t, file, codec.Decoder{})
			var err error
			for err == nil {
				_, err = one.Next()
			}
			before, got := all.Last()
			if err == io.EOF && got == nil { // decodes to something
				continue
			}
			if found++; got == nil || got.Error() != err.Error() || !errors.As(got, new(codec.FormatError)) {
				t.Errorf("segment %d, byte %d: %v, want %v", b.index, at, got, err)
			}
			if m, at, err := decodeLast(file[:before.Bytes], codec.Decoder{}); err != nil || m == nil || at.Level != before.Level {
				t.Errorf("segment %d: before %+v: %+v, %v", b.index, before, at, err)
			}
		}
	}
	if found == 0 {
		t.Error("no damage was found")
	}
}
