package rans

import "encoding/binary"

// A Decoder takes symbols off a stream, first to last. Call Reset first. Each
// symbol is one Peek and one Advance, or one Split, or one or two for Bits.
//
// A stream that is cut short decodes as far as it goes: Ready tells when to
// stop. A stream that is damaged decodes to wrong symbols, with no harm but
// that; Close tells.
type Decoder struct {
	x       [lanes]uint64 // states; below lower only if no word came yet, or none is left
	lane    uint          // of the next symbol
	mask    uint          // lanes in use, less one
	src     []byte        // what is present of the stream; no whole head, then empty
	pos     int           // bytes of the stream read
	size    int           // length of the stream
	filled  uint64        // zero bits shifted in past the last word
	starved bool
}

// Reset starts on a stream of size bytes, of which src holds the first
// len(src); more than size are ignored. It keeps src. The error is a
// *CorruptError if the head cannot be one, and the Decoder is then never
// ready.
func (d *Decoder) Reset(src []byte, size int) error {
	*d = Decoder{size: size, starved: true}
	if size < 0 {
		return &CorruptError{"negative length"}
	}
	src = src[:min(len(src), size)]

	if len(src) > 0 && src[0]&1 == 1 {
		if size < headSize || size%4 != 0 {
			return &CorruptError{"impossible length"}
		}
		d.mask = lanes - 1
		if len(src) >= headSize {
			for i := range d.x {
				d.x[i] = binary.LittleEndian.Uint64(src[8*i:])
			}
			d.x[0] >>= 1
			for _, x := range d.x {
				if x < lower || x >= 1<<63 {
					return &CorruptError{"state out of range"}
				}
			}
			d.src, d.pos = src, headSize
		}
	} else if h := singleHead(size); len(src) >= h {
		var buf [8]byte
		copy(buf[:], src[:h])
		d.x[0] = binary.LittleEndian.Uint64(buf[:]) >> 1
		if h == 0 {
			d.x[0] = 1
		} else if src[h-1] == 0 {
			return &CorruptError{"state is not the shortest"}
		}
		d.src, d.pos = src, h
	}
	d.starved = false
	return nil
}

// Ready reports whether the next symbol can be decoded: whether what its lane
// needs is there. If a stream is present in full, it always is.
//
// Ready speaks of one symbol; before Bits with n > 16, which are two, it
// promises the first only. See Starved.
func (d *Decoder) Ready() bool {
	return d.x[d.lane%lanes] >= lower && !d.starved || d.refillable()
}

func (d *Decoder) refillable() bool {
	return !d.starved && (d.pos+4 <= len(d.src) || d.pos >= d.size)
}

// Starved reports whether a symbol was asked for that was not Ready: it, and
// all after it, mean nothing. Whoever decodes several symbols at a time can
// test this afterwards instead of Ready before each. It is also so after a
// Reset that failed.
func (d *Decoder) Starved() bool { return d.starved }

// Peek returns a number in [0, 1<<ProbBits) that lies in the interval of the
// next symbol. Peeking twice gives the same.
func (d *Decoder) Peek() uint32 {
	if d.x[d.lane%lanes] < lower {
		d.refill()
	}
	return uint32(d.x[d.lane%lanes] % total)
}

// refill does what a state below lower needs: it takes a word; past the last,
// it fills up with zero bits.
// (Inlined into Peek, it would keep Peek from being inlined.)
//
//go:noinline
func (d *Decoder) refill() {
	x := &d.x[d.lane%lanes]
	if d.pos+4 <= len(d.src) {
		*x = *x<<32 | uint64(binary.LittleEndian.Uint32(d.src[d.pos:]))
		d.pos += 4
	} else if d.pos >= d.size {
		z := fill(*x)
		*x <<= z
		d.filled += uint64(z)
	} else {
		d.starved = true
	}
}

// Advance removes the next symbol, which the last Peek was for: start <= Peek()
// < start+freq, and the interval as for [Encoder.Put].
func (d *Decoder) Advance(start, freq uint32) {
	x := &d.x[d.lane%lanes]
	*x = uint64(freq)*(*x>>ProbBits) + *x%total - uint64(start)
	d.lane = (d.lane + 1) & d.mask
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
// a prefix of that length decodes to as many. The head counts from the start.
func (d *Decoder) Consumed() int { return d.pos }

// Close is called after the last symbol of a stream that was present in full.
// It returns a *CorruptError unless all words have been read and every lane is
// back where the Encoder started it.
//
// In four lanes that is a check of some 120 bits. In one lane the Encoder could
// start at any state below 1<<17, and all that can be seen is whether the
// stream held about as much information as the symbols took. Damage mostly
// shows in that, but not always: a container that cares has a checksum.
func (d *Decoder) Close() error {
	if d.starved {
		return &CorruptError{"symbols are missing"}
	}
	if d.pos != d.size {
		return &CorruptError{"it goes on after the last symbol"}
	}
	if d.filled > maxFill {
		return &CorruptError{"it ends before the last symbol"}
	}
	for _, x := range d.x[:d.mask+1] {
		if d.mask == 0 && (x == 0 || x >= 2*total) || d.mask > 0 && x != lower {
			return &CorruptError{"wrong final state"}
		}
	}
	return nil
}
