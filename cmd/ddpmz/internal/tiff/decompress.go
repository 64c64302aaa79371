package tiff

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"math"
	"math/bits"

	"golang.org/x/image/tiff/lzw"
)

// A decompressor decompresses the strips or tiles of a page.
type decompressor struct {
	page    *Page
	samples int // of a pixel, in a strip
}

// decompress returns the samples of a strip or tile of so many pixels.
func (d *decompressor) decompress(in []byte, width, height int) ([]byte, error) {
	p := d.page
	stride := (width*d.samples*p.Bits + 7) / 8
	if int64(stride)*int64(height) > math.MaxInt32 {
		return nil, UnsupportedError("a strip or tile of more than 2 GiB in a TIFF file")
	}
	size := stride * height
	if p.reversed && p.compression != compressionJPEG {
		in = reverse(in)
	}
	var out []byte
	var err error
	switch p.compression {
	case compressionNone:
		if len(in) < size {
			return nil, io.ErrUnexpectedEOF
		}
		out = in[:size]
	case compressionLZW:
		r := lzw.NewReader(bytes.NewReader(in), lzw.MSB, 8)
		out, err = readAll(r, size)
		r.Close()
	case compressionDeflate, compressionAdobeDeflate:
		r, zerr := zlib.NewReader(bytes.NewReader(in))
		if zerr != nil {
			return nil, fmt.Errorf("tiff: %w", zerr)
		}
		out, err = readAll(r, size)
	case compressionPackBits:
		out, err = unpackBits(in, size)
	case compressionFaxRows, compressionT4, compressionT6:
		out, err = decodeFax(in, width, height, faxMode{
			t6:      p.compression == compressionT6,
			twoD:    p.compression == compressionT4 && p.Uint(TagT4Options, 0)&1 != 0,
			aligned: p.compression == compressionFaxRows,
		})
	case compressionJPEG:
		return d.decodeJPEG(in, width, height)
	}
	if err != nil {
		return nil, err
	}
	if p.predictor == 2 {
		if p.compression == compressionNone {
			out = bytes.Clone(out)
		}
		d.undoDifferences(out, stride)
	}
	return out, nil
}

// readAll reads a strip of a known size; what comes after it is not looked at.
func readAll(r io.Reader, size int) ([]byte, error) {
	var out bytes.Buffer
	n, err := io.Copy(&out, io.LimitReader(r, int64(size)))
	if err == nil && n < int64(size) || errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if err != nil && n < int64(size) {
		return nil, fmt.Errorf("tiff: %w", err)
	}
	return out.Bytes(), nil
}

// reverse returns bytes with the order of their bits exchanged.
func reverse(in []byte) []byte {
	out := make([]byte, len(in))
	for i, b := range in {
		out[i] = bits.Reverse8(b)
	}
	return out
}

// unpackBits undoes PackBits: a byte n, with a sign, is followed by n + 1 bytes
// as they are, or by one to repeat 1 - n times; -128 is nothing.
func unpackBits(in []byte, size int) ([]byte, error) {
	var out []byte
	for len(out) < size {
		if len(in) < 2 {
			return nil, io.ErrUnexpectedEOF
		}
		n := int(int8(in[0]))
		in = in[1:]
		switch {
		case n >= 0:
			if len(in) < n+1 {
				return nil, io.ErrUnexpectedEOF
			}
			out = append(out, in[:n+1]...)
			in = in[n+1:]
		case n != -128:
			for range 1 - n {
				out = append(out, in[0])
			}
			in = in[1:]
		}
	}
	return out[:size], nil
}

// undoDifferences undoes predictor 2: each sample is stored as the difference
// from that of the pixel on the left.
func (d *decompressor) undoDifferences(data []byte, stride int) {
	p := d.page
	for ; len(data) >= stride && stride > 0; data = data[stride:] {
		if p.Bits == 8 {
			for i := d.samples; i < stride; i++ {
				data[i] += data[i-d.samples]
			}
			continue
		}
		for i := 2 * d.samples; i+1 < stride; i += 2 {
			p.Order.PutUint16(data[i:], p.Order.Uint16(data[i:])+p.Order.Uint16(data[i-2*d.samples:]))
		}
	}
}

// decodeJPEG decodes a strip or tile that is a JPEG stream, whose tables may be in
// a field of the directory. What the components are is for TIFF to say: an Adobe
// segment says it to image/jpeg.
func (d *decompressor) decodeJPEG(in []byte, width, height int) ([]byte, error) {
	p := d.page
	const soi, eoi = "\xff\xd8", "\xff\xd9"
	in, ok := bytes.CutPrefix(in, []byte(soi))
	if !ok {
		return nil, FormatError("a strip of JPEG without its beginning")
	}
	stream := []byte(soi)
	if d.samples > 1 {
		transform := byte(0)
		if p.Photometric == yCbCr {
			transform = 1
		}
		stream = append(stream, "\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00"...)
		stream = append(stream, transform)
	}
	tables := bytes.TrimSuffix(bytes.TrimPrefix(p.Bytes(TagJPEGTables), []byte(soi)), []byte(eoi))
	stream = append(append(stream, tables...), in...)
	c, err := jpeg.DecodeConfig(bytes.NewReader(stream))
	if err != nil {
		return nil, fmt.Errorf("tiff: %w", err)
	}
	const unit = 16 // pixels by which a stream may be larger than its strip or tile, as codes are of whole blocks
	if c.Width < width || c.Height < height || c.Width >= width+unit || c.Height >= height+unit {
		return nil, FormatError(fmt.Sprintf("%d x %d pixels in a JPEG stream of %d x %d", width, height, c.Width, c.Height))
	}
	m, err := jpeg.Decode(bytes.NewReader(stream))
	if err != nil {
		return nil, fmt.Errorf("tiff: %w", err)
	}
	out := make([]byte, 0, width*height*d.samples)
	for y := range height {
		for x := range width {
			if out, ok = appendSamples(out, m, x, y, d.samples); !ok {
				return nil, FormatError("a JPEG stream with another number of components")
			}
		}
	}
	return out, nil
}

// appendSamples appends the samples of a pixel of an image that image/jpeg made,
// or returns false if there are not as many.
func appendSamples(out []byte, m image.Image, x, y, samples int) ([]byte, bool) {
	switch m := m.(type) {
	case *image.Gray:
		return append(out, m.GrayAt(x, y).Y), samples == 1
	case *image.CMYK: // which image/jpeg has inverted
		c := m.CMYKAt(x, y)
		return append(out, ^c.C, ^c.M, ^c.Y, ^c.K), samples == 4
	default:
		r, g, b, _ := m.At(x, y).RGBA()
		return append(out, byte(r>>8), byte(g>>8), byte(b>>8)), samples == 3
	}
}
