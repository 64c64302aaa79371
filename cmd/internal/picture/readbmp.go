package picture

import (
	"image"
	"image/color"

	"github.com/ddpmz/ddpmz/cmd/internal/bmp"
	"github.com/ddpmz/ddpmz/codec/metadata"
)

func bmpHeader(file []byte) (header, error) {
	h, err := bmp.ReadHeader(file)
	if err != nil {
		return header{}, err
	}
	return headerOf(image.Config{ColorModel: h.ColorModel(), Width: h.Width, Height: h.Height}, nil)
}

// readBMP reads a Windows or OS/2 bitmap.
func readBMP(file []byte, p *Picture) error {
	img, h, err := bmp.Decode(file)
	if err != nil {
		return err
	}
	p.Image = img
	if m, ok := img.(*image.Paletted); ok {
		if h.Beyond > 0 {
			p.lose(LossDamage, "the colours of %s, which the palette does not have; they get its first", plural(h.Beyond, "pixel"))
		}
		if h.Skipped > 0 {
			p.lose(LossDamage, "%s that the run-length codes leave out; they get the palette's first colour", plural(h.Skipped, "pixel"))
		}
		if h.Outside > 0 {
			p.lose(LossDamage, "%s of run-length codes beyond the end of a row", plural(h.Outside, "pixel"))
		}
		if isRamp(m.Palette) {
			p.Image = &image.Gray{Pix: m.Pix, Stride: m.Stride, Rect: m.Rect}
		} else {
			p.keepLayout(metadata.Layout{Depth: uint8(h.Bits), ColourType: metadata.Indexed})
		}
	}
	p.keepWidths(h.Widths())
	profiles{icc: h.Profile, resolution: resolutionOf(uint32(h.XPerMetre), uint32(h.YPerMetre))}.keep(p)
	if h.Unread != "" {
		p.lose(LossProfile, "%s", h.Unread)
	}
	p.loseTrailing(file[h.End:])
	return nil
}

// isRamp reports whether a palette is all 256 grays, from black to white: a bitmap
// has no other way of saying that it is gray.
func isRamp(palette color.Palette) bool {
	for i, c := range palette {
		if c != (color.RGBA{uint8(i), uint8(i), uint8(i), 0xff}) {
			return false
		}
	}
	return len(palette) == 256
}

// keepWidths notes in an sBIT chunk that samples of red, green, blue and alpha have
// so many bits, if they are neither 8 nor 16; all 0 if that is not known.
func (p *Picture) keepWidths(widths [4]int) {
	n := 3
	if widths[3] > 0 {
		n = 4
	}
	var data []byte
	said := false
	for _, w := range widths[:n] {
		said = said || w != 8 && w != 16
		if w < 1 || w > 16 {
			return
		}
		data = append(data, byte(w))
	}
	if said {
		p.Metadata.Chunks = append(p.Metadata.Chunks, metadata.Chunk{Type: "sBIT", Place: metadata.BeforePLTE, Data: data})
	}
}
