package container

import (
	"bytes"
	"io"
	"runtime"
	"testing"
)

// allocated returns the bytes that f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestClaimsAllocateNothing tests that the memory that a file takes depends on its bytes, not on the sizes that its header
// claims.
func TestClaimsAllocateNothing(t *testing.T) {
	huge := mustAppend(t, lean(MaxSize))
	for _, c := range []struct {
		name string
		file []byte
	}{
		{"a segment of 2^56 bytes", huge},
		{"and 100,000 of them", append(bytes.Clone(huge), make([]byte, 100_000)...)},
		{"4096 segments", seal([]byte(Magic + "\x21\x10\x1f\x1fabcdefgh\x05\x80\x20")...)},
	} {
		// All buffers together have at most twice the size of the last one, which is at most twice
		// the number of bytes; the constant is for the stream's buffer and small objects.
		limit := 4*uint64(len(c.file)) + 64<<10
		got := allocated(func() {
			rd, err := NewReader(struct{ io.Reader }{bytes.NewReader(c.file)})
			for err == nil {
				_, err = rd.Next()
			}
		})
		if got > limit {
			t.Errorf("%s: %d bytes allocated, want at most %d", c.name, got, limit)
		}
	}
}

// TestPayloadFits tests that the memory of a whole payload has exactly its size.
func TestPayloadFits(t *testing.T) {
	const size = 50_000
	rd, err := NewReader(bytes.NewReader(mustWrite(t, lean(size), [][]byte{make([]byte, size)})))
	if err != nil {
		t.Fatal(err)
	}
	for len(rd.payload) < size {
		if _, err := rd.ReadSome(); err != nil {
			t.Fatal(err)
		}
	}
	if got := cap(rd.payload); got != size {
		t.Errorf("capacity %d, want %d", got, size)
	}
}
