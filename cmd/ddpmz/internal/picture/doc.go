// Package picture reads and writes image files for the command, carries
// what a file says beside its pixels from one to the other, and lists what could
// not be kept.
//
// Everything that survives is kept in the form of PNG chunks, whatever the
// source: a colour profile from a JPEG becomes an iCCP chunk. Package
// metadata serializes it.
//
// A PNG file read and written again has the same pixels, the same bit depth and
// colour type, and the same ancillary chunks at the same places, except:
//
//   - A tRNS chunk on gray or RGB becomes an alpha channel: colour type 4 or 6,
//     depths below 8 become 8, and an sBIT chunk is dropped, as is a bKGD chunk
//     if the depth changed.
//   - Interlacing, the suggested palette of an RGB file, hIST, and chunks that
//     are neither known nor marked safe to copy are dropped.
//   - Palette entries that Go's decoder adds, because pixels name them and PLTE
//     does not, are written out.
package picture
