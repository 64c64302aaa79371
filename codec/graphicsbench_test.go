//go:build unix

package codec_test

import (
	"bytes"
	"image"
	"io"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/ddpmz/ddpmz/codec"
)

// screenshots are large ones of the shared data: a photograph behind windows, two of much text, and two of few colours.
var screenshots = []string{"imac_dark.png", "windows.png", "imessage.png", "imac_g3.png", "codec_wiki.png"}

// ofScreenshots runs a benchmark for each screenshot, and reports millions of pixels for a second of processor time, and the most memory
// that a call takes: that of the picture is the caller's, and not in it, or is in it if it is the result.
func ofScreenshots(b *testing.B, prepare func(b *testing.B, m image.Image) (call func() error)) {
	folder := data(b, filepath.Join("graphics", "gb82-sc"))
	for _, name := range screenshots {
		b.Run(name, func(b *testing.B) {
			m := open(b, filepath.Join(folder, name))
			call := prepare(b, m)
			size := m.Bounds().Size()
			pixels := float64(size.X * size.Y)
			b.ReportAllocs()
			begin := processorTime()
			for b.Loop() {
				if err := call(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(pixels*float64(b.N)/1e6/(processorTime()-begin).Seconds(), "MP/cpu-s")
			b.ReportMetric(float64(peakMemory(func() { call() }))/pixels, "peak-B/pixel")
		})
	}
}

// processorTime is that of the process, of user and system.
func processorTime() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkDecodeScreenshot is of files of screenshots, which are stored.
func BenchmarkDecodeScreenshot(b *testing.B) {
	ofScreenshots(b, func(b *testing.B, m image.Image) func() error {
		file := encode(b, m, &codec.Options{Mode: codec.Stored})
		return func() error {
			_, err := codec.Decode(bytes.NewReader(file))
			return err
		}
	})
}

// BenchmarkEncodeScreenshot makes them, the choice between the modes included.
func BenchmarkEncodeScreenshot(b *testing.B) {
	ofScreenshots(b, func(b *testing.B, m image.Image) func() error {
		return func() error { return codec.Encode(io.Discard, m, nil) }
	})
}
