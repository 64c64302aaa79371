// Package bitstream writes and reads the byte-level fields of a header:
// bytes, little-endian integers and variable-length integers.
//
// The Reader is strict, because its input is not trusted. It accepts exactly one
// encoding of every integer, every varint has a limit, and memory is never allocated
// for a length before that many bytes are known to be present. The first error
// is kept: a parser may read a whole header and check [Reader.Err] once.
//
// A varint is unsigned LEB128: seven bits a byte, least significant group
// first; the top bit of a byte says that another byte follows. It is at most ten
// bytes long, and its last byte is not zero unless it is the only one.
package bitstream
