package codec

import "fmt"

// Default limits.
const (
	DefaultMaxPixels = 1 << 26
	DefaultMaxMemory = 8 << 30
)

// Memory that coding takes, in bytes a pixel, by planes of colour: measured, rounded up.
const (
	memoryPlain    = 20  // stored files
	memoryModelled = 300 // the model's state and activations
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
