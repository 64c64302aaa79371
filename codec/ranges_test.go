package codec_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
)

// TestRanges decodes files of which everything is wrong but the ranges that decoding says it reads, and the short gaps between them
// that are read over.
func TestRanges(t *testing.T) {
	for _, s := range kinds(t) {
		for _, d := range []codec.Decoder{{}, {Reduce: 1}, {Reduce: 3}, {Timestep: 100}, {Timestep: 400}, {Reduce: 2, Timestep: 30}} {
			stream, err := d.Open(bytes.NewReader(s.file))
			if err != nil {
				t.Fatal(err)
			}
			stream.Next() // to the frame of a JPEG file
			part, sum, at := bytes.Repeat([]byte{0xa5}, len(s.file)), int64(0), int64(-1)
			for _, r := range stream.Ranges() {
				if r.From <= at || r.To <= r.From || r.To > int64(len(s.file)) {
					t.Fatalf("%s, %+v: range %v after %d", s.name, d, r, at)
				}
				copy(part[r.From:r.To], s.file[r.From:r.To])
				sum += r.To - r.From
				at = r.To
			}
			want, all, err := decodeLast(s.file, d)
			if err != nil {
				t.Fatal(err)
			}
			got, last, err := decodeLast(part, d)
			if err != nil || last != all || !same(got, want) {
				t.Errorf("%s, %+v: of %d of %d bytes, %+v, %v; of all, %+v", s.name, d, sum, len(part), last, err, all)
			}
			if d.Reduce == 0 && d.Timestep == 0 && sum != int64(len(part)) {
				t.Errorf("%s: %d of %d bytes for all of it", s.name, sum, len(part))
			}
		}
	}
}

// TestRangesAreFew: of a photograph, a picture of half its width and height takes less than half of the file.
func TestRangesAreFew(t *testing.T) {
	file := encode(t, picture(t, "still-life.png"), nil)
	s, err := (&codec.Decoder{Reduce: 1}).Open(io.NewSectionReader(bytes.NewReader(file), 0, int64(len(file))))
	if err != nil {
		t.Fatal(err)
	}
	sum := int64(0)
	for _, r := range s.Ranges() {
		sum += r.To - r.From
	}
	if sum >= int64(len(file))/2 {
		t.Errorf("%d of %d bytes: %v", sum, len(file), s.Ranges())
	}
}
