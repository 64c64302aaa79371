// Package bmp reads and writes Windows and OS/2 bitmaps: headers of OS/2 1.x and
// 2.x and of Windows versions 3 to 5, pixels of 1, 2, 4, 8, 16, 24 and 32 bits,
// RLE4, RLE8 and bit fields, bottom-up and top-down.
//
// The format is that of Microsoft's "Bitmap Storage" and, for OS/2, of Murray and
// vanRyper, Encyclopedia of Graphics File Formats. Where these leave a choice,
// pixels are those of ImageMagick 6: the fourth byte of a 32-bit pixel is alpha if
// a mask says so, or if there are no masks, the header is that of version 3, and
// some pixel has another than 0; pixels that RLE skips have index 0, as have those
// whose index is beyond the palette; and samples of 5 and 6 bits are widened to 8
// by repeating their highest bits. Others are scaled, and rounded.
package bmp

import (
	"encoding/binary"
	"fmt"
	"image/color"
	"io"
	"math/bits"
)

// A FormatError reports a malformed file.
type FormatError string

func (e FormatError) Error() string { return "bmp: malformed: " + string(e) }

// An UnsupportedError names what this package does not read.
type UnsupportedError string

func (e UnsupportedError) Error() string { return "bmp: " + string(e) + " is not supported" }

const (
	fileHeader = 14 // bytes
	coreHeader = 12 // of the header of OS/2 1.x
	infoHeader = 40 // of Windows version 3
	os2Header  = 64 // of OS/2 2.x, which may be cut off at any field from the 16th byte on
)

// Compression methods.
const (
	methodRGB            = 0
	methodRLE8           = 1
	methodRLE4           = 2
	methodBitFields      = 3 // OS/2: Huffman 1-D
	methodJPEG           = 4 // OS/2: RLE24
	methodPNG            = 5
	methodAlphaBitFields = 6
)

// A Header is what a file says of itself.
type Header struct {
	Width, Height int
	TopDown       bool          // the first row in the file is the top one
	Bits          int           // of a pixel: 1, 2, 4, 8, 16, 24 or 32
	Palette       color.Palette // of pixels of 1 to 8 bits: the entries of the file, opaque
	Alpha         bool          // pixels have an alpha sample
	Sixteen       bool          // some samples have more than 8 bits
	Beyond        int           // how many pixels have an index that the palette does not; known after Decode
	Skipped       int           // of RLE, how many pixels the codes leave out; known after Decode
	Outside       int           // of RLE, how many indices are beyond the end of a row and its padding; known after Decode
	XPerMetre     int           // horizontal resolution, pixels a metre; 0 if unknown
	YPerMetre     int           // vertical resolution
	Profile       []byte        // the ICC profile within the file, or nil
	Unread        string        // what else the file says of its colours, in words, or ""
	End           int64         // where the pixels and the profile end; known after Decode

	method   int
	masks    [4]uint32 // of red, green, blue and alpha, in pixels of 16 and 32 bits
	pixels   int64     // where they begin
	fileSize int64     // as the file has it
}

// ReadHeader reads the header of a file, which need not be complete after it. Its
// errors are FormatError, UnsupportedError and io.ErrUnexpectedEOF.
func ReadHeader(file []byte) (*Header, error) {
	if len(file) < fileHeader+4 {
		return nil, io.ErrUnexpectedEOF
	}
	if file[0] != 'B' || file[1] != 'M' {
		return nil, FormatError("no signature")
	}
	order := binary.LittleEndian
	size := int64(order.Uint32(file[fileHeader:]))
	if size != coreHeader && (size < 16 || size > 1<<16) {
		return nil, UnsupportedError(fmt.Sprintf("a header of %d bytes", size))
	}
	if int64(len(file)) < fileHeader+size {
		return nil, io.ErrUnexpectedEOF
	}
	h := &Header{fileSize: int64(order.Uint32(file[2:])), pixels: int64(order.Uint32(file[10:]))}
	b := make([]byte, max(size, 124)) // fields that are cut off are 0
	copy(b, file[fileHeader:fileHeader+size])
	entry, planes, used := 4, 0, int64(0)
	if size == coreHeader {
		h.Width, h.Height = int(order.Uint16(b[4:])), int(order.Uint16(b[6:]))
		planes, h.Bits = int(order.Uint16(b[8:])), int(order.Uint16(b[10:]))
		entry = 3
	} else {
		height := int64(int32(order.Uint32(b[8:])))
		if h.TopDown = height < 0; h.TopDown {
			height = -height
		}
		h.Width, h.Height = int(int32(order.Uint32(b[4:]))), int(min(height, 1<<31-1))
		planes, h.Bits = int(order.Uint16(b[12:])), int(order.Uint16(b[14:]))
		h.method = int(min(order.Uint32(b[16:]), 1<<16))
		h.XPerMetre, h.YPerMetre = int(max(0, int32(order.Uint32(b[24:])))), int(max(0, int32(order.Uint32(b[28:]))))
		used = int64(order.Uint32(b[32:]))
	}
	if h.Width <= 0 || h.Height <= 0 {
		return nil, FormatError(fmt.Sprintf("%d x %d pixels", h.Width, h.Height))
	}
	if planes != 1 {
		return nil, FormatError(fmt.Sprintf("%d planes", planes))
	}
	if err := h.checkMethod(size); err != nil {
		return nil, err
	}
	after := fileHeader + size
	if h.method == methodBitFields || h.method == methodAlphaBitFields {
		if size == infoHeader { // the masks follow it; later headers hold them at the same place
			n := 3
			if h.method == methodAlphaBitFields {
				n = 4
			}
			if int64(len(file)) < after+4*int64(n) {
				return nil, io.ErrUnexpectedEOF
			}
			copy(b[infoHeader:infoHeader+4*n], file[after:])
			after += 4 * int64(n)
		}
		for i := range h.masks {
			h.masks[i] = order.Uint32(b[infoHeader+4*i:])
		}
		if size == 52 && h.method == methodBitFields { // Windows version 2: three masks
			h.masks[3] = 0
		}
	} else if h.Bits == 16 {
		h.masks = [4]uint32{0x7c00, 0x3e0, 0x1f}
	} else if h.Bits == 32 {
		h.masks = [4]uint32{0xff0000, 0xff00, 0xff}
	}
	if h.Bits == 32 && h.method == methodRGB && size == infoHeader && h.fourthByte(file) {
		h.masks[3] = 0xff000000
	}
	if err := h.checkMasks(); err != nil {
		return nil, err
	}
	if h.Bits <= 8 {
		if err := h.readPalette(file, after, entry, used); err != nil {
			return nil, err
		}
	}
	if size >= 108 && size != os2Header {
		h.readColourSpace(file, b, size)
	}
	return h, nil
}

