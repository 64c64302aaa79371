package coding

import (
	"image"
	"math"
)

// PSNR compares two pictures of one type and size, over the samples of all colours as they are stored: it is +Inf if they are the same.
// Alpha does not count, which prefixes have exactly.
func PSNR(a, b image.Image) float64 {
	p, width, colours := samplesOf(a)
	q, _, _ := samplesOf(b)
	sum, n, full := 0.0, 0, float64(int(1)<<(8*width)-1)
	for i := 0; i+width <= len(p) && i+width <= len(q); i += width {
		if colours > 1 && i/width%4 == 3 {
			continue
		}
		x, y := int(p[i]), int(q[i])
		if width == 2 {
			x, y = x<<8|int(p[i+1]), y<<8|int(q[i+1])
		}
		sum += float64((x - y) * (x - y))
		n++
	}
	return 10 * math.Log10(full*full*float64(n)/sum)
}

// samplesOf returns the samples of a picture that a decoder has made, how many bytes each has, and how many colours there are: after three, a
// fourth sample is alpha. Those of a palette are of its colours.
func samplesOf(m image.Image) (pix []byte, width, colours int) {
	switch m := m.(type) {
	case *image.Gray:
		return m.Pix, 1, 1
	case *image.Gray16:
		return m.Pix, 2, 1
	case *image.RGBA:
		return m.Pix, 1, 3
	case *image.NRGBA:
		return m.Pix, 1, 3
	case *image.RGBA64:
		return m.Pix, 2, 3
	case *image.NRGBA64:
		return m.Pix, 2, 3
	}
	b := m.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			r, g, bl, a := m.At(x, y).RGBA()
			pix = append(pix, byte(r>>8), byte(g>>8), byte(bl>>8), byte(a>>8))
		}
	}
	return pix, 1, 3
}
