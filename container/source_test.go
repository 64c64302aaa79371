package container

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
)

// A seekable is a stream that counts what is read of it. It has no ReadByte, so a Reader buffers it.
type seekable struct {
	*bytes.Reader
	read int64
}

func (s *seekable) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	s.read += int64(n)
	return n, err
}

// readerSeeker hides the methods of a stream but for two.
type readerSeeker struct {
	io.Reader
	io.Seeker
}

// A stuck seeker is that of a pipe: it has the method, and cannot seek.
type stuck struct{}

func (stuck) Seek(int64, int) (int64, error) { return 0, errors.New("stuck") }

// TestSkip tests that segments that are not skipped are as they were, whichever are, at any length of the file and however it
// can be read, and that skipping long ones takes few bytes of a stream that can seek.
func TestSkip(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	h := lean(0)
	h.Segments = []Segment{{Kind: Metadata, Size: 100}}
	for _, n := range []uint64{3, 5 * BlockSize, 0, 9000, BlockSize, 2*BlockSize + 1} {
		h.Segments = append(h.Segments, Segment{Kind: Passes, Units: 1, Size: n})
	}
	payloads := randomPayloads(rng, h)
	file := mustWrite(t, h, payloads)
	offsets, err := h.Offsets()
	if err != nil {
		t.Fatal(err)
	}
	for try := range 400 {
		cut := len(file)
		if try%2 == 1 {
			cut = int(offsets[0]) + rng.IntN(len(file)-int(offsets[0]))
		}
		in := &seekable{Reader: bytes.NewReader(file[:cut])}
		var r io.Reader
		switch try / 2 % 4 {
		case 0:
			r = in.Reader // with ReadByte
		case 1:
			r = readerSeeker{in, in.Reader}
		case 2:
			r = readerSeeker{in, stuck{}}
		case 3:
			r = struct{ io.Reader }{in}
		}
		rd, err := NewReader(r)
		if err != nil {
			t.Fatal(err)
		}
		needed := offsets[0] // bytes that are not skipped
		for i, payload := range payloads {
			there := offsets[i+1] <= int64(cut)
			if rng.IntN(2) == 0 {
				if rng.IntN(2) == 0 && rd.index == i && rd.err == nil { // skip it half read
					c, err := rd.ReadSome()
					if err == nil && c.Complete { // an empty one
						continue
					}
					needed += min(int64(len(payload)), 8<<10)
				}
				if err := rd.Skip(); (err == nil) != there || err != nil && err != io.EOF {
					t.Fatalf("%d of %d bytes, segment %d skipped: %v", cut, len(file), i, err)
				}
				continue
			}
			needed += offsets[i+1] - offsets[i]
			c, err := rd.Next()
			if there && (err != nil || !c.Complete || c.Index != i || !bytes.Equal(c.Payload, payload)) {
				t.Fatalf("%d of %d bytes, segment %d: %v", cut, len(file), i, err)
			}
			if !there && err == nil && (c.Complete || !bytes.HasPrefix(payload, c.Payload)) {
				t.Fatalf("%d of %d bytes, segment %d is there", cut, len(file), i)
			}
		}
		if err := rd.Skip(); err != io.EOF || rd.Truncated() != (cut < len(file)) {
			t.Fatalf("%d of %d bytes: %v at the end, truncated: %v", cut, len(file), err, rd.Truncated())
		}
		if most := needed + int64(len(payloads))*2*SeekFrom; try/2%4 == 1 && in.read > most {
			t.Fatalf("%d bytes read, of which %d are needed", in.read, needed)
		}
	}
}
