package codec_test

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"time"

	"github.com/ddpmz/ddpmz/codec"
)

// benchmarkSizes are the pictures measured; longSizes, the last of 24 megapixels, with DDPMZ_LONG=1 too.
var (
	benchmarkSizes = []image.Point{{32, 32}, {128, 128}, {384, 256}, {768, 512}, {1536, 1024}}
	longSizes      = []image.Point{{3000, 2000}, {6000, 4000}}
)

// tiles returns the photographs that mosaics are made of, all of one size: Kodak's that are not upright, or the
// landscape of this repository where they are missing.
func tiles(b *testing.B) []image.Image {
	root := os.Getenv("DDPMZ_DATA")
	if root == "" {
		root = filepath.Join("..", "..", "shared", "data")
	}
	names, err := filepath.Glob(filepath.Join(root, "kodak", "*.png"))
	if err != nil {
		b.Fatal(err)
	}
	var list []image.Image
	for _, name := range names {
		if m := open(b, name); m.Bounds().Dx() > m.Bounds().Dy() {
			list = append(list, m)
		}
	}
	if len(list) == 0 {
		b.Logf("no kodak in %s: tiles are of landscape.png", root)
		list = append(list, picture(b, "landscape.png"))
	}
	return list
}

// mosaic returns a picture of a size, made of tiles. It is opaque.
func mosaic(b *testing.B, size image.Point) image.Image {
	m := image.NewRGBA(image.Rectangle{Max: size})
	list := tiles(b)
	tile := list[0].Bounds().Size()
	n := 4 // the fifth photograph of Kodak has detail and smooth parts
	for y := 0; y < size.Y; y += tile.Y {
		for x := 0; x < size.X; x += tile.X {
			t := list[n%len(list)]
			draw.Draw(m, image.Rect(x, y, x+tile.X, y+tile.Y), t, t.Bounds().Min, draw.Src)
			n++
		}
	}
	return m
}

// bySize runs a benchmark by size. MB/s are of 8-bit RGB.
func bySize(b *testing.B, run func(b *testing.B, m image.Image)) {
	sizes := benchmarkSizes
	if long() {
		sizes = append(sizes, longSizes...)
	}
	for _, size := range sizes {
		b.Run(fmt.Sprintf("%dx%d", size.X, size.Y), func(b *testing.B) {
			m := mosaic(b, size)
			b.SetBytes(int64(3 * size.X * size.Y))
			b.ReportAllocs()
			run(b, m)
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(size.X*size.Y), "ns/pixel")
		})
	}
}

// encoded returns a file of a picture, which is kept for the next benchmark of its size: the large ones take
// minutes.
func encoded(b *testing.B, m image.Image, mode codec.Mode) []byte {
	key := encodedKey{m.Bounds().Size(), mode}
	if encodedFiles[key] == nil {
		encodedFiles[key] = encode(b, m, &codec.Options{Mode: mode})
	}
	return encodedFiles[key]
}

type encodedKey struct {
	size image.Point
	mode codec.Mode
}

var encodedFiles = map[encodedKey][]byte{}

func benchmarkEncode(b *testing.B, mode codec.Mode) {
	bySize(b, func(b *testing.B, m image.Image) {
		for b.Loop() {
			if err := codec.Encode(io.Discard, m, &codec.Options{Mode: mode}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkEncode(b *testing.B)         { benchmarkEncode(b, codec.Auto) }
func BenchmarkEncodeModelled(b *testing.B) { benchmarkEncode(b, codec.Modelled) } // mosaics of 24 megapixels repeat tiles, for which the fallback codec is tried
func BenchmarkEncodeStored(b *testing.B)   { benchmarkEncode(b, codec.Stored) }

// BenchmarkEncodeGray encodes the pictures that package history searches in its BenchmarkRefused.
func BenchmarkEncodeGray(b *testing.B) {
	m := picture(b, "landscape.png")
	for _, size := range []image.Point{{16, 16}, {24, 24}, {32, 32}, {48, 48}, {64, 64}, {66, 66}, {80, 80}, {96, 96}, {128, 128}, {192, 192}, {324, 196}} {
		gray := image.NewGray(image.Rectangle{Max: size})
		draw.Draw(gray, gray.Rect, m, image.Pt(60, 60), draw.Src)
		b.Run(fmt.Sprintf("%dx%d", size.X, size.Y), func(b *testing.B) {
			for b.Loop() {
				encode(b, gray, nil)
			}
		})
	}
}

func benchmarkDecode(b *testing.B, mode codec.Mode) {
	bySize(b, func(b *testing.B, m image.Image) {
		file := encoded(b, m, mode)
		for b.Loop() {
			if _, err := codec.Decode(bytes.NewReader(file)); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkDecode(b *testing.B)       { benchmarkDecode(b, codec.Modelled) }
func BenchmarkDecodeStored(b *testing.B) { benchmarkDecode(b, codec.Stored) }

// BenchmarkPreview measures the picture after some of the 1000 steps, from the whole file, and reports what share
// of the file's bytes it needs.
func BenchmarkPreview(b *testing.B) {
	for _, steps := range []int{500, 900} {
		b.Run(fmt.Sprintf("steps=%d", steps), func(b *testing.B) {
			bySize(b, func(b *testing.B, m image.Image) {
				file := encoded(b, m, codec.Modelled)
				d := codec.Decoder{Timestep: 1000 - steps}
				var last codec.Refinement
				for b.Loop() {
					s, err := d.Open(bytes.NewReader(file))
					if err != nil {
						b.Fatal(err)
					}
					for at, err := s.Next(); err != io.EOF; at, err = s.Next() {
						if err != nil {
							b.Fatal(err)
						}
						last = at
					}
					if _, err := s.Image(); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(100*float64(last.Bytes)/float64(len(file)), "%bytes")
			})
		})
	}
}

// BenchmarkMemory reports the most memory that the Go runtime holds during a call, beyond what it holds before
// and, of a decoder, beyond the picture that is returned. The garbage collector's slack is in it.
func BenchmarkMemory(b *testing.B) {
	report := func(b *testing.B, m image.Image, result int, call func()) {
		peak := 0
		for b.Loop() {
			peak = max(peak, peakMemory(call)-result)
		}
		size := m.Bounds().Size()
		b.ReportMetric(float64(peak)/1e6, "peak-MB")
		b.ReportMetric(float64(peak)/float64(size.X*size.Y), "peak-B/pixel")
	}
	b.Run("encode", func(b *testing.B) {
		bySize(b, func(b *testing.B, m image.Image) {
			report(b, m, 0, func() {
				if err := codec.Encode(io.Discard, m, nil); err != nil {
					b.Fatal(err)
				}
			})
		})
	})
	b.Run("decode", func(b *testing.B) {
		bySize(b, func(b *testing.B, m image.Image) {
			file := encoded(b, m, codec.Modelled)
			size := m.Bounds().Size()
			report(b, m, 4*size.X*size.Y, func() {
				if _, err := codec.Decode(bytes.NewReader(file)); err != nil {
					b.Fatal(err)
				}
			})
		})
	})
}

// peakMemory returns by how many bytes the runtime's memory grows at most during a call, looking every
// millisecond.
func peakMemory(call func()) int {
	samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	held := func() int {
		metrics.Read(samples)
		return int(samples[0].Value.Uint64() - samples[1].Value.Uint64())
	}
	debug.FreeOSMemory()
	before := held()
	stop, done := make(chan bool), make(chan int)
	go func() {
		peak := before
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				peak = max(peak, held())
			case <-stop:
				done <- max(peak, held())
				return
			}
		}
	}()
	call()
	close(stop)
	return <-done - before
}
