package model

import (
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/storage"
)

// estimates has the network predict every scale that is not exact once more, since more is known now than at the scale's last pass,
// and calls each with the rows of the estimated image that begin with row y, in Q4. The last scale that it predicts is the one after
// that whose first pass is due; the coefficients of finer scales are estimated as zero. It may call each from several goroutines at once.
func (c *Chain) estimates(each func(rows *ycc, y int)) {
	seen := c.parentOf(&c.scales[c.exactAt])
	for l := c.exactAt; l > max(c.Reduction.Scales, 1); l-- {
		s := &c.scales[l]
		d := c.newImage(s.fw, s.fh, c.planes)
		if c.predicts(s) {
			c.eachBand(s, c.estimateStage(s), seen, false, func(b *band, _ int) bool { return b.estimate(d) })
		}
		c.merge(d, seen.image, seen.shift, 4, c.workOf(l))
		seen = parent{image: d, records: s.records, w: s.w}
	}
	if c.Reduction.Scales > 0 {
		c.eachStrip(func(x *ycc, y0, y1 int) {
			c.loadRows(x, seen.image, seen.shift, y0, y1)
			each(x, y0)
		})
		return
	}
	s := &c.scales[1]
	if !c.predicts(s) {
		c.eachStrip(func(x *ycc, y0, y1 int) {
			rows := c.strip(x, seen.image, seen.shift, 4, y0/2, (y1+1)/2, func(_ int, rows *ycc) {
				for p := range rows {
					clear(rows[p].Pix)
				}
			})
			each(&rows, y0)
		})
		return
	}
	window := newBandWindow(c)
	c.eachBand(s, c.estimateStage(s), seen, false, func(b *band, number int) bool {
		d := window.take(number)
		ok := b.estimate(d)
		for _, k := range window.done(number, d) {
			x := window.strip()
			rows := c.strip(x, seen.image, seen.shift, 4, bandEdge(s.h, k), bandEdge(s.h, k+1), window.fill)
			each(&rows, 2*bandEdge(s.h, k))
			window.release(k, x)
		}
		return ok
	})
}

// predicts reports whether the network predicts a scale for a picture: if its first pass is due, or that of the next coarser scale, which
// says enough of it by then. While no coefficient has been coded since the thumbnail, the picture stays as it was then, because it says
// too little that passes have coded none.
func (c *Chain) predicts(s *scale) bool {
	if !c.coded.Load() {
		return s.begun && s.number == c.exactAt
	}
	return s.begun || s.parent != nil && s.parent.begun
}

// estimateStage returns the stage for which the network predicts a scale for a picture.
func (c *Chain) estimateStage(s *scale) int {
	if !c.coded.Load() {
		return 1
	}
	return min(max(s.stage+1, 1), process.Stages-1)
}

// estimate stores estimates of the band's coefficients in d.
func (b *band) estimate(d *storage.Image) bool {
	b.runTrunk(true)
	clear(b.learned.LastLayers[:]) // what coarser scales have taught made no picture better and smooth ones worse
	return b.runHeads(func(g, phase, y0 int) bool { return b.codePhase(g, phase, y0, nil, d) })
}
