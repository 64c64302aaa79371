package stored

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"testing"
)

func mustEncode(t testing.TB, r *Raster) []byte {
	t.Helper()
	stream, err := Encode(r)
	if err != nil {
		t.Fatal(err)
	}
	return stream
}

// TestRoundTrip decodes what it encoded, for every channel count, depth and
// kind of picture, and sizes around the packing of samples into bytes.
func TestRoundTrip(t *testing.T) {
	sizes := [][2]int{{1, 1}, {2, 3}, {1, 40}, {41, 1}, {17, 9}}
	for _, depth := range []int{1, 2, 4, 8, 16} {
		for _, channels := range []int{1, 3} {
			for i, size := range sizes {
				kind := kinds[(i+channels/2+depth)%len(kinds)]
				if testing.Short() && i%2 == 1 {
					continue
				}
				name := fmt.Sprintf("%s %dx%d, %d channels of %d bits", kind, size[0], size[1], channels, depth)
				r := draw(kind, size[0], size[1], channels, depth)
				stream := mustEncode(t, r)
				got := like(r)
				if rows, err := Decode(stream, true, got); rows != r.Height || err != nil {
					t.Fatalf("%s: %d rows and %v, want %d", name, rows, err, r.Height)
				}
				if !slices.Equal(got.Samples, r.Samples) {
					t.Fatalf("%s: samples differ", name)
				}
			}
		}
	}
}

// TestEmpty checks rasters without a sample, which are streams without a byte.
func TestEmpty(t *testing.T) {
	for _, size := range [][2]int{{0, 0}, {5, 0}, {0, 5}} {
		r := newRaster(size[0], size[1], 3, 8)
		stream := mustEncode(t, r)
		if len(stream) != 0 {
			t.Errorf("%v: %d bytes for nothing", size, len(stream))
		}
		if rows, err := Decode(stream, true, r); rows != r.Height || err != nil {
			t.Errorf("%v: %d rows and %v", size, rows, err)
		}
		var want *FormatError
		if _, err := Decode([]byte{0}, false, r); !errors.As(err, &want) {
			t.Errorf("%v: a byte too many gave %v, want a FormatError", size, err)
		}
	}
}

// TestOverhead: incompressible rows grow by the method, and nothing else.
func TestOverhead(t *testing.T) {
	for _, r := range []*Raster{draw(noise, 64, 64, 1, 8), draw(noise, 50, 40, 3, 16), draw(noise, 33, 9, 1, 1), newRaster(1, 1, 1, 8)} {
		if got, want := len(mustEncode(t, r)), 1+r.Height*r.rowBytes(); got > want {
			t.Errorf("%d x %d: %d bytes, want at most %d", r.Width, r.Height, got, want)
		}
	}
}

func TestDeterministic(t *testing.T) {
	r := draw(glyphs, 200, 150, 3, 8)
	if !bytes.Equal(mustEncode(t, r), mustEncode(t, r)) {
		t.Error("two streams for one raster")
	}
}

// TestPrefixes decodes every prefix of streams of several blocks: the rows never
// become fewer, those counted are exact, those not counted are untouched, and
// only the whole stream passes for complete.
func TestPrefixes(t *testing.T) {
	prefixes := 24
	if os.Getenv("DDPMZ_LONG") == "1" {
		prefixes = 500
	}
	for _, r := range []*Raster{
		draw(noise, 63, 700, 1, 8),
		draw(glyphs, 640, 701, 3, 8),
		draw(gradient, 123, 500, 1, 4),
		draw(gradient, 90, 210, 3, 16),
	} {
		stream := mustEncode(t, r)
		name := fmt.Sprintf("%dx%d, %d channels of %d bits", r.Width, r.Height, r.Channels, r.Depth)
		step := max(1, len(stream)/prefixes) // all prefixes of short streams, and of long ones many
		before, distinct := -1, 0
		for n := 0; n <= len(stream); n++ {
			if n%step != 0 && n < len(stream)-4 {
				continue
			}
			got := like(r)
			untouched := slices.Clone(got.Samples)
			rows, err := Decode(stream[:n], false, got)
			if err != nil {
				t.Fatalf("%s, %d of %d bytes: %v", name, n, len(stream), err)
			}
			if rows < before {
				t.Fatalf("%s, %d of %d bytes: %d rows after %d", name, n, len(stream), rows, before)
			}
			if rows > before {
				before = rows
				distinct++
			}
			done := rows * r.Width * r.Channels
			if !slices.Equal(got.Samples[:done], r.Samples[:done]) {
				t.Fatalf("%s, %d of %d bytes: the first %d rows differ", name, n, len(stream), rows)
			}
			if !slices.Equal(got.Samples[done:], untouched[done:]) {
				t.Fatalf("%s, %d of %d bytes: rows past %d were touched", name, n, len(stream), rows)
			}
			if n == len(stream) {
				if rows != r.Height {
					t.Errorf("%s: %d rows of the whole stream", name, rows)
				}
			} else if _, err := Decode(stream[:n], true, got); err != io.ErrUnexpectedEOF {
				t.Fatalf("%s, %d of %d bytes as complete: %v, want io.ErrUnexpectedEOF", name, n, len(stream), err)
			}
		}
		if distinct < 3 {
			t.Errorf("%s: prefixes gave only %d different heights", name, distinct)
		}
	}
}

