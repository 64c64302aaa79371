package container

import (
	"bytes"
	"testing"
)

// FuzzReader reads arbitrary bytes. A header that is accepted must be encoded as Append encodes
// it, and ReadSome must return what Next returns.
func FuzzReader(f *testing.F) {
	_, _, file := small(f)
	f.Add(file)
	f.Add(file[:len(file)-5])
	f.Add(mustWrite(f, lean(3), [][]byte{[]byte("abc")}))
	f.Add(mustAppend(f, lean(MaxSize)))
	f.Add(mustAppend(f, &Header{Width: 1, Height: MaxSide, Format: MaxFormat, Depth: 16}))
	f.Add(seal([]byte(Magic + "\x61\x10\x1f\x1fabcdefgh\x05\x80\x20")...))
	f.Add([]byte(Magic))
	f.Add(mustWrite(f, short(3), [][]byte{[]byte("abc")}))
	named := short(0)
	named.Number, named.Model, named.Height = 0, [8]byte{1, 2, 3, 4}, 300
	f.Add(mustAppend(f, named))
	named.Params = []byte{5}
	f.Add(mustAppend(f, named))
	f.Fuzz(func(t *testing.T, file []byte) {
		if len(file) > 1000 {
			t.Skip("checkReadSome takes time with the square of the size")
		}
		fuzzFile(t, file)
		// Few mutations keep the header's checksum right, so repair it where
		// a header of the first n bytes would be whole.
		for n := len(Magic) + 1; n <= len(file) && n < 64; n++ {
			fuzzFile(t, append(seal(bytes.Clone(file[:n])...), file[n:]...))
			fuzzFile(t, append(sealShort(bytes.Clone(file[:n])), file[n:]...))
		}
	})
}

func fuzzFile(t *testing.T, file []byte) {
	h, n, err := ReadHeader(bytes.NewReader(file))
	if err != nil {
		if cause(err) == "" {
			t.Fatalf("an error of none of the package's types: %v", err)
		}
		return
	}
	if b, err := h.Append(nil); err != nil || !bytes.Equal(b, file[:n]) {
		t.Fatalf("read from %x, writes %x, %v", file[:n], b, err)
	}
	if offsets, err := h.Offsets(); err != nil || offsets[0] != n && len(h.Segments) > 0 {
		t.Fatalf("header of %d bytes, offsets %v, %v", n, offsets, err)
	}
	checkReadSome(t, file)
}
