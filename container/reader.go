package container

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// Reader reads a file front to back, from a stream that may be slow and may
// end early.
type Reader struct {
	src    source
	header *Header
	raw    []byte // the header's bytes

	index    int      // the index of the segment being read
	payload  []byte   // the bytes of its payload that have arrived
	block    int      // the index of the block being read
	verified int      // the bytes of the blocks before it
	sum      checksum // the checksum of its place and of its bytes
	stored   []byte   // the bytes of the stored checksum that have arrived
	skip     int64    // the bytes of a segment that are still to be passed over

	err error // never cleared once it is set
}

// NewReader reads the header from r; its errors are those of [ReadHeader]. If
// r is not an io.ByteReader, the Reader buffers it, and may read beyond the
// file's end.
func NewReader(r io.Reader) (*Reader, error) {
	src := newSource(r)
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

	// Payload holds the segment's first bytes, at most Segment.Size. The first Verified of them match their checksums.
	// A later Chunk of the same segment may share its memory: do not write to
	// it before the segment is complete.
	Payload  []byte
	Verified int

	// Complete says that the whole payload has arrived and matches its checksums.
	Complete bool

	// Ends says that the payload is not complete, but as the file is meant to hold it, and matches its checksums: see
	// Header.EndsEarly.
	Ends bool
}

// Next returns the next segment, after waiting until all of it has arrived. If the file
// ends inside a segment, Next returns the bytes present with Complete false and no
// error; it counts as an end if the stream fails with io.ErrUnexpectedEOF. After that, and after the last segment, it returns
// io.EOF. It does not read beyond the last segment.
//
// For a segment with a block that fails its checksum, Next returns a *[CorruptSegmentError] with the
// payload up to that block; the next call goes on with the segment after it. Any other
// error is final: it wraps the stream's error, or is a [LimitError] if a payload is larger than
// this machine's memory. It comes with the bytes read before it.
func (r *Reader) Next() (Chunk, error) {
	for r.err == nil {
		c, err := r.ReadSome()
		if r.err == nil && (c.Complete || c.Ends || err != nil) {
			return c, err
		}
	}
	if len(r.payload) == 0 {
		return Chunk{}, r.err
	}
	c := r.chunk()
	r.payload = nil // so that the next call returns r.err alone
	if r.err == io.EOF {
		return c, nil
	}
	return c, r.err
}

// ReadSome is Next for a progressive display: it waits only until more bytes of the current
// segment arrive, and returns all that have. A segment's Chunks grow
// up to one with the whole payload that is not yet Complete; the next call verifies the checksum of the last block
// and returns a Chunk that is Complete or Ends, or a *[CorruptSegmentError]. At io.EOF, or another
// error, no more bytes follow those of the Chunk before.
func (r *Reader) ReadSome() (Chunk, error) {
	for {
		if r.err == nil && r.skip > 0 {
			r.passOver()
		}
		if r.err == nil && r.index == len(r.header.Segments) {
			r.err = io.EOF
		}
		if r.err != nil {
			return Chunk{}, r.err
		}
		if len(r.payload) < r.blockEnd() {
			if r.fill() == 0 {
				return Chunk{}, r.err
			}
			return r.chunk(), nil
		}
		if c, done, err := r.check(); done || err != nil {
			return c, err
		}
	}
}

func (r *Reader) segment() Segment { return r.header.Segments[r.index] }

// begin makes index the current segment.
func (r *Reader) begin(index int) {
	r.index = index
	r.payload = nil
	r.verified, r.skip = 0, 0
	r.beginBlock(0)
}

// beginBlock makes a block of the segment the current one.
func (r *Reader) beginBlock(block int) {
	r.block = block
	r.stored = r.stored[:0]
	if r.index < len(r.header.Segments) {
		r.sum = r.header.newChecksum(r.raw, r.index, block)
	}
}

