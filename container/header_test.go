package container

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// lean returns the header of the most common small file: see TestLeanOverhead.
func lean(size uint64) *Header {
	return &Header{
		Width: 32, Height: 32, Format: 1, Depth: 8,
		Modelled: true, Model: [8]byte{0xa1, 0xb2, 0xc3, 0xd4, 0xe5, 0xf6, 0x07, 0x18}, Params: []byte{5},
		Segments: []Segment{{Kind: Passes, Size: size}},
	}
}

// short returns such a header in the short form.
func short(size uint64) *Header {
	return &Header{
		Width: 32, Height: 32, Format: 1, Depth: 8,
		Modelled: true, Short: true, Number: 2,
		Segments: []Segment{{Kind: Passes, Size: size}},
	}
}

// randomHeader is randomWhole, but that a third of the headers are of files that end early.
func randomHeader(rng *rand.Rand, maxSize uint64) *Header {
	h := randomWhole(rng, maxSize)
	if rng.IntN(3) > 0 {
		return h
	}
	h.EndsEarly = true
	if n := len(h.Segments); n > 0 {
		size := h.Segments[n-1].Size
		if h.Kept = rng.Uint64() % (size + 1); h.Short && h.Kept == size {
			h.EndsEarly, h.Kept = false, 0
		}
	}
	return h
}

// randomWhole returns a valid header whose segments have at most maxSize
// bytes each. Its fields often have the values that take no bytes in the file.
func randomWhole(rng *rand.Rand, maxSize uint64) *Header {
	often := func() bool { return rng.IntN(2) == 0 }
	bits := func(n int) uint64 { return rng.Uint64() >> (64 - 1 - rng.IntN(n)) } // 1 to n bits
	h := &Header{
		Width:  1 + uint32(bits(24)),
		Height: 1 + uint32(bits(24)),
		Format: uint8(rng.IntN(MaxFormat + 1)),
		Depth:  8,
	}
	if rng.IntN(4) == 0 {
		h.Short, h.Modelled = true, true
		if often() {
			h.Height = h.Width
		}
		if h.Number = uint8(bits(4)); often() {
			h.Number = 0
		}
		if !often() {
			h.Params = []byte{1 + byte(rng.IntN(15))}
		}
		if h.Number == 0 {
			h.Model = [8]byte{byte(bits(8)), byte(bits(8)), byte(bits(8)), byte(bits(8)), 4: byte(bits(8)), 7: byte(bits(8))}
		}
		h.Segments = []Segment{{Kind: Passes, Size: bits(12) % (min(maxSize, MaxShort) + 1)}}
		return h
	}
	if !often() {
		h.Depth = uint8(1 + rng.IntN(MaxDepth))
	}
	if often() {
		h.Modelled = true
		h.Model = [8]byte{byte(bits(8)), byte(bits(8)), byte(bits(8)), byte(bits(8)), 4: byte(bits(8)), 7: byte(bits(8))}
		if n := rng.IntN(MaxParams + 1); often() {
			h.Params = []byte{byte(bits(8))}
		} else if n > 0 {
			h.Params = make([]byte, n)
		}
	}
	count := 1
	if !often() {
		count = rng.IntN(6)
	}
	last := -1 // the last Passes segment
	for i := range count {
		s := Segment{Kind: h.imageKind(), Size: bits(56) % (maxSize + 1)}
		if !often() {
			s.Kind = Metadata + Kind(rng.IntN(3))
		}
		if s.Kind == Passes {
			s.Units = 1 + uint32(bits(20))%MaxUnits
			last = i
		}
		h.Segments = append(h.Segments, s)
	}
	if last >= 0 && often() {
		h.Segments[last].Units = 0
	}
	return h
}

func mustAppend(t testing.TB, h *Header) []byte {
	t.Helper()
	b, err := h.Append(nil)
	if err != nil {
		t.Fatalf("Append(%+v): %v", h, err)
	}
	return b
}

