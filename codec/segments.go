package codec

import (
	"fmt"

	"github.com/ddpmz/ddpmz/container"
)

// Bounds of the sizes of segments.
const (
	maxExpansion = 16        // times the raw size of what is coded: the model codes a sample in a few steps of less than 20 bits each
	maxOverhead  = 1 << 16   // and this, of small images
	maxOriginal  = 256 << 20 // of a JPEG file
	maxFrame     = 1 << 10   // of the frame of a JPEG file
	jpegPadding  = 256       // is added to either side of a JPEG file's picture, whose MCUs go beyond it
)

// places are where in a file segments of a kind are; metadata may be at lastPlace, too.
var places = [...]int{
	container.Metadata: 1, container.Palette: 2, container.Alpha: 3, container.Frame: 4, container.Stored: 5, container.Passes: 5,
	container.Syntax: 6, container.Digest: 7,
}

const lastPlace = 8

// checkSegments returns a FormatError if the segments of a header are not of the kinds, in the order, or of the sizes that an image
// like p has.
func (p *info) checkSegments(h *container.Header) error {
	var count [container.Syntax + 1]int
	framed := p.format.isJPEG() && h.Modelled || isDecompressed(h)
	last := 0 // the place of the segment before
	for i, s := range h.Segments {
		k := s.Kind
		if k >= container.Ancillary { // it is passed over, wherever it is
			if s.Size > maxSide+1 {
				return FormatError(fmt.Sprintf("segment %d (%v) of %d bytes", i, k, s.Size))
			}
			continue
		}
		place := places[k]
		switch {
		case k == container.Metadata && last > 0:
			place = lastPlace
		case k == container.Digest && s.Size != uint64(len(digest{})):
			return FormatError(fmt.Sprintf("a digest of %d bytes", s.Size))
		case k == container.Alpha && !p.format.hasAlpha():
			return FormatError("alpha in an image that has none")
		case k == container.Palette && p.format != formatPaletted:
			return FormatError("a palette in an image that has none")
		case k == container.Frame && !framed || k == container.Syntax && !(p.format.isJPEG() && h.Modelled):
			return FormatError(fmt.Sprintf("a segment of a JPEG file (%v) in another file", k))
		case k == container.Passes && framed && count[container.Frame] == 0:
			return FormatError("passes of a JPEG file without its frame")
		case k == container.Stored && p.format == formatPaletted && count[container.Palette] == 0:
			return FormatError("palette indices without a palette")
		}
		if count[k]++; count[k] > 1 && k != container.Passes {
			return FormatError(fmt.Sprintf("more than one %v segment", k))
		}
		if place < last {
			return FormatError(fmt.Sprintf("segment %d (%v) after one of %v", i, k, h.Segments[i-1].Kind))
		}
		last = place
		if most := p.maxSize(k); s.Size > uint64(most) {
			return FormatError(fmt.Sprintf("segment %d (%v) of %d bytes, for an image of %d x %d pixels", i, k, s.Size, p.w, p.h))
		}
	}
	switch {
	case h.EndsEarly:
	case !h.Modelled && count[container.Stored] == 0:
		return FormatError("a stored file without its image")
	case framed && count[container.Frame] == 0:
		return FormatError("a decompressed picture without its frame")
	case p.format.isJPEG() && h.Modelled && (count[container.Frame] == 0 || count[container.Syntax] == 0):
		return FormatError("a JPEG file without its frame or its syntax")
	}
	return nil
}

// checkPasses returns a FormatError if a file has more passes than its image, or fewer and does not say that it ends early.
func checkPasses(h *container.Header, passes int) error {
	for _, g := range h.Segments {
		if g.Kind != container.Passes {
			continue
		}
		if passes == 0 || int64(g.Units) > int64(passes) {
			return FormatError("more passes than the image has")
		}
		if passes -= int(g.Units); g.Units == 0 { // all that are left
			passes = 0
		}
	}
	if passes > 0 && !h.EndsEarly {
		return FormatError("fewer passes than the image has")
	}
	return nil
}

// maxSize returns the most bytes that a segment of a kind has.
func (p *info) maxSize(k container.Kind) int64 {
	raw := func(channels int) int64 {
		return int64(p.w) * int64(p.h) * int64(channels) * int64(max(p.depth, 8)/8)
	}
	switch k {
	case container.Metadata, container.Syntax:
		return maxSide + 1
	case container.Frame:
		return maxFrame
	case container.Palette:
		return maxPalette + 1
	case container.Alpha:
		return maxExpansion*raw(1) + maxOverhead
	}
	if p.format.isJPEG() {
		if k == container.Stored {
			return maxOriginal + 1
		}
		return maxExpansion * 4 * (int64(p.w) + jpegPadding) * (int64(p.h) + jpegPadding)
	}
	return maxExpansion*raw(p.format.planes()) + maxOverhead
}
