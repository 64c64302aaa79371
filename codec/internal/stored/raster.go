package stored

import (
	"fmt"
	"math/bits"
)

// A Raster is a rectangle of samples and what is known of them beforehand.
//
// Samples holds Height rows of Width pixels of Channels samples, interleaved,
// top row first: sample c of the pixel (x, y) is
// Samples[(y*Width+x)*Channels+c], in [0, 1<<Depth).
//
// A raster that is encoded may have Row instead: it writes row y to samples.
// One that is decoded may have SetRow instead: it takes row y, which is there until it returns.
// Then the samples need not be there all at once.
type Raster struct {
	Width, Height int // pixels; either may be 0
	Channels      int // 1, or 3: red, green and blue
	Depth         int // bits a sample: 1, 2, 4, 8 or 16
	Samples       []uint16
	Row           func(y int, samples []uint16)
	SetRow        func(y int, row []Pixel)

	// Stop, if set, is asked before every row that is encoded or decoded, and
	// before every block that is compressed; its error ends the call, as it is.
	Stop func() error
}

// maxSamples bounds a raster so that its serialized rows, two bytes a sample
// and a filter byte a row, can be indexed by an int on 32-bit machines.
const maxSamples = 1 << 29

// check reports whether the raster describes itself consistently. It does not
// look at the samples' values.
func (r *Raster) check() error {
	if err := r.checkSize(); err != nil {
		return err
	}
	if n := r.Width * r.Channels * r.Height; r.Row == nil && len(r.Samples) != n {
		return RasterError(fmt.Sprintf("%d samples where the size needs %d", len(r.Samples), n))
	}
	return nil
}

// checkSize is check without the number of samples.
func (r *Raster) checkSize() error {
	switch {
	case r == nil:
		return RasterError("no raster")
	case r.Width < 0 || r.Height < 0:
		return RasterError(fmt.Sprintf("negative size %d x %d", r.Width, r.Height))
	case r.Channels != 1 && r.Channels != 3:
		return RasterError(fmt.Sprintf("%d channels", r.Channels))
	case r.Depth != 1 && r.Depth != 2 && r.Depth != 4 && r.Depth != 8 && r.Depth != 16:
		return RasterError(fmt.Sprintf("depth of %d bits", r.Depth))
	case r.Width > maxSamples || r.Height > maxSamples:
		return RasterError(fmt.Sprintf("size %d x %d is too large", r.Width, r.Height))
	}
	// The first product is below 2^31; only the second needs 128 bits.
	hi, n := bits.Mul64(uint64(r.Width)*uint64(r.Channels), uint64(r.Height))
	if hi != 0 || n > maxSamples {
		return RasterError(fmt.Sprintf("size %d x %d x %d is too large", r.Width, r.Height, r.Channels))
	}
	return nil
}

// checkRow reports a sample of a row that does not fit the depth.
func (r *Raster) checkRow(y int, samples []uint16) error {
	all := uint16(0)
	for _, v := range samples {
		all |= v
	}
	if all>>r.Depth == 0 {
		return nil
	}
	for i, v := range samples {
		if v>>r.Depth != 0 {
			return RasterError(fmt.Sprintf("sample %d of row %d is %d, more than %d bits hold", i, y, v, r.Depth))
		}
	}
	return nil
}

// stopped returns the error of Stop.
func (r *Raster) stopped() error {
	if r.Stop == nil {
		return nil
	}
	return r.Stop()
}

// rowBytes is the length of one serialized row, without a filter byte.
func (r *Raster) rowBytes() int {
	return int((int64(r.Width)*int64(r.Channels)*int64(r.Depth) + 7) / 8)
}

// samplesOf returns the samples of row y.
func (r *Raster) samplesOf(y int) []uint16 {
	n := r.Width * r.Channels
	return r.Samples[y*n : (y+1)*n]
}

// row returns the samples of row y, which are valid until the next call with the
// same scratch.
func (r *Raster) row(y int, scratch []uint16) []uint16 {
	if r.Row == nil {
		return r.samplesOf(y)
	}
	if scratch == nil {
		scratch = make([]uint16, r.Width*r.Channels)
	}
	r.Row(y, scratch)
	return scratch
}

// packRow serializes samples into dst as PNG does: samples below 8 bits share
// bytes, first sample in the highest bits, the row's last byte padded with
// zeros; 16-bit samples are big-endian.
func packRow(dst []byte, samples []uint16, depth int) {
	switch depth {
	case 8:
		for i, v := range samples {
			dst[i] = byte(v)
		}
	case 16:
		for i, v := range samples {
			dst[2*i], dst[2*i+1] = byte(v>>8), byte(v)
		}
	default:
		clear(dst)
		for i, v := range samples {
			bit := i * depth
			dst[bit/8] |= byte(v) << (8 - depth - bit%8)
		}
	}
}

// unpackRow undoes packRow. Padding bits are ignored.
func unpackRow(samples []uint16, src []byte, depth int) {
	switch depth {
	case 8:
		for i := range samples {
			samples[i] = uint16(src[i])
		}
	case 16:
		for i := range samples {
			samples[i] = uint16(src[2*i])<<8 | uint16(src[2*i+1])
		}
	default:
		mask := uint16(1)<<depth - 1
		for i := range samples {
			bit := i * depth
			samples[i] = uint16(src[bit/8]>>(8-depth-bit%8)) & mask
		}
	}
}

// packPixels makes pixels of a row's samples.
func packPixels(row []Pixel, samples []uint16, channels, depth int) {
	if channels == 1 {
		for x := range row {
			row[x] = Pixel(samples[x])
		}
		return
	}
	for x := range row {
		s := samples[3*x:][:3]
		row[x] = Pixel(s[1])<<(2*depth) | Pixel(s[0])<<depth | Pixel(s[2])
	}
}

// unpackPixels undoes packPixels.
func unpackPixels(samples []uint16, row []Pixel, channels, depth int) {
	if channels == 1 {
		for x, v := range row {
			samples[x] = uint16(v)
		}
		return
	}
	most := Pixel(1)<<depth - 1
	for x, v := range row {
		s := samples[3*x:][:3]
		s[0], s[1], s[2] = uint16(v>>depth&most), uint16(v>>(2*depth)), uint16(v&most)
	}
}
