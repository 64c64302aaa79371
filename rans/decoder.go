package rans

import "encoding/binary"

// A Decoder decodes the symbols of a stream, first to last. Call Reset first. Each symbol takes one Peek and one Advance, or,
// if PutBits coded it, one call of Bits.
//
// A stream that is cut short decodes as far as its bytes determine symbols: Truncated says after each symbol whether they
// determined it. A stream that is damaged decodes to wrong symbols, and nothing worse; Close detects that.
type Decoder struct {
	rangeDecoder // in use if its width is not 0

	// x are the states of a rANS stream. A state is below minState if its lane has yet to read a word, or none is left. In a
	// range-coded stream all of them are always below minState, and may be negative.
	x    [lanes]int64
	lane uint // the lane of the next symbol, modulo lanes

	src       []byte // the bytes of the stream that are present
	pos       int    // how many bytes of the stream were read; in a range-coded stream, with the zeros after it
	size      int    // the length of the stream in bytes
	truncated bool
}

// Reset starts on a stream of size bytes, of which src holds the first
// len(src); bytes beyond size are ignored. The Decoder keeps src. Reset returns a
// *CorruptError if no stream begins or has a size like that; the Decoder is then Truncated.
func (d *Decoder) Reset(src []byte, size int) error {
	*d = Decoder{size: size, truncated: true}
	if size < 0 {
		return &CorruptError{"negative length"}
	}
	src = src[:min(len(src), size)]

	switch {
	case len(src) == 0 && size > 0: // the bit that says which coder made it is missing
		return nil
	case size == 0 || src[0]&ransFlag == 0:
		d.src = src
		d.startRange()
	case size < headSize || size%4 != 0:
		return &CorruptError{"impossible length"}
	case len(src) < headSize:
		return nil
	default:
		for i := range d.x {
			x := binary.BigEndian.Uint64(src[8*i:])
			if i == 0 {
				x &^= ransFlag << 56
			}
			if x < minState || x >= 1<<63 {
				return &CorruptError{"state out of range"}
			}
			d.x[i] = int64(x)
		}
		d.src, d.pos = src, headSize
	}
	d.truncated = false
	return nil
}

// Truncated reports whether a symbol was removed that the bytes present do not determine: that symbol, and all after it, are
// meaningless. It stays false for a stream that is present in full and undamaged. It is also true after a Reset that failed.
// Truncated completes the work of Advance, so it must not run at the same time as another method.
func (d *Decoder) Truncated() bool { return d.truncated || d.width > 0 && d.rangeTruncated() }

// Peek returns a number in [0, 1<<ProbBits) that lies in the interval of the
// next symbol. A second Peek returns the same number.
func (d *Decoder) Peek() uint32 {
	if x := d.x[d.lane%lanes]; x >= minState {
		return uint32(uint16(x))
	}
	return d.peekLow()
}

// peekLow is Peek for a state below minState: in a rANS stream the lane reads a word first, if one is left. All states of a
// range-coded stream are below minState. (Were peekLow inlined into Peek, Peek itself could not be inlined.)
//
//go:noinline
func (d *Decoder) peekLow() uint32 {
	if d.width > 0 {
		return d.rangePeek()
	}
	x := &d.x[d.lane%lanes]
	if d.pos+4 <= len(d.src) {
		*x = *x<<32 | int64(binary.BigEndian.Uint32(d.src[d.pos:]))
		d.pos += 4
	} else {
		d.truncated = true
	}
	return uint32(*x % total)
}

// Advance removes the next symbol, whose interval is [start, start+freq), as in [Encoder.Put]. Each Advance follows a Peek of
// its own, and start <= Peek() < start+freq.
//
// To be inlined, as Peek is, Advance calls nothing. In a range-coded stream it only notes the symbol, for removePending, and
// leaves a meaningless state, which rangePeek clears.
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

// Consumed returns how many bytes of the stream the symbols removed so far needed: a prefix of that length decodes to just as
// many symbols. The first byte of a range-coded stream, and the states of a rANS stream, are always counted.
func (d *Decoder) Consumed() int {
	if d.width > 0 {
		return d.rangeConsumed()
	}
	return d.pos
}

// Close is called after the last symbol of a stream that was present in full.
// It returns a *CorruptError unless the stream ends there as an Encoder would
// have ended it.
//
// In a rANS stream that is a check of some 120 bits. A range-coded stream has little
// redundancy: the check is that no shorter stream decodes to the same symbols. Damage mostly violates
// that, but not always: a container that must detect damage has a checksum.
func (d *Decoder) Close() error {
	if d.Truncated() {
		return &CorruptError{"symbols are missing"}
	}
	if d.width > 0 {
		return d.rangeClose()
	}
	if d.pos != d.size {
		return &CorruptError{"it goes on after the last symbol"}
	}
	for _, x := range d.x {
		if x != minState {
			return &CorruptError{"wrong final state"}
		}
	}
	return nil
}
