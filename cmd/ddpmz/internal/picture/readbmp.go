package picture

import (
	"image"

	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/bmp"
	"github.com/ddpmz/ddpmz/codec/metadata"
)

func bmpConfig(file []byte) (image.Config, error) {
	h, err := bmp.ReadHeader(file)
	if err != nil {
		return image.Config{}, err
	}
	return image.Config{ColorModel: h.ColorModel(), Width: h.Width, Height: h.Height}, nil
}

// readBMP reads a Windows or OS/2 bitmap.
func readBMP(file []byte, p *Picture) error {
	img, h, err := bmp.Decode(file)
	if err != nil {
		return err
	}
	p.Image = img
	if _, ok := img.(*image.Paletted); ok {
		if h.Beyond > 0 {
			p.lose(LossDamage, "%d pixels have colours that the palette does not have, and get its first", h.Beyond)
		}
		p.keepLayout(metadata.Layout{Depth: uint8(h.Bits), ColourType: metadata.Indexed})
	}
	profiles{icc: h.Profile, resolution: resolutionOf(uint32(h.XPerMetre), uint32(h.YPerMetre))}.keep(p)
	if h.Unread != "" {
		p.lose(LossProfile, "%s", h.Unread)
	}
	return nil
}
