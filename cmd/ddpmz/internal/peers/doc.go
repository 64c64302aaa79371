// Package peers runs other codecs, as programs that may be installed, so that ours can be compared with them.
//
// There are three comparisons, and a codec can be in more than one of them, each time as a Peer of its own:
//
//   - Lossless: one file that holds the picture exactly.
//   - Made: for every number of bytes, a file made for it. That is what a codec without prefixes is good at.
//   - Cut: one file, made once, of which the first so many bytes are decoded as far as they go.
//
// Peers that code JPEG files are apart (MeasureJPEG): what they make of one, whole, and of its beginnings.
//
// Bytes are those of the file on disk. Times are those of the program, its start and its reading and writing
// of uncompressed pictures included.
//
// What surprises about the programs:
//
//   - OpenJPEG 2.5.0 misreads some PNG files (Kodak's come out with 12 to 14 dB), so it gets PPM.
//   - Of a code-block that a cut runs through, OpenJPEG drops all, also the layers before: a file with a few
//     bytes of the next layer decodes to a worse picture. So its layers are made for the very sizes that are asked
//     for, and it has an option to show no layer that is incomplete.
//   - djpeg takes a cut file for an error, but writes the picture all the same.
package peers
