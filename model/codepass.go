package model

import (
	"github.com/ddpmz/ddpmz/model/internal/fixed"
	"github.com/ddpmz/ddpmz/model/internal/logistic"
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/storage"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// codePass codes a pass other than the first, with what it reads of coarser scales. It returns false if a coder ran out or the chain is
// stopped.
func (c *Chain) codePass(p Pass, seen parent, coders bandCoders) bool {
	s := &c.scales[p.Scale]
	final := p.Stage == process.Stages-1
	var details *storage.Image // estimates of the scale's coefficients, for the image that they refine
	if s.number > 1 {
		details = &c.ll[s.number-1]
		if c.buffered(s) {
			if c.back == nil {
				c.back = new(backBuffer)
			}
			details = &c.back.image
			for i, t := range s.records {
				c.back.records[i] = append(c.back.records[i][:0], t...)
			}
			s.records, c.back.records = c.back.records, s.records
		}
		if details.W == 0 {
			*details = *c.newImage(s.fw, s.fh, c.planes)
		}
	}
	if c.Reduction.Scales > 0 && s.number > c.Reduction.Scales {
		c.merged = false
	}
	work := c.workOf(s.number)
	n := bandsOf(s.h)
	work.learned = storage.Resize(work.learned, n, n)
	learned := work.learned
	clear(learned)
	ok := c.eachBand(s, p.Stage, seen, true, func(b *band, number int) bool {
		b.runTrunk(s.dense(p.Stage) || c.NetworkAlone)
		if details != nil {
			b.estimateInactive(details)
		}
		coder := coders.Open(number)
		ok := b.runHeads(func(g, phase, y0 int) bool { return b.codePhase(g, phase, y0, coder, details) })
		if ok && final && c.hasSparse(s) && !c.NetworkAlone {
			ok = b.codeSparse(coder)
		}
		if ok {
			coders.Close(number)
		}
		learned[number] = b.learned
		return ok
	})
	s.chroma = s.chroma || p.Stage > 0
	if !ok {
		return false
	}
	c.learned[p.Stage].Average(learned)
	s.stage = p.Stage
	if c.buffered(s) {
		c.ll[1], c.back.image = c.back.image, c.ll[1]
		details = &c.ll[1]
	}
	if final {
		c.finish(s)
	} else if s.number > 1 {
		c.merge(details, seen.image, seen.shift, 4, work)
		c.merged = c.merged || s.number == c.Reduction.Scales+1 && p.Stage > 0
	}
	c.beginNext(s)
	return true
}

// codeThumbnail codes the first pass, with fixed priors: the samples of the coarsest image, then the coefficients of the single site of
// the coarsest scale, all of them exactly.
func (c *Chain) codeThumbnail(coder Coder) bool {
	d := logistic.SharedTables(process.Logistic).Distribution() // of the priors, whatever the network predicts
	for p := range c.planes {
		raw := d.Set(int64(process.TopMean[p])<<(6+c.extraDepth), process.TopScale[p]+int32(c.extraBits(p))*logistic.ScaleSteps, 0, 0, process.Unknown, 0)
		v, ok := logistic.CodeCell(coder, &d, raw, c.top[p])
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
	cell, clock, dither := make([]int32, 1), make([]uint8, 1), make([]uint16, 1)
	for i := range transform.Subbands * c.planes {
		s.cells[i].LoadCells(cell, clock, 0, 1)
		if clock[0] == 0 {
			continue
		}
		s.dither().Rows(dither, i, 0, 1)
		truth, u := [1]int32{}, dither[0]
		if t := &s.truth[i]; !t.Empty() {
			t.LoadRow(truth[:], 0)
			truth[0] += int32(u)
		}
		raw := d.Set(0, process.ThumbnailScale[i/transform.Subbands]+int32(c.extraBits(i/transform.Subbands))*logistic.ScaleSteps, 0, u, process.Unknown, 0)
		a, ok := logistic.CodeCell(coder, &d, raw, truth[0])
		if !ok {
			return false
		}
		cell[0], clock[0] = a, 0
		s.cells[i].SetCells(cell, clock, 0)
		exact.SetCoefficient(i, 0, 0, a-int32(u))
	}
	if n > 1 {
		c.ll[n-1] = *exact
	}
	c.finish(s)
	c.beginNext(s)
	return true
}
