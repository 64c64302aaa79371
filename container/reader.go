package container

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
)

// Reader reads a file front to back, from a stream that may be slow and may
// end early.
type Reader struct {
	src    byteSource
	header *Header
	raw    []byte // the header's bytes

	index   int      // of the segment being read
	payload []byte   // its bytes so far
	sum     checksum // of its place and payload so far
	stored  []byte   // its checksum in the file, as far as it has come

	err error // once set, for good
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

// Chunk is a segment, or as much of one as is there.
type Chunk struct {
	Index   int // in Header.Segments
	Segment Segment

	// Payload is the segment's bytes from its first, at most Segment.Size.
	// A later Chunk of the same segment may share its memory: do not write to
	// it before the segment is done.
	Payload []byte

	// Complete says that the whole payload is there and matches its checksum.
	// Without it, the bytes are unproven.
	Complete bool
}

// Next returns the next segment, waiting until all of it is there. If the file
// ends inside, what there is of it comes back with Complete false and no
// error; and then, or after the last segment, io.EOF. What follows the last
// segment is not looked at.
//
// A segment that fails its checksum is a *[CorruptSegmentError], with the
// payload nevertheless; Next may go on to the segment after it. Any other
// error is from the stream, or a [LimitError] where a payload is too long for
// this machine's memory; it is final and comes with what was read.
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

// ReadSome is Next for a progressive display: it waits only until the present
// segment has more bytes, and returns all that it has. A segment's Chunks grow
// up to one with the whole payload, not yet Complete; the next call checks it,
// and returns it Complete or a *[CorruptSegmentError]. At io.EOF, or any other
// error, the Chunk before was all there is.
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

// begin makes segment index the present one.
func (r *Reader) begin(index int) {
	r.index = index
	r.payload = nil
	r.sum = r.header.newChecksum(r.raw, index)
	r.stored = r.stored[:0]
}

// chunk shows the payload so far. Its capacity is cut, so that appending to it
// cannot reach bytes yet to come.
func (r *Reader) chunk(complete bool) Chunk {
	n := len(r.payload)
	return Chunk{Index: r.index, Segment: r.segment(), Payload: r.payload[:n:n], Complete: complete}
}

// fill adds the stream's next bytes to the payload, which is not yet whole,
// and returns their number. It is zero only with r.err set.
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

// maxEmptyReads is how often a stream may return nothing and no error.
const maxEmptyReads = 100

// firstRoom is the memory a payload begins with, in bytes.
const firstRoom = 4096

// room returns free memory at the payload's end, no more than the segment
// needs. It doubles what bytes have filled: a size that the header merely
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

// check reads the checksum of the payload, which is whole, and goes on to the
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
		return c, &CorruptSegmentError{Index: c.Index, Kind: c.Segment.Kind}
	}
	return c, nil
}

// streamError leaves io.EOF as it is: here a missing tail is no error.
func streamError(err error) error {
	if err == io.EOF {
		return err
	}
	return fmt.Errorf("container: %w", err)
}
