package codec_test

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
)

// jpegSizes are the JPEG files measured, of 1.6 and 12 megapixels.
var jpegSizes = []image.Point{{1536, 1024}, {4000, 3000}}

// byJPEG runs a benchmark by JPEG file: mosaics, 4:2:0, quality 90. MB/s are of JPEG files.
func byJPEG(b *testing.B, run func(b *testing.B, file []byte)) {
	for _, size := range jpegSizes {
		b.Run(fmt.Sprintf("%dx%d", size.X, size.Y), func(b *testing.B) {
			file := mosaicJPEGs[size]
			if file == nil {
				var out bytes.Buffer
				if err := jpeg.Encode(&out, mosaic(b, size), &jpeg.Options{Quality: 90}); err != nil {
					b.Fatal(err)
				}
				file = out.Bytes()
				mosaicJPEGs[size] = file
			}
			b.SetBytes(int64(len(file)))
			b.ReportAllocs()
			run(b, file)
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(size.X*size.Y), "ns/pixel")
		})
	}
}

var mosaicJPEGs = map[image.Point][]byte{}

// jpegEncoded returns a file of a JPEG file.
func jpegEncoded(b *testing.B, file []byte) []byte {
	key := len(file)
	if encodedMosaics[key] == nil {
		var out bytes.Buffer
		if err := codec.EncodeJPEG(&out, bytes.NewReader(file), nil); err != nil {
			b.Fatal(err)
		}
		encodedMosaics[key] = out.Bytes()
	}
	return encodedMosaics[key]
}

var encodedMosaics = map[int][]byte{} // by the length of the JPEG file

func BenchmarkJPEGEncode(b *testing.B) {
	byJPEG(b, func(b *testing.B, file []byte) {
		for b.Loop() {
			if err := codec.EncodeJPEG(io.Discard, bytes.NewReader(file), nil); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(100*float64(len(jpegEncoded(b, file)))/float64(len(file)), "%bytes")
	})
}

// original decodes a file to the JPEG file.
func original(b *testing.B, file []byte) {
	s, err := new(codec.Decoder).Open(bytes.NewReader(file))
	if err != nil {
		b.Fatal(err)
	}
	if _, err := s.Last(); err != nil && err != io.EOF {
		b.Fatal(err)
	}
	if err := s.WriteOriginal(io.Discard); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkJPEGOriginal decodes to the JPEG file.
func BenchmarkJPEGOriginal(b *testing.B) {
	byJPEG(b, func(b *testing.B, file []byte) {
		coded := jpegEncoded(b, file)
		for b.Loop() {
			original(b, coded)
		}
	})
}

// BenchmarkJPEGDecode decodes to the picture, of all steps and of some.
func BenchmarkJPEGDecode(b *testing.B) {
	for _, steps := range []int{900, 1000} {
		b.Run(fmt.Sprintf("steps=%d", steps), func(b *testing.B) {
			byJPEG(b, func(b *testing.B, file []byte) {
				coded := jpegEncoded(b, file)
				d := codec.Decoder{Timestep: 1000 - steps}
				for b.Loop() {
					if _, err := d.Decode(bytes.NewReader(coded)); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
}

// BenchmarkJPEGMemory reports the most memory that the Go runtime holds during a call, beyond what it holds before.
func BenchmarkJPEGMemory(b *testing.B) {
	report := func(b *testing.B, call func()) {
		peak := 0
		for b.Loop() {
			peak = max(peak, peakMemory(call))
		}
		b.ReportMetric(float64(peak)/1e6, "peak-MB")
	}
	b.Run("encode", func(b *testing.B) {
		byJPEG(b, func(b *testing.B, file []byte) {
			report(b, func() {
				if err := codec.EncodeJPEG(io.Discard, bytes.NewReader(file), nil); err != nil {
					b.Fatal(err)
				}
			})
		})
	})
	b.Run("original", func(b *testing.B) {
		byJPEG(b, func(b *testing.B, file []byte) {
			coded := jpegEncoded(b, file)
			report(b, func() { original(b, coded) })
		})
	})
}
