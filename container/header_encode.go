package container

import (
	"hash/crc32"

	"github.com/ddpmz/ddpmz/bitstream"
)

// Magic is the first bytes of every file that is not short. Its first byte is not ASCII, so that a file that
// went through a text conversion is refused at once.
const Magic = "\xddPMZ"

// The lead byte, after the Magic: the format in the low five bits, whether an
// options byte follows, and the version in the top two.
const (
	version      = 1
	formatMask   = 0x1f
	hasOptions   = 0x20
	versionShift = 6
)

// The options byte says how a header differs from the most common one: that of a modelled
// image of 8-bit samples, with one byte of params, and with one segment that holds
// all passes. The most common header has no options byte; an options byte of zero is refused.
const (
	optStored = 1 << iota // not modelled: no Model, no Params
	optDepth              // Depth is written
	optParams             // the length of Params is written
	optUnits              // the one segment's Units are written
	optTable              // a segment table is written
	optEnd                // the file ends early on purpose: Kept is written
	optKnown  = 1<<iota - 1
)

// Values of the fields that are left out because the options byte does not name them.
const (
	defaultDepth  = 8
	defaultParams = 1 // bytes
)

// options returns the options byte of h, with only the bits set that h needs.
func (h *Header) options() byte {
	var o byte
	if !h.Modelled {
		o |= optStored
	}
	if h.Depth != defaultDepth {
		o |= optDepth
	}
	if h.Modelled && len(h.Params) != defaultParams {
		o |= optParams
	}
	if len(h.Segments) != 1 || h.Segments[0].Kind != h.imageKind() {
		o |= optTable
	} else if h.Segments[0].Units != 0 {
		o |= optUnits
	}
	if h.EndsEarly {
		o |= optEnd
	}
	return o
}

// Append appends the encoded header, with its checksum, to dst and
// returns the extended slice. Every header has exactly one encoding. If the format
// cannot hold the header, Append returns dst unchanged and a [FormatError], [LimitError] or
// [UnsupportedError].
func (h *Header) Append(dst []byte) ([]byte, error) {
	if err := h.validate(); err != nil {
		return dst, err
	}
	if h.Short {
		return h.appendShort(dst), nil
	}
	w := bitstream.Writer{Buf: dst}
	w.Bytes([]byte(Magic))

	lead, options := version<<versionShift|h.Format, h.options()
	if options == 0 {
		w.Byte(lead)
	} else {
		w.Byte(lead | hasOptions)
		w.Byte(options)
	}

	w.Uvarint(uint64(h.Width - 1))
	w.Uvarint(uint64(h.Height - 1))
	if options&optDepth != 0 {
		w.Byte(h.Depth)
	}
	if h.Modelled {
		w.Bytes(h.Model[:])
		if options&optParams != 0 {
			w.Byte(byte(len(h.Params)))
		}
		w.Bytes(h.Params)
	}
	h.writeSegments(&w, options)
	if options&optEnd != 0 {
		w.Uvarint(h.Kept)
	}

	w.Uint32(crc32.Checksum(w.Buf[len(dst):], castagnoli))
	return w.Buf, nil
}

func (h *Header) writeSegments(w *bitstream.Writer, options byte) {
	if options&optTable == 0 {
		if options&optUnits != 0 {
			w.Uvarint(uint64(h.Segments[0].Units))
		}
		w.Uvarint(h.Segments[0].Size)
		return
	}
	w.Uvarint(uint64(len(h.Segments)))
	for _, s := range h.Segments {
		w.Byte(byte(s.Kind))
		if s.Kind == Passes {
			w.Uvarint(uint64(s.Units))
		}
		w.Uvarint(s.Size)
	}
}
