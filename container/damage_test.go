package container

import (
	"bytes"
	"errors"
	"io"
	"testing"
)

// readAll reads a file to its end and returns the first error other than io.EOF, and
// whether a tail is missing. It goes on after damaged segments.
func readAll(file []byte) (first error, truncated bool) {
	rd, err := NewReader(bytes.NewReader(file))
	if err != nil {
		return err, false
	}
	for {
		_, err := rd.Next()
		if err == io.EOF {
			return first, rd.Truncated()
		}
		if first == nil {
			first = err
		}
		var damaged *CorruptSegmentError
		if err != nil && !errors.As(err, &damaged) {
			return first, false
		}
	}
}

// TestEveryByteChanged changes every byte to every other value. Each change is detected, and the error
// of a change in a segment names the segment.
func TestEveryByteChanged(t *testing.T) {
	h, _, file := small(t)
	tiny := lean(3)
	for _, c := range []struct {
		h    *Header
		file []byte
	}{
		{h, file},
		{tiny, mustWrite(t, tiny, [][]byte{[]byte("abc")})},
		{short(3), mustWrite(t, short(3), [][]byte{[]byte("abc")})},
	} {
		offsets, err := c.h.Offsets()
		if err != nil {
			t.Fatal(err)
		}
		segment := -1 // of the byte at
		for at := range c.file {
			for int64(at) >= offsets[segment+1] {
				segment++
			}
			for x := 1; x < 256; x++ {
				damaged := bytes.Clone(c.file)
				damaged[at] ^= byte(x)
				err, _ := readAll(damaged)
				if cause(err) == "" {
					t.Fatalf("byte %d ^ %#02x: %v", at, x, err)
				}
				if segment < 0 {
					if sum, _ := c.h.checksumSizes(); int64(at) >= offsets[0]-int64(sum) && cause(err) != "header damaged" {
						t.Fatalf("byte %d ^ %#02x, in the header's checksum: %v", at, x, err)
					}
					continue
				}
				var which *CorruptSegmentError
				if !errors.As(err, &which) || which.Index != segment || which.Kind != c.h.Segments[segment].Kind {
					t.Fatalf("byte %d ^ %#02x, in segment %d: %v", at, x, segment, err)
				}
				if which.Offset != offsets[segment] || which.FileSize != int64(len(c.file)) {
					t.Fatalf("byte %d ^ %#02x, in segment %d: at %d of %d bytes", at, x, segment, which.Offset, which.FileSize)
				}
			}
		}
	}
}

// TestReaderGoesOnAfterDamage tests that the Reader returns the payload of a damaged segment, and the segments after it intact.
func TestReaderGoesOnAfterDamage(t *testing.T) {
	h, payloads, file := small(t)
	offsets, err := h.Offsets()
	if err != nil {
		t.Fatal(err)
	}
	file[offsets[0]] = 'M'
	rd, err := NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	c, err := rd.Next()
	if cause(err) != "segment damaged" || c.Complete || string(c.Payload) != "Meta data" {
		t.Fatalf("%+v, %v", c, err)
	}
	if want := "container: segment 0 (metadata) damaged: checksum mismatch"; err.Error() != want {
		t.Errorf("the error is %q, want %q", err, want)
	}
	for i, p := range payloads[1:] {
		if c, err := rd.Next(); err != nil || !c.Complete || !bytes.Equal(c.Payload, p) {
			t.Errorf("segment %d: %+v, %v", i+1, c, err)
		}
	}
	checkReadSome(t, file)
}

// TestSegmentsKeepTheirPlace tests that a segment that was moved, with its checksum, to another place or another file is
// reported as damaged there, even if the headers of the files differ in a single bit.
func TestSegmentsKeepTheirPlace(t *testing.T) {
	h := lean(0)
	h.Segments = []Segment{{Kind: Passes, Units: 1, Size: 4}, {Kind: Passes, Units: 1, Size: 4}}
	payloads := [][]byte{[]byte("same"), []byte("same")}
	file := mustWrite(t, h, payloads)
	offsets, err := h.Offsets()
	if err != nil {
		t.Fatal(err)
	}
	swapped := bytes.Clone(file)
	copy(swapped[offsets[0]:], file[offsets[1]:])
	copy(swapped[offsets[1]:], file[offsets[0]:offsets[1]])
	if err, _ := readAll(swapped); cause(err) != "segment damaged" {
		t.Errorf("swapped: %v", err)
	}

	h.Model[3] ^= 1
	transplanted := mustWrite(t, h, payloads)
	copy(transplanted[offsets[0]:], file[offsets[0]:])
	if err, _ := readAll(transplanted); cause(err) != "segment damaged" {
		t.Errorf("transplanted: %v", err)
	}
}