func TestHeaderRoundTrip(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 3000 {
		h := randomHeader(rng, MaxSize/6)
		b := mustAppend(t, h)
		src := bytes.NewReader(append(b[:len(b):len(b)], "payload"...))
		got, n, err := ReadHeader(struct{ io.Reader }{src}) // no ReadByte
		if err != nil {
			t.Fatalf("%+v: %v", h, err)
		}
		if !reflect.DeepEqual(got, h) {
			t.Fatalf("got %+v, want %+v", got, h)
		}
		if n != int64(len(b)) || src.Len() != len("payload") {
			t.Fatalf("read %d bytes of %d, %d left", n, len(b), src.Len())
		}
	}
}

// TestAppendAfter tests that a header is appended to the bytes before it, which its checksum does not cover.
func TestAppendAfter(t *testing.T) {
	h := lean(100)
	got, err := h.Append([]byte("before"))
	if err != nil {
		t.Fatal(err)
	}
	if want := "before" + string(mustAppend(t, h)); string(got) != want {
		t.Errorf("got %x, want %x", got, want)
	}
}

// TestLeanOverhead tests that header and checksums take 10 bytes in the short form, and 26 in the common form.
func TestLeanOverhead(t *testing.T) {
	for _, c := range []struct {
		of   func(size uint64) *Header
		size uint64
		want int64
	}{{short, MaxShort, 10}, {lean, 1<<14 - 1, 26}} {
		offsets, err := c.of(c.size).Offsets()
		if err != nil {
			t.Fatal(err)
		}
		if overhead := offsets[1] - int64(c.size); overhead > c.want {
			t.Errorf("%d bytes beside the payload, want at most %d", overhead, c.want)
		}
	}
}

// TestShortFits tests that a short file is small enough for its checksum to detect the errors that short.go promises.
func TestShortFits(t *testing.T) {
	h := short(MaxShort)
	h.Number, h.Width, h.Height = 0, MaxSide, MaxSide-1
	offsets, err := h.Offsets()
	if err != nil {
		t.Fatal(err)
	}
	if offsets[1]*8 > 32751 {
		t.Errorf("%d bytes", offsets[1])
	}
}

// largest returns a header with every field as long as it may be.
func largest() *Header {
	h := &Header{
		Width: MaxSide, Height: MaxSide, Format: MaxFormat, Depth: MaxDepth,
		Modelled: true, Model: [8]byte{255, 255, 255, 255, 255, 255, 255, 255}, Params: make([]byte, MaxParams),
	}
	for range MaxSegments {
		h.Segments = append(h.Segments, Segment{Kind: Passes, Units: MaxUnits, Size: MaxSize / MaxSegments})
	}
	return h
}

func TestLargestHeader(t *testing.T) {
	h := largest()
	b := mustAppend(t, h)
	if len(b) > 64<<10 {
		t.Errorf("%d bytes, which is more than FORMAT.md says", len(b))
	}
	got, _, err := ReadHeader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, h) {
		t.Error("the header read differs from the one written")
	}
	offsets, err := h.Offsets()
	if err != nil {
		t.Fatal(err)
	}
	want := int64(len(b)) + MaxSegments*(MaxSize/MaxSegments+(MaxSize/MaxSegments+BlockSize-1)/BlockSize*checksumSize)
	if end := offsets[MaxSegments]; end != want {
		t.Errorf("ends at %d, want %d", end, want)
	}
}

