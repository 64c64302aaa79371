package container

import "fmt"

// Limits of the format. How many pixels an image may have is for the codec to say.
const (
	MaxSide     = 1 << 24   // Width and Height
	MaxFormat   = 31        // Format
	MaxDepth    = 16        // Depth
	MaxParams   = 32        // bytes in Params
	MaxSegments = 4096      // entries in Segments
	MaxUnits    = 1<<20 - 1 // Units of one segment, so that the sum of all fits in 32 bits
	MaxSize     = 1<<56 - 1 // sum of all Sizes, so that every offset fits in an int64
)

// Header is everything in a file except the payloads and their checksums.
type Header struct {
	Width, Height uint32 // pixels, 1 to MaxSide
	Format        uint8  // 0 to MaxFormat; the codec says what each means
	Depth         uint8  // bits a sample, 1 to MaxDepth

	// A modelled file has a Model, Params and Passes segments. A stored file
	// has Stored segments, and no Model and no Params.
	Modelled bool
	Model    [8]byte // the first bytes of the SHA-256 of the weights
	Params   []byte  // the model's parameters, at most MaxParams bytes; nil if empty

	Segments []Segment // in file order, at most MaxSegments

	// EndsEarly says that the file is the beginning of a longer one, cut on purpose: it is complete, although the image needs
	// more. Of the last segment, if there is one, the file holds the first Kept bytes of the payload, which may be all.
	EndsEarly bool
	Kept      uint64

	// Short says that the file has the short form. Then Depth is 8, Params are nil or one
	// byte from 1 to 15, which is added to the model's own parameters, and there is one segment, which holds all
	// passes and has at most MaxShort bytes. A Number that is not 0 identifies the model in place of
	// Model, which is then zero; it is at most MaxNumber.
	Short  bool
	Number uint8
}

// Offsets returns the offset in bytes of each segment's payload in the file, and last
// the size of the whole file: len(h.Segments)+1 numbers. The checksum of the last block of segment i
// is in the four bytes before offset i+1, or the two bytes if the file is short; where in the segment the payload is, Reach says. The first offset is also the size of the header.
// Its errors are those of Append.
func (h *Header) Offsets() ([]int64, error) {
	header, err := h.Append(nil)
	if err != nil {
		return nil, err
	}
	offsets := make([]int64, 0, len(h.Segments)+1)
	at := int64(len(header))
	for i := range h.Segments {
		offsets = append(offsets, at)
		at += h.stored(i)
	}
	return append(offsets, at), nil
}

// imageKind returns the kind of the segments that hold the image itself.
func (h *Header) imageKind() Kind {
	if h.Modelled {
		return Passes
	}
	return Stored
}

// validate reports the first reason why h is not a header of this format.
func (h *Header) validate() error {
	switch {
	case h.Width == 0 || h.Height == 0:
		return FormatError("image without pixels")
	case h.Width > MaxSide || h.Height > MaxSide:
		return LimitError(fmt.Sprintf("image of %d x %d pixels", h.Width, h.Height))
	case h.Format > MaxFormat:
		return FormatError(fmt.Sprintf("format %d", h.Format))
	case h.Depth == 0 || h.Depth > MaxDepth:
		return FormatError(fmt.Sprintf("depth of %d bits", h.Depth))
	case len(h.Params) > MaxParams:
		return LimitError(fmt.Sprintf("%d bytes of params", len(h.Params)))
	case !h.Modelled && (h.Model != [8]byte{} || len(h.Params) != 0):
		return FormatError("model in a stored file")
	case len(h.Segments) > MaxSegments:
		return LimitError(fmt.Sprintf("%d segments", len(h.Segments)))
	}
	if err := h.validateSegments(); err != nil {
		return err
	}
	if err := h.validateEnd(); err != nil {
		return err
	}
	return h.validateShort()
}

// validateEnd checks what a file that ends early says of its end.
func (h *Header) validateEnd() error {
	var last uint64
	if n := len(h.Segments); n > 0 {
		last = h.Segments[n-1].Size
	}
	switch {
	case !h.EndsEarly && h.Kept != 0:
		return FormatError("bytes kept of a file that does not end early")
	case h.Kept > last:
		return FormatError(fmt.Sprintf("%d bytes kept of a segment of %d", h.Kept, last))
	case h.Short && h.EndsEarly && h.Kept == last:
		return FormatError("a whole file that ends early")
	}
	return nil
}

func (h *Header) validateSegments() error {
	var total uint64
	ended := false // whether a Passes segment has taken all remaining passes
	for i, s := range h.Segments {
		switch {
		case !s.Kind.valid():
			return UnsupportedError(fmt.Sprintf("segment %d is of %v", i, s.Kind))
		case (s.Kind == Passes || s.Kind == Stored) && s.Kind != h.imageKind():
			return FormatError(fmt.Sprintf("segment %d (%v) does not fit the coding", i, s.Kind))
		case s.Kind != Passes && s.Units != 0:
			return FormatError(fmt.Sprintf("segment %d (%v) has units", i, s.Kind))
		case s.Units > MaxUnits:
			return LimitError(fmt.Sprintf("segment %d has %d units", i, s.Units))
		case s.Kind == Passes && ended:
			return FormatError(fmt.Sprintf("segment %d has passes after the last", i))
		case s.Size > MaxSize-total:
			return LimitError(fmt.Sprintf("segment %d ends beyond %d bytes", i, uint64(MaxSize)))
		}
		total += s.Size
		ended = ended || s.Kind == Passes && s.Units == 0
	}
	return nil
}
