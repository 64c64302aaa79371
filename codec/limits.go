package codec

import (
	"fmt"
	"math/bits"
	"runtime"
)

// Default limits. They let a 24-megapixel photograph pass, on 32-bit machines one of about 4.
const (
	DefaultMaxPixels = 1 << 26
	DefaultMaxMemory = 16 << 30 >> (4 * (64 - bits.UintSize) / 32)
)

// Memory that coding takes at most, with the garbage collector's slack, without the model itself, which is some tens
// of megabytes. The model's state goes with the pixels; its activations with the sites of a band and the rows around
// it, once for every processor that has a band (package model, band.go).
const (
	memoryPlain    = 40  // bytes a pixel of a stored file
	memoryModelled = 200 // bytes a pixel
	memorySite     = 800 // bytes a site of a band, far more than are in use at 32 channels and 48 hidden units

	bandRows = 64 // the fewest rows of sites of a band, where a scale has several
	haloRows = 16 // around it, with the rows by which a band may be longer than another
)

// Limits bound what a file or an image may ask for. Zero values mean the defaults.
type Limits struct {
	MaxPixels int64 // width times height
	MaxMemory int64 // bytes, estimated before anything is allocated
}

// check returns a LimitError if coding a w x h image would go over the limits.
func (l Limits) check(w, h int, modelled bool) error {
	if w <= 0 || h <= 0 {
		return FormatError(fmt.Sprintf("image of %d x %d pixels", w, h))
	}
	pixels, maxPixels, maxMemory := int64(w)*int64(h), l.MaxPixels, l.MaxMemory
	if maxPixels == 0 {
		maxPixels = DefaultMaxPixels
	}
	if maxMemory == 0 {
		maxMemory = DefaultMaxMemory
	}
	if pixels > maxPixels {
		return &LimitError{"pixels", pixels, maxPixels}
	}
	need := pixels * memoryPlain
	if modelled {
		need = pixels*memoryModelled + scratch(int64(w), int64(h), int64(runtime.GOMAXPROCS(0)))
	}
	if need > maxMemory {
		return &LimitError{"bytes of memory", need, maxMemory}
	}
	return nil
}

// scratch returns the memory of the bands that procs processors code side by side at the finest scale.
func scratch(w, h, procs int64) int64 {
	w, h = (w+1)/2, (h+1)/2
	n := max(1, h/bandRows)
	return min(n, procs) * w * min(h, h/n+haloRows) * memorySite
}
