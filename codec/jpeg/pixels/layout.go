package pixels

import (
	"fmt"

	"github.com/ddpmz/ddpmz/codec/jpeg"
)

// A LayoutError reports a layout that no JPEG file has.
type LayoutError string

func (e LayoutError) Error() string { return "jpeg: layout of a picture: " + string(e) }

// Colours are what the components of a picture mean.
type Colours uint8

// The colours of JPEG files. The inks of CMYK and YCCK are inverted: 255 is no ink.
const (
	Gray  Colours = iota
	YCbCr         // luma and chroma
	RGB
	CMYK
	YCCK // red, green and blue of inverted inks as luma and chroma; black
)

// components returns how many components pictures of these colours have, or 0 for none of the constants.
func (c Colours) components() int {
	switch c {
	case Gray:
		return 1
	case YCbCr, RGB:
		return 3
	case CMYK, YCCK:
		return 4
	}
	return 0
}

// ColoursOf guesses what components are as libjpeg does, from their numbers in the frame header, whether there is a JFIF marker, and
// the transform of the Adobe marker, or -1 if there is none. The error is a [jpeg.UnsupportedError] for two
// components.
func ColoursOf(ids []byte, jfif bool, adobe int) (Colours, error) {
	switch {
	case len(ids) == 1:
		return Gray, nil
	case len(ids) == 3 && jfif:
		return YCbCr, nil
	case len(ids) == 3 && adobe == 0:
		return RGB, nil
	case len(ids) == 3 && adobe < 0 && string(ids) == "RGB":
		return RGB, nil
	case len(ids) == 3:
		return YCbCr, nil
	case len(ids) == 4 && adobe <= 0:
		return CMYK, nil
	case len(ids) == 4:
		return YCCK, nil
	}
	return 0, jpeg.UnsupportedError(fmt.Sprintf("a picture of %d components", len(ids)))
}

// A Component is where samples of one kind are.
type Component struct {
	H, V int // sampling factors, 1 to 4
	// Wide and High count the blocks of 8x8 samples in the rows and columns that a [Blocks] gives: at least those with samples of the
	// picture.
	Wide, High int
}

// A Layout says how blocks of coefficients are arranged to a picture.
type Layout struct {
	Width, Height int // in pixels, 1 to 65535
	Components    []Component
	Colours       Colours

	// Repeats has samples of subsampled components repeated where they would be filtered, as libjpeg-turbo's decoder does if it is asked
	// to be fast (djpeg -nosmooth).
	Repeats bool

	// Decoder is the program whose pixels are made. Go's are of gray, of luma and chroma, and of RGB; pictures of coefficients in finer units than
	// 1, and reduced ones, have libjpeg-turbo's roundings all the same.
	Decoder Decoder
}

// repeats reports whether samples of subsampled components are repeated.
func (l *Layout) repeats() bool { return l.Repeats || l.Decoder != LibjpegTurbo }

// check returns a [LayoutError] if there is no such layout.
func (l *Layout) check() error {
	const limit = 1<<16 - 1
	if l.Width < 1 || l.Width > limit || l.Height < 1 || l.Height > limit {
		return LayoutError(fmt.Sprintf("%dx%d pixels", l.Width, l.Height))
	}
	if 4*int64(l.Width)*int64(l.Height) > int64(^uint(0)>>1) {
		return LayoutError(fmt.Sprintf("%dx%d pixels, which this machine cannot address", l.Width, l.Height))
	}
	if n := len(l.Components); n < 1 || n > 4 {
		return LayoutError(fmt.Sprintf("%d components", n))
	}
	if l.Decoder > GoBefore26 || l.Decoder != LibjpegTurbo && l.Colours > RGB {
		return LayoutError(fmt.Sprintf("decoder %d for colours %d", l.Decoder, l.Colours))
	}
	for i, c := range l.Components {
		if c.H < 1 || c.H > 4 || c.V < 1 || c.V > 4 {
			return LayoutError(fmt.Sprintf("component %d has sampling factors %d and %d", i, c.H, c.V))
		}
	}
	for i, c := range l.Components {
		if w, h := l.blocks(c); c.Wide < w || c.High < h {
			return LayoutError(fmt.Sprintf("component %d has %dx%d blocks of %dx%d", i, c.Wide, c.High, w, h))
		}
	}
	return nil
}

// largest returns the largest sampling factors of all components.
func (l *Layout) largest() (h, v int) {
	for _, c := range l.Components {
		h, v = max(h, c.H), max(v, c.V)
	}
	return h, v
}

// blocks returns how many blocks of a component, in a row and in a column, have samples of the picture (T.81, A.1.1 and A.2.4).
func (l *Layout) blocks(c Component) (wide, high int) {
	h, v := l.largest()
	return ceilDiv(l.Width*c.H, 8*h), ceilDiv(l.Height*c.V, 8*v)
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }
