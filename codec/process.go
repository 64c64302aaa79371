package codec

import (
	"context"
	"image"

	"github.com/ddpmz/ddpmz/model"
)

// A process is the reverse process of an image as a decoder drives it: that of a wavelet's coefficients, or of those of a JPEG file.
type process interface {
	// Run decodes passes, with coders from a source: see model.Chain.
	Run(passes []model.Pass, source model.Source) error

	// exact reports whether all passes have been decoded.
	exact() bool

	// image returns the picture as of the passes decoded. Once ctx is done, the error is its own, unless the picture is exact.
	image(ctx context.Context) (image.Image, error)

	// work returns what a pass takes, and pictureWork what a picture takes at most after the first passes of all there are, in sites.
	work(p model.Pass) int64
	pictureWork(passes []model.Pass, done int) int64
}

// passWork returns the work that decoding the first passes takes at most, with the picture that they are for until the last of them
// is done.
func passWork(p process, passes []model.Pass, begun int) int64 {
	n := max(p.pictureWork(passes, max(begun-1, 0)), p.pictureWork(passes, begun))
	for _, pass := range passes[:begun] {
		n += p.work(pass)
	}
	return n
}

// A waveletProcess is the process of a modelled picture.
type waveletProcess struct {
	*model.Chain
	picture     *picture
	orientation orientation // in which the picture was coded
}

func (c *waveletProcess) exact() bool { return c.Exact() }

func (c *waveletProcess) image(ctx context.Context) (image.Image, error) {
	p := c.picture.reduced(c.Reduction)
	m, set := p.newImage()
	c.Strips(func(y int, rows []model.Plane) { set(c.orientation.flip(y, rows, p.h), rows) })
	if err := ctx.Err(); err != nil && !c.Exact() {
		return nil, err
	}
	return m, nil
}

func (c *waveletProcess) work(p model.Pass) int64 {
	return scaleWork(p.Scale, c.picture.w, c.picture.h)
}

func (c *waveletProcess) pictureWork(passes []model.Pass, done int) int64 {
	return c.picture.pictureWork(passes, done, c.Reduction.Scales)
}
