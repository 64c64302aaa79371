package codec_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
)

// A ranged reader has some ranges of a file.
type ranged struct {
	*bytes.Reader
	ranges []codec.ByteRange
}

// errOutside is the error of reading what is in no range.
var errOutside = errors.New("outside the ranges")

func (r *ranged) Read(p []byte) (int, error) {
	at := r.Size() - int64(r.Len())
	for _, g := range r.ranges {
		if g.From <= at && at < g.To {
			return r.Reader.Read(p[:min(int64(len(p)), g.To-at)])
		}
	}
	if at == r.Size() {
		return 0, io.EOF
	}
	return 0, errOutside
}

func (r *ranged) ReadByte() (byte, error) {
	var b [1]byte
	_, err := io.ReadFull(r, b[:])
	return b[0], err
}

// checkRanges decodes a file from a reader that has the ranges alone that decoding says it reads, and returns their bytes.
func checkRanges(t *testing.T, name string, file []byte, d codec.Decoder) (sum int64) {
	t.Helper()
	stream, err := d.Open(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	stream.Next() // to the frame of a JPEG file
	ranges, at := stream.Ranges(), int64(-1)
	for _, r := range ranges {
		if r.From <= at || r.To <= r.From || r.To > int64(len(file)) {
			t.Fatalf("%s, %+v: range %v after %d", name, d, r, at)
		}
		sum += r.To - r.From
		at = r.To
	}
	want, all, err := decodeLast(file, d)
	if err != nil {
		t.Fatal(err)
	}
	if stream, err = d.Open(&ranged{bytes.NewReader(file), ranges}); err != nil {
		t.Fatal(err)
	}
	last := codec.Refinement{}
	for {
		at, err := stream.Next()
		if err == io.EOF || errors.Is(err, errOutside) && last == all { // what is left is not needed
			break
		}
		if err != nil {
			t.Fatalf("%s, %+v: of %d of %d bytes, %+v, %v; of all, %+v", name, d, sum, len(file), last, err, all)
		}
		last = at
	}
	got, err := stream.Image()
	if err != nil || last != all || !same(got, want) {
		t.Errorf("%s, %+v: of %d of %d bytes, %+v, %v; of all, %+v", name, d, sum, len(file), last, err, all)
	}
	return sum
}

// TestRanges does that with files of every kind, to several sizes and levels.
func TestRanges(t *testing.T) {
	for _, s := range someKinds(t) {
		for _, d := range []codec.Decoder{{}, {Reduce: 1}, {Reduce: 3}, {Timestep: 100}, {Timestep: 400}, {Reduce: 2, Timestep: 30}} {
			sum := checkRanges(t, s.name, s.file, d)
			if d.Reduce == 0 && d.Timestep == 0 && sum != int64(len(s.file)) {
				t.Errorf("%s: %d of %d bytes for all of it", s.name, sum, len(s.file))
			}
		}
	}
}

// TestRangesAreFew: of a photograph, a picture of half its width and height takes less than half of the file, and one that stops a
// level before less than a third. Segments of scales that are passed over are short at first, and then long.
func TestRangesAreFew(t *testing.T) {
	file := encode(t, crop(picture(t, "still-life.png"), 20, 20, 192, 160), nil)
	for d, share := range map[[2]int]int64{{1, 0}: 2, {1, 4}: 3, {1, 9}: 4, {2, 9}: 4} {
		if sum := checkRanges(t, "still life", file, codec.Decoder{Reduce: d[0], Timestep: d[1]}); sum >= int64(len(file))/share {
			t.Errorf("reduced by %d, to timestep %d: %d of %d bytes", d[0], d[1], sum, len(file))
		}
	}
}
