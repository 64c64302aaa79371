package codec

import (
	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/rans"
)

// symbolEncoder and symbolDecoder are where the model and the entropy coder meet: the one turns cells into
// intervals, the other codes them. Both count the ideal length, in bits as Q16.

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

func (c *symbolEncoder) Bits(v uint32, n uint) (uint32, bool) {
	c.rans.PutBits(v, n)
	c.ideal += uint64(n) << 16
	return v, true
}

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

func (c *symbolDecoder) Bits(_ uint32, n uint) (uint32, bool) {
	v := c.rans.Bits(n)
	if c.rans.Truncated() {
		return 0, false
	}
	c.ideal += uint64(n) << 16
	return v, true
}
