// Package rans is an entropy coder: it turns symbols whose probabilities both
// sides know into about as few bits as those probabilities allow, and knows
// nothing of what the symbols mean. A large stream is range-ANS (J. Duda,
// "Asymmetric numeral systems", arXiv:1311.2540, 2013), which is fast; a small one
// is arithmetic coding, which wastes nothing (G. N. N. Martin, "Range encoding",
// 1979). Any prefix of a stream decodes to a prefix of its symbols.
//
// # Symbols
//
// A symbol is an interval [start, start+freq) of [0, 1<<ProbBits): freq/65536
// is its probability, and the intervals of all symbols possible at one place
// cover the whole without overlap. Every symbol may have a distribution of its
// own. To decode, [Decoder.Peek] gives a number inside the interval, the
// caller finds which interval that is, and [Decoder.Advance] removes it.
//
// # Small streams: intervals within intervals
//
// The stream is a binary fraction: its bytes, and zeros ever after. The symbols
// before the next one confine it to an interval [low, low+width), which at first is
// [0, 1/2); the next symbol confines it to its part. Both ends are multiples of
// 2^-8b, where b is six bytes at first and one more whenever the width falls below
// 2^40 of these units. In them, with unit = width>>ProbBits, the part is
//
//	low += unit*start,  width = unit*freq      or what is left, for the last symbol
//
// which wastes less than 1/10^7 of the width. The encoder has buffered all symbols,
// so it can carry into bytes long written. In the end it takes the shortest fraction
// in the interval that has at least b-6 bytes, the least if there are several: half a
// byte more than the information, in the mean.
//
// The decoder keeps the fraction less low. Where bytes are missing it keeps, too, by
// how much the fraction may be more. A symbol is there as soon as its part has room
// for all of that: so a prefix shows all that can be known from it, where a state of
// ANS always holds some bytes of symbols yet to come.
//
// # Large streams: four states, backwards
//
// With M = 1<<ProbBits, pushing a symbol onto the state x and popping it are
//
//	x' = (x / freq)*M + x%freq + start
//	x  = freq*(x' / M) + x'%M - start
//
// and x' is about x*M/freq: the state grows by the information in the symbol.
// It is kept between 1<<31 and 1<<63 by moving 32-bit words out of (encoder)
// or into (decoder) its low half, at most one word a step. In that range the
// rounding in x/freq costs less than 1/10000 of a bit a symbol, and mostly
// cancels.
//
// A state is a stack: the symbol pushed last is popped first. So that symbols come
// out in the order they were put in, the [Encoder] only remembers what it is given
// and does the coding in [Encoder.Finish], from the last symbol to the first; the
// [Decoder] runs forwards. The price is four bytes of memory a symbol in the
// encoder. The caller may adapt its model from symbol to symbol all the same.
//
// There are four independent states, the lanes: symbol i belongs to lane i mod 4,
// and the processor works on four at once. Each starts at 1<<31, which costs 31
// bits, and ends there in the decoder.
//
// # Layout
//
// The stream's length is not in it; the container knows. The first bit is 0 for a
// small stream, 1 for four lanes. All integers are big-endian.
//
//	small:      the fraction
//	four lanes: x0 + 1<<63, x1, x2, x3 in 8 bytes each, words
//
// x are the states that the first symbols decode from. Words are shared by the lanes
// and lie in the order the decoder needs them: a lane below 1<<31 takes one just
// before its next symbol.
package rans