// TestMalformed checks streams that no encoder writes: each is a FormatError,
// complete or not.
func TestMalformed(t *testing.T) {
	r := draw(gradient, 8, 4, 1, 8)
	coded, err := encode(r, methodDifference)
	if err != nil {
		t.Fatal(err)
	}
	if len(coded) > 100 { // else the length of the group is more than a byte
		t.Fatalf("%d bytes", len(coded))
	}
	longer := bytes.Clone(coded) // a group that goes on after its last symbol
	longer[1] += 2
	longer = append(longer, 1, 1)
	colours := newRaster(8, 4, 3, 8)
	for _, test := range []struct {
		name   string
		r      *Raster
		stream []byte
	}{
		{"unknown method", r, []byte{3, 1, 0}},
		{"plain, too long", r, append([]byte{methodPlain}, make([]byte, 33)...)},
		{"bits of colours", colours, []byte{methodValue, 1, 0}},
		{"bits of 16-bit samples", newRaster(8, 4, 1, 16), []byte{methodValue, 1, 0}},
		{"impossible length", r, append([]byte{methodDifference}, bytes.Repeat([]byte{0xff}, 11)...)},
		{"a group too long", r, append([]byte{methodDifference}, 0xff, 0xff, 0xff, 0xff, 0xff, 1)},
		{"a group that ends too soon", draw(noise, 80, 40, 1, 8), []byte{methodDifference, 2, 77, 1}},
		{"a group that goes on", r, longer},
		{"no group of rANS", r, append([]byte{methodDifference, 33, 0x80}, make([]byte, 32)...)},
		{"data after the last group", r, append(bytes.Clone(coded), 0)},
	} {
		for _, complete := range []bool{false, true} {
			var want *FormatError
			if _, err := Decode(test.stream, complete, like(test.r)); !errors.As(err, &want) {
				t.Errorf("%s (complete: %t): %v, want a FormatError", test.name, complete, err)
			}
		}
	}
	// Zeros after the last group are there where the rows need them, and nowhere else.
	flat := &Raster{Width: 1 << 12, Height: 1 << 9, Channels: 1, Depth: 1, Row: func(y int, s []uint16) { clear(s) }}
	stream := mustEncode(t, flat)
	if want := (1<<21 - freeSamples) / samplesPerByte; len(stream) != want {
		t.Errorf("a flat raster takes %d bytes, want %d", len(stream), want)
	}
	stream[len(stream)-1] = 1
	var want *FormatError
	got := &Raster{Width: flat.Width, Height: flat.Height, Channels: 1, Depth: 1}
	if rows, err := Decode(stream, true, got); rows != flat.Height || !errors.As(err, &want) {
		t.Errorf("%d rows of %d and %v, want a FormatError", rows, flat.Height, err)
	}
}

