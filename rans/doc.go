// Package rans is an entropy coder: it turns symbols whose probabilities both
// sides know into about as few bits as those probabilities allow. It is a
// range-ANS coder (J. Duda, "Asymmetric numeral systems", arXiv:1311.2540,
// 2013) and knows nothing of what the symbols mean.
//
// # It codes backwards
//
// An ANS state is a stack: the symbol pushed last is popped first. So that
// symbols come out in the order they were put in, the [Encoder] only remembers
// what it is given and does the coding in [Encoder.Finish], from the last
// symbol to the first. The [Decoder] runs forwards and needs the bytes in the
// order they lie in the stream, so any prefix of a stream decodes to a prefix
// of its symbols. The price is four bytes of memory a symbol in the encoder. The
// caller may adapt its model from symbol to symbol, as if coding went forwards.
//
// # Symbols
//
// A symbol is an interval [start, start+freq) of [0, 1<<ProbBits): freq/65536
// is its probability, and the intervals of all symbols possible at one place
// cover the whole without overlap. Every symbol may have a distribution of its
// own. To decode, [Decoder.Peek] gives a number inside the interval, the
// caller finds which interval that is, and [Decoder.Advance] removes it.
//
// # One step
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
// # Streams with one lane, and how they end
//
// A large stream interleaves four independent states, the lanes: symbol i
// belongs to lane i mod 4, and the processor works on four at once. But a
// state that starts at 1<<31 costs 31 bits, which a small stream cannot
// afford. It has one lane, and the lane's far end (the first symbols coded,
// the last decoded) is treated as a binary fraction: when the words have run
// out and the state is below 1<<16, the decoder shifts zero bits into it until
// it is not. A state in [1<<16, 1<<17) is then a 1 followed by sixteen bits of
// an arithmetic code, and the encoder chooses, among all the states that decode
// to the last few symbols, the one that ends in most zeros. (It sees to it that
// no stream wants more than 32 zero bits in all, or running out would go
// unnoticed.) That makes a small stream cost half a byte to a byte more than its
// information, but leaves little redundancy: see [Decoder.Close].
//
// # Layout
//
// The stream's length is not in it; the container knows. Bit 0 of the first
// byte is 0 for one lane, 1 for four. All integers are little-endian.
//
//	one lane:   2*x in h bytes, words
//	four lanes: 2*x0+1, x1, x2, x3 in 8 bytes each, words
//
// x is the state that the first symbol decodes from, and h follows from the
// stream's length n: it is n below 4, else 4 + n%4. The empty stream stands
// for x = 1. Words are shared by the lanes and lie in the order the decoder
// needs them: a lane below 1<<31 takes one just before its next symbol. In four
// lanes all states end at 1<<31.
package rans
