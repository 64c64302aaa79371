// Package picture reads and writes image files for the command, carries what a
// file says beside its pixels from one to the other, and lists what could not be
// kept.
//
// [Read] takes PNG, JPEG, GIF, WebP, TIFF, BMP and Netpbm files. Pixels are those
// that the format's reference decoder gives (libpng, giflib's canvas, libwebp,
// libtiff, ImageMagick for BMP, Netpbm, libjpeg-turbo), which tests compare.
// Whatever is not read is refused by its name, and whatever a file holds beside
// the picture that is read is a [Loss]. [Write] refuses to lose pixels with a
// [LossError], unless it is allowed to.
//
// Everything that survives is kept in the form of PNG chunks, whatever the
// source: a colour profile from a JPEG becomes an iCCP chunk. Package
// codec/metadata serializes it.
//
// A PNG file read and written again has the same pixels, the same bit depth and
// colour type, and the same ancillary chunks at the same places, except:
//
//   - A tRNS chunk on gray or RGB becomes an alpha channel: colour type 4 or 6,
//     depths below 8 become 8, and an sBIT chunk is dropped, as is a bKGD chunk
//     if the depth changed.
//   - Interlacing, the suggested palette of an RGB file, hIST, chunks that are
//     neither known nor marked safe to copy, and those with a wrong checksum are
//     dropped.
//   - Palette entries that Go's decoder adds, because pixels name them and PLTE
//     does not, are written out.
package picture
