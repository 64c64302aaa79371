package bmp

import (
	"image"
	"io"
)

// decodeRLE decodes RLE4 or RLE8. What the code skips keeps the index 0, and is
// counted; so are indices beyond the end of a row, which are dropped, but for those
// that fill its last 32-bit word, as some encoders have it. What comes after the last
// row is dropped.
func (h *Header) decodeRLE(img *image.Paletted, in []byte) error {
	x, y := 0, 0 // in the order of the file
	padded := (h.Width*h.Bits + 31) / 32 * 32 / h.Bits
	h.Skipped = h.Width * h.Height
	put := func(index byte) {
		switch {
		case x < h.Width:
			row := h.Height - 1 - y
			if h.TopDown {
				row = y
			}
			img.Pix[row*img.Stride+x] = index
			h.Skipped--
		case x >= padded:
			h.Outside++
		}
		x++
	}
	const (
		endOfRow = iota
		endOfPicture
		move
	)
	for y < h.Height {
		if len(in) < 2 {
			return io.ErrUnexpectedEOF
		}
		count, code := int(in[0]), in[1]
		in = in[2:]
		if count > 0 { // a run; of RLE4, of two indices in turn
			pair := [2]byte{code, code}
			if h.Bits == 4 {
				pair = [2]byte{code >> 4, code & 15}
			}
			for i := range count {
				put(pair[i%2])
			}
			continue
		}
		switch code {
		case endOfRow:
			x, y = 0, y+1
		case endOfPicture:
			return nil
		case move:
			if len(in) < 2 {
				return io.ErrUnexpectedEOF
			}
			x, y = x+int(in[0]), y+int(in[1])
			in = in[2:]
		default: // so many indices as they are, padded to an even number of bytes
			n := (int(code)*h.Bits + 7) / 8
			if len(in) < n+n%2 {
				return io.ErrUnexpectedEOF
			}
			var indices [256]byte
			unpack(indices[:code], in, h.Bits)
			for _, index := range indices[:code] {
				put(index)
			}
			in = in[n+n%2:]
		}
	}
	return nil
}
