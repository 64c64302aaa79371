package container

import (
	"fmt"
	"slices"
	"sort"
)

// EndAfter returns the header of the file that ends on purpose after the first kept bytes of the payload of segment index, which
// has at least as many; with index -1, before all segments. If that is all of the file, the header is h.
func (h *Header) EndAfter(index int, kept uint64) *Header {
	last := len(h.Segments) - 1
	if index == last && (last < 0 || kept >= h.present(last)) {
		return h
	}
	if h.Short { // which has no table
		index = 0
	}
	cut := *h
	cut.Segments = slices.Clip(h.Segments[:index+1])
	cut.EndsEarly, cut.Kept = true, kept
	return &cut
}

// Shorten returns the header of the file that has as much of h's as fits in limit bytes. Its errors are those of
// [Header.Append], or a [LimitError] if the header alone is larger.
func (h *Header) Shorten(limit int64) (*Header, error) {
	if _, err := h.Append(nil); err != nil {
		return nil, err
	}
	fits := func(index int, kept uint64) bool {
		o, err := h.EndAfter(index, kept).Offsets()
		return err == nil && o[len(o)-1] <= limit
	}
	last := len(h.Segments) - 1
	if last >= 0 && fits(last, h.present(last)) {
		return h, nil
	}
	if !fits(-1, 0) {
		return nil, LimitError(fmt.Sprintf("header in a file of %d bytes", limit))
	}
	// A segment that is cut has at least one byte.
	index := sort.Search(last+1, func(i int) bool { return !fits(i, min(1, h.present(i))) }) - 1
	if index < 0 {
		return h.EndAfter(-1, 0), nil
	}
	kept := sort.Search(int(min(h.present(index), uint64(limit))), func(n int) bool { return !fits(index, uint64(n)+1) })
	return h.EndAfter(index, uint64(kept)), nil
}

// Present returns how many bytes of each segment's payload the complete file holds: all, but for the last segment of a file that
// ends early.
func (h *Header) Present() []uint64 {
	n := make([]uint64, len(h.Segments))
	for i := range n {
		n[i] = h.present(i)
	}
	return n
}
