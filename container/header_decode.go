package container

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/ddpmz/ddpmz/bitstream"
)

// ReadHeader reads a header from r, and no byte beyond it, and returns it
// with the number of bytes read. It reads byte by byte, so r should be buffered.
//
// Its errors wrap a [FormatError], an [UnsupportedError], a [LimitError], a
// *[CorruptHeaderError], io.ErrUnexpectedEOF if r ends
// inside the header, or the error of r. A damaged header may give any of them
// except the last.
func ReadHeader(r io.Reader) (*Header, int64, error) {
	src, ok := r.(io.ByteReader)
	if !ok {
		src = oneByteReader{r}
	}
	h, raw, err := readHeader(src)
	return h, int64(len(raw)), err
}

// readHeader returns the header and its bytes. With an error it returns no header, and
// the bytes read so far.
func readHeader(src io.ByteReader) (*Header, []byte, error) {
	p := &headerParser{src: src}
	h := p.header()
	if p.err != nil {
		return nil, p.raw, p.err
	}
	var computed, stored uint32
	if h.Short {
		computed = uint32(shortHeaderCRC(p.raw))
		stored = uint32(p.byte())
	} else {
		computed = crc32.Checksum(p.raw, castagnoli)
		stored = binary.LittleEndian.Uint32(p.bytes(checksumSize))
	}
	if p.err != nil {
		return nil, p.raw, p.err
	}
	if stored != computed {
		return nil, p.raw, &CorruptHeaderError{Stored: stored, Computed: computed}
	}
	// Append checks the fields, and gives the only encoding that a reader may accept.
	canonical, err := h.Append(nil)
	if err != nil {
		return nil, p.raw, err
	}
	if !bytes.Equal(canonical, p.raw) {
		return nil, p.raw, FormatError("header is not in its one encoding")
	}
	return h, p.raw, nil
}

// headerParser reads fields and keeps their bytes. After its first error it returns
// zero for every field.
type headerParser struct {
	src io.ByteReader
	raw []byte
	err error
}

// header reads all fields before the checksum. It refuses only values after which it cannot know where
// the next field is, or that do not fit in a Header; validate refuses the rest, once the checksum has been found
// right.
func (p *headerParser) header() *Header {
	for i, want := range []byte(Magic) {
		b := p.byte()
		if i == 1 && b == ShortMagic[1] {
			return p.shortHeader()
		}
		if b != want {
			p.fail(FormatError("not a ddpmz file"))
			return nil
		}
	}
	lead := p.lead()
	var options byte
	if lead&hasOptions != 0 {
		options = p.byte()
	}
	if options&^optKnown != 0 {
		p.fail(UnsupportedError(fmt.Sprintf("options %#02x", options)))
	}

	h := &Header{Format: lead & formatMask, Depth: defaultDepth, Modelled: options&optStored == 0}
	h.Width = 1 + uint32(p.uvarint(MaxSide-1, "width"))
	h.Height = 1 + uint32(p.uvarint(MaxSide-1, "height"))
	if options&optDepth != 0 {
		h.Depth = p.byte()
	}
	if h.Modelled {
		copy(h.Model[:], p.bytes(len(h.Model)))
		h.Params = p.params(options)
	}
	h.Segments = p.segments(h.imageKind(), options)
	if options&optEnd != 0 {
		h.EndsEarly, h.Kept = true, p.uvarint(MaxSize, "kept")
	}
	return h
}

// lead reads the lead byte and refuses other versions.
func (p *headerParser) lead() byte {
	lead := p.byte()
	switch v := lead >> versionShift; v {
	case version:
	case 0:
		p.fail(UnsupportedError("version 0, a draft of the format: the file needs the program that made it"))
	default:
		p.fail(UnsupportedError(fmt.Sprintf("version %d", v)))
	}
	return lead
}

func (p *headerParser) params(options byte) []byte {
	size := byte(defaultParams)
	if options&optParams != 0 {
		size = p.byte()
	}
	switch {
	case size > MaxParams:
		p.fail(LimitError(fmt.Sprintf("%d bytes of params", size)))
		return nil
	case size == 0:
		return nil
	}
	return p.bytes(int(size))
}

func (p *headerParser) segments(image Kind, options byte) []Segment {
	if options&optTable == 0 {
		s := Segment{Kind: image}
		if options&optUnits != 0 {
			s.Units = uint32(p.uvarint(MaxUnits, "units"))
		}
		s.Size = p.uvarint(MaxSize, "size")
		return []Segment{s}
	}
	count := p.uvarint(MaxSegments, "segment count")
	var table []Segment // it grows with the entries read, not with the count that a header claims
	for i := uint64(0); i < count && p.err == nil; i++ {
		s := Segment{Kind: Kind(p.byte())}
		if p.err == nil && !s.Kind.valid() {
			p.fail(UnsupportedError(fmt.Sprintf("segment %d is of %v", i, s.Kind)))
		}
		if s.Kind == Passes {
			s.Units = uint32(p.uvarint(MaxUnits, "units"))
		}
		s.Size = p.uvarint(MaxSize, "size")
		table = append(table, s)
	}
	return table
}

// fail sets the error, unless there is one already.
func (p *headerParser) fail(err error) {
	if p.err == nil {
		p.err = err
	}
}

func (p *headerParser) byte() byte {
	if p.err != nil {
		return 0
	}
	b, err := p.src.ReadByte()
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		p.err = fmt.Errorf("container: in the header: %w", err)
		return 0
	}
	p.raw = append(p.raw, b)
	return b
}

// bytes reads the next n bytes. The result always has n bytes, zeros after an error.
func (p *headerParser) bytes(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = p.byte()
	}
	return b
}

// uvarint reads a uvarint of at most limit; what names the field in an error. A uvarint has at most ten bytes, and the
// top bit of its last byte is clear.
func (p *headerParser) uvarint(limit uint64, what string) uint64 {
	start := len(p.raw)
	for n := 1; p.byte()&0x80 != 0 && n < 10; n++ {
	}
	if p.err != nil {
		return 0
	}
	r := bitstream.NewReader(p.raw)
	r.Bytes(uint64(start)) // so that its errors have the offset in the header
	v := r.Uvarint(1<<64 - 1)
	switch {
	case r.Err() != nil:
		p.fail(fmt.Errorf("%w: %w", FormatError(what), r.Err()))
		return 0
	case v > limit:
		p.fail(LimitError(fmt.Sprintf("%s of %d", what, v)))
		return 0
	}
	return v
}

// oneByteReader makes an io.ByteReader of any reader; it never reads more bytes than it returns.
type oneByteReader struct{ io.Reader }

func (r oneByteReader) ReadByte() (byte, error) {
	var b [1]byte
	_, err := io.ReadFull(r, b[:])
	return b[0], err
}
