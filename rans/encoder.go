package rans

import (
	"encoding/binary"
	"slices"
)

// An Encoder collects symbols and codes them, backwards, in Finish. The zero
// value is ready to use. It holds four bytes a symbol until then.
//
// Put and its relatives never fail and never panic. An interval outside the
// contract gives a stream that decodes to something else, no worse.
type Encoder struct {
	syms  []symbol
	words []uint32 // of four lanes, in the order they were coded, that is, last first
}

// A symbol is an interval, packed: start in the low half, freq-1 in the high.
type symbol uint32

func (s symbol) start() uint64 { return uint64(s & (total - 1)) }
func (s symbol) freq() uint64  { return uint64(s>>ProbBits) + 1 }

// push puts s on top of the state x, which must be below s.freq()<<growBits.
//
// The division is the processor's. A multiplication by a reciprocal from a table
// (half a megabyte, for adaptive frequencies need all of it) was measured too:
// it took as long where few frequencies occur, and a quarter longer where many
// do, waiting for the table.
func push(x uint64, s symbol) uint64 {
	f := s.freq()
	q := x / f
	return q<<ProbBits + (x - q*f) + s.start()
}

// Put appends the symbol with the interval [start, start+freq), where
// 1 <= freq and start+freq <= 1<<ProbBits. A symbol with the whole interval is
// certain: it costs nothing, but still has its turn.
func (e *Encoder) Put(start, freq uint32) {
	e.syms = append(e.syms, symbol(start&(total-1)|(freq-1)<<ProbBits))
}

// PutBits appends the low n <= 32 bits of v at n bits' cost: as one symbol up
// to n = 16, above as two, high bits first, and as none if n is 0. A larger n
// counts as 32.
func (e *Encoder) PutBits(v uint32, n uint) {
	if n > 16 {
		e.PutBits(v>>16, min(n-16, 16))
		n = 16
	}
	if n > 0 {
		e.Put(v<<(ProbBits-n), 1<<(ProbBits-n))
	}
}

// PutSplit appends a bit that is false with probability p0/65536, where
// 1 <= p0 <= 65535.
func (e *Encoder) PutSplit(bit bool, p0 uint32) {
	if bit {
		e.Put(p0, total-p0)
	} else {
		e.Put(0, p0)
	}
}

// Len returns the number of symbols put since the last Finish.
func (e *Encoder) Len() int { return len(e.syms) }

// Finish appends the stream of all symbols put so far to dst and returns it.
// The Encoder is then empty, with its buffers kept for the next stream.
func (e *Encoder) Finish(dst []byte) []byte {
	// Whether the stream is small is found out by trying: it takes less time than
	// the caller will notice, and guards against 32 bytes of states for many
	// symbols that are nearly certain.
	out, ok := e.nest(dst)
	if !ok {
		out = e.interleave(dst)
	}
	e.syms = e.syms[:0]
	e.words = e.words[:0]
	return out
}

// interleave codes all symbols in four lanes.
//
// The decoder takes a lane's word just before the lane's next symbol. Reading
// that backwards: having coded symbol i, look already at symbol i-4, the next
// one of this lane, and make room for it.
func (e *Encoder) interleave(dst []byte) []byte {
	x := [lanes]uint64{lower, lower, lower, lower}
	words := e.words[:0]
	for i := len(e.syms) - 1; i >= lanes; i-- {
		y := push(x[i%lanes], e.syms[i])
		if y >= e.syms[i-lanes].freq()<<growBits {
			words = append(words, uint32(y))
			y >>= 32
		}
		x[i%lanes] = y
	}
	for i := range min(lanes, len(e.syms)) {
		x[i] = push(x[i], e.syms[i])
	}
	e.words = words

	x[0] |= fourFlag << 56
	dst = slices.Grow(dst, 8*lanes+4*len(words))
	for _, y := range x {
		dst = binary.BigEndian.AppendUint64(dst, y)
	}
	for i := len(e.words) - 1; i >= 0; i-- { // in the decoder's order
		dst = binary.BigEndian.AppendUint32(dst, e.words[i])
	}
	return dst
}
