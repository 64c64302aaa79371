package rans

import "encoding/binary"

// A Decoder takes symbols off a stream, first to last. Call Reset first. Each
// symbol is one Peek and one Advance, or one Split, or one or two for Bits.
//
// A stream that is cut short decodes as far as it goes: Starved tells after each
// symbol whether it was still there. A stream that is damaged decodes to wrong
// symbols, with no harm but that; Close tells.
type Decoder struct {
	nested              // a small stream
	x      [lanes]int64 // else states; below lower if no word came yet, or none is left; of a small stream always, and negative
	lane   uint         // of the next symbol

	src     []byte // what is present of the stream
	pos     int    // bytes of the stream read; of a small one, also zeros after it
	size    int    // length of the stream
	starved bool
}

// Reset starts on a stream of size bytes, of which src holds the first
// len(src); more than size are ignored. It keeps src. The error is a
// *CorruptError if it cannot begin so, and the Decoder is then Starved.
func (d *Decoder) Reset(src []byte, size int) error {
	*d = Decoder{size: size, starved: true}
	if size < 0 {
		return &CorruptError{"negative length"}
	}
	src = src[:min(len(src), size)]

	switch {
	case len(src) == 0 && size > 0: // there is no telling what it is
		return nil
	case size == 0 || src[0]&fourFlag == 0:
		d.src = src
		d.startNest()
	case size < headSize || size%4 != 0:
		return &CorruptError{"impossible length"}
	case len(src) < headSize:
		return nil
	default:
		for i := range d.x {
			x := binary.BigEndian.Uint64(src[8*i:])
			if i == 0 {
				x &^= fourFlag << 56
			}
			if x < lower || x >= 1<<63 {
				return &CorruptError{"state out of range"}
			}
			d.x[i] = int64(x)
		}
		d.src, d.pos = src, headSize
	}
	d.starved = false
	return nil
}

// Starved reports whether a symbol was asked for of which the bytes are missing:
// it, and all after it, mean nothing. Of a stream that is present in full and not
// damaged none is. It is also so after a Reset that failed. (It may do what Advance put
// off, so it is not for other goroutines.)
func (d *Decoder) Starved() bool { return d.starved || d.width > 0 && d.starvedNest() }

// Peek returns a number in [0, 1<<ProbBits) that lies in the interval of the
// next symbol. Peeking twice gives the same.
func (d *Decoder) Peek() uint32 {
	if x := d.x[d.lane%lanes]; x >= lower {
		return uint32(uint16(x))
	}
	return d.peekLow()
}

// peekLow is Peek for a state below lower, which it gives a word, if one is left,
// and for small streams, whose states stay below it.
// (Inlined into Peek, it would keep Peek from being inlined.)
//
//go:noinline
func (d *Decoder) peekLow() uint32 {
	if d.width > 0 {
		return d.point()
	}
	x := &d.x[d.lane%lanes]
	if d.pos+4 <= len(d.src) {
		*x = *x<<32 | int64(binary.BigEndian.Uint32(d.src[d.pos:]))
		d.pos += 4
	} else {
		d.starved = true
	}
	return uint32(*x % total)
}

// Advance removes the next symbol, which a Peek of its own was for: start <= Peek()
// < start+freq, and the interval as for [Encoder.Put].
// (To be inlined, as Peek is, it must not call anything: in a small stream it makes
// nothing of the states, which Peek puts right, and leaves the work to settle.)
func (d *Decoder) Advance(start, freq uint32) {
	x := &d.x[d.lane%lanes]
	*x = int64(freq)*(*x>>ProbBits) + (int64(uint16(*x)) - int64(start))
	d.lane++
	d.start, d.freq = start, freq
}

// Bits decodes what PutBits coded with the same n.
func (d *Decoder) Bits(n uint) uint32 {
	var high uint32
	if n > 16 {
		high = d.Bits(min(n-16, 16)) << 16
		n = 16
	}
	if n == 0 {
		return high
	}
	v := d.Peek() >> (ProbBits - n)
	d.Advance(v<<(ProbBits-n), 1<<(ProbBits-n))
	return high | v
}

// Split decodes what PutSplit coded with the same p0.
func (d *Decoder) Split(p0 uint32) bool {
	if d.Peek() < p0 {
		d.Advance(0, p0)
		return false
	}
	d.Advance(p0, total-p0)
	return true
}

// Consumed returns how many bytes of the stream the symbols so far have needed:
// a prefix of that length decodes to as many. The first byte, or the states of
// four lanes, count from the start.
func (d *Decoder) Consumed() int {
	if d.width > 0 {
		return d.consumedNest()
	}
	return d.pos
}

// Close is called after the last symbol of a stream that was present in full.
// It returns a *CorruptError unless the stream ends there as an Encoder would
// have it end.
//
// In four lanes that is a check of some 120 bits. A small stream has little
// redundancy: it must be the shortest one for its symbols. Damage mostly shows in
// that, but not always: a container that cares has a checksum.
func (d *Decoder) Close() error {
	if d.Starved() {
		return &CorruptError{"symbols are missing"}
	}
	if d.width > 0 {
		return d.closeNest()
	}
	if d.pos != d.size {
		return &CorruptError{"it goes on after the last symbol"}
	}
	for _, x := range d.x {
		if x != lower {
			return &CorruptError{"wrong final state"}
		}
	}
	return nil
}
