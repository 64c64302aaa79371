package pixels

import (
	"fmt"
	"image"
	"runtime"
	"sync"
)

// Blocks sets dst to the coefficients of a row of a component's blocks: 64 a block, each in row-major order, dequantized, in the units
// that the caller of [Layout.Image] names. dst has [Component].Wide blocks. It is called from several goroutines at a time.
type Blocks func(component, row int, dst []int32)

// unitsApiece is how many rows of MCUs a goroutine makes at least.
const unitsApiece = 4

// Image makes the picture of coefficients in units of 2^-shift, shift being at most 16: an [image.Gray], or an [image.RGBA] that is
// opaque, at (0, 0). It runs on all processors, and takes, beside the picture, two rows of MCUs on each. The error is a
// [LayoutError].
func (l *Layout) Image(source Blocks, shift uint) (image.Image, error) {
	return l.Reduced(source, shift, 0)
}

// Reduced is [Layout.Image] for a picture that is smaller by 2^reduce in both directions, rounded up; reduce is at most 16. Up to 3,
// it is made of the coefficients of low frequencies, as many a block as it has samples; from there on, of the means of the pixels of
// the picture that is smaller by 8. It is not what djpeg -scale gives to the last bit.
func (l *Layout) Reduced(source Blocks, shift, reduce uint) (image.Image, error) {
	if err := l.check(); err != nil {
		return nil, err
	}
	if n := l.Colours.components(); n == 0 || n != len(l.Components) {
		return nil, LayoutError(fmt.Sprintf("%d components for colours %d", len(l.Components), l.Colours))
	}
	if shift > 16 || reduce > 16 {
		return nil, LayoutError(fmt.Sprintf("coefficients in units of 2^-%d, reduced by 2^%d", shift, reduce))
	}
	by := min(reduce, 3)
	width, height := ceilDiv(l.Width, 1<<by), ceilDiv(l.Height, 1<<by)
	channels := 4
	if l.Colours == Gray {
		channels = 1
	}
	pix := make([]byte, channels*width*height)
	paint := l.Colours.paint
	if l.Colours == YCbCr && l.decoder(shift, reduce) != LibjpegTurbo {
		paint = paintOfGo
	}
	l.eachPart(func(from, to int) {
		l.draw(from, to, source, shift, by, func(y int, rows [4][]byte) {
			row := pix[channels*width*y:][:channels*width]
			if l.Colours == Gray {
				copy(row, rows[0])
			} else {
				paint(row, rows)
			}
		})
	})
	if reduce > by {
		pix = means(pix, width, height, channels, 1<<(reduce-by))
		width, height = ceilDiv(l.Width, 1<<reduce), ceilDiv(l.Height, 1<<reduce)
	}
	bounds := image.Rect(0, 0, width, height)
	if l.Colours == Gray {
		return &image.Gray{Pix: pix, Stride: width, Rect: bounds}, nil
	}
	return &image.RGBA{Pix: pix, Stride: 4 * width, Rect: bounds}, nil
}

// Samples returns the samples of each component at each pixel, row by row, whatever their colours: what becomes the picture of
// [Layout.Image]. The error is a [LayoutError].
func (l *Layout) Samples(source Blocks) ([][]byte, error) {
	if err := l.check(); err != nil {
		return nil, err
	}
	out := make([][]byte, len(l.Components))
	for i := range out {
		out[i] = make([]byte, l.Width*l.Height)
	}
	l.eachPart(func(from, to int) {
		l.draw(from, to, source, 0, 0, func(y int, rows [4][]byte) {
			for i, samples := range out {
				copy(samples[y*l.Width:][:l.Width], rows[i])
			}
		})
	})
	return out, nil
}

// decoder returns the decoder whose roundings a picture has.
func (l *Layout) decoder(shift, reduce uint) Decoder {
	if shift > 0 || reduce > 0 {
		return LibjpegTurbo
	}
	return l.Decoder
}

// eachPart calls do for parts of the rows of MCUs, each in a goroutine.
func (l *Layout) eachPart(do func(from, to int)) {
	_, v := l.largest()
	units := ceilDiv(l.Height, 8*v)
	n := max(min(runtime.GOMAXPROCS(0), units/unitsApiece), 1)
	var parts sync.WaitGroup
	for i := range n {
		parts.Go(func() { do(units*i/n, units*(i+1)/n) })
	}
	parts.Wait()
}

// draw makes the pixels of some rows of MCUs, smaller by 2^reduce, and calls paint for each row of them with the components' samples.
func (l *Layout) draw(from, to int, source Blocks, shift, reduce uint, paint func(y int, rows [4][]byte)) {
	planes := make([]*plane, len(l.Components))
	for i := range planes {
		planes[i] = newPlane(l, i, reduce)
		planes[i].decoder = l.decoder(shift, reduce)
	}
	_, v := l.largest()
	high := v * (8 >> reduce)
	for unit := from; unit < to; unit++ {
		for _, p := range planes {
			p.decode(unit, source, shift)
		}
		for y := unit * high; y < min((unit+1)*high, ceilDiv(l.Height, 1<<reduce)); y++ {
			var rows [4][]byte
			for i, p := range planes {
				rows[i] = p.pixels(y)
			}
			paint(y, rows)
		}
	}
}
