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
	chunks [][]symbol // storage: it grows without being copied, and is kept for the next stream
	begun  int        // chunks in use; all but the last of these are full
	last   []symbol   // the symbols in the last chunk in use
}

// Chunks have firstChunk symbols, twice as many, and so on, up to lastChunk. Each is a multiple of lanes, so that a symbol's lane follows
// from its place in the chunk.
const (
	firstChunk = 1 << 8
	lastChunk  = 1 << 16
)

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
	if len(e.last) == cap(e.last) {
		e.nextChunk()
	}
	e.last = append(e.last, symbol(start&(total-1)|(freq-1)<<ProbBits))
}

// nextChunk makes room for another symbol.
func (e *Encoder) nextChunk() {
	if e.begun == len(e.chunks) {
		e.chunks = append(e.chunks, make([]symbol, min(firstChunk<<min(e.begun, 16), lastChunk)))
	}
	e.last = e.chunks[e.begun][:0]
	e.begun++
}

// chunk returns the symbols in chunk i of those in use.
func (e *Encoder) chunk(i int) []symbol {
	if i == e.begun-1 {
		return e.last
	}
	return e.chunks[i]
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
	e.begun, e.last = 0, nil
	return out
}

// ransEncode appends the rANS stream of all symbols to dst. It overwrites them.
//
// It goes from the last symbol to the first. The decoder reads a lane's word just before the lane's next symbol; backwards, this means: a
// word is written just before its lane's symbol is pushed. That is at most one for each symbol, so words take the places of symbols that
// have been pushed, from the end on, and are then in the order in which the decoder reads them.
func (e *Encoder) ransEncode(dst []byte) []byte {
	x := [lanes]uint64{minState, minState, minState, minState}
	at, words := e.begun-1, e.last // words has room for those to come, in chunk at
	n := 0
	for c := e.begun - 1; c >= 0; c-- {
		symbols := e.chunk(c)
		for i := len(symbols) - 1; i >= 0; i-- {
			s, y := symbols[i], x[uint(i)%lanes]
			if y >= s.freq()<<growBits {
				if len(words) == 0 {
					at--
					words = e.chunks[at]
				}
				words[len(words)-1] = symbol(y)
				words = words[:len(words)-1]
				y >>= 32
				n++
			}
			x[uint(i)%lanes] = push(y, s)
		}
	}

	x[0] |= ransFlag << 56
	dst = slices.Grow(dst, 8*lanes+4*n)
	for _, y := range x {
		dst = binary.BigEndian.AppendUint64(dst, y)
	}
	for c, pushed := max(at, 0), len(words); c < e.begun; c, pushed = c+1, 0 {
		for _, word := range e.chunk(c)[pushed:] {
			dst = binary.BigEndian.AppendUint32(dst, uint32(word))
		}
	}
	return dst
}
