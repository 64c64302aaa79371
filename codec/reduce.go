package codec

import (
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

// A pixelBox makes the reduced picture of a stored file of its rows, as they are decoded, so that no others are there at a time. A pixel
// is the mean of those that it stands for, weighted by their alpha if that is straight.
type pixelBox struct {
	full    *picture
	scales  int
	step    uint16      // what samples are multiplied by
	colours [][4]uint16 // of a palette: red, green, blue, alpha, straight
	missing [4]uint16   // a pixel of a row that is missing

	sums []boxSum // of the boxes of a row of the reduced picture, by column, from their rows so far

	reduced *picture
	row     []model.Plane
	set     func(y int, rows []model.Plane)
}

// A boxSum has the sums of samples, and of samples times alpha.
type boxSum struct{ plain, weighted [4]int64 }

// newReducedPicture is newStoredPicture for a picture that is reduced.
func (p *picture) newReducedPicture(scales int) storedPicture {
	q := p.reduced(model.Reduction{Scales: scales})
	b := &pixelBox{full: p, scales: scales, step: p.grayStep(), sums: make([]boxSum, q.w), reduced: q}
	if p.alpha != nil {
		q.alpha = reduceAlpha(p.alpha, p.w, p.h, scales)
	} else if q.format == formatNRGBA { // of a palette
		q.alpha = make([]uint16, q.w*q.h)
	}
	if p.format == formatPaletted {
		palette, gray := withGray(p.palette)
		for _, c := range palette {
			n := color.NRGBAModel.Convert(c).(color.NRGBA)
			b.colours = append(b.colours, [4]uint16{uint16(n.R), uint16(n.G), uint16(n.B), uint16(n.A)})
		}
		b.missing = b.colours[gray]
	} else {
		gray := uint16(1) << (q.depth - 1)
		b.missing = [4]uint16{gray, gray, gray, 0}
	}
	for range q.format.planes() {
		b.row = append(b.row, model.NewPlane(q.w, 1))
	}
	m, set := q.newImage()
	b.set = set
	return storedPicture{image: m, set: b.add, box: b}
}

// weighs reports whether alpha weighs the pixels of the picture, or those of its palette.
func (b *pixelBox) weighs() bool {
	return b.colours != nil || b.full.format.base() == formatNRGBA && b.full.alpha != nil
}

// add adds the next row.
func (b *pixelBox) add(y int, row []stored.Pixel) {
	switch {
	case b.weighs():
		for x, v := range row {
			b.weigh(y, x, b.pixel(v))
		}
	case b.full.format.planes() == 1:
		for i := range b.sums {
			sum := int64(0)
			for _, v := range row[i<<b.scales : min((i+1)<<b.scales, len(row))] {
				sum += int64(uint16(v))
			}
			b.sums[i].plain[0] += sum * int64(b.step)
		}
	default:
		depth, most := b.full.depth, stored.Pixel(1)<<b.full.depth-1
		for i := range b.sums {
			var red, green, blue stored.Pixel
			for _, v := range row[i<<b.scales : min((i+1)<<b.scales, len(row))] {
				red, green, blue = red+v>>depth&most, green+v>>(2*depth), blue+v&most
			}
			s := &b.sums[i].plain
			s[0], s[1], s[2] = s[0]+int64(red), s[1]+int64(green), s[2]+int64(blue)
		}
	}
	b.endRow(y)
}

// addMissing adds rows that are missing, from the first of them on.
func (b *pixelBox) addMissing(first int) {
	for y := first; y < b.full.h; y++ {
		for x := range b.full.w {
			if b.weighs() {
				b.weigh(y, x, b.missing)
				continue
			}
			s := &b.sums[x>>b.scales].plain
			for c, v := range b.missing {
				s[c] += int64(v)
			}
		}
		b.endRow(y)
	}
}

// pixel returns the samples of a pixel, and its alpha if it is of a palette. An index outside of the palette is an error of the file, which is
// found by who decodes it.
func (b *pixelBox) pixel(v stored.Pixel) (s [4]uint16) {
	if b.colours != nil {
		return b.colours[min(int(v), len(b.colours)-1)]
	}
	if depth := b.full.depth; b.full.format.planes() == 3 {
		most := stored.Pixel(1)<<depth - 1
		return [4]uint16{uint16(v >> depth & most), uint16(v >> (2 * depth)), uint16(v & most)}
	}
	return [4]uint16{uint16(v) * b.step}
}

// weigh adds pixel (x, y), of which s are the samples.
func (b *pixelBox) weigh(y, x int, s [4]uint16) {
	if b.full.alpha != nil {
		s[3] = b.full.alpha[y*b.full.w+x]
	}
	sum := &b.sums[x>>b.scales]
	for c, v := range s {
		sum.plain[c] += int64(v)
		sum.weighted[c] += int64(v) * int64(s[3])
	}
}

// endRow writes a row of the reduced picture if row y is the last of its boxes.
func (b *pixelBox) endRow(y int) {
	p, q := b.full, b.reduced
	if (y+1)&(1<<b.scales-1) != 0 && y+1 < p.h {
		return
	}
	to := y >> b.scales
	high := y + 1 - to<<b.scales
	for x := range b.sums {
		sum := &b.sums[x]
		n := int64(high) * int64(min((x+1)<<b.scales, p.w)-x<<b.scales)
		for c := range b.row {
			v := (sum.plain[c] + n/2) / n
			if a := sum.plain[3]; a > 0 {
				v = (sum.weighted[c] + a/2) / a
			}
			b.row[c].Pix[x] = int32(v)
		}
		if b.colours != nil && q.alpha != nil {
			q.alpha[to*q.w+x] = uint16((sum.plain[3] + n/2) / n)
		}
	}
	clear(b.sums)
	b.set(to, b.row)
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
