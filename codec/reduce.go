package codec

import (
	"context"
	"image"
	"image/color"
	"slices"

	"github.com/ddpmz/ddpmz/codec/internal/stored"
	"github.com/ddpmz/ddpmz/model"
)

// reduced returns what a file says of its picture, if that is reduced. Gray of few bits has eight then, and a palette is RGB. The alpha
// is as it was.
func (p *picture) reduced(r model.Reduction) *picture {
	if r.Scales == 0 {
		return p
	}
	q := *p
	q.w, q.h = r.Size(p.w, p.h)
	q.depth = max(p.depth, 8)
	if p.format == formatPaletted {
		q.format, q.palette = formatRGB, nil
		if !opaque(p.palette) {
			q.format = formatNRGBA
		}
	}
	return &q
}

// opaque reports whether all colours of a palette are.
func opaque(p color.Palette) bool {
	return !slices.ContainsFunc(p, func(c color.Color) bool {
		_, _, _, a := c.RGBA()
		return a != 0xffff
	})
}

// reduced returns the rows of a stored file so far, reduced, and gray for those that are missing. A pixel is the mean of those that it
// stands for, weighted by their alpha if that is straight.
func (d *rowDecoder) reduced(ctx context.Context) (image.Image, error) {
	full, gray := d.stream.picture, int32(0)
	if full.format == formatPaletted && d.rows < full.h {
		full.palette, gray = withGray(full.palette)
	}
	p := full.reduced(model.Reduction{Scales: d.stream.reduce})
	if full.alpha != nil {
		p.alpha = reduceAlpha(full.alpha, full.w, full.h, d.stream.reduce)
	} else if p.format == formatNRGBA { // of a palette
		p.alpha = make([]uint16, p.w*p.h)
	}
	box := &pixelBox{picture: &full, raster: d.raster, rows: d.rows, step: full.grayStep()}
	if full.format == formatPaletted {
		for _, c := range full.palette {
			n := color.NRGBAModel.Convert(c).(color.NRGBA)
			box.colours = append(box.colours, [4]uint16{uint16(n.R), uint16(n.G), uint16(n.B), uint16(n.A)})
		}
		box.missing = box.colours[gray]
	} else {
		gray := uint16(1) << (p.depth - 1)
		box.missing = [4]uint16{gray, gray, gray, 0}
	}
	m, set := p.newImage()
	row := make([]model.Plane, p.format.planes())
	for c := range row {
		row[c] = model.NewPlane(p.w, 1)
	}
	for y := range p.h {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for x := range p.w {
			mean := box.mean(x, y, d.stream.reduce)
			for c := range row {
				row[c].Pix[x] = int32(mean[c])
			}
			if p.alpha != nil && full.format == formatPaletted {
				p.alpha[y*p.w+x] = mean[3]
			}
		}
		set(y, row)
	}
	return m, nil
}

// A pixelBox averages pixels of a stored file.
type pixelBox struct {
	picture *picture
	raster  *stored.Raster
	rows    int // of the raster that are there
	step    uint16
	colours [][4]uint16 // of a palette: red, green, blue, alpha, straight
	missing [4]uint16   // the pixel where a row is missing
}

// pixel returns a pixel's samples, and its alpha as the fourth where that is straight.
func (b *pixelBox) pixel(x, y int) (v [4]uint16) {
	p := b.picture
	switch {
	case y >= b.rows:
		v = b.missing
	case b.colours != nil:
		return b.colours[b.raster.Samples[y*p.w+x]]
	default:
		n := b.raster.Channels
		for c, s := range b.raster.Samples[(y*p.w+x)*n:][:n] {
			v[c] = s * b.step
		}
	}
	if p.format.base() == formatNRGBA && p.alpha != nil {
		v[3] = p.alpha[y*p.w+x]
	}
	return v
}

// mean returns the mean of the pixels that pixel (x, y) of the reduced picture stands for.
func (b *pixelBox) mean(x, y, scales int) (v [4]uint16) {
	p := b.picture
	x0, y0 := x<<scales, y<<scales
	x1, y1 := min(x0+1<<scales, p.w), min(y0+1<<scales, p.h)
	weigh := b.colours != nil || p.format.base() == formatNRGBA && p.alpha != nil
	var sum, weighted [4]int64
	for r := y0; r < y1; r++ {
		for q := x0; q < x1; q++ {
			s := b.pixel(q, r)
			for c := range s {
				sum[c] += int64(s[c])
				weighted[c] += int64(s[c]) * int64(s[3])
			}
		}
	}
	n := int64(x1-x0) * int64(y1-y0)
	for c := range v {
		v[c] = uint16((sum[c] + n/2) / n)
		if weigh && c < 3 && sum[3] > 0 {
			v[c] = uint16((weighted[c] + sum[3]/2) / sum[3])
		}
	}
	return v
}

// reduceAlpha returns the means of the samples of w x h pixels that become one when a picture is reduced.
func reduceAlpha(alpha []uint16, w, h, scales int) []uint16 {
	to, high := model.Reduction{Scales: scales}.Size(w, h)
	small := make([]uint16, to*high)
	for y := range high {
		for x := range to {
			x0, y0 := x<<scales, y<<scales
			x1, y1 := min(x0+1<<scales, w), min(y0+1<<scales, h)
			sum, n := 0, (x1-x0)*(y1-y0)
			for r := y0; r < y1; r++ {
				for _, a := range alpha[r*w+x0 : r*w+x1] {
					sum += int(a)
				}
			}
			small[y*to+x] = uint16((sum + n/2) / n)
		}
	}
	return small
}
