package bitstream

import (
	"encoding/binary"
	"fmt"
	"io"
)

// A SyntaxError says that all bytes of a field are present, but invalid. (Missing bytes
// are [io.ErrUnexpectedEOF] instead: with more input, the field may be valid.)
type SyntaxError struct {
	Offset int    // the offset of the field's first byte
	Msg    string // what is wrong with the field
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("bitstream: byte %d: %s", e.Offset, e.Msg)
}

// A Reader reads fields from a byte slice, first to last. After the first error
// every method returns zero, and the position stays at the first byte of the invalid field.
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

// Byte reads one byte.
func (r *Reader) Byte() byte {
	if p := r.Bytes(1); p != nil {
		return p[0]
	}
	return 0
}

// Bytes reads n bytes. The result shares the memory of the Reader's slice; it is nil after an error.
// Nothing is allocated: an n larger than the number of bytes left is an error at once.
func (r *Reader) Bytes(n uint64) []byte {
	if r.err != nil {
		return nil
	}
	if n > uint64(len(r.buf)-r.off) {
		r.err = io.ErrUnexpectedEOF
		return nil
	}
	end := r.off + int(n)
	p := r.buf[r.off:end:end]
	r.off = end
	return p
}

// Uvarint reads a varint that must be at most max. A longer encoding of the
// same value, such as 80 00 for zero, is a syntax error.
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
		r.err = &SyntaxError{r.off, "varint is not in its shortest form"}
	case v > max:
		r.err = &SyntaxError{r.off, fmt.Sprintf("varint %d is over its limit %d", v, max)}
	default:
		r.off += n
		return v
	}
	return 0
}
