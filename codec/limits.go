package codec

import (
	"fmt"
	"image"
	"image/color"
	"math/bits"
	"runtime"

	"github.com/ddpmz/ddpmz/model"
)

// Default limits. They let a 24-megapixel photograph pass, on 32-bit machines one of about 10.
const (
	DefaultMaxPixels = 1 << 26
	DefaultMaxMemory = 16 << 30 >> (4 * (64 - bits.UintSize) / 32)
)

// slack is by how much the heap may outgrow what is in use, before the garbage collector looks after it.
const slack = 2

// fallbackPixelBytes is what a pixel of a stored file takes at most, in bytes, slack included: samples in two and in four bytes,
// the picture, rows, and what Zstandard has of them.
const fallbackPixelBytes = 40

// Limits bound what a file or an image may ask for. Zero values mean the defaults.
type Limits struct {
	MaxPixels int64 // width times height
	MaxMemory int64 // bytes, estimated before anything is allocated
}

// check returns a LimitError if a w x h image is too large, or needs more memory than there may be.
func (l Limits) check(w, h int, need func(pixels int64) int64) error {
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
	if n := need(pixels); n > maxMemory {
		return &LimitError{"bytes of memory", n, maxMemory}
	}
	return nil
}

// fallbackMemory is what coding without a model takes, in either direction.
func fallbackMemory(pixels int64) int64 { return fallbackPixelBytes * pixels }

// decodingMemory returns what decoding a modelled file takes: the chain; the picture and its alpha; the bytes of a pass,
// which are fewer than the image's own. The model itself, some megabytes, is left out.
func decodingMemory(net *model.Net, g model.Geometry) func(pixels int64) int64 {
	return func(pixels int64) int64 {
		sample := int64(g.Depth / 8)
		beside := 4*sample + 2 + int64(g.Planes)*sample
		return slack * (model.Memory(net, g, runtime.GOMAXPROCS(0), false) + beside*pixels)
	}
}

// encodingMemory returns what encoding by a model takes: the chain; the planes; the rows of the fallback codec, what
// it knows and makes of them, and the file. Alpha is done before there are any of these.
func encodingMemory(net *model.Net, g model.Geometry) func(pixels int64) int64 {
	return func(pixels int64) int64 {
		beside := int64(g.Planes) * (4 + 4*int64(g.Depth/8))
		need := slack * (model.Memory(net, g, runtime.GOMAXPROCS(0), true) + beside*pixels)
		if pixels <= searchedPixels {
			need *= orientations // side by side
		}
		return need
	}
}

// geometryOf returns what the model will need to know of an image at most.
func geometryOf(m image.Image) model.Geometry {
	g := model.Geometry{Width: m.Bounds().Dx(), Height: m.Bounds().Dy(), Planes: 3, Depth: 8}
	switch m.ColorModel() {
	case color.GrayModel, color.Gray16Model:
		g.Planes = 1
	}
	switch m.ColorModel() {
	case color.Gray16Model, color.Alpha16Model, color.RGBA64Model, color.NRGBA64Model:
		g.Depth = 16
	}
	return g
}
