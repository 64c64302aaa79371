package picture

import (
	"image"
	"image/color"

	"github.com/ddpmz/ddpmz/cmd/internal/images"
	"github.com/ddpmz/ddpmz/codec/metadata"
)

// naturalLayout returns the layout in which image/png writes img.
func naturalLayout(img image.Image) metadata.Layout {
	if p, ok := img.(*image.Paletted); ok {
		return metadata.Layout{Depth: indexDepth(len(p.Palette)), ColourType: metadata.Indexed}
	}
	opaque := func(depth uint8) metadata.Layout {
		if images.Opaque(img) {
			return metadata.Layout{Depth: depth, ColourType: metadata.RGB}
		}
		return metadata.Layout{Depth: depth, ColourType: metadata.RGBA}
	}
	switch img.ColorModel() {
	case color.GrayModel:
		return metadata.Layout{Depth: 8, ColourType: metadata.Gray}
	case color.Gray16Model:
		return metadata.Layout{Depth: 16, ColourType: metadata.Gray}
	case color.RGBAModel, color.NRGBAModel, color.AlphaModel:
		return opaque(8)
	}
	return opaque(16)
}

// indexDepth returns the fewest bits that PNG allows for the indices of a
// palette.
func indexDepth(colours int) uint8 {
	switch {
	case colours <= 2:
		return 1
	case colours <= 4:
		return 2
	case colours <= 16:
		return 4
	}
	return 8
}

// grayRows returns the rows of a gray picture at a depth of 1, 2 or 4 bits, or
// false if a sample needs more.
func grayRows(img *image.Gray, depth uint8) (*rows, bool) {
	unit := 255 / (1<<depth - 1) // black and white are 0 and 255 at every depth
	b := img.Bounds()
	out := newRows(b.Dx(), b.Dy(), int(depth))
	for y := range b.Dy() {
		for x := range b.Dx() {
			v := int(img.GrayAt(b.Min.X+x, b.Min.Y+y).Y)
			if v%unit != 0 {
				return nil, false
			}
			out.put(x, y, byte(v/unit))
		}
	}
	return out, true
}

// indexRows returns the rows of an indexed picture at a depth, or false if the
// palette or an index needs more.
func indexRows(img *image.Paletted, depth uint8) (*rows, bool) {
	if len(img.Palette) > 1<<depth {
		return nil, false
	}
	b := img.Bounds()
	out := newRows(b.Dx(), b.Dy(), int(depth))
	for y := range b.Dy() {
		for x := range b.Dx() {
			v := img.ColorIndexAt(b.Min.X+x, b.Min.Y+y)
			if int(v) >= len(img.Palette) {
				return nil, false
			}
			out.put(x, y, v)
		}
	}
	return out, true
}

// grayAlphaRows returns the rows of a picture that has 8-bit gray with alpha in
// the guise of NRGBA, or 16-bit in the guise of NRGBA64, or false if it has
// colours or is of another type.
func grayAlphaRows(img image.Image) (*rows, bool) {
	b := img.Bounds()
	switch img := img.(type) {
	case *image.NRGBA:
		out := newRows(b.Dx(), b.Dy(), 16)
		for y := range b.Dy() {
			row := out.row(y)
			for x := range b.Dx() {
				c := img.NRGBAAt(b.Min.X+x, b.Min.Y+y)
				if c.R != c.G || c.G != c.B {
					return nil, false
				}
				row[2*x], row[2*x+1] = c.G, c.A
			}
		}
		return out, true
	case *image.NRGBA64:
		out := newRows(b.Dx(), b.Dy(), 32)
		for y := range b.Dy() {
			row := out.row(y)
			for x := range b.Dx() {
				c := img.NRGBA64At(b.Min.X+x, b.Min.Y+y)
				if c.R != c.G || c.G != c.B {
					return nil, false
				}
				row[4*x], row[4*x+1] = byte(c.G>>8), byte(c.G)
				row[4*x+2], row[4*x+3] = byte(c.A>>8), byte(c.A)
			}
		}
		return out, true
	}
	return nil, false
}
