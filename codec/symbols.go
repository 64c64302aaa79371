package codec

import (
	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/rans"
)

// symbolEncoder and symbolDecoder are where the model and the entropy coder meet: the model turns symbols into intervals, and the
// entropy coder codes these. Both count the ideal length, in bits as Q16. Nothing else in this package knows the entropy coder.

// A symbolEncoder makes a stream, and after that another.
type symbolEncoder struct {
	rans  rans.Encoder
	ideal uint64
}

func (c *symbolEncoder) Symbol(d *model.Distribution, s int32) (int32, bool) {
	start, freq := d.Interval(s)
	c.rans.Put(start, freq)
	c.ideal += uint64(model.CodeLength(freq))
	return s, true
}

// Half is Symbol of a distribution of two symbols: 0 has the interval [0, split), and 1 the rest.
func (c *symbolEncoder) Half(split uint32, s int32) (int32, bool) {
	start, freq := half(split, s)
	c.rans.Put(start, freq)
	c.ideal += uint64(model.CodeLength(freq))
	return s, true
}

func (c *symbolEncoder) Bits(v uint32, n uint) (uint32, bool) {
	c.rans.PutBits(v, n)
	c.ideal += uint64(n) << 16
	return v, true
}

func (c *symbolEncoder) Bit(b, p uint32) (uint32, bool) {
	start, freq := model.BitInterval(b, p)
	c.rans.Put(start, freq)
	c.ideal += uint64(model.CodeLength(freq))
	return b, true
}

// finish returns the stream of what was coded since the last one.
func (c *symbolEncoder) finish() []byte {
	c.ideal = 0
	return c.rans.Finish(nil)
}

// half returns the interval of symbol s, without a branch, which would be mispredicted.
func half(split uint32, s int32) (start, freq uint32) {
	second := uint32(-s) // all bits or none
	return split & second, split ^ (split^(1<<16-split))&second
}

// A symbolDecoder decodes a stream.
type symbolDecoder struct {
	rans   rans.Decoder
	offset int64 // of its stream in the segment's payload
	ideal  uint64
}

func (c *symbolDecoder) Symbol(d *model.Distribution, _ int32) (int32, bool) {
	s, start, freq := d.Find(c.rans.Peek())
	c.rans.Advance(start, freq)
	if c.rans.Truncated() {
		return 0, false
	}
	c.ideal += uint64(model.CodeLength(freq))
	return s, true
}

// Half is Symbol of a distribution of two symbols: 0 has the interval [0, split), and 1 the rest.
func (c *symbolDecoder) Half(split uint32, _ int32) (int32, bool) {
	s := int32((split - c.rans.Peek() - 1) >> 31)
	start, freq := half(split, s)
	c.rans.Advance(start, freq)
	if c.rans.Truncated() {
		return 0, false
	}
	c.ideal += uint64(model.CodeLength(freq))
	return s, true
}

func (c *symbolDecoder) Bits(_ uint32, n uint) (uint32, bool) {
	v := c.rans.Bits(n)
	if c.rans.Truncated() {
		return 0, false
	}
	c.ideal += uint64(n) << 16
	return v, true
}

func (c *symbolDecoder) Bit(_, p uint32) (uint32, bool) {
	b := uint32(0)
	if c.rans.Peek() < p {
		b = 1
	}
	start, freq := model.BitInterval(b, p)
	c.rans.Advance(start, freq)
	if c.rans.Truncated() {
		return 0, false
	}
	c.ideal += uint64(model.CodeLength(freq))
	return b, true
}

// reset begins a stream of size bytes, of which the first are there, and which is offset bytes from the payload's begin.
func (c *symbolDecoder) reset(stream []byte, size int, offset int64) error {
	c.offset = offset
	return c.rans.Reset(stream, size)
}

// consumed returns how many bytes of the payload are needed for what was decoded.
func (c *symbolDecoder) consumed() int64 { return c.offset + int64(c.rans.Consumed()) }

// close returns what is wrong with the end of a stream that is there in full, of which all was decoded.
func (c *symbolDecoder) close() error { return c.rans.Close() }
