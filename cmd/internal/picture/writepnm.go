package picture

import (
	"bufio"
	"fmt"
	"image"
	"image/color"
	"io"

	"github.com/ddpmz/ddpmz/cmd/internal/images"
	"github.com/ddpmz/ddpmz/codec/metadata"
)

// netpbm returns what writes one of the Netpbm formats: pbm is P4, pgm is P5, ppm
// is P6, pnm whichever of the latter two suffices, pam is P7 with as many
// channels as the picture needs. Samples above 8 bits are big-endian. They hold no
// metadata.
func netpbm(format string) func(io.Writer, image.Image, *metadata.Metadata, WriteOptions) ([]Loss, error) {
	return func(w io.Writer, img image.Image, m *metadata.Metadata, _ WriteOptions) ([]Loss, error) {
		losses := unwritten(m, func(metadata.Chunk) bool { return false })
		if format == "pbm" {
			return losses, writePBM(w, img)
		}
		return losses, writePNM(w, format, img)
	}
}

// pbmCannotHold lists what PBM does not hold: all but black and white.
func pbmCannotHold(img image.Image) []Loss {
	losses := append(loseAlpha(img), loseColours(img)...)
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if v := colourAt(img, x, y).G; v != 0 && v != 0xffff {
				return append(losses, Loss{LossDepth, "samples of more than one bit"})
			}
		}
	}
	return losses
}

// grayAt returns a pixel's gray: its luma, if it has a colour.
func grayAt(img image.Image, x, y int) uint16 {
	c := colourAt(img, x, y)
	if c.R == c.G && c.G == c.B {
		return c.G
	}
	return color.Gray16Model.Convert(color.RGBA64{R: c.R, G: c.G, B: c.B, A: 0xffff}).(color.Gray16).Y
}

// writePBM writes a picture of one bit a pixel, of which 1 is black.
func writePBM(w io.Writer, img image.Image) error {
	b := img.Bounds()
	out := bufio.NewWriter(w) // which keeps its error for Flush
	fmt.Fprintf(out, "P4\n%d %d\n", b.Dx(), b.Dy())
	row := make([]byte, (b.Dx()+7)/8)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		clear(row)
		for x := range b.Dx() {
			if grayAt(img, b.Min.X+x, y) < 1<<15 {
				row[x/8] |= 0x80 >> (x % 8)
			}
		}
		out.Write(row)
	}
	return out.Flush()
}

// writePNM writes the other Netpbm formats.
func writePNM(w io.Writer, format string, img image.Image) error {
	b := img.Bounds()
	gray, bits := needs(img)
	alpha := format == "pam" && !images.Opaque(img)
	switch format {
	case "pgm":
		gray = true
	case "ppm":
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
	read := straightRows(img, bits)
	sample := bits / 8 // bytes
	row := make([]byte, 4*sample*b.Dx())
	for y := b.Min.Y; y < b.Max.Y; y++ {
		read(y, row)
		packed := row[:0] // which never overtakes what is read
		for x := range b.Dx() {
			q := row[4*sample*x:][:4*sample]
			switch {
			case !gray:
				packed = append(packed, q[:3*sample]...)
			case isGray(q, sample):
				packed = append(packed, q[:sample]...)
			default: // allowed to be lost; the high byte is the 8-bit sample
				v := grayAt(img, b.Min.X+x, y)
				packed = append(packed, []byte{byte(v >> 8), byte(v)}[:sample]...)
			}
			if alpha {
				packed = append(packed, q[3*sample:]...)
			}
		}
		out.Write(packed) // a bufio.Writer keeps its error for Flush
	}
	return out.Flush()
}

// isGray reports whether red, green and blue, each of so many bytes, are the same.
func isGray(pixel []byte, sample int) bool {
	for i := range sample {
		if g := pixel[sample+i]; pixel[i] != g || pixel[2*sample+i] != g {
			return false
		}
	}
	return true
}

// straightRows returns what writes row y of an image to a slice: red, green, blue and alpha, straight, each of 8 bits or of 16, the
// high byte first, as many as needs says.
func straightRows(img image.Image, bits int) func(y int, row []byte) {
	b, opaque := img.Bounds(), images.Opaque(img)
	pixels := func(pix []byte, stride int) func(int, []byte) {
		return func(y int, row []byte) { copy(row, pix[(y-b.Min.Y)*stride:]) }
	}
	switch m := img.(type) {
	case *image.NRGBA:
		return pixels(m.Pix, m.Stride)
	case *image.NRGBA64:
		return pixels(m.Pix, m.Stride)
	case *image.RGBA:
		if opaque {
			return pixels(m.Pix, m.Stride)
		}
	case *image.RGBA64:
		if opaque {
			return pixels(m.Pix, m.Stride)
		}
	}
	return func(y int, row []byte) {
		for x := range b.Dx() {
			c := colourAt(img, b.Min.X+x, y)
			for i, v := range [4]uint16{c.R, c.G, c.B, c.A} {
				if bits == 8 { // the 16-bit form of an 8-bit sample repeats it
					row[4*x+i] = byte(v >> 8)
				} else {
					row[8*x+2*i], row[8*x+2*i+1] = byte(v>>8), byte(v)
				}
			}
		}
	}
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
	read, pixel := straightRows(img, bits), 4*bits/8
	row := make([]byte, pixel*b.Dx())
	for y := b.Min.Y; y < b.Max.Y; y++ {
		read(y, row)
		for q := row; len(q) > 0; q = q[pixel:] {
			if !isGray(q[:pixel], bits/8) {
				return false, bits
			}
		}
	}
	return true, bits
}

// IsGray reports whether img has only grays.
func IsGray(img image.Image) bool {
	gray, _ := needs(img)
	return gray
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
	case color.YCbCr: // whose RGBA method has more than 8 bits
		r, g, b := color.YCbCrToRGB(c.Y, c.Cb, c.Cr)
		return color.NRGBA64{R: uint16(r) * 0x101, G: uint16(g) * 0x101, B: uint16(b) * 0x101, A: 0xffff}
	default:
		return color.NRGBA64Model.Convert(c).(color.NRGBA64)
	}
}