// blockEnd returns where in the payload the current block ends.
func (r *Reader) blockEnd() int {
	return int(min(r.header.present(r.index), uint64(r.verified)+BlockSize, maxInt))
}

// chunk returns the bytes that have arrived. The capacity of the payload is its length, so that a caller who appends to it
// does not overwrite later bytes.
func (r *Reader) chunk() Chunk {
	n := len(r.payload)
	return Chunk{Index: r.index, Segment: r.segment(), Payload: r.payload[:n:n], Verified: r.verified}
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

// room returns free memory after the payload's bytes, no more than the block
// needs. It doubles the memory only when bytes have filled it, so a size that the header merely
// claims allocates nothing.
func (r *Reader) room() ([]byte, error) {
	have := len(r.payload)
	if have == cap(r.payload) {
		size := min(r.header.present(r.index), max(firstRoom, 2*uint64(have)))
		if size > maxInt {
			return nil, LimitError(fmt.Sprintf("segment %d has %d bytes", r.index, r.segment().Size))
		}
		grown := make([]byte, have, size)
		copy(grown, r.payload)
		r.payload = grown
	}
	return r.payload[have:min(cap(r.payload), r.blockEnd())], nil
}

const maxInt = uint64(^uint(0) >> 1)

// check reads and verifies the checksum of the current block, all of which has arrived. It begins the next block, or, with done
// set, the next segment.
func (r *Reader) check() (c Chunk, done bool, err error) {
	for _, size := r.header.checksumSizes(); len(r.stored) < size; {
		b, err := r.src.ReadByte()
		if err != nil {
			r.err = streamError(err)
			return Chunk{}, false, r.err
		}
		r.stored = append(r.stored, b)
	}
	if !bytes.Equal(r.sum.append(nil), r.stored) {
		c, err = r.chunk(), r.corrupt()
		r.payload = nil
		_, sum := r.header.checksumSizes()
		passed := int64(len(c.Payload)) + int64(r.block+1)*int64(sum)
		if r.skip = r.header.stored(r.index) - passed; r.skip == 0 {
			r.begin(r.index + 1)
		}
		return c, false, err
	}
	r.verified = len(r.payload)
	if present := r.header.present(r.index); uint64(r.verified) == present {
		c = r.chunk()
		c.Complete = present == c.Segment.Size
		c.Ends = !c.Complete
		r.begin(r.index + 1)
		return c, true, nil
	}
	r.beginBlock(r.block + 1)
	return Chunk{}, false, nil
}

// Skip passes over the next segment, or what is left of it after ReadSome, and does not verify it. It seeks if the reader that
// NewReader was given is an [io.Seeker], and one that can; otherwise it reads. If the file ends before the segment does, the error is
// io.EOF, as it is after the last segment; others wrap the stream's.
func (r *Reader) Skip() error {
	if r.err == nil && r.index == len(r.header.Segments) {
		r.err = io.EOF
	}
	if r.err != nil {
		return r.err
	}
	if r.skip == 0 {
		_, sum := r.header.checksumSizes()
		r.skip = r.header.stored(r.index) - int64(len(r.payload)) - int64(r.block)*int64(sum) - int64(len(r.stored))
		r.payload = nil
	}
	r.passOver()
	return r.err
}

// passOver passes over what is left of a segment, and begins the next one.
func (r *Reader) passOver() {
	n, err := r.src.discard(r.skip)
	if r.skip -= n; r.skip == 0 {
		r.begin(r.index + 1)
	} else {
		r.err = streamError(err)
	}
}

// corrupt is the error of the current block, which fails its checksum.
func (r *Reader) corrupt() error {
	e := &CorruptSegmentError{Index: r.index, Kind: r.segment().Kind, Block: r.block, Blocks: int(blocks(r.header.present(r.index)))}
	if offsets, err := r.header.Offsets(); err == nil { // as of any header that was read
		e.Offset, e.FileSize = offsets[r.index]+int64(r.verified)+int64(r.block*checksumSize), offsets[len(offsets)-1]
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
