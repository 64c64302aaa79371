package model

import (
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/storage"
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
