package container

import (
	"fmt"

	"github.com/ddpmz/ddpmz/bitstream"
)

// The short form is for files of so few bytes that the common header would be a large
// part of them: for a modelled image of 8-bit samples in one segment, with the model's own
// parameters except for one small number. Beside the payload, the common form has 26 bytes, the short form 10.

// ShortMagic is the first bytes of every short file.
const ShortMagic = "\xddz"

// MaxShort is the size of the largest payload of a short file, in bytes. In a file of less than 4096
// bytes, the CRC-16 detects any three wrong bits.
const MaxShort = 4000

// shortEnd is what the size field of a file that ends early is above the size.
const shortEnd = 4096

// MaxNumber is the largest Number of a model. It shares a byte with the byte of params, which has the four highest bits.
const MaxNumber = 1<<paramShift - 1

const paramShift = 4

// MaxShortParam is the largest byte of Params of a short file.
const MaxShortParam = 0xff >> paramShift

// The lead byte, after the ShortMagic, has the format and the version in the same
// bits as that of the common form; isSquare says that the height equals the width.
const isSquare = 0x20

// The sizes in bytes of the checksums of a short file.
const (
	shortHeaderSum = 1
	shortSum       = 2
)

// The polynomials of the checksums, with the lowest power in the highest bit. The CRC-8 detects every error within 8
// consecutive bits and any three wrong bits of 119, the CRC-16 every error within 16 consecutive bits and any three wrong bits
// of 32751.
const (
	crc8  = 0xe0   // x^8 + x^2 + x + 1
	crc16 = 0x8408 // x^16 + x^12 + x^5 + 1
)

// updateShort returns crc, of at most 16 bits, after the bytes p.
func updateShort(crc, polynomial uint16, p []byte) uint16 {
	for _, b := range p {
		crc ^= uint16(b)
		for range 8 {
			crc = crc>>1 ^ crc&1*polynomial
		}
	}
	return crc
}

// shortHeaderCRC returns the checksum of a short header, CRC-8/ROHC.
func shortHeaderCRC(p []byte) byte { return byte(updateShort(0xff, crc8, p)) }

// validateShort returns the first reason why the short form cannot hold h, whose fields are
// valid otherwise.
func (h *Header) validateShort() error {
	switch {
	case !h.Short && h.Number != 0:
		return FormatError("model by number in a file that is not short")
	case !h.Short:
		return nil
	case !h.Modelled || h.Depth != defaultDepth || !h.shortParams():
		return FormatError("not an image for a short file")
	case len(h.Segments) != 1 || h.Segments[0].Kind != Passes || h.Segments[0].Units != 0:
		return FormatError("not the segment of a short file")
	case h.Segments[0].Size > MaxShort:
		return LimitError(fmt.Sprintf("short file of %d bytes", h.Segments[0].Size))
	case h.Number > MaxNumber:
		return FormatError(fmt.Sprintf("model number %d", h.Number))
	case h.Number != 0 && h.Model != [8]byte{}:
		return FormatError("model named twice")
	}
	return nil
}

// shortParams reports whether Params fit beside the Number.
func (h *Header) shortParams() bool {
	return len(h.Params) == 0 || len(h.Params) == 1 && h.Params[0] > 0 && h.Params[0] <= MaxShortParam
}

// appendShort is Append for a short file.
func (h *Header) appendShort(dst []byte) []byte {
	w := bitstream.Writer{Buf: dst}
	w.Bytes([]byte(ShortMagic))
	lead := version<<versionShift | h.Format
	if h.Width == h.Height {
		lead |= isSquare
	}
	w.Byte(lead)
	w.Uvarint(uint64(h.Width - 1))
	if h.Width != h.Height {
		w.Uvarint(uint64(h.Height - 1))
	}
	number := h.Number
	if len(h.Params) > 0 {
		number |= h.Params[0] << paramShift
	}
	w.Byte(number)
	if h.Number == 0 {
		w.Bytes(h.Model[:])
	}
	if h.EndsEarly {
		w.Uvarint(shortEnd + h.Segments[0].Size)
		w.Uvarint(h.Kept)
	} else {
		w.Uvarint(h.Segments[0].Size)
	}
	w.Byte(shortHeaderCRC(w.Buf[len(dst):]))
	return w.Buf
}

// shortHeader reads the fields after the ShortMagic, up to the checksum.
func (p *headerParser) shortHeader() *Header {
	lead := p.lead()
	h := &Header{Format: lead & formatMask, Depth: defaultDepth, Modelled: true, Short: true}
	h.Width = 1 + uint32(p.uvarint(MaxSide-1, "width"))
	h.Height = h.Width
	if lead&isSquare == 0 {
		h.Height = 1 + uint32(p.uvarint(MaxSide-1, "height"))
	}
	number := p.byte()
	if param := number >> paramShift; param > 0 {
		h.Params = []byte{param}
	}
	if h.Number = number & MaxNumber; h.Number == 0 {
		copy(h.Model[:], p.bytes(len(h.Model)))
	}
	size := p.uvarint(shortEnd+MaxShort, "size")
	if size >= shortEnd {
		size -= shortEnd
		h.EndsEarly, h.Kept = true, p.uvarint(MaxShort, "kept")
	}
	h.Segments = []Segment{{Kind: Passes, Size: size}}
	return h
}
