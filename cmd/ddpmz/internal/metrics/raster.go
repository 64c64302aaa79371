package metrics

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
)

// A Raster is an opaque picture of 8 bits a sample: R, G, B, R, G, B, ... from the top left, row by row.
type Raster struct {
	Width, Height int
	Pix           []uint8 // 3·Width·Height samples
}

// An UnsupportedError is a picture that a Raster cannot hold.
type UnsupportedError string

func (e UnsupportedError) Error() string { return "metrics: unsupported: " + string(e) }

// NewRaster copies m. Gray and palettes become RGB. Transparency and more than 8 bits a sample are an
// UnsupportedError, since most codecs that we compare with would lose them.
func NewRaster(m image.Image) (*Raster, error) {
	switch m.ColorModel() {
	case color.Gray16Model, color.RGBA64Model, color.NRGBA64Model, color.Alpha16Model:
		return nil, UnsupportedError("more than 8 bits a sample")
	}
	if o, ok := m.(interface{ Opaque() bool }); ok && !o.Opaque() {
		return nil, UnsupportedError("transparency")
	}
	b := m.Bounds()
	rgba := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(rgba, rgba.Rect, m, b.Min, draw.Src)
	r := &Raster{Width: b.Dx(), Height: b.Dy(), Pix: make([]uint8, 3*b.Dx()*b.Dy())}
	for i := range r.Width * r.Height {
		copy(r.Pix[3*i:3*i+3], rgba.Pix[4*i:4*i+3])
	}
	return r, nil
}

// Image returns a copy of r.
func (r *Raster) Image() *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, r.Width, r.Height))
	for i := range r.Width * r.Height {
		copy(m.Pix[4*i:4*i+3], r.Pix[3*i:3*i+3])
		m.Pix[4*i+3] = 0xff
	}
	return m
}

// sameSize returns an error unless a and b can be compared.
func sameSize(a, b *Raster) error {
	if a.Width != b.Width || a.Height != b.Height {
		return fmt.Errorf("metrics: a picture of %d x %d beside one of %d x %d", a.Width, a.Height, b.Width, b.Height)
	}
	return nil
}
