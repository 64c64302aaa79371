package container

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// Reader reads a file front to back, from a stream that may be slow and may
// end early.
type Reader struct {
	src    byteSource
	header *Header
	raw    []byte // the header's bytes

	index   int      // the index of the segment being read
	payload []byte   // the bytes of its payload that have arrived
	sum     checksum // the checksum of its place and of these bytes
	stored  []byte   // the bytes of the stored checksum that have arrived

	err error // never cleared once it is set
}

type byteSource interface {
	io.Reader
	io.ByteReader
}

// NewReader reads the header from r; its errors are those of [ReadHeader]. If
// r is not an io.ByteReader, the Reader buffers it, and may read beyond the
// file's end.
func NewReader(r io.Reader) (*Reader, error) {
	src, ok := r.(byteSource)
	if !ok {
		src = bufio.NewReader(r)
	}
	header, raw, err := readHeader(src)
	if err != nil {
		return nil, err
	}
	rd := &Reader{src: src, header: header, raw: raw}
	rd.begin(0)
	return rd, nil
}

// Header returns the file's header, which belongs to the Reader.
func (r *Reader) Header() *Header { return r.header }

// Truncated reports, once Next or ReadSome has returned io.EOF, whether the
// file ended before its last segment did.
func (r *Reader) Truncated() bool {
	return r.err == io.EOF && r.index < len(r.header.Segments)
}

// Chunk is a segment, or as much of one as has arrived.
type Chunk struct {
	Index   int // the segment's index in Header.Segments
	Segment Segment

	// Payload holds the segment's first bytes, at most Segment.Size.
	// A later Chunk of the same segment may share its memory: do not write to
	// it before the segment is complete.
	Payload []byte

	// Complete says that the whole payload has arrived and matches its checksum.
	// Until then, the bytes are unverified.
	Complete bool
}

// Next returns the next segment, after waiting until all of it has arrived. If the file
// ends inside a segment, Next returns the bytes present with Complete false and no
// error; it counts as an end if the stream fails with io.ErrUnexpectedEOF. After that, and after the last segment, it returns
// io.EOF. It does not read beyond the last segment.
//
// For a segment that fails its checksum, Next returns a *[CorruptSegmentError] with the
// payload; the next call goes on with the segment after it. Any other
// error is final: it wraps the stream's error, or is a [LimitError] if a payload is larger than
// this machine's memory. It comes with the bytes read before it.
func (r *Reader) Next() (Chunk, error) {
	for r.err == nil {
		c, err := r.ReadSome()
		if r.err == nil && (c.Complete || err != nil) {
			return c, err
		}
	}
	if len(r.payload) == 0 {
		return Chunk{}, r.err
	}
	c := r.chunk(false)
	r.payload = nil // so that the next call returns r.err alone
	if r.err == io.EOF {
		return c, nil
	}
	return c, r.err
}

// ReadSome is Next for a progressive display: it waits only until more bytes of the current
// segment arrive, and returns all that have. A segment's Chunks grow
// up to one with the whole payload that is not yet Complete; the next call verifies the checksum
// and returns a Complete Chunk or a *[CorruptSegmentError]. At io.EOF, or another
// error, no more bytes follow those of the Chunk before.
func (r *Reader) ReadSome() (Chunk, error) {
	if r.err == nil && r.index == len(r.header.Segments) {
		r.err = io.EOF
	}
	if r.err != nil {
		return Chunk{}, r.err
	}
	if uint64(len(r.payload)) == r.segment().Size {
		return r.check()
	}
	n := r.fill()
	if n == 0 {
		return Chunk{}, r.err
	}
	return r.chunk(false), nil
}

func (r *Reader) segment() Segment { return r.header.Segments[r.index] }

// begin makes index the current segment.
func (r *Reader) begin(index int) {
	r.index = index
	r.payload = nil
	r.sum = r.header.newChecksum(r.raw, index)
	r.stored = r.stored[:0]
}

// chunk returns the bytes that have arrived. The capacity of the payload is its length, so that a caller who appends to it
// does not overwrite later bytes.
func (r *Reader) chunk(complete bool) Chunk {
	n := len(r.payload)
	return Chunk{Index: r.index, Segment: r.segment(), Payload: r.payload[:n:n], Complete: complete}
}

// fill reads the stream's next bytes into the payload, which is not yet whole,
// and returns their number. If that is zero, r.err is set.
func (r *Reader) fill() int {
	free, err := r.room()
	if err != nil {
		r.err = err
		return 0
	}
	n := 0
	for tries := 0; n == 0 && err == nil; tries++ {
		if tries == maxEmptyReads {
			err = io.ErrNoProgress
			break
		}
		n, err = r.src.Read(free)
	}
	r.payload = r.payload[:len(r.payload)+n]
	r.sum.update(free[:n])
	if err != nil {
		r.err = streamError(err)
	}
	return n
}

// maxEmptyReads is how many times in a row a stream may return no bytes and no error.
const maxEmptyReads = 100

// firstRoom is the memory in bytes that is first allocated for a payload.
const firstRoom = 4096

// room returns free memory after the payload's bytes, no more than the segment
// needs. It doubles the memory only when bytes have filled it, so a size that the header merely
// claims allocates nothing.
func (r *Reader) room() ([]byte, error) {
	have := len(r.payload)
	if have == cap(r.payload) {
		size := min(r.segment().Size, max(firstRoom, 2*uint64(have)))
		if size > maxInt {
			return nil, LimitError(fmt.Sprintf("segment %d has %d bytes", r.index, r.segment().Size))
		}
		grown := make([]byte, have, size)
		copy(grown, r.payload)
		r.payload = grown
	}
	return r.payload[have:cap(r.payload)], nil
}

const maxInt = uint64(^uint(0) >> 1)

// check reads and verifies the checksum of the payload, all of which has arrived, and begins the
// next segment.
func (r *Reader) check() (Chunk, error) {
	for _, size := r.header.checksumSizes(); len(r.stored) < size; {
		b, err := r.src.ReadByte()
		if err != nil {
			r.err = streamError(err)
			return Chunk{}, r.err
		}
		r.stored = append(r.stored, b)
	}
	intact := bytes.Equal(r.sum.append(nil), r.stored)
	c := r.chunk(intact)
	r.begin(r.index + 1)
	if !intact {
		return c, r.corrupt(c)
	}
	return c, nil
}

// corrupt is the error of a segment that fails its checksum.
func (r *Reader) corrupt(c Chunk) error {
	e := &CorruptSegmentError{Index: c.Index, Kind: c.Segment.Kind}
	if offsets, err := r.header.Offsets(); err == nil { // as of any header that was read
		e.Offset, e.FileSize = offsets[c.Index], offsets[len(offsets)-1]
	}
	return e
}

// streamError wraps an error of the stream, except io.EOF, which only means that the tail of the file is missing, and
// io.ErrUnexpectedEOF, which is how a reader that knows the length, as that of an HTTP body does, says the same.
func streamError(err error) error {
	if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
		return io.EOF
	}
	return fmt.Errorf("container: %w", err)
}
