package codec

import (
	"fmt"
	"math/bits"
)

// Default limits. They let a 24-megapixel photograph pass, on 32-bit machines one of 1.7.
const (
	DefaultMaxPixels = 1 << 26
	DefaultMaxMemory = 16 << 30 >> (4 * (64 - bits.UintSize) / 32)
)

// Memory that coding takes at most, in bytes a pixel, with the garbage collector's slack. Measured as the peak
// of the command on a Kodak photograph: decoding 430, encoding 565.
const (
	memoryPlain    = 40  // stored files
	memoryModelled = 600 // the model's state and activations
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
	each := int64(memoryPlain)
	if modelled {
		each = memoryModelled
	}
	if need := pixels * each; need > maxMemory {
		return &LimitError{"bytes of memory", need, maxMemory}
	}
	return nil
}
