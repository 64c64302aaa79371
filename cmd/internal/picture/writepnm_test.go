package picture

import (
	"bytes"
	"image"
	"image/draw"
	"math/rand/v2"
	"testing"
)

// TestPNMRows compares what is written of images of every type, and of parts of them, with what colourAt says of every pixel.
func TestPNMRows(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	whole := image.Rect(-3, 2, 9, 9)
	for _, opaque := range []bool{true, false} {
		for _, gray := range []bool{true, false} {
			source := image.NewNRGBA64(whole)
			for i := 0; i < len(source.Pix); i += 8 {
				for j := range 8 {
					source.Pix[i+j] = byte(rng.Uint32())
				}
				if gray {
					copy(source.Pix[i+2:i+6], []byte{source.Pix[i], source.Pix[i+1], source.Pix[i], source.Pix[i+1]})
				}
				if opaque {
					copy(source.Pix[i+6:], []byte{0xff, 0xff})
				}
			}
			for _, m := range []interface {
				draw.Image
				SubImage(image.Rectangle) image.Image
			}{image.NewRGBA(whole), image.NewNRGBA(whole), image.NewRGBA64(whole), image.NewNRGBA64(whole), image.NewGray(whole), image.NewGray16(whole)} {
				draw.Draw(m, whole, source, whole.Min, draw.Src)
				for _, part := range []image.Rectangle{whole, image.Rect(-1, 3, 5, 7)} {
					for _, format := range []string{"pam", "ppm", "pgm", "pnm"} {
						img := m.SubImage(part)
						var file bytes.Buffer
						if _, err := Write(&file, format, img, nil, WriteOptions{AllowLoss: true}); err != nil {
							t.Fatal(err)
						}
						magic, rest := netpbmByPixels(img, format)
						if got := file.Bytes(); !bytes.HasPrefix(got, []byte(magic)) || !bytes.HasSuffix(got, rest) {
							t.Errorf("%T, part %v, opaque: %t, gray: %t, as %s: other samples", m, part, opaque, gray, format)
						} else if n := bytes.Count(got[:len(got)-len(rest)], []byte("\n")); n != 3 && n != 7 {
							t.Errorf("%T, part %v, opaque: %t, gray: %t, as %s: %d bytes, %d of them samples", m, part, opaque, gray, format, len(got), len(rest))
						}
					}
				}
			}
		}
	}
}

// netpbmByPixels returns how a Netpbm file of an image begins, and its samples, pixel by pixel.
func netpbmByPixels(img image.Image, format string) (magic string, samples []byte) {
	isGray, isOpaque, bits := true, true, 8
	switch img.(type) {
	case *image.RGBA64, *image.NRGBA64, *image.Gray16:
		bits = 16
	}
	b := img.Bounds()
	each := func(do func(x, y int)) {
		for y := b.Min.Y; y < b.Max.Y; y++ {
			for x := b.Min.X; x < b.Max.X; x++ {
				do(x, y)
			}
		}
	}
	each(func(x, y int) {
		c := colourAt(img, x, y)
		isGray, isOpaque = isGray && c.R == c.G && c.G == c.B, isOpaque && c.A == 0xffff
	})
	magic = "P7"
	if format != "pam" {
		isOpaque = true
		if isGray = isGray && format != "ppm" || format == "pgm"; isGray {
			magic = "P5"
		} else {
			magic = "P6"
		}
	}
	put := func(v uint16) {
		samples = append(samples, byte(v>>8))
		if bits == 16 {
			samples = append(samples, byte(v))
		}
	}
	each(func(x, y int) {
		c := colourAt(img, x, y)
		if isGray {
			put(grayAt(img, x, y))
		} else {
			put(c.R)
			put(c.G)
			put(c.B)
		}
		if !isOpaque {
			put(c.A)
		}
	})
	return magic, samples
}
