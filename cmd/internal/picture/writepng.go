package picture

import (
	"bytes"
	"image"
	"image/draw"
	"image/png"
	"io"

	"github.com/ddpmz/ddpmz/cmd/internal/images"
	"github.com/ddpmz/ddpmz/codec/metadata"
)

// writePNG writes img in m's layout if it fits, else in image/png's, with m's
// chunks.
func writePNG(w io.Writer, img image.Image, m *metadata.Metadata, opts WriteOptions) ([]Loss, error) {
	if m, ok := img.(*image.YCbCr); ok { // which image/png would write with 16 bits
		rgb := image.NewRGBA(m.Rect)
		draw.Draw(rgb, m.Rect, m, m.Rect.Min, draw.Src)
		img = rgb
	}
	file, ok := encodeAs(m.Layout, img, opts.Compression)
	if !ok {
		var out bytes.Buffer
		encoder := png.Encoder{CompressionLevel: opts.Compression}
		if m.Layout.ColourType == metadata.RGBA && images.Opaque(img) {
			img = unopaque{img}
		}
		if err := encoder.Encode(&out, img); err != nil {
			return nil, err
		}
		file = out.Bytes()
	}
	_, err := w.Write(splice(file, m))
	return nil, err
}

// unopaque hides that an image has no transparent pixel, so that image/png
// writes an alpha channel all the same.
type unopaque struct{ image.Image }

func (unopaque) Opaque() bool { return false }

// encodeAs encodes img in one of the layouts that image/png does not write, or
// returns false if the layout is another or the image does not fit into it.
func encodeAs(layout metadata.Layout, img image.Image, level png.CompressionLevel) ([]byte, bool) {
	if img.Bounds().Empty() {
		return nil, false
	}
	switch {
	case layout.ColourType == metadata.Indexed && isDepth(layout.Depth, 1, 2, 4, 8):
		if img, ok := img.(*image.Paletted); ok {
			if r, ok := indexRows(img, layout.Depth); ok {
				return r.encode(layout, img.Palette, level), true
			}
		}
	case layout.ColourType == metadata.Gray && isDepth(layout.Depth, 1, 2, 4):
		if img, ok := img.(*image.Gray); ok {
			if r, ok := grayRows(img, layout.Depth); ok {
				return r.encode(layout, nil, level), true
			}
		}
	}
	if layout.ColourType == metadata.GrayAlpha || layout.ColourType == metadata.Gray && layout.Depth > 0 {
		// Gray with tRNS has become gray with alpha, which PNG has at 8 and 16
		// bits only.
		if r, ok := grayAlphaRows(img); ok {
			return r.encode(metadata.Layout{Depth: uint8(r.pixelBits / 2), ColourType: metadata.GrayAlpha}, nil, level), true
		}
	}
	return nil, false
}

func isDepth(depth uint8, allowed ...uint8) bool { return bytes.IndexByte(allowed, depth) >= 0 }

// splice returns a PNG file with m's chunks put in their places, those left out
// that would say something untrue. The file is one that this package or
// image/png wrote.
func splice(file []byte, m *metadata.Metadata) []byte {
	var layout metadata.Layout
	out := make([]byte, 0, len(file))
	out = append(out, pngSignature...)
	put := func(place metadata.Place) {
		for _, c := range m.Chunks {
			if c.Place == place && fits(c, m.Layout, layout) {
				out = appendChunk(out, c.Type, c.Data)
			}
		}
	}
	seenIDAT := false
	scan(file, func(c rawChunk) error { // it has no errors in a file of our own
		switch {
		case c.kind == "IDAT" && !seenIDAT:
			seenIDAT = true
			put(metadata.BeforeIDAT)
		case c.kind == "IEND":
			put(metadata.AfterIDAT)
		}
		out = appendChunk(out, c.kind, c.data)
		if c.kind == "IHDR" {
			layout = metadata.Layout{Depth: c.data[8], ColourType: c.data[9]}
			put(metadata.BeforePLTE)
		}
		return nil
	})
	return out
}

// fits reports whether a chunk holds for a file of the given layout; source is
// the layout it was read with, or zero if that was the natural one.
func fits(c metadata.Chunk, source, written metadata.Layout) bool {
	switch c.Type {
	case "sBIT": // significant bits of each channel
		if source != (metadata.Layout{}) && source != written {
			return false
		}
		return len(c.Data) == map[uint8]int{metadata.Gray: 1, metadata.RGB: 3, metadata.Indexed: 3, metadata.GrayAlpha: 2, metadata.RGBA: 4}[written.ColourType]
	case "bKGD": // a colour, in the file's own terms
		if source != (metadata.Layout{}) && source.Depth != written.Depth {
			return false
		}
		return len(c.Data) == map[uint8]int{metadata.Gray: 2, metadata.RGB: 6, metadata.Indexed: 1, metadata.GrayAlpha: 2, metadata.RGBA: 6}[written.ColourType]
	}
	return true
}
