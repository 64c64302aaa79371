package picture

import (
	"bytes"
	"image"
	"image/png"
	"io"
)

// writePNG writes img in m's layout if it fits, else in image/png's, with m's
// chunks.
func writePNG(w io.Writer, img image.Image, m *Metadata, opts Options) error {
	file, ok := encodeAs(m.Layout, img, opts.Compression)
	if !ok {
		var out bytes.Buffer
		encoder := png.Encoder{CompressionLevel: opts.Compression}
		if m.Layout.ColourType == typeRGBA && isOpaque(img) {
			img = unopaque{img}
		}
		if err := encoder.Encode(&out, img); err != nil {
			return err
		}
		file = out.Bytes()
	}
	_, err := w.Write(splice(file, m))
	return err
}

// unopaque hides that an image has no transparent pixel, so that image/png
// writes an alpha channel all the same.
type unopaque struct{ image.Image }

func (unopaque) Opaque() bool { return false }

// encodeAs encodes img in one of the layouts that image/png does not write, or
// returns false if the layout is another or the image does not fit into it.
func encodeAs(layout Layout, img image.Image, level png.CompressionLevel) ([]byte, bool) {
	if img.Bounds().Empty() {
		return nil, false
	}
	switch {
	case layout.ColourType == typeIndexed && isDepth(layout.Depth, 1, 2, 4, 8):
		if img, ok := img.(*image.Paletted); ok {
			if r, ok := indexRows(img, layout.Depth); ok {
				return r.encode(layout, img.Palette, level), true
			}
		}
	case layout.ColourType == typeGray && isDepth(layout.Depth, 1, 2, 4):
		if img, ok := img.(*image.Gray); ok {
			if r, ok := grayRows(img, layout.Depth); ok {
				return r.encode(layout, nil, level), true
			}
		}
	}
	if layout.ColourType == typeGrayAlpha || layout.ColourType == typeGray && layout.Depth > 0 {
		// Gray with tRNS has become gray with alpha, which PNG has at 8 and 16
		// bits only.
		if r, ok := grayAlphaRows(img); ok {
			return r.encode(Layout{uint8(r.pixelBits / 2), typeGrayAlpha}, nil, level), true
		}
	}
	return nil, false
}

func isDepth(depth uint8, allowed ...uint8) bool { return bytes.IndexByte(allowed, depth) >= 0 }

// splice returns a PNG file with m's chunks put in their places, those left out
// that would say something untrue. The file is one that this package or
// image/png wrote.
func splice(file []byte, m *Metadata) []byte {
	var layout Layout
	out := make([]byte, 0, len(file))
	out = append(out, pngSignature...)
	put := func(place Place) {
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
			put(BeforeIDAT)
		case c.kind == "IEND":
			put(AfterIDAT)
		}
		out = appendChunk(out, c.kind, c.data)
		if c.kind == "IHDR" {
			layout = Layout{Depth: c.data[8], ColourType: c.data[9]}
			put(BeforePLTE)
		}
		return nil
	})
	return out
}

// fits reports whether a chunk holds for a file of the given layout; source is
// the layout it was read with, or zero if that was the natural one.
func fits(c Chunk, source, written Layout) bool {
	switch c.Type {
	case "sBIT": // significant bits of each channel
		if source != (Layout{}) && source != written {
			return false
		}
		return len(c.Data) == map[uint8]int{typeGray: 1, typeRGB: 3, typeIndexed: 3, typeGrayAlpha: 2, typeRGBA: 4}[written.ColourType]
	case "bKGD": // a colour, in the file's own terms
		if source != (Layout{}) && source.Depth != written.Depth {
			return false
		}
		return len(c.Data) == map[uint8]int{typeGray: 2, typeRGB: 6, typeIndexed: 1, typeGrayAlpha: 2, typeRGBA: 6}[written.ColourType]
	}
	return true
}
