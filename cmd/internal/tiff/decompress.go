package tiff

import (
	"bytes"
	gif "compress/lzw" // whose codes are those of GIF; TIFF's become longer a code earlier
	"compress/zlib"
	"errors"
	"fmt"
	"image"
	"io"
	"math"
	"math/bits"

	"golang.org/x/image/tiff/lzw"

	"github.com/ddpmz/ddpmz/codec/jpeg"
	"github.com/ddpmz/ddpmz/codec/jpeg/pixels"
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
		r := lzwReader(in)
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

// lzwReader decompresses a strip of LZW codes. Those that writers made before TIFF 6.0, libtiff's to version 4 among them, begin
// at the lowest bit of a byte, as GIF's do, and become longer a code later. Their first is that which clears the table, 256: a
// byte 0 and one with its lowest bit set, which the newer order of bits cannot begin with.
func lzwReader(in []byte) io.ReadCloser {
	if len(in) > 1 && in[0] == 0 && in[1]&1 == 1 {
		return gif.NewReader(bytes.NewReader(in), gif.LSB, 8)
	}
	return lzw.NewReader(bytes.NewReader(in), lzw.MSB, 8)
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

// decodeJPEG decodes a strip or tile that is a JPEG stream, whose tables may be in a field of the directory. What the components are
// is for TIFF to say: red, green and blue where they are Y, Cb and Cr, and samples as they are where not.
func (d *decompressor) decodeJPEG(in []byte, width, height int) ([]byte, error) {
	p := d.page
	const soi, eoi = "\xff\xd8", "\xff\xd9"
	in, ok := bytes.CutPrefix(in, []byte(soi))
	if !ok {
		return nil, FormatError("a strip of JPEG without its beginning")
	}
	tables := bytes.TrimSuffix(bytes.TrimPrefix(p.Bytes(TagJPEGTables), []byte(soi)), []byte(eoi))
	stream := append(append([]byte(soi), tables...), in...)
	const unit = 16 // pixels by which a stream may be larger than its strip or tile, as codes are of whole blocks
	f, err := jpeg.Parse(stream, jpeg.Limits{MaxPixels: int64(width+unit-1) * int64(height+unit-1)})
	if err != nil {
		return nil, fmt.Errorf("tiff: %w", err)
	}
	if f.Width < width || f.Height < height || f.Width >= width+unit || f.Height >= height+unit {
		return nil, FormatError(fmt.Sprintf("%d x %d pixels in a JPEG stream of %d x %d", width, height, f.Width, f.Height))
	}
	if len(f.Components) != d.samples {
		return nil, FormatError("a JPEG stream with another number of components")
	}
	layout := pixels.Layout{Width: f.Width, Height: f.Height, Colours: pixels.YCbCr}
	for _, c := range f.Components {
		layout.Components = append(layout.Components, pixels.Component{H: c.H, V: c.V, Wide: c.Wide, High: c.High})
	}
	out := make([]byte, 0, width*height*d.samples)
	if p.Photometric == yCbCr && d.samples == 3 {
		m, err := layout.Image(pixels.BlocksOf(f), 0)
		if err != nil {
			return nil, fmt.Errorf("tiff: %w", err)
		}
		rgba := m.(*image.RGBA)
		for y := range height {
			for x := range width {
				out = append(out, rgba.Pix[y*rgba.Stride+4*x:][:3]...)
			}
		}
		return out, nil
	}
	planes, err := layout.Samples(pixels.BlocksOf(f))
	if err != nil {
		return nil, fmt.Errorf("tiff: %w", err)
	}
	for y := range height {
		for x := range width {
			for _, plane := range planes {
				out = append(out, plane[y*f.Width+x])
			}
		}
	}
	return out, nil
}
