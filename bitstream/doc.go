// Package bitstream writes and reads the byte-level fields of a header:
// bytes, little-endian integers and variable-length integers.
//
// The Reader is strict, because what it reads comes from strangers. Every
// integer has exactly one accepted spelling, every varint has a limit, and no
// length is believed before the bytes are seen to be there. The first error
// sticks: a parser may read a whole header and look at [Reader.Err] once.
//
// A varint is unsigned LEB128: seven bits a byte, least significant group
// first, the top bit of a byte saying that another follows. It is at most ten
// bytes long, and its last byte is not zero unless it is the only one.
package bitstream
