// Package rans is an entropy coder: it turns symbols, whose probabilities encoder and decoder
// both know, into nearly as few bits as those probabilities allow. It knows
// nothing of what the symbols mean. Large streams are coded by range-ANS (J. Duda,
// "Asymmetric numeral systems", arXiv:1311.2540, 2013), which is fast; small streams
// by a range coder with carry propagation (G. N. N. Martin, "Range encoding",
// 1979), which has no states to store. Any prefix of a stream decodes to a prefix of its symbols.
//
// # Symbols
//
// A symbol is an interval [start, start+freq) of [0, 1<<ProbBits): freq/65536
// is its probability, and the intervals of all symbols that are possible at one place of the stream
// cover [0, 1<<ProbBits) without overlap. Every symbol may have a distribution of its
// own. To decode a symbol, the caller takes the number that [Decoder.Peek] returns, finds the symbol whose interval holds
// it, and removes that symbol with [Decoder.Advance].
//
// # Small streams: a range coder
//
// The stream is a binary fraction: its bytes, followed by zeros without end. The symbols
// before the next one confine the fraction to an interval [low, low+width), which at first is
// [0, 1/2); the next symbol confines it to a subinterval. Both ends are multiples of
// 2^-8b, where b is six bytes at first and grows by one whenever the width falls below
// 2^40 of these units. In these units, with unit = width>>ProbBits, the subinterval is
//
//	low += unit*start,  width = unit*freq      or, for the last symbol, the rest of the width
//
// The rounding wastes less than 1/10^7 of the width. The encoder keeps the whole stream in memory,
// so it can carry into bytes written long before. At the end it takes the shortest fraction
// in the interval that has at least b-6 bytes, and the least of several such: this costs half a
// byte more than the information content, on average.
//
// The decoder keeps the fraction less low. Where bytes of a truncated stream are missing, it also keeps how
// much larger the fraction may be. A symbol is decoded as soon as its subinterval holds every value that the fraction may
// have: so a prefix yields every symbol that it determines, whereas a state of
// ANS always holds back some bytes of symbols to come.
//
// # Large streams: range-ANS with four interleaved states
//
// With M = 1<<ProbBits, pushing a symbol onto the state x and popping it are
//
//	x' = (x / freq)*M + x%freq + start
//	x  = freq*(x' / M) + x'%M - start
//
// and x' is about x*M/freq: the state grows by the information content of the symbol.
// It is kept between 1<<31 and 1<<63 by moving 32-bit words out of (encoder)
// or into (decoder) its low half, at most one word a step. In that range the
// rounding in x/freq costs less than 1/10000 of a bit a symbol, and most of that
// cancels.
//
// A state is a stack: the symbol pushed last is popped first. So that symbols are decoded
// in the order in which they were put, the [Encoder] only collects them, and
// [Encoder.Finish] codes them from the last to the first; the
// [Decoder] runs forwards. The price is four bytes of memory a symbol in the
// encoder. The caller may still adapt its model from symbol to symbol.
//
// There are four independent states, called lanes: symbol i belongs to lane i mod 4,
// and the processor works on four at once. In the encoder each starts at 1<<31, which costs 31
// bits; in the decoder each ends there.
//
// # Layout
//
// The length of the stream is not part of it; the container knows it. The first bit is 0 in a
// range-coded stream and 1 in a rANS stream. All integers are big-endian.
//
//	range-coded:  the fraction
//	rANS:         x0 + 1<<63, x1, x2, x3 in 8 bytes each, words
//
// x0 to x3 are the states that the first symbols are popped from. The lanes share the words, which
// lie in the order in which the decoder needs them: a lane whose state is below 1<<31 reads one just
// before its next symbol.
package rans
