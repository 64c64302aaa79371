package pixels

import (
	"image"

	"github.com/ddpmz/ddpmz/codec/jpeg"
)

// LayoutOf returns the layout of a file. The error is a [jpeg.UnsupportedError] for two components, whose colours nobody knows.
func LayoutOf(f *jpeg.File) (*Layout, error) {
	l := &Layout{Width: f.Width, Height: f.Height}
	var ids []byte
	for _, c := range f.Components {
		ids = append(ids, c.ID)
		l.Components = append(l.Components, Component{H: c.H, V: c.V, Wide: c.Wide, High: c.High})
	}
	adobe, ok := f.AdobeTransform()
	if !ok {
		adobe = -1
	}
	var err error
	l.Colours, err = ColoursOf(ids, f.HasJFIF(), adobe)
	return l, err
}

// BlocksOf gives the coefficients of a file, in units of 1.
func BlocksOf(f *jpeg.File) Blocks {
	return func(component, row int, dst []int32) {
		c := &f.Components[component]
		n := jpeg.BlockSize * c.Wide
		in, steps := c.Coef[row*n:][:n], c.Quant
		for len(in) >= jpeg.BlockSize && len(dst) >= jpeg.BlockSize {
			from, to := (*[jpeg.BlockSize]int16)(in), (*[jpeg.BlockSize]int32)(dst)
			for i, v := range from {
				to[i] = int32(v) * int32(steps[i])
			}
			in, dst = in[jpeg.BlockSize:], dst[jpeg.BlockSize:]
		}
	}
}

// Decode makes the picture of a file: an [image.Gray], or an [image.RGBA] that is opaque. The error is that of [LayoutOf], or a
// [LayoutError] for a file that package jpeg has not made.
func Decode(f *jpeg.File) (image.Image, error) {
	l, err := LayoutOf(f)
	if err != nil {
		return nil, err
	}
	return l.Image(BlocksOf(f), 0)
}
