package train

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
)

// recompressedCrop returns size x size pixels of one of the images as most photographs come that are on the web: it was a JPEG file, of
// quality 70 to 95 with halved chroma, and was made smaller since, by 1.2 to 3, as far as there are pixels. Such pictures have plateaus of
// chroma a few pixels wide.
func recompressedCrop(r *rand.Rand, images []Image, size int) (Image, error) {
	m := images[r.IntN(len(images))]
	least := size + (size+4)/5
	if min(m.W, m.H) < least {
		m = reflectTo(m, max(m.W, least), max(m.H, least))
	}
	most := min(float64(min(m.W, m.H))/float64(size), 3)
	n := int(float64(size) * (1.2 + r.Float64()*(most-1.2)))
	c := cut(m, r.IntN(m.W-n+1), r.IntN(m.H-n+1), n, n)
	c, err := recompress(c, 70+r.IntN(26), r.IntN(2) == 0)
	if err != nil {
		return Image{}, err
	}
	c = resample(c, 0, 0, n, size, filters[r.IntN(len(filters))])
	turn(c, r.IntN(8))
	return c, nil
}

// recompress returns m as a JPEG file of a quality, with halved chroma, shows it. Chroma is interpolated linearly, as libjpeg does it, or
// else repeated.
func recompress(m Image, quality int, linear bool) (Image, error) {
	in := image.NewRGBA(image.Rect(0, 0, m.W, m.H))
	for i := range m.W * m.H {
		copy(in.Pix[4*i:], m.Pix[3*i:3*i+3])
		in.Pix[4*i+3] = 255
	}
	var file bytes.Buffer
	if err := jpeg.Encode(&file, in, &jpeg.Options{Quality: quality}); err != nil {
		return Image{}, fmt.Errorf("train: %w", err)
	}
	decoded, err := jpeg.Decode(&file)
	if err != nil {
		return Image{}, fmt.Errorf("train: %w", err)
	}
	x, ok := decoded.(*image.YCbCr)
	if !ok || x.SubsampleRatio != image.YCbCrSubsampleRatio420 {
		return Image{}, fmt.Errorf("train: a JPEG file is decoded as a %T", decoded)
	}
	c := Image{Name: m.Name, W: m.W, H: m.H, Pix: make([]uint8, 3*m.W*m.H)}
	w, h := (m.W+1)/2, (m.H+1)/2
	chroma := func(plane []uint8, px, py int) uint8 {
		if !linear {
			return plane[py/2*x.CStride+px/2]
		}
		// A pixel is a quarter of a chroma sample's pitch from one sample and three quarters from the next.
		nx, ny := min(max(px/2+2*(px%2)-1, 0), w-1), min(max(py/2+2*(py%2)-1, 0), h-1)
		at := func(cx, cy int) int { return int(plane[cy*x.CStride+cx]) }
		return uint8((9*at(px/2, py/2) + 3*at(nx, py/2) + 3*at(px/2, ny) + at(nx, ny) + 8) >> 4)
	}
	for py := range m.H {
		for px := range m.W {
			i := 3 * (py*m.W + px)
			c.Pix[i], c.Pix[i+1], c.Pix[i+2] = color.YCbCrToRGB(x.Y[py*x.YStride+px], chroma(x.Cb, px, py), chroma(x.Cr, px, py))
		}
	}
	return c, nil
}
