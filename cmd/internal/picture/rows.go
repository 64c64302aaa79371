package picture

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"image/color"
	"image/png"

	"github.com/ddpmz/ddpmz/codec/metadata"
)

// rows are the packed rows of a PNG file, each after a byte for its filter. It
// is for the layouts that image/png reads and does not write.
type rows struct {
	width, height int
	pixelBits     int
	stride        int // bytes, with the filter's
	data          []byte
}

func newRows(width, height, pixelBits int) *rows {
	stride := 1 + int((int64(width)*int64(pixelBits)+7)/8)
	return &rows{width, height, pixelBits, stride, make([]byte, height*stride)}
}

// row returns row y without its filter byte.
func (r *rows) row(y int) []byte { return r.data[y*r.stride+1 : (y+1)*r.stride] }

// put sets a pixel of at most 8 bits, once.
func (r *rows) put(x, y int, v byte) {
	bit := x * r.pixelBits
	r.row(y)[bit/8] |= v << (8 - r.pixelBits - bit%8)
}

// encode returns a whole PNG file; palette is nil but for indexed pictures.
// Pixels of whole bytes are filtered, all with Paeth's predictor; smaller ones
// are not, as filters seldom help them. The rows are spoiled.
func (r *rows) encode(layout metadata.Layout, palette color.Palette, level png.CompressionLevel) []byte {
	var header []byte
	header = binary.BigEndian.AppendUint32(header, uint32(r.width))
	header = binary.BigEndian.AppendUint32(header, uint32(r.height))
	header = append(header, layout.Depth, layout.ColourType, 0, 0, 0)

	out := appendChunk([]byte(pngSignature), "IHDR", header)
	if palette != nil {
		colours, alphas := paletteChunks(palette)
		out = appendChunk(out, "PLTE", colours)
		if len(alphas) > 0 {
			out = appendChunk(out, "tRNS", alphas)
		}
	}
	if r.pixelBits > 8 {
		r.filter()
	}
	out = appendChunk(out, "IDAT", r.compress(level))
	return appendChunk(out, "IEND", nil)
}

// filter replaces all rows, from the bottom up and each from its right, by
// their differences from Paeth's predictor.
func (r *rows) filter() {
	const paethFilter = 4
	bpp := r.pixelBits / 8
	up := make([]byte, r.stride-1) // zeros above the first
	for y := r.height - 1; y >= 0; y-- {
		r.data[y*r.stride] = paethFilter
		cur, above := r.row(y), up
		if y > 0 {
			above = r.row(y - 1)
		}
		for i := len(cur) - 1; i >= bpp; i-- {
			cur[i] -= paeth(cur[i-bpp], above[i], above[i-bpp])
		}
		for i := range min(bpp, len(cur)) {
			cur[i] -= above[i]
		}
	}
}

// paeth returns whichever of its arguments is nearest to left + up - corner,
// and of those equally near the first.
func paeth(left, up, corner byte) byte {
	a, b, c := int(left), int(up), int(corner)
	away := func(v int) int { return max(a+b-c-v, v-(a+b-c)) }
	switch {
	case away(a) <= away(b) && away(a) <= away(c):
		return left
	case away(b) <= away(c):
		return up
	}
	return corner
}

// compress returns the zlib stream of the rows.
func (r *rows) compress(level png.CompressionLevel) []byte {
	zlevel := zlib.DefaultCompression
	switch level {
	case png.NoCompression:
		zlevel = zlib.NoCompression
	case png.BestSpeed:
		zlevel = zlib.BestSpeed
	case png.BestCompression:
		zlevel = zlib.BestCompression
	}
	var out bytes.Buffer
	w, _ := zlib.NewWriterLevel(&out, zlevel) // the level is a valid one
	w.Write(r.data)                           // a bytes.Buffer takes everything
	w.Close()
	return out.Bytes()
}

// paletteChunks returns the contents of PLTE and tRNS. The latter ends with the
// last transparent entry.
func paletteChunks(palette color.Palette) (colours, alphas []byte) {
	used := 0
	for i, entry := range palette {
		c := color.NRGBAModel.Convert(entry).(color.NRGBA)
		colours = append(colours, c.R, c.G, c.B)
		alphas = append(alphas, c.A)
		if c.A != 0xff {
			used = i + 1
		}
	}
	return colours, alphas[:used]
}
