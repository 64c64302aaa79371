// Package stored is the codec's fallback, a lossless codec without a model: what PNG does, with
// Zstandard in place of Deflate. It codes alpha planes and planes of palette
// indices, and whole pictures that the network would make larger: screenshots,
// charts, noise.
//
// Rows are serialized as in PNG (samples below 8 bits packed, 16-bit samples
// big-endian), optionally after subtracting green from red and blue,
// optionally with one of PNG's five filters a row, and the bytes of all rows
// are compressed as the blocks of one Zstandard frame. The encoder tries
// several ways of choosing filters and keeps the smallest result, so its
// output may change from version to version; what the decoder makes of a
// stream never will. Who has a smaller file already spares it the work:
// [Probe].
//
// # Stream
//
// The size, channels and depth of the raster are not in the stream: the
// container knows them. A raster without a single byte of rows is an empty
// stream. Every other stream is
//
//	method  1 byte   bit 0: each row begins with a filter byte, 0 to 4
//	                 bit 1: green was subtracted (3 or 4 channels, depth 8 or 16)
//	                 others: zero
//	blocks  rest     the blocks of a Zstandard frame (RFC 8878, 3.1.1.2)
//
// The frame's magic number and header are left out because they are known: no
// checksum, no dictionary, no content size, and a window that is the smallest
// power of two above the size of all rows with their filter bytes, but at least
// 1 KiB and at most [MaxWindow].
//
// # Prefixes
//
// Any prefix of a stream decodes to the rows that its whole blocks cover. The
// encoder cuts a raster into eight blocks or more, if it is not small, to make
// that useful. A missing tail is not an error, unless the caller says that the
// stream is complete.
package stored
