package picture

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/codec/metadata"
)

// TestLimitsActOnHeader has a file of a few kilobytes that says it has 225 million
// pixels, black all.
func TestLimitsActOnHeader(t *testing.T) {
	file := newRows(15000, 15000, 1).encode(metadata.Layout{Depth: 1, ColourType: metadata.Gray}, nil, png.BestCompression)
	if len(file) > 32<<10 {
		t.Fatalf("the file has %d bytes", len(file))
	}
	for _, o := range []ReadOptions{{MaxPixels: 1000}, {MaxMemory: 1 << 20}} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		begin := time.Now()
		_, err := Read(bytes.NewReader(file), o)
		took := time.Since(begin)
		runtime.ReadMemStats(&after)
		var limit *codec.LimitError
		if !errors.As(err, &limit) {
			t.Errorf("%+v: %v, want a LimitError", o, err)
		}
		if allocated := after.TotalAlloc - before.TotalAlloc; allocated > 4<<20 || took > 100*time.Millisecond {
			t.Errorf("%+v: %d bytes were allocated, and it took %v", o, allocated, took)
		}
	}
	if _, err := Read(bytes.NewReader(file), ReadOptions{}); err == nil {
		t.Error("225 million pixels are within the default limits")
	}
}

// TestLimitsOfFormats writes a picture in every format and reads it with limits
// that it just meets, and that it exceeds.
func TestLimitsOfFormats(t *testing.T) {
	gray := paint(image.NewGray(testBounds), grayOf(255))
	for format := range writers {
		file := write(t, format, &Picture{Image: gray})
		if _, err := Read(bytes.NewReader(file), ReadOptions{MaxPixels: 13 * 7}); err != nil {
			t.Errorf("%s: %v", format, err)
		}
		var limit *codec.LimitError
		if _, err := Read(bytes.NewReader(file), ReadOptions{MaxPixels: 13*7 - 1}); !errors.As(err, &limit) || limit.Have != 13*7 {
			t.Errorf("%s: %v, want a LimitError", format, err)
		}
	}
}

// TestLimitsOfGIFFrames has a frame that is larger than its canvas: it counts.
func TestLimitsOfGIFFrames(t *testing.T) {
	file := "GIF89a\x01\x00\x01\x00\x00\x00\x00,\x00\x00\x00\x00\xff\xff\xff\xff\x80\x00\x00\x00\xff\xff\xff\x02\x02\x4c\x01\x00;"
	var limit *codec.LimitError
	if _, err := Read(strings.NewReader(file), ReadOptions{}); !errors.As(err, &limit) || limit.Have != 65535*65535 {
		t.Errorf("%v, want a LimitError", err)
	}
}
