package picture

import (
	"image"
	"image/color"

	"github.com/ddpmz/ddpmz/cmd/internal/pnm"
	"github.com/ddpmz/ddpmz/codec/metadata"
)

func pnmHeader(file []byte) (header, error) {
	h, err := pnm.ReadHeader(file)
	if err != nil {
		return header{}, err
	}
	return headerOf(image.Config{ColorModel: h.ColorModel(), Width: h.Width, Height: h.Height}, nil)
}

// readPNM reads a Netpbm file. Where the greatest sample is 2^n - 1 the depth n is
// kept, in the layout of a PNG file or in an sBIT chunk; where it is not, that it
// was another is a loss.
func readPNM(file []byte, p *Picture) error {
	img, h, rest, err := pnm.Decode(file)
	if err != nil {
		return err
	}
	p.Image, p.Format = img, h.Format()
	bits := uint8(h.Bits())
	if h.Depth%2 == 0 {
		layout := metadata.Layout{Depth: 8, ColourType: metadata.RGBA}
		if bits > 8 {
			layout.Depth = 16
		}
		if h.Depth == 2 {
			layout.ColourType = metadata.GrayAlpha
		}
		p.keepLayout(layout)
	}
	switch {
	case !h.Exact():
		top := 255
		if bits > 8 {
			top = 65535
		}
		p.lose(LossDepth, "samples of 0 to %d, widened to 0 to %d", h.Max, top)
	case bits == 8 || bits == 16:
	default:
		p.keepDepth(bits)
	}
	profiles{comments: h.Comments}.keep(p)
	if _, err := pnm.ReadHeader(rest); err == nil {
		p.lose(LossImages, "further pictures in the file")
	} else if h.Magic > "P3" { // plain files may end with anything
		p.loseTrailing(rest)
	}
	return nil
}

// keepDepth notes that samples of a gray or RGB picture have so many bits and were
// widened to 8 or 16: as the layout, where PNG has one, else as an sBIT chunk.
func (p *Picture) keepDepth(bits uint8) {
	if p.Image.ColorModel() == color.GrayModel && (bits == 1 || bits == 2 || bits == 4) {
		p.Metadata.Layout = metadata.Layout{Depth: bits, ColourType: metadata.Gray}
		return
	}
	channels := 3
	switch p.Image.(type) {
	case *image.Gray, *image.Gray16:
		channels = 1
	case *image.NRGBA, *image.NRGBA64:
		channels = 4
		if p.Metadata.Layout.ColourType == metadata.GrayAlpha {
			channels = 2
		}
	}
	data := make([]byte, channels)
	for i := range data {
		data[i] = bits
	}
	p.Metadata.Chunks = append(p.Metadata.Chunks, metadata.Chunk{Type: "sBIT", Place: metadata.BeforePLTE, Data: data})
}
