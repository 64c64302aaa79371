package picture

import (
	"bufio"
	"fmt"
	"image"
	"image/color"
	"io"
)

// writePNM writes the Netpbm formats: pgm is P5, ppm is P6, pnm whichever of
// these suffices, pam is P7 with as many channels as the picture needs. Samples
// above 8 bits are big-endian.
func writePNM(w io.Writer, format string, img image.Image) error {
	b := img.Bounds()
	gray, bits := needs(img)
	alpha := format == "pam" && !isOpaque(img)
	switch {
	case !gray && format == "pgm":
		return &LossError{format, []Loss{{LossColour, "colours"}}}
	case format == "ppm":
		gray = false
	}
	maximum := 1<<bits - 1
	out := bufio.NewWriter(w)
	if format == "pam" {
		channels, name := 3, "RGB"
		if gray {
			channels, name = 1, "GRAYSCALE"
		}
		if alpha {
			channels, name = channels+1, name+"_ALPHA"
		}
		fmt.Fprintf(out, "P7\nWIDTH %d\nHEIGHT %d\nDEPTH %d\nMAXVAL %d\nTUPLTYPE %s\nENDHDR\n",
			b.Dx(), b.Dy(), channels, maximum, name)
	} else {
		magic := "P6"
		if gray {
			magic = "P5"
		}
		fmt.Fprintf(out, "%s\n%d %d\n%d\n", magic, b.Dx(), b.Dy(), maximum)
	}
	put := func(v uint16) { // a bufio.Writer keeps its error for Flush
		if bits == 16 {
			out.WriteByte(byte(v >> 8))
			out.WriteByte(byte(v))
		} else {
			out.WriteByte(byte(v >> 8)) // the 16-bit form of an 8-bit sample repeats it
		}
	}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := colourAt(img, x, y)
			if gray {
				put(c.G)
			} else {
				put(c.R)
				put(c.G)
				put(c.B)
			}
			if alpha {
				put(c.A)
			}
		}
	}
	return out.Flush()
}

// needs reports whether img has only grays, and how many bits a sample takes: 8
// or 16.
func needs(img image.Image) (gray bool, bits int) {
	switch img.ColorModel() {
	case color.GrayModel:
		return true, 8
	case color.Gray16Model:
		return true, 16
	case color.RGBA64Model, color.NRGBA64Model, color.Alpha16Model:
		bits = 16
	default:
		bits = 8
	}
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if c := colourAt(img, x, y); c.R != c.G || c.G != c.B {
				return false, bits
			}
		}
	}
	return true, bits
}

// colourAt returns a pixel's colour, not multiplied by alpha, in 16 bits. An
// 8-bit colour goes through 8-bit arithmetic: the general way would not always
// give it back exactly.
func colourAt(img image.Image, x, y int) color.NRGBA64 {
	switch c := img.At(x, y).(type) {
	case color.NRGBA:
		return color.NRGBA64{R: uint16(c.R) * 0x101, G: uint16(c.G) * 0x101, B: uint16(c.B) * 0x101, A: uint16(c.A) * 0x101}
	case color.NRGBA64:
		return c
	default:
		return color.NRGBA64Model.Convert(c).(color.NRGBA64)
	}
}
