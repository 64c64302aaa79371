package train

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"math/rand/v2"

	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// derive replaces R, G, B by 8-bit luma and chroma of a similar image, such as Photo CDs and JPEG decoders make,
// and returns the colour transform that finds these. Chroma is mostly of half the
// resolution, and images from JPEG decoders may have the distortion of its quantization.
func derive(r *rand.Rand, rgb *planes) (transform.Colour, error) {
	colour, subsampled := transform.JFIF, r.Float64() < .7
	photo := r.IntN(2) == 0
	switch {
	case photo && subsampled:
		colour = transform.PhotoCDLinear
	case photo:
		colour = transform.PhotoCD
	case subsampled:
		colour = []transform.Colour{transform.JFIFTriangle, transform.JFIFTriangle, transform.JFIFRepeated}[r.IntN(3)]
	}
	colour.Approximate(rgb[0].Pix, rgb[1].Pix, rgb[2].Pix)
	quality := 0
	if !photo && r.Float64() < .6 {
		quality = 80 + r.IntN(20)
	}
	for p := range rgb {
		x := rgb[p]
		if p > 0 && subsampled {
			x = downsample(x)
		}
		if quality > 0 {
			if err := quantize(x, quality, p > 0); err != nil {
				return colour, err
			}
		}
		if p > 0 && subsampled {
			var none [transform.Subbands]transform.Plane
			for b := range none {
				none[b] = transform.NewPlane(transform.SubbandSize(rgb[p].W, rgb[p].H, b))
			}
			x = transform.Synthesize(colour.Wavelet(nil, 1, p), rgb[p].W, rgb[p].H, x, none, 0)
		}
		rgb[p] = x
	}
	colour.Inverse(rgb[0].Pix, rgb[1].Pix, rgb[2].Pix)
	colour.Split(*rgb) // where samples are clipped, the codec may find other luma and chroma
	return colour, nil
}

// downsample returns the means of 2x2 samples. The sides of x are even.
func downsample(x transform.Plane) transform.Plane {
	h := transform.NewPlane(x.W/2, x.H/2)
	for y := range h.H {
		a, b := x.Row(2*y), x.Row(2*y+1)
		for i := range h.W {
			h.Row(y)[i] = (a[2*i] + a[2*i+1] + b[2*i] + b[2*i+1] + 2) >> 2
		}
	}
	return h
}

// quantize replaces a plane, of luma or of chroma around 0, by what a JPEG file of it decodes to.
func quantize(x transform.Plane, quality int, chroma bool) error {
	middle := int32(0)
	if chroma {
		middle = 128
	}
	m := image.NewGray(image.Rect(0, 0, x.W, x.H))
	for i, v := range x.Pix {
		m.Pix[i] = uint8(min(max(v+middle, 0), 255))
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: quality}); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	back, err := jpeg.Decode(&b)
	if err != nil {
		return fmt.Errorf("train: %w", err)
	}
	gray := back.(*image.Gray)
	for y := range x.H {
		for i := range x.W {
			x.Row(y)[i] = int32(gray.GrayAt(i, y).Y) - middle
		}
	}
	return nil
}
