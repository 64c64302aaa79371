package stored

import (
	"bytes"
	"io"
	"math/bits"

	"github.com/klauspost/compress/zstd"
)

const (
	// MaxWindow is the furthest, in bytes, that a match may reach back.
	MaxWindow = 1 << maxWindowLog

	minWindowLog = 10
	maxWindowLog = 25

	maxBlock = 1 << 17 // bytes a block may decode to
)

// frameMagic begins every Zstandard frame.
const frameMagic = "\x28\xb5\x2f\xfd"

// windowLog returns log2 of the window of a frame of n bytes. The window is
// larger than the frame, not equal, because klauspost/compress would end a block
// that fills the window and add an empty one.
func windowLog(n int) int {
	return min(max(bits.Len64(uint64(n)), minWindowLog), maxWindowLog)
}

// frameHeader returns the magic number and header of a frame of n bytes
// (RFC 8878, 3.1.1): a descriptor that promises nothing, and the window.
func frameHeader(n int) []byte {
	return append([]byte(frameMagic), 0, byte(windowLog(n)-minWindowLog)<<3)
}

// maxHeader is the most bytes that the magic number and header of a frame take.
const maxHeader = 4 + 1 + 1 + 8

// headerLen returns the length of the magic number and header that begin a
// frame written by the encoder. The encoder chooses among several forms; the
// blocks that follow are the same in all.
func headerLen(frame []byte) int {
	descriptor := frame[len(frameMagic)]
	n := len(frameMagic) + 1
	singleSegment := descriptor>>5&1 == 1
	if !singleSegment {
		n++ // window
	}
	switch size := descriptor >> 6; {
	case size > 0:
		n += 1 << size
	case singleSegment:
		n++
	}
	return n
}

// A compressor makes the blocks of frames. Its memory, tens of megabytes at the
// best level whatever the size of the data, is used again while the window
// stays the same.
type compressor struct {
	level   zstd.EncoderLevel
	log     int          // of the encoder's window
	stopped func() error // asked before every block, if set
	w       *zstd.Encoder
	out     bytes.Buffer
}

// A meter counts bytes, and keeps the first of them.
type meter struct {
	n     int
	first [maxHeader]byte
}

func (m *meter) Write(p []byte) (int, error) {
	if m.n < len(m.first) {
		copy(m.first[m.n:], p)
	}
	m.n += len(p)
	return len(p), nil
}

// measure returns the length of what compress would return as one piece for n
// bytes, which write gives to the encoder.
func (c *compressor) measure(n int, write func(io.Writer) error) (int, error) {
	var m meter
	if err := c.begin(&m, n); err != nil {
		return 0, err
	}
	if err := write(c.w); err != nil {
		return 0, err
	}
	if err := c.w.Close(); err != nil {
		return 0, err
	}
	return m.n - headerLen(m.first[:]), nil
}

// compress returns the blocks of a frame that holds data, which is not empty.
// A block ends after every step bytes, and sooner where the format's limit of
// 128 KiB asks for it. The result is valid until the next call.
func (c *compressor) compress(data []byte, step int) ([]byte, error) {
	c.out.Reset()
	if err := c.write(&c.out, data, step); err != nil {
		return nil, err
	}
	frame := c.out.Bytes()
	return frame[headerLen(frame):], nil
}

// begin has c.w write a frame of n bytes.
func (c *compressor) begin(to io.Writer, n int) error {
	if log := windowLog(n); c.w == nil || c.log != log {
		w, err := zstd.NewWriter(to,
			zstd.WithEncoderLevel(c.level),
			zstd.WithWindowSize(1<<log),
			zstd.WithEncoderConcurrency(1), // no goroutines, and one way to cut blocks
			zstd.WithEncoderCRC(false))
		if err != nil {
			return err
		}
		c.w, c.log = w, log
	} else {
		c.w.Reset(to)
	}
	return nil
}

// write writes a frame that holds data, in blocks of step bytes.
func (c *compressor) write(to io.Writer, data []byte, step int) error {
	if err := c.begin(to, len(data)); err != nil {
		return err
	}
	for len(data) > step {
		if c.stopped != nil {
			if err := c.stopped(); err != nil {
				return err
			}
		}
		if _, err := c.w.Write(data[:step]); err != nil {
			return err
		}
		if err := c.w.Flush(); err != nil {
			return err
		}
		data = data[step:]
	}
	if _, err := c.w.Write(data); err != nil {
		return err
	}
	return c.w.Close()
}

// emptyLastBlock ends a frame.
var emptyLastBlock = []byte{1, 0, 0}

// The types of a block, in bits 1 and 2 of its header.
const (
	blockRepeat     = 1 // one byte, repeated
	blockCompressed = 2
	blockReserved   = 3
)

// wholeBlocks returns how many bytes of src are whole blocks, up to and with
// the last if it is there. bad says that it stopped before a block that
// cannot be.
func wholeBlocks(src []byte) (n int, last, bad bool) {
	for len(src)-n >= 3 {
		header := uint32(src[n]) | uint32(src[n+1])<<8 | uint32(src[n+2])<<16
		kind, size := header>>1&3, int(header>>3)
		if kind == blockReserved || size > maxBlock {
			return n, false, true
		}
		if kind == blockRepeat {
			size = 1
		}
		if size > len(src)-n-3 {
			break
		}
		n += 3 + size
		if header&1 == 1 {
			return n, true, false
		}
	}
	return n, false, false
}

// Whole returns the length of the shortest prefix of a stream, or of a prefix of
// one, that decodes to as many rows: it ends with the last whole block.
func Whole(src []byte) int {
	if len(src) == 0 {
		return 0
	}
	n, _, _ := wholeBlocks(src[1:])
	if n == 0 {
		return 0
	}
	return 1 + n
}

// blockSizes returns an upper bound of the bytes that blocks decode to, up to the last.
func blockSizes(blocks []byte) (n int64) {
	for len(blocks) >= 3 {
		header := uint32(blocks[0]) | uint32(blocks[1])<<8 | uint32(blocks[2])<<16
		kind, size := header>>1&3, int(header>>3)
		blocks = blocks[3:]
		if kind == blockCompressed {
			n += maxBlock
		} else {
			n += int64(min(size, maxBlock))
		}
		if header&1 == 1 {
			break
		}
		if kind == blockRepeat {
			size = 1
		}
		blocks = blocks[min(size, len(blocks)):]
	}
	return n
}

// FrameBound returns an upper bound of the bytes that a frame of Zstandard decodes to, whatever its header claims. It is at
// most 128 KiB for every three bytes.
func FrameBound(frame []byte) (int64, error) {
	var h zstd.Header
	if err := h.Decode(frame); err != nil {
		return 0, err
	}
	n := blockSizes(frame[min(h.HeaderSize, len(frame)):])
	if h.HasFCS && h.FrameContentSize < uint64(n) {
		n = int64(h.FrameContentSize)
	}
	return n, nil
}

// newBlockReader returns a reader of what the blocks of a frame of n bytes
// decode to. The blocks must be whole; if the last is not among them, one is
// supplied.
func newBlockReader(blocks []byte, last bool, n int) (*zstd.Decoder, error) {
	parts := []io.Reader{bytes.NewReader(frameHeader(n)), bytes.NewReader(blocks)}
	if !last {
		parts = append(parts, bytes.NewReader(emptyLastBlock))
	}
	return zstd.NewReader(io.MultiReader(parts...),
		zstd.WithDecoderConcurrency(1), // no goroutines: a block at a time, as it is read
		zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(MaxWindow),
		zstd.WithDecoderMaxMemory(MaxWindow))
}
