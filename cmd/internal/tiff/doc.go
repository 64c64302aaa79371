// Package tiff reads TIFF files, and reads and builds the structure of
// directories that TIFF and EXIF share.
//
// The formats are those of TIFF Revision 6.0, of its technical notes on Deflate,
// JPEG and trees of directories, of ITU-T T.4 and T.6 for fax, and of BigTIFF.
// It reads strips and tiles; samples together or in planes; gray, RGB, palettes
// and CMYK of 1 to 16 bits, with alpha or not; no compression, LZW, Deflate,
// PackBits, the three fax codes, and JPEG as far as image/jpeg goes. Samples
// are those that libtiff gives; what it does not read it names in an
// UnsupportedError.
package tiff

// A FormatError reports a malformed file.
type FormatError string

func (e FormatError) Error() string { return "tiff: malformed: " + string(e) }

// An UnsupportedError names what this package does not read.
type UnsupportedError string

func (e UnsupportedError) Error() string { return "tiff: " + string(e) + " is not supported" }
