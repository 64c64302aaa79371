package bitstream

import (
	"bytes"
	"errors"
	"io"
	"math"
	"math/rand"
	"testing"
)

// TestEveryPrefix reads every prefix of a header: the fields that are present in full are read correctly, and
// then the error is io.ErrUnexpectedEOF.
func TestEveryPrefix(t *testing.T) {
	w := Writer{Buf: []byte("head")}
	w.Byte(7)
	w.Uint32(0xdeadbeef)
	w.Uvarint(300)
	w.Uvarint(math.MaxUint64)
	w.Bytes([]byte("tail"))
	want := "head\x07\xef\xbe\xad\xde\xac\x02\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01tail"
	if string(w.Buf) != want {
		t.Fatalf("wrote %x, want %x", w.Buf, want)
	}
	for n := 0; n <= len(w.Buf); n++ {
		r := NewReader(w.Buf[:n])
		got := []any{string(r.Bytes(4)), r.Byte(), string(r.Bytes(4)), r.Uvarint(300), r.Uvarint(math.MaxUint64), string(r.Bytes(4))}
		full := []any{"head", byte(7), "\xef\xbe\xad\xde", uint64(300), uint64(math.MaxUint64), "tail"}
		zero := []any{"", byte(0), "", uint64(0), uint64(0), ""}
		ends := []int{4, 5, 9, 11, 21, 25}
		off := 0
		for i := range got {
			exp := zero[i]
			if n >= ends[i] {
				exp, off = full[i], ends[i]
			}
			if got[i] != exp {
				t.Errorf("%d bytes: field %d is %v, want %v", n, i, got[i], exp)
			}
		}
		if r.Offset() != off {
			t.Errorf("%d bytes: offset %d, want %d", n, r.Offset(), off)
		}
		if err := r.Err(); n < len(w.Buf) && err != io.ErrUnexpectedEOF || n == len(w.Buf) && err != nil {
			t.Errorf("%d bytes: error %v", n, err)
		}
	}
}

func TestUvarintStrict(t *testing.T) {
	for _, c := range []struct {
		in  string
		max uint64
		eof bool // io.ErrUnexpectedEOF is expected; otherwise a syntax error
	}{
		{"\x80\x00", 9, false},        // zero, two bytes
		{"\xff\x80\x00", 1000, false}, // 127, three bytes
		{"\x0a", 9, false},            // over the limit
		{"\x80", 9, true},             // cut
		{"", 9, true},                 // nothing
		{"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", math.MaxUint64, false},     // 65 bits
		{"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", math.MaxUint64, false}, // 11 bytes
	} {
		r := NewReader([]byte("x" + c.in))
		r.Byte()
		v := r.Uvarint(c.max)
		var syn *SyntaxError
		switch {
		case v != 0 || r.Offset() != 1:
			t.Errorf("% x: value %d, offset %d after an error", c.in, v, r.Offset())
		case c.eof && r.Err() != io.ErrUnexpectedEOF:
			t.Errorf("% x: %v, want unexpected EOF", c.in, r.Err())
		case !c.eof && (!errors.As(r.Err(), &syn) || syn.Offset != 1):
			t.Errorf("% x: %v, want a syntax error at byte 1", c.in, r.Err())
		}
		if first := r.Err(); r.Bytes(1<<63) != nil || r.Byte() != 0 || r.Uvarint(9) != 0 || r.Err() != first {
			t.Errorf("% x: the first error is not kept", c.in)
		}
	}
}

// TestBytesSharesMemory tests that appending to a field does not overwrite the next one.
func TestBytesSharesMemory(t *testing.T) {
	r := NewReader([]byte("abcd"))
	p := r.Bytes(2)
	if cap(p) != 2 {
		t.Error("appending to a field could overwrite the next one")
	}
	if p := r.Bytes(0); p == nil || len(p) != 0 {
		t.Error("an empty field is not an error")
	}
}

func TestUvarintRoundTrip(t *testing.T) {
	rng := rand.New(rand.NewSource(1))
	for range 10000 {
		v := rng.Uint64() >> rng.Intn(64)
		var w Writer
		w.Uvarint(v)
		if r := NewReader(w.Buf); r.Uvarint(v) != v || r.Err() != nil || r.Offset() != len(w.Buf) {
			t.Fatalf("%d is read wrong: %v", v, r.Err())
		}
	}
}

// FuzzReader tests that fields that are accepted are written as the same bytes again.
func FuzzReader(f *testing.F) {
	f.Add([]byte("\x01\x02\x00\x03\x00\x00\x00\xac\x02abc"))
	f.Add([]byte("\x00\x00\x00\x00\x00\x00\x00\x80\x00"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, in []byte) {
		r := NewReader(in)
		var w Writer
		a, b, n := r.Byte(), r.Uvarint(1<<64-1), r.Uvarint(1<<40)
		p := r.Bytes(n)
		if r.Err() != nil {
			return
		}
		w.Byte(a)
		w.Uvarint(b)
		w.Uvarint(n)
		w.Bytes(p)
		if !bytes.Equal(w.Buf, in[:r.Offset()]) {
			t.Fatalf("read % x, wrote % x", in[:r.Offset()], w.Buf)
		}
	})
}
