package pixels

import (
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
	if err := l.check(); err != nil {
		return nil, err
	}
	if shift > 16 {
		return nil, LayoutError("units of the coefficients")
	}
	bounds := image.Rect(0, 0, l.Width, l.Height)
	if l.Colours == Gray {
		out := image.NewGray(bounds)
		l.eachPart(func(from, to int) {
			l.draw(from, to, source, shift, func(y int, rows [4][]byte) {
				copy(out.Pix[y*out.Stride:][:l.Width], rows[0])
			})
		})
		return out, nil
	}
	out := image.NewRGBA(bounds)
	l.eachPart(func(from, to int) {
		l.draw(from, to, source, shift, func(y int, rows [4][]byte) {
			l.Colours.paint(out.Pix[y*out.Stride:][:4*l.Width], rows)
		})
	})
	return out, nil
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

// draw makes the pixels of some rows of MCUs, and calls paint for each row of them with the components' samples.
func (l *Layout) draw(from, to int, source Blocks, shift uint, paint func(y int, rows [4][]byte)) {
	planes := make([]*plane, len(l.Components))
	for i := range planes {
		planes[i] = newPlane(l, i)
	}
	_, v := l.largest()
	for unit := from; unit < to; unit++ {
		for _, p := range planes {
			p.decode(unit, source, shift)
		}
		for y := unit * 8 * v; y < min((unit+1)*8*v, l.Height); y++ {
			var rows [4][]byte
			for i, p := range planes {
				rows[i] = p.pixels(y)
			}
			paint(y, rows)
		}
	}
}