// checkMethod checks the compression method and the bits of a pixel.
func (h *Header) checkMethod(size int64) error {
	if size == os2Header || size > coreHeader && size < infoHeader {
		switch h.method {
		case 3:
			return UnsupportedError("Huffman coding in an OS/2 bitmap")
		case 4:
			return UnsupportedError("RLE24 in an OS/2 bitmap")
		}
	}
	var allowed []int
	switch h.method {
	case methodRGB:
		allowed = []int{1, 2, 4, 8, 16, 24, 32}
	case methodRLE8:
		allowed = []int{8}
	case methodRLE4:
		allowed = []int{4}
	case methodBitFields, methodAlphaBitFields:
		allowed = []int{16, 32}
	case methodJPEG:
		return UnsupportedError("JPEG in a bitmap")
	case methodPNG:
		return UnsupportedError("PNG in a bitmap")
	default:
		return UnsupportedError(fmt.Sprintf("compression method %d", h.method))
	}
	for _, b := range allowed {
		if h.Bits == b {
			return nil
		}
	}
	if h.Bits == 64 && h.method == methodRGB {
		return UnsupportedError("a bitmap of 64-bit pixels")
	}
	return FormatError(fmt.Sprintf("%d bits a pixel with compression method %d", h.Bits, h.method))
}

// fourthByte reports whether a pixel of 32 bits has a fourth byte that is not 0.
func (h *Header) fourthByte(file []byte) bool {
	if h.pixels > int64(len(file)) {
		return false
	}
	data := file[h.pixels:]
	data = data[:4*min(int64(len(data)/4), int64(h.Width)*int64(h.Height))] // in this order, nothing overflows
	for ; len(data) >= 4; data = data[4:] {
		if data[3] != 0 {
			return true
		}
	}
	return false
}

// checkMasks checks that each mask is of adjacent bits within the pixel.
func (h *Header) checkMasks() error {
	for i, m := range h.masks {
		if m == 0 {
			continue
		}
		if run := m >> bits.TrailingZeros32(m); run&(run+1) != 0 || h.Bits < bits.Len32(m) {
			return FormatError(fmt.Sprintf("mask %#x in pixels of %d bits", m, h.Bits))
		}
		h.Alpha = h.Alpha || i == 3
		h.Sixteen = h.Sixteen || bits.OnesCount32(m) > 8
	}
	return nil
}

// readPalette reads a palette of used entries, 0 meaning all there can be, that
// stands at the given offset.
func (h *Header) readPalette(file []byte, at int64, entry int, used int64) error {
	all := int64(1) << h.Bits
	if used == 0 || used > all {
		used = all
	}
	if room := (h.pixels - at) / int64(entry); h.pixels >= at && room < used { // old files have fewer than they say
		used = room
	}
	if int64(len(file)) < at+used*int64(entry) {
		return io.ErrUnexpectedEOF
	}
	if used == 0 {
		return FormatError("a palette without colours")
	}
	h.Palette = make(color.Palette, used)
	for i := range h.Palette {
		e := file[int(at)+i*entry:]
		h.Palette[i] = color.RGBA{e[2], e[1], e[0], 0xff}
	}
	return nil
}

// readColourSpace looks for what Windows' headers of versions 4 and 5 say of
// colours.
func (h *Header) readColourSpace(file, b []byte, size int64) {
	order := binary.LittleEndian
	const (
		calibrated     = 0
		linkedProfile  = 0x4c494e4b // "LINK"
		profileWithin  = 0x4d424544 // "MBED"
		versionFive    = 124
		offsetOfSpace  = 56
		offsetOfGamma  = 96
		offsetOfOffset = 112
	)
	switch order.Uint32(b[offsetOfSpace:]) {
	case calibrated:
		for _, v := range b[offsetOfSpace+4 : offsetOfGamma+12] {
			if v != 0 {
				h.Unread = "primaries and gamma"
			}
		}
	case linkedProfile:
		h.Unread = "the name of a colour profile"
	case profileWithin:
		if size < versionFive {
			return
		}
		at, n := fileHeader+int64(order.Uint32(b[offsetOfOffset:])), int64(order.Uint32(b[offsetOfOffset+4:]))
		if at+n > int64(len(file)) {
			h.Unread = "a colour profile that is not whole"
			return
		}
		h.Profile, h.End = file[at:at+n], at+n
	}
}

// Widths returns how many bits there are of red, green, blue and alpha in a pixel
// of 16 or 32 bits; of others, four times 0.
func (h *Header) Widths() [4]int {
	var out [4]int
	for i, m := range h.masks {
		out[i] = bits.OnesCount32(m)
	}
	return out
}
