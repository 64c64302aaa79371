package container

import (
	"bytes"
	"io"
	"math/rand/v2"
	"reflect"
	"testing"
)

// size returns the size of the complete file.
func size(t testing.TB, h *Header) int64 {
	t.Helper()
	o, err := h.Offsets()
	if err != nil {
		t.Fatal(err)
	}
	return o[len(o)-1]
}

// longest is a slow Shorten: it tries every place where the file can end.
func longest(t testing.TB, h *Header, limit int64) (best *Header) {
	if size(t, h) <= limit {
		return h
	}
	try := func(index int, kept uint64) {
		cut := h.EndAfter(index, kept)
		if o, err := cut.Offsets(); err == nil && o[len(o)-1] <= limit { // an error is that of a short file without bytes
			best = cut
		}
	}
	try(-1, 0)
	for i, present := range h.Present() {
		for n := min(1, present); n <= present; n++ {
			try(i, n)
		}
	}
	return best
}

// TestShorten compares Shorten with longest. The file that it describes holds the beginning of the other.
func TestShorten(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 1))
	for range 300 {
		h := randomHeader(rng, 300)
		payloads := randomPayloads(rng, h)
		for range 4 {
			limit := rng.Int64N(size(t, h) + 3)
			got, err := h.Shorten(limit)
			want := longest(t, h, limit)
			if (err == nil) != (want != nil) || err != nil && cause(err) != "over the limit" || err == nil && !reflect.DeepEqual(got, want) {
				t.Fatalf("%d bytes of %+v: %+v, %v; want %+v", limit, h, got, err, want)
			}
			if err != nil {
				continue
			}
			var kept [][]byte
			for i, n := range got.Present() {
				kept = append(kept, payloads[i][:n])
			}
			file := mustWrite(t, got, kept)
			if int64(len(file)) > limit {
				t.Fatalf("%d bytes, want at most %d", len(file), limit)
			}
			rd, err := NewReader(bytes.NewReader(file))
			if err != nil {
				t.Fatal(err)
			}
			for i, p := range kept {
				c, err := rd.Next()
				if err != nil || c.Index != i || !bytes.Equal(c.Payload, p) || !c.Complete && !c.Ends {
					t.Fatalf("segment %d: %+v, %v", i, c, err)
				}
			}
			if _, err := rd.Next(); err != io.EOF || rd.Truncated() {
				t.Fatalf("at the end: %v, truncated: %v", err, rd.Truncated())
			}
		}
	}
}

// TestShortenBlocks tests places around the ends of blocks, where a byte more takes five.
func TestShortenBlocks(t *testing.T) {
	h, payloads, file := blocky(t)
	for _, p := range places(t, h) {
		for limit := int64(p.end) - 12; limit < int64(p.end)+40; limit++ {
			got, err := h.Shorten(limit)
			if err != nil {
				t.Fatal(err)
			}
			last := len(got.Segments) - 1
			kept := append([][]byte{}, payloads[:last+1]...)
			kept[last] = kept[last][:got.Present()[last]]
			if n := int64(len(mustWrite(t, got, kept))); n > limit || limit < int64(len(file)) && n < limit-16 {
				t.Errorf("at most %d bytes: %d", limit, n)
			}
		}
	}
}
