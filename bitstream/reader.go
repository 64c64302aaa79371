package bitstream

import (
	"encoding/binary"
	"fmt"
	"io"
)

// A SyntaxError is a field whose bytes are all there and wrong. (Bytes that
// are missing are [io.ErrUnexpectedEOF] instead: more input might mend that.)
type SyntaxError struct {
	Offset int    // of the field's first byte
	Msg    string // what is wrong with it
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("bitstream: byte %d: %s", e.Offset, e.Msg)
}

// A Reader takes fields off the front of a byte slice. After the first error
// every method returns zero and the position stays where the bad field began.
type Reader struct {
	buf []byte
	off int
	err error
}

// NewReader returns a Reader at the start of p. It keeps p and never writes
// to it.
func NewReader(p []byte) *Reader { return &Reader{buf: p} }

// Err returns the first error: nil, io.ErrUnexpectedEOF or a *SyntaxError.
func (r *Reader) Err() error { return r.err }

// Offset returns how many bytes have been read.
func (r *Reader) Offset() int { return r.off }

// Len returns how many bytes are left.
func (r *Reader) Len() int { return len(r.buf) - r.off }

// Byte reads one byte.
func (r *Reader) Byte() byte {
	if p := r.Bytes(1); p != nil {
		return p[0]
	}
	return 0
}

// Uint16 reads two bytes, low byte first.
func (r *Reader) Uint16() uint16 {
	if p := r.Bytes(2); p != nil {
		return binary.LittleEndian.Uint16(p)
	}
	return 0
}

// Uint32 reads four bytes, low byte first.
func (r *Reader) Uint32() uint32 {
	if p := r.Bytes(4); p != nil {
		return binary.LittleEndian.Uint32(p)
	}
	return 0
}

// Bytes reads n bytes. The result is a window on the Reader's slice, not a
// copy, and nil after an error. An n larger than what is left costs nothing:
// it is an error before anything is allocated.
func (r *Reader) Bytes(n uint64) []byte {
	if r.err != nil {
		return nil
	}
	if n > uint64(r.Len()) {
		r.err = io.ErrUnexpectedEOF
		return nil
	}
	end := r.off + int(n)
	p := r.buf[r.off:end:end]
	r.off = end
	return p
}

// Uvarint reads a varint that must be at most max. Longer spellings of the
// same value, as 80 00 for zero, are syntax errors.
func (r *Reader) Uvarint(max uint64) uint64 {
	if r.err != nil {
		return 0
	}
	v, n := binary.Uvarint(r.buf[r.off:])
	switch {
	case n == 0:
		r.err = io.ErrUnexpectedEOF
	case n < 0:
		r.err = &SyntaxError{r.off, "varint overflows 64 bits"}
	case n > 1 && r.buf[r.off+n-1] == 0:
		r.err = &SyntaxError{r.off, "varint is not the shortest"}
	case v > max:
		r.err = &SyntaxError{r.off, fmt.Sprintf("varint %d is over its limit %d", v, max)}
	default:
		r.off += n
		return v
	}
	return 0
}
