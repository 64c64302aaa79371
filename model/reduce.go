package model

import (
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/storage"
)

// A Reduction has a chain make a smaller picture: the low band of the wavelet pyramid. The zero value makes the image's own size.
// A scale's passes depend on coarser scales and never on finer ones, so those of scales finer than the picture can be left out.
type Reduction struct {
	Scales int // the picture has 1/2^Scales of each side, rounded up
	Finest int // the finest scale of which passes are run; 0 is 1
}

// Size returns the size of the picture of an image of w x h pixels.
func (r Reduction) Size(w, h int) (int, int) { return (w-1)>>r.Scales + 1, (h-1)>>r.Scales + 1 }

// ReducedLevel returns the level after which a reduced picture is as near to the low band as it should be: more passes would take away
// noise that hardly shows, and take most of the time. The noise of a level at that size is that which the image has
// so many levels later.
func ReducedLevel(scales int) int { return visibleLevel + process.Lead(scales+1) }

// visibleLevel is the level of the image itself whose noise hardly shows: see LevelNoise.
const visibleLevel = 1

// pictureSize returns the size of the picture.
func (c *Chain) pictureSize() (w, h int) { return c.Reduction.Size(c.w, c.h) }

// eachRow calls each with rows of the samples of a picture, of which an image holds the luma and chroma; shift takes them to Q4.
func (c *Chain) eachRow(d *storage.Image, shift uint, each func(y int, rows []Plane)) {
	c.eachStrip(func(x *ycc, y0, y1 int) {
		c.loadRows(x, d, shift, y0, y1)
		each(y0, c.samples(x, false))
	})
}

// loadRows loads rows [y0,y1) of an image; shift takes them to Q4.
func (c *Chain) loadRows(x *ycc, d *storage.Image, shift uint, y0, y1 int) {
	for p := range c.planes {
		x[p].Resize(d.W, y1-y0)
		d.Load(x[p].Pix, p, y0)
		for i := range x[p].Pix {
			x[p].Pix[i] <<= shift
		}
	}
}
