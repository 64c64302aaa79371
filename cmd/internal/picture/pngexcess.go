package picture

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"image"
	"image/png"
	"io"

	"github.com/ddpmz/ddpmz/codec/metadata"
)

// decodeExcess decodes a picture whose image data do not end after its last row,
// which image/png refuses and libpng reads with a warning. It returns nil if that
// is not what is wrong.
func (s *pngScan) decodeExcess() image.Image {
	var data []io.Reader
	for _, part := range s.imageData {
		data = append(data, bytes.NewReader(part))
	}
	stream, err := zlib.NewReader(io.MultiReader(data...))
	if err != nil {
		return nil
	}
	size := s.dataSize()
	var stored bytes.Buffer
	w, _ := zlib.NewWriterLevel(&stored, zlib.NoCompression) // the level is a valid one
	if n, _ := io.CopyN(w, stream, size); n < size {
		return nil
	}
	w.Close() // a bytes.Buffer takes everything
	if n, _ := stream.Read(make([]byte, 1)); n == 0 {
		return nil
	}
	file := appendChunk([]byte(pngSignature), "IHDR", s.ihdr)
	for _, whole := range s.kept {
		if kind := string(whole[4:8]); kind == "PLTE" || kind == "tRNS" {
			file = append(file, whole...)
		}
	}
	file = appendChunk(file, "IDAT", stored.Bytes())
	img, err := png.Decode(bytes.NewReader(appendChunk(file, "IEND", nil)))
	if err != nil {
		return nil
	}
	return img
}

// dataSize returns the size of the image data of the file, not compressed: each row
// of each pass begins with a byte for its filter.
func (s *pngScan) dataSize() int64 {
	width, height := int64(binary.BigEndian.Uint32(s.ihdr)), int64(binary.BigEndian.Uint32(s.ihdr[4:]))
	samples := map[uint8]int64{metadata.Gray: 1, metadata.RGB: 3, metadata.Indexed: 1, metadata.GrayAlpha: 2, metadata.RGBA: 4}[s.layout.ColourType]
	pixelBits := samples * int64(s.layout.Depth)
	// A pass has every so many columns and rows, from the first of them on.
	type pass struct{ x, y, dx, dy int64 }
	passes := []pass{{0, 0, 1, 1}}
	if interlaced := s.ihdr[12] == 1; interlaced {
		passes = []pass{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}}
	}
	var size int64
	for _, p := range passes {
		columns, rows := (width-p.x+p.dx-1)/p.dx, (height-p.y+p.dy-1)/p.dy
		if columns > 0 && rows > 0 {
			size += rows * (1 + (columns*pixelBits+7)/8)
		}
	}
	return size
}
