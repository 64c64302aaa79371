package codec

import (
	"context"
	"errors"
	"image"
	"image/color"
)

// paletteWithin returns the file of a picture with a palette if all of it is within Bytes, or else, of that and of the file that a model makes
// of its colours, the one that shows the better picture within them. The second has no palette.
func (e *Encoder) paletteWithin(ctx context.Context, rows *pixelReader, indices *file) (*file, error) {
	if n, err := indices.size(); err != nil || n <= e.Bytes {
		return indices, err
	}
	kind := colourKindOf(rows.palette)
	m := kind.newImage(rows.w, rows.h)
	drawIndices(m, rows.read, rows.palette)
	colours, err := newPixelReader(m)
	if err != nil {
		return nil, err
	}
	modelled, err := e.encodeColours(ctx, colours)
	var limit *LimitError
	if errors.As(err, &limit) {
		return indices, nil // here there is no memory for a model, or decoders would refuse its file
	}
	if err != nil {
		return nil, err
	}
	return e.better(ctx, indices, modelled, func(shown image.Image) (int64, error) { return layersError(shown, colours, kind) })
}

// encodeColours makes a file of the colours of a picture by a model.
func (e *Encoder) encodeColours(ctx context.Context, colours *pixelReader) (*file, error) {
	c := *e
	c.Mode = Modelled
	net, err := c.network()
	if err != nil {
		return nil, err
	}
	if err := c.check(colours.w, colours.h, encodingMemory(net, colours.geometry(), c.tries(), true), 0); err != nil {
		return nil, err
	}
	return c.encode(ctx, colours, net)
}

// layersError returns the sum of the squared differences between the colours of an image of a kind and those that are shown of it, with a
// palette or without: before black and before white.
func layersError(shown image.Image, want *pixelReader, kind colourKind) (sum int64, err error) {
	if p, ok := shown.(*image.Paletted); ok {
		b := p.Bounds()
		shown = kind.newImage(b.Dx(), b.Dy())
		drawIndices(shown, grayRows8(p.Pix, p.Stride), p.Palette)
	}
	got, err := newPixelReader(shown)
	if err != nil {
		return 0, err
	}
	wantRow, gotRow := want.rows(), got.rows()
	for y := range want.h {
		p, a := wantRow(y)
		q, b := gotRow(y)
		if kind != colourKindNRGBA {
			for i, v := range p {
				d := int64(v) - int64(q[i])
				sum += 2 * d * d
			}
			continue
		}
		for x := range a {
			s, t := int64(a[x]), int64(b[x])
			for i := 3 * x; i < 3*x+3; i++ {
				black := (int64(p[i])*s - int64(q[i])*t) / 255
				white := black + t - s
				sum += black*black + white*white
			}
		}
	}
	return sum, nil
}

// A colourKind is a type of image that has the colours of a palette.
type colourKind int

const (
	colourKindGray colourKind = iota
	colourKindRGBA
	colourKindNRGBA
)

// colourKindOf returns the least that has all colours of a palette, and mid-gray, which decoders show where there is nothing yet.
func colourKindOf(p color.Palette) colourKind {
	gray := true
	for _, c := range p {
		n := color.NRGBAModel.Convert(c).(color.NRGBA)
		if n.A != 0xff {
			return colourKindNRGBA
		}
		gray = gray && n.R == n.G && n.G == n.B
	}
	if gray {
		return colourKindGray
	}
	return colourKindRGBA
}

func (k colourKind) newImage(w, h int) image.Image {
	r := image.Rect(0, 0, w, h)
	switch k {
	case colourKindGray:
		return image.NewGray(r)
	case colourKindRGBA:
		return image.NewRGBA(r)
	}
	return image.NewNRGBA(r)
}

// drawIndices draws palette indices to an image of a kind that has the colours.
func drawIndices(m image.Image, read rowReader, p color.Palette) {
	var colours [256][4]uint8
	for i, c := range p {
		n := color.NRGBAModel.Convert(c).(color.NRGBA)
		colours[i] = [4]uint8{n.R, n.G, n.B, n.A}
	}
	pix, samples := []uint8(nil), 4
	switch m := m.(type) {
	case *image.Gray:
		pix, samples = m.Pix, 1
	case *image.RGBA:
		pix = m.Pix
	case *image.NRGBA:
		pix = m.Pix
	}
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	row := make([]uint16, w)
	for y := range h {
		read(y, row, nil)
		for _, v := range row {
			copy(pix[:samples], colours[v][:])
			pix = pix[samples:]
		}
	}
}