// TestBomb gives a decoder a stream of zeros, by which every decision is as expected: what it decodes, and allocates, is bounded by the
// bytes of the stream.
func TestBomb(t *testing.T) {
	for _, n := range []int{1, 100} {
		r := &Raster{Width: 1 << 9, Height: 1 << 20, Channels: 1, Depth: 8} // 2^29 samples
		stream := append([]byte{methodDifference, 0x80, 0x80, 1}, make([]byte, n)...)
		rows, err := Decode(stream, false, r)
		if most := (freeSamples + samplesPerByte*len(stream)) / r.Width; rows > most || len(r.Samples) > most*r.Width || err != nil {
			t.Errorf("%d bytes: %d rows, %d samples, %v; want at most %d rows", len(stream), rows, len(r.Samples), err, most)
		}
		if rows < 10 {
			t.Errorf("%d bytes: only %d rows", len(stream), rows)
		}
	}
}

// TestLimit: a limit stops decoding after so many rows, and says how many bytes these need: fewer give fewer rows.
func TestLimit(t *testing.T) {
	for _, r := range []*Raster{draw(glyphs, 90, 120, 3, 8), draw(noise, 40, 60, 1, 8), draw(gradient, 50, 64, 1, 16)} {
		stream := mustEncode(t, r)
		for _, limit := range []int{0, 1, r.Height / 2, r.Height - 1, r.Height} {
			got := &Raster{Width: r.Width, Height: r.Height, Channels: r.Channels, Depth: r.Depth}
			rows, used, err := DecodeRows(stream, true, got, limit)
			if rows != limit || err != nil || !slices.Equal(got.Samples, r.Samples[:limit*r.Width*r.Channels]) {
				t.Fatalf("%d rows of %d: %v", rows, limit, err)
			}
			if limit == 0 {
				continue
			}
			if rows, err := Decode(stream[:used], false, like(r)); rows < limit || err != nil {
				t.Errorf("%d bytes give %d rows, %v, want %d or more", used, rows, err, limit)
			}
			if rows, err := Decode(stream[:used-1], false, like(r)); rows >= limit || err != nil {
				t.Errorf("%d bytes give %d rows, %v, want fewer than %d", used-1, rows, err, limit)
			}
		}
	}
}

// FuzzDecode feeds arbitrary streams to rasters of several shapes; whatever
// decodes must give the same rows again when encoded.
func FuzzDecode(f *testing.F) {
	for depth := range 5 {
		r := draw(glyphs, 13, 11, 1+depth%2*2, 1<<depth)
		stream := mustEncode(f, r)
		f.Add(stream, uint8(13), uint8(11), uint8(depth%2), uint8(depth), true)
		f.Add(stream[:len(stream)*2/3], uint8(13), uint8(11), uint8(depth%2), uint8(depth), false)
	}
	f.Fuzz(func(t *testing.T, stream []byte, width, height, channels, depth uint8, complete bool) {
		r := newRaster(int(width), int(height), 1+int(channels%2)*2, 1<<(depth%5))
		rows, err := Decode(stream, complete, r)
		if rows < 0 || rows > r.Height {
			t.Fatalf("%d rows of %d", rows, r.Height)
		}
		if err != nil {
			var format *FormatError
			if err != io.ErrUnexpectedEOF && !errors.As(err, &format) {
				t.Fatalf("error of an unknown kind: %v", err)
			}
			return
		}
		if complete && rows < r.Height {
			t.Fatalf("complete with %d rows of %d", rows, r.Height)
		}
		for y := range rows {
			if err := r.checkRow(y, r.samplesOf(y)); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// FuzzRoundTrip makes rasters of arbitrary bytes.
func FuzzRoundTrip(f *testing.F) {
	f.Add([]byte("the quick brown fox jumps over the lazy dog"), uint8(5), uint8(1), uint8(3))
	f.Add([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8}, uint8(3), uint8(0), uint8(0))
	f.Fuzz(func(t *testing.T, data []byte, width, channels, depth uint8) {
		r := newRaster(1+int(width), 0, 1+int(channels%2)*2, 1<<(depth%5))
		r.Height = min(len(data)/(r.Width*r.Channels), 64)
		for _, b := range data[:r.Height*r.Width*r.Channels] {
			r.Samples = append(r.Samples, uint16(b)*0x101>>(16-r.Depth))
		}
		got := like(r)
		if rows, err := Decode(mustEncode(t, r), true, got); rows != r.Height || err != nil {
			t.Fatalf("%d rows and %v, want %d", rows, err, r.Height)
		}
		if !slices.Equal(got.Samples, r.Samples) {
			t.Fatal("samples differ")
		}
	})
}
