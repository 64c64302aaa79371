package rans

import (
	"encoding/binary"
	"slices"
)

// An Encoder collects symbols, in four bytes each, and Finish codes all of them. The zero
// value is ready to use.
//
// Put and PutBits never fail and never panic. A symbol that breaks the rules of Put makes the stream decode to other symbols,
// and has no worse effect.
type Encoder struct {
	syms  []symbol
	words []uint32 // the words of a rANS stream, last first, as they are coded
}

// A symbol is an interval: its start in the low 16 bits, freq-1 in the high ones.
type symbol uint32

func (s symbol) start() uint64 { return uint64(s & (total - 1)) }
func (s symbol) freq() uint64  { return uint64(s>>ProbBits) + 1 }

// push returns the state x with s pushed onto it. x must be below s.freq()<<growBits.
//
// It divides with the processor's instruction. To multiply by reciprocals from a table
// (of half a megabyte, since adaptive frequencies use all of it) takes as long
// where few frequencies occur, and a quarter longer where many do, because of cache misses.
func push(x uint64, s symbol) uint64 {
	f := s.freq()
	q := x / f
	return q<<ProbBits + (x - q*f) + s.start()
}

// Put appends the symbol with the interval [start, start+freq), where
// 1 <= freq and start+freq <= 1<<ProbBits. A symbol with the interval [0, 1<<ProbBits) is
// certain: it adds nothing to the stream, but the decoder must remove it all the same.
func (e *Encoder) Put(start, freq uint32) {
	e.syms = append(e.syms, symbol(start&(total-1)|(freq-1)<<ProbBits))
}

// PutBits appends the low n bits of v, each 0 or 1 with the same probability: as one symbol up
// to n = 16, above as two, of which the first has the high bits, and as none if n is 0. An n above 32
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

// Finish appends the stream of all symbols put so far to dst and returns it.
// The Encoder is then empty, with its buffers kept for the next stream.
func (e *Encoder) Finish(dst []byte) []byte {
	// Whether the range-coded stream is small enough is found out by making it: that takes little time, and works
	// also where many symbols are nearly certain, whose stream is far smaller than the states of rANS.
	out, ok := e.rangeEncode(dst)
	if !ok {
		out = e.ransEncode(dst)
	}
	e.syms = e.syms[:0]
	e.words = e.words[:0]
	return out
}

// ransEncode appends the rANS stream of all symbols to dst.
//
// It goes from the last symbol to the first. The decoder reads a lane's word just before the lane's next symbol; backwards,
// this means: after pushing symbol i, make room for symbol i-4, which is the next that this lane takes.
func (e *Encoder) ransEncode(dst []byte) []byte {
	x := [lanes]uint64{minState, minState, minState, minState}
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

	x[0] |= ransFlag << 56
	dst = slices.Grow(dst, 8*lanes+4*len(words))
	for _, y := range x {
		dst = binary.BigEndian.AppendUint64(dst, y)
	}
	for i := len(e.words) - 1; i >= 0; i-- { // in the order in which the decoder reads them
		dst = binary.BigEndian.AppendUint32(dst, e.words[i])
	}
	return dst
}
