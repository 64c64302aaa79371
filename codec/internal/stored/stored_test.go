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
		for channels := 1; channels <= 4; channels++ {
			for i, size := range sizes {
				kind := kinds[(i+channels+depth)%len(kinds)]
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

// TestOverhead holds the stream's fixed cost: incompressible rows grow by the
// method and a three-byte header for each block.
func TestOverhead(t *testing.T) {
	r := draw(noise, 64, 64, 1, 8)
	if got, want := len(mustEncode(t, r)), 1+3+64*64; got > want {
		t.Errorf("noise took %d bytes, want at most %d", got, want)
	}
	r = newRaster(1, 1, 1, 8)
	if got, want := len(mustEncode(t, r)), 1+3+1; got > want {
		t.Errorf("one pixel took %d bytes, want at most %d", got, want)
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
	prefixes := 60
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
	r := draw(gradient, 8, 4, 1, 8) // 32 bytes of rows, 36 with filters
	raw := func(last byte, data ...byte) []byte {
		n := len(data) << 3
		return append([]byte{byte(n) | last, byte(n >> 8), 0}, data...)
	}
	rows := func(n int) []byte { return make([]byte, n) }
	for name, stream := range map[string][]byte{
		"unknown method":         {4, 1, 0, 0},
		"green without colours":  {methodGreen, 1, 0, 0},
		"no rows":                {0, 1, 0, 0},
		"too few rows":           append([]byte{0}, raw(1, rows(31)...)...),
		"too many rows":          append([]byte{0}, raw(1, rows(33)...)...),
		"too many rows, no end":  append([]byte{0}, raw(0, rows(33)...)...),
		"data after the end":     append(append([]byte{0}, raw(1, rows(32)...)...), 0),
		"unknown filter":         append([]byte{methodFiltered}, raw(1, append([]byte{5}, rows(35)...)...)...),
		"reserved block":         {0, 3<<1 | 1, 0, 0},
		"block over 128 KiB":     {0, 1<<1 | 1, 0, 0xff, 0},
		"repeated over a window": {0, 1<<1 | 1, 0, 1, 0},
		"damaged block":          {0, 2<<1 | 1 | 5<<3, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff},
	} {
		for _, complete := range []bool{false, true} {
			var want *FormatError
			if _, err := Decode(stream, complete, like(r)); !errors.As(err, &want) {
				t.Errorf("%s (complete: %t): %v, want a FormatError", name, complete, err)
			}
		}
	}
	// A filter for each row, written by hand, is a good stream.
	stream := append([]byte{methodFiltered}, raw(1, rows(36)...)...)
	if n, err := Decode(stream, true, like(r)); n != 4 || err != nil {
		t.Errorf("stream written by hand: %d rows and %v", n, err)
	}
}

// TestBomb gives a small raster a long stream of blocks that swell 128 KiB
// each: decoding stops where the rows end.
func TestBomb(t *testing.T) {
	r := newRaster(300, 1000, 1, 8)
	stream := []byte{0}
	for range 100_000 {
		stream = append(stream, blockRepeat<<1, 0, 0x10, 7) // 128 KiB of sevens: 13 GB in all
	}
	var want *FormatError
	if rows, err := Decode(stream, false, r); rows != r.Height || !errors.As(err, &want) {
		t.Errorf("%d rows and %v, want %d and a FormatError", rows, err, r.Height)
	}
}

// FuzzDecode feeds arbitrary streams to rasters of several shapes; whatever
// decodes must give the same rows again when encoded.
func FuzzDecode(f *testing.F) {
	for depth := range 5 {
		r := draw(glyphs, 13, 11, 1+depth%4, 1<<depth)
		stream := mustEncode(f, r)
		f.Add(stream, uint8(13), uint8(11), uint8(depth%4), uint8(depth), true)
		f.Add(stream[:len(stream)*2/3], uint8(13), uint8(11), uint8(depth%4), uint8(depth), false)
	}
	f.Fuzz(func(t *testing.T, stream []byte, width, height, channels, depth uint8, complete bool) {
		r := newRaster(int(width), int(height), 1+int(channels%4), 1<<(depth%5))
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
		if err := r.checkSamples(); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzRoundTrip makes rasters of arbitrary bytes.
func FuzzRoundTrip(f *testing.F) {
	f.Add([]byte("the quick brown fox jumps over the lazy dog"), uint8(5), uint8(2), uint8(3))
	f.Add([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8}, uint8(3), uint8(0), uint8(0))
	f.Fuzz(func(t *testing.T, data []byte, width, channels, depth uint8) {
		r := newRaster(1+int(width), 0, 1+int(channels%4), 1<<(depth%5))
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
