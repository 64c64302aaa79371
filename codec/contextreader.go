package codec

import (
	"context"
	"errors"
	"io"
)

// A contextReader reads until its context is done.
type contextReader struct {
	context context.Context
	io.Reader
}

// Read reads unless the context is done: then the error is its own.
func (r contextReader) Read(p []byte) (int, error) {
	if err := r.context.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}

// Seek seeks in what is read, if that can.
func (r contextReader) Seek(offset int64, whence int) (int64, error) {
	if err := r.context.Err(); err != nil {
		return 0, err
	}
	if s, ok := r.Reader.(io.Seeker); ok {
		return s.Seek(offset, whence)
	}
	return 0, errors.ErrUnsupported
}

// A contextByteReader is a contextReader of a reader that is an io.ByteReader too, from which the container reads no more than it needs.
type contextByteReader struct {
	contextReader
	io.ByteReader
}

// newContextReader returns a reader of what r holds, until ctx is done. It is an io.ByteReader if r is.
func newContextReader(ctx context.Context, r io.Reader) io.Reader {
	c := contextReader{ctx, r}
	if b, ok := r.(io.ByteReader); ok {
		return contextByteReader{c, b}
	}
	return c
}
