package codec

import (
	"fmt"

	"github.com/ddpmz/ddpmz/container"
)

// Bounds of the sizes of segments.
const (
	maxExpansion = 16      // times the raw size of what is coded: the model codes a sample in a few steps of less than 20 bits each
	maxOverhead  = 1 << 16 // and this, of small images
)

// checkSegments returns a FormatError if the segments of a header are not of the kinds, in the order, or of the sizes that an image
// like p has.
func (p *info) checkSegments(h *container.Header) error {
	var count [container.Digest + 1]int
	last := 0 // the place of the segment before
	for i, s := range h.Segments {
		k := s.Kind
		place := int(k)
		switch {
		case k == container.Metadata && i > 0:
			place = int(container.Digest) + 1
		case k == container.Digest && s.Size != uint64(len(digest{})):
			return FormatError(fmt.Sprintf("a digest of %d bytes", s.Size))
		case k == container.Alpha && !p.format.hasAlpha():
			return FormatError("alpha in an image that has none")
		case k == container.Palette && p.format != formatPaletted:
			return FormatError("a palette in an image that has none")
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
	if !h.Modelled && !h.EndsEarly && count[container.Stored] == 0 {
		return FormatError("a stored file without its image")
	}
	return nil
}

// checkPasses returns a FormatError if a file has fewer passes than its image, and does not say that it ends early.
func checkPasses(h *container.Header, passes int) error {
	for _, g := range h.Segments {
		if g.Kind == container.Passes {
			passes -= int(g.Units)
			if g.Units == 0 { // all that are left
				return nil
			}
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
	case container.Metadata:
		return maxSide + 1
	case container.Palette:
		return maxPalette + 1
	case container.Alpha:
		return maxExpansion*raw(1) + maxOverhead
	}
	return maxExpansion*raw(p.format.planes()) + maxOverhead
}
