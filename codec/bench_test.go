package codec_test

import (
	"bytes"
	"fmt"
	"image"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
)

// benchmarks are pictures by size; a Kodak image is among them if it is there.
func benchmarks(b *testing.B) []image.Image {
	list := []image.Image{
		picture(b, "tiny/cloth.png"),
		crop(picture(b, "landscape.png"), 100, 60, 128, 96),
		picture(b, "landscape.png"),
	}
	root := os.Getenv("DDPMZ_DATA")
	if root == "" {
		root = filepath.Join("..", "..", "shared", "data")
	}
	if name := filepath.Join(root, "kodak", "kodim05.png"); exists(name) {
		list = append(list, open(b, name))
	}
	return list
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// each runs a benchmark by size; the throughput is of 8-bit RGB.
func each(b *testing.B, run func(b *testing.B, m image.Image)) {
	for _, m := range benchmarks(b) {
		size := m.Bounds().Size()
		b.Run(fmt.Sprintf("%dx%d", size.X, size.Y), func(b *testing.B) {
			b.SetBytes(int64(3 * size.X * size.Y))
			b.ReportAllocs()
			run(b, m)
		})
	}
}

func benchmarkEncode(b *testing.B, mode codec.Mode) {
	each(b, func(b *testing.B, m image.Image) {
		for b.Loop() {
			if err := codec.Encode(io.Discard, m, &codec.Options{Mode: mode}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkEncode(b *testing.B)         { benchmarkEncode(b, codec.Auto) }
func BenchmarkEncodeModelled(b *testing.B) { benchmarkEncode(b, codec.Modelled) }
func BenchmarkEncodeStored(b *testing.B)   { benchmarkEncode(b, codec.Stored) }

func benchmarkDecode(b *testing.B, mode codec.Mode, timestep int) {
	each(b, func(b *testing.B, m image.Image) {
		file := encode(b, m, &codec.Options{Mode: mode})
		d := codec.Decoder{Timestep: timestep}
		for b.Loop() {
			if _, err := d.Decode(bytes.NewReader(file)); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkDecode(b *testing.B)        { benchmarkDecode(b, codec.Modelled, 0) }
func BenchmarkDecodeStored(b *testing.B)  { benchmarkDecode(b, codec.Stored, 0) }
func BenchmarkDecodePreview(b *testing.B) { benchmarkDecode(b, codec.Modelled, 100) }
