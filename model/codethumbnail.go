package model

import (
	"github.com/ddpmz/ddpmz/model/internal/fixed"
	"github.com/ddpmz/ddpmz/model/internal/logistic"
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/thumbnail"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// A thumbnailCoder codes the values of the first pass, in their order.
type thumbnailCoder struct {
	coder   Coder
	fixed   logistic.Distribution // of the priors that need no learning
	learned *thumbnail.State      // nil if there is none for the image
	depth   uint                  // bits of a sample beyond 8
	left    int                   // values that are still to be coded
}

// newThumbnailCoder returns a coder of a number of values. It uses the weights file's prior if it has one for the image: it is of YCoCg-R, or of
// luma alone.
func (c *Chain) newThumbnailCoder(coder Coder, values int) *thumbnailCoder {
	t := &thumbnailCoder{coder: coder, fixed: logistic.SharedTables(process.Logistic).Distribution(), depth: c.extraDepth, left: values}
	if p := c.net.Prior(); p != nil && c.Colour == transform.YCoCg {
		t.learned = thumbnail.NewState(p, c.extraDepth)
	}
	return t
}

// value codes the next value, whose fixed prior has a mean of 8-bit samples and a scale, and dither u. It is v in an encoder. It returns
// false if the coder does, or has coded its number of values.
func (t *thumbnailCoder) value(mean, scale int32, u uint16, v int32) (int32, bool) {
	if t.left == 0 {
		return 0, false
	}
	t.left--
	outer := func() (int32, bool) {
		raw := t.fixed.Set(int64(mean)<<(6+t.depth), scale, 0, u, process.Unknown, 0)
		a, ok := logistic.CodeCell(t.coder, &t.fixed, raw, v+int32(u))
		return a - int32(u), ok
	}
	if t.learned == nil {
		return outer()
	}
	return t.learned.Code(t.coder, v, outer)
}

// zero takes the next value as the zero that a gray image has.
func (t *thumbnailCoder) zero() {
	if t.learned != nil {
		t.learned.Know(0)
	}
}

// none passes over the next value, since the thumbnail is of less than 2x2 pixels.
func (t *thumbnailCoder) none() {
	if t.learned != nil {
		t.learned.Skip()
	}
}

// ThumbnailValues is the most values that the first pass has.
const ThumbnailValues = process.Planes + process.Coefficients

// CodeThumbnail codes the first values of the first pass: the samples of the coarsest image, one a plane, then the coefficients of the single site
// of the coarsest scale, all of them exactly. There is nothing for a network to see: their distributions are the weights file's prior, or fixed
// ones. It returns false if the coder ran out, or the pass has more values; as with CodePass, nothing but Picture makes sense then.
func (c *Chain) CodeThumbnail(coder Coder, values int) bool {
	t := c.newThumbnailCoder(coder, values)
	for p := range process.Planes {
		if p >= c.planes {
			t.zero()
			continue
		}
		v, ok := t.value(process.TopMean[p], process.TopScale[p]+int32(c.extraBits(p))*logistic.ScaleSteps, 0, c.top[p])
		if !ok {
			return false
		}
		// Wavelets longer than Haar's can leave the range of samples by a little. Values farther out come from damaged files.
		c.top[p] = fixed.Clamp(v, -4<<c.depth, 4<<c.depth-1)
	}
	c.hasTop = true
	n := len(c.scales) - 1
	if n == 0 {
		return true
	}
	c.ll[n] = *c.newImage(1, 1, c.planes)
	for p := range c.planes {
		c.ll[n].Planes[p].Set(0, c.top[p])
	}
	s := &c.scales[n]
	c.begin(s)
	exact := c.newImage(s.fw, s.fh, c.planes)
	dither := make([]uint16, 1)
	for i := range process.Coefficients {
		p := i / transform.Subbands
		if w, h := transform.SubbandSize(s.fw, s.fh, i%transform.Subbands); w == 0 || h == 0 {
			t.none()
			continue
		}
		if p >= c.planes {
			t.zero()
			continue
		}
		s.dither().Rows(dither, i, 0, 1)
		truth, u := [1]int32{}, dither[0]
		if t := &s.truth[i]; !t.Empty() {
			t.LoadRow(truth[:], 0)
		}
		v, ok := t.value(0, process.ThumbnailScale[p]+int32(c.extraBits(p))*logistic.ScaleSteps, u, truth[0])
		if !ok {
			return false
		}
		s.cells[i].SetCells([]int32{v + int32(u)}, []uint8{0}, 0)
		exact.SetCoefficient(i, 0, 0, v)
	}
	if n > 1 {
		c.ll[n-1] = *exact
	}
	c.finish(s)
	c.beginNext(s)
	return true
}