func TestAppendRefuses(t *testing.T) {
	const malformed, limit, unsupported = "malformed", "over the limit", "unsupported"
	for _, c := range []struct {
		name   string
		change func(*Header)
		want   string
	}{
		{"no width", func(h *Header) { h.Width = 0 }, malformed},
		{"no height", func(h *Header) { h.Height = 0 }, malformed},
		{"wide", func(h *Header) { h.Width = MaxSide + 1 }, limit},
		{"high", func(h *Header) { h.Height = MaxSide + 1 }, limit},
		{"format", func(h *Header) { h.Format = MaxFormat + 1 }, malformed},
		{"no depth", func(h *Header) { h.Depth = 0 }, malformed},
		{"deep", func(h *Header) { h.Depth = MaxDepth + 1 }, malformed},
		{"long params", func(h *Header) { h.Params = make([]byte, MaxParams+1) }, limit},
		{"model, but stored", func(h *Header) { h.Modelled = false; h.Params = nil; h.Segments = nil }, malformed},
		{"params, but stored", func(h *Header) { h.Modelled = false; h.Model = [8]byte{}; h.Segments = nil }, malformed},
		{"stored, but modelled", func(h *Header) { h.Segments[0].Kind = Stored }, malformed},
		{"passes, but stored", func(h *Header) { h.Modelled = false; h.Model = [8]byte{}; h.Params = nil }, malformed},
		{"many segments", func(h *Header) { h.Segments = make([]Segment, MaxSegments+1) }, limit},
		{"no kind", func(h *Header) { h.Segments[0].Kind = 0 }, unsupported},
		{"unknown kind", func(h *Header) { h.Segments[0].Kind = Syntax + 1 }, unsupported},
		{"units of metadata", func(h *Header) { h.Segments[0] = Segment{Kind: Metadata, Units: 1} }, malformed},
		{"many units", func(h *Header) { h.Segments[0].Units = MaxUnits + 1 }, limit},
		{"passes after the last", func(h *Header) { h.Segments = append(h.Segments, Segment{Kind: Passes, Units: 1}) }, malformed},
		{"large", func(h *Header) { h.Segments[0].Size = MaxSize + 1 }, limit},
		{"huge", func(h *Header) { h.Segments[0].Size = 1<<64 - 1 }, limit},
		{"large in sum", func(h *Header) {
			h.Segments = []Segment{{Kind: Alpha, Size: MaxSize}, {Kind: Passes, Size: 1}}
		}, limit},
		{"number, but not short", func(h *Header) { h.Model = [8]byte{}; h.Number = 1 }, malformed},
		{"short with a param of 16", func(h *Header) { h.Short, h.Params = true, []byte{16} }, malformed},
		{"short with a param of 0", func(h *Header) { h.Short, h.Params = true, []byte{0} }, malformed},
		{"short with two params", func(h *Header) { h.Short, h.Params = true, []byte{1, 1} }, malformed},
		{"short with a large number", func(h *Header) { h.Short, h.Params, h.Model, h.Number = true, nil, [8]byte{}, MaxNumber+1 }, malformed},
		{"short and deep", func(h *Header) { h.Short, h.Params, h.Depth = true, nil, 16 }, malformed},
		{"short and stored", func(h *Header) {
			*h = Header{Width: 1, Height: 1, Depth: 8, Short: true, Segments: []Segment{{Kind: Stored}}}
		}, malformed},
		{"short with a number and a name", func(h *Header) { h.Short, h.Params, h.Number = true, nil, 1 }, malformed},
		{"short with units", func(h *Header) { h.Short, h.Params, h.Segments[0].Units = true, nil, 1 }, malformed},
		{"short with metadata", func(h *Header) {
			h.Short, h.Params, h.Segments = true, nil, append(h.Segments, Segment{Kind: Metadata})
		}, malformed},
		{"short and long", func(h *Header) { h.Short, h.Params, h.Segments[0].Size = true, nil, MaxShort+1 }, limit},
	} {
		h := lean(1000)
		c.change(h)
		got, err := h.Append([]byte("before"))
		if string(got) != "before" {
			t.Errorf("%s: dst came back as %q", c.name, got)
		}
		if err == nil || cause(err) != c.want || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
		if _, err := h.Offsets(); err == nil {
			t.Errorf("%s: Offsets takes it", c.name)
		}
	}
}

// cause returns a name for the type of an error of this package, or "".
func cause(err error) string {
	var (
		format      FormatError
		unsupported UnsupportedError
		limit       LimitError
		header      *CorruptHeaderError
		segment     *CorruptSegmentError
	)
	switch {
	case errors.As(err, &format):
		return "malformed"
	case errors.As(err, &unsupported):
		return "unsupported"
	case errors.As(err, &limit):
		return "over the limit"
	case errors.As(err, &header):
		return "header damaged"
	case errors.As(err, &segment):
		return "segment damaged"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "cut"
	}
	return ""
}
