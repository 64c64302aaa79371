package codec

import (
	"fmt"
	"image"
	"image/color"
	"math/bits"
	"runtime"

	"github.com/ddpmz/ddpmz/codec/internal/stored"
	"github.com/ddpmz/ddpmz/container"
	"github.com/ddpmz/ddpmz/model"
)

// Default limits. They let a 24-megapixel photograph pass, on 32-bit machines one of about 10.
const (
	DefaultMaxPixels = 1 << 26
	DefaultMaxMemory = 16 << 30 >> (4 * (64 - bits.UintSize) / 32)
)

// slack is by how much the heap may outgrow what is in use, before the garbage collector looks after it.
const slack = 2

// fallbackPixelBytes is what a pixel takes at most where the fallback codec encodes it, in bytes, slack included: streams of colours and
// alpha of 16 bits, and as much again while they grow. Of screenshots it is a few per cent of that.
const fallbackPixelBytes = 32

// Limits bound what a file or an image may ask for. Zero values mean the defaults.
type Limits struct {
	MaxPixels int64 // width times height
	MaxMemory int64 // bytes, estimated before anything is allocated; payloads, alpha and metadata included

	// MaxWork bounds the work of decoding, in sites: every site of the wavelet pyramid counts once for every pass that visits
	// it, and once if the picture needs it predicted; 32 pixels of the picture count as a site, or 16 of 16 bits. Scales of
	// less than 8 rows count as if they had as many. An image takes about 2.4 sites a pixel, a column 7, a row 56.
	//
	// By default the work follows the bytes: it is at most 2^17 sites, 256 for each of the first 1024 bytes, and 1024 for every
	// byte after these, so that few bytes take little time, whatever they claim. Files of photographs, and prefixes that show
	// something of one, have several times as many bytes as that takes. Auto does not write other files; Modelled does, if
	// this limit is raised.
	MaxWork int64
}

// check returns a LimitError if a w x h image is too large, or needs more memory than there may be. Beside what need says of the
// pixels, that is so many bytes of payloads.
func (l Limits) check(w, h int, need func(pixels int64) int64, payloads int64) error {
	if w <= 0 || h <= 0 {
		return FormatError(fmt.Sprintf("image of %d x %d pixels", w, h))
	}
	pixels := int64(w) * int64(h)
	if maxPixels, _ := l.bounds(); pixels > maxPixels {
		return &LimitError{"pixels", pixels, maxPixels}
	}
	return l.checkMemory(need(pixels) + payloads)
}

// checkMemory returns a LimitError if so many bytes are more than there may be.
func (l Limits) checkMemory(n int64) error {
	if _, maxMemory := l.bounds(); n > maxMemory {
		return &LimitError{"bytes of memory", n, maxMemory}
	}
	return nil
}

// bounds returns the limits on pixels and memory.
func (l Limits) bounds() (maxPixels, maxMemory int64) {
	maxPixels, maxMemory = l.MaxPixels, l.MaxMemory
	if maxPixels == 0 {
		maxPixels = DefaultMaxPixels
	}
	if maxMemory == 0 {
		maxMemory = DefaultMaxMemory
	}
	return maxPixels, maxMemory
}

// checkWork returns a LimitError if a file of so many bytes may not ask for the work.
func (l Limits) checkWork(sites, bytes int64) error {
	if limit := l.maxWork(bytes); sites > limit {
		return &LimitError{fmt.Sprintf("sites of work for %d bytes", bytes), sites, limit}
	}
	return nil
}

// maxWork returns how much work a file may ask for of which so many bytes are there: see MaxWork.
func (l Limits) maxWork(bytes int64) int64 {
	if l.MaxWork > 0 {
		return l.MaxWork
	}
	const first = 1024
	return 1<<17 + 256*min(bytes, first) + 1024*(min(max(bytes, first), container.MaxSize>>10)-first)
}

// fallbackMemory is what encoding without a model takes.
func fallbackMemory(pixels int64) int64 { return fallbackPixelBytes * pixels }

// storedMemory returns what decoding a stored file takes: the picture, which is reduced or not, its alpha in full, and the rows that
// the decoder looks back on.
func (p *picture) storedMemory(reduce int) func(pixels int64) int64 {
	return func(pixels int64) int64 {
		q := p.reduced(model.Reduction{Scales: reduce})
		need := q.imageBytes() + stored.RowMemory*int64(p.w)
		if reduce > 0 {
			need += boxBytes * int64(q.w)
			if p.format.hasAlpha() {
				need += 2 * pixels
			}
		}
		return slack * need
	}
}

// boxBytes are the bytes of a boxSum, with those of a row of samples.
const boxBytes = 64 + 4*3

// decodingMemory returns what decoding a modelled file takes: the chain; the picture and its alpha; the bytes of a pass,
// which are fewer than the image's own. The model itself, some megabytes, is left out. A reduced picture and its passes take less;
// its alpha, which is stored in full, does not.
func decodingMemory(net *model.Net, g model.Geometry, r model.Reduction, alpha bool) func(pixels int64) int64 {
	return func(pixels int64) int64 {
		sample := int64(g.Depth / 8)
		w, h := r.Size(g.Width, g.Height)
		beside := (4*sample + int64(g.Planes)*sample) * int64(w) * int64(h)
		if alpha || r.Scales == 0 {
			beside += 2 * pixels
		}
		return slack * (model.ReducedMemory(net, g, r, runtime.GOMAXPROCS(0)) + beside)
	}
}

// encodingMemory returns what encoding by a model takes: the chain; the planes; the rows of the fallback codec, what
// it knows and makes of them, and the file; the planes once more where they are coded several times; and where not all may be wanted, a chain that
// decodes what is. Alpha is done before there are any of these.
func encodingMemory(net *model.Net, g model.Geometry, t tries, some bool) func(pixels int64) int64 {
	return func(pixels int64) int64 {
		beside := int64(g.Planes) * (4 + 4*int64(g.Depth/8))
		need := slack * (model.Memory(net, g, runtime.GOMAXPROCS(0), true) + beside*pixels)
		if pixels <= searchedPixels {
			need *= orientations // side by side
		}
		if t.several(pixels) {
			need += slack * 4 * int64(g.Planes) * pixels
		}
		if some {
			need += slack * model.Memory(net, g, runtime.GOMAXPROCS(0), false)
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
