package codec

import (
	"math/rand/v2"

	"github.com/ddpmz/ddpmz/container"
	"github.com/ddpmz/ddpmz/model"
)

// A sampling draws what a file does not say. Bands, which are decoded side by side, have generators of their own, and the seeds of
// those of a pass come from the caller's source in the order of passes: so what is drawn does not depend on how many processors
// there are.
type sampling struct {
	source rand.Source
	begun  bool // something has been drawn, or will be, since all has been read
}

// A passSampler has the samplers of a pass.
type passSampler []*model.Sampler

// pass returns the samplers of a pass of so many bands.
func (s *sampling) pass(bands int) passSampler {
	seed := s.source.Uint64()
	list := make(passSampler, bands)
	for i := range list {
		list[i] = model.NewSampler(seed, uint64(i))
	}
	return list
}

// drawn returns how many bits were drawn, Q16.
func (p passSampler) drawn() (n uint64) {
	for _, s := range p {
		n += s.DrawnQ16()
	}
	return n
}

// A continuation is the coder of a band: it decodes the band's stream as far as it goes, and then draws.
type continuation struct {
	stream  *symbolDecoder // not embedded: a model.HalfCoder could not draw from the distribution
	sampler *model.Sampler
	ended   bool // the stream has come to its end
}

// streamOf returns the coder of a band's stream alone, for what is not drawn, and what to call where the stream ends too soon: end reports
// whether all the same the pass is complete, as it is where a coder would draw.
func streamOf(c model.Coder) (stream model.Coder, end func() bool) {
	k, ok := c.(*continuation)
	if !ok {
		return c, func() bool { return false }
	}
	return k.stream, func() bool {
		k.ended = true
		return true
	}
}

// isDrawn reports whether all of a pass is drawn.
func isDrawn(c model.PassCoder) bool {
	_, ok := c.(*drawnPass)
	return ok
}

func (c *continuation) Symbol(d *model.Distribution, s int32) (int32, bool) {
	if !c.ended {
		if v, ok := c.stream.Symbol(d, s); ok {
			return v, true
		}
		c.ended = true
	}
	return c.sampler.Symbol(d, s)
}

func (c *continuation) Bits(v uint32, n uint) (uint32, bool) {
	if !c.ended {
		if w, ok := c.stream.Bits(v, n); ok {
			return w, true
		}
		c.ended = true
	}
	return c.sampler.Bits(v, n)
}

func (c *continuation) Bit(b, p uint32) (uint32, bool) {
	if !c.ended {
		if v, ok := c.stream.Bit(b, p); ok {
			return v, true
		}
		c.ended = true
	}
	return c.sampler.Bit(b, p)
}

// A drawnPass is a pass of which the file says nothing.
type drawnPass struct {
	*passDecoder
	pass     model.Pass
	samplers passSampler
}

func (p *drawnPass) Open(band int) model.Coder { return p.samplers[band] }
func (p *drawnPass) Close(int)                 {}

func (p *drawnPass) Done(complete bool) error {
	d := p.passDecoder
	if !complete {
		return model.ErrStopped // nothing else ends a sampler's pass
	}
	d.drawn += p.samplers.drawn()
	d.finish(p.pass)
	return nil
}

// finish notes that a pass is done of which something was drawn.
func (d *passDecoder) finish(p model.Pass) {
	d.at.DrawnBits = int64(d.drawn >> 16)
	d.work.done(p)
	if d.done++; d.done < d.end() && d.passes[d.done].Level == p.Level {
		return
	}
	d.endLevel(p)
	d.shown, d.fresh = d.at, true
}

// endLevel notes that the last pass of a level is done.
func (d *passDecoder) endLevel(p model.Pass) {
	d.at.Level, d.at.Timestep = p.Level, model.LevelTimestep(p.Level)
	if d.done == d.plan.total {
		d.at.Level, d.at.Timestep = 0, 0 // of an image of at most 2x2 pixels, the first pass is the last
	}
	d.at.Steps = model.T - d.at.Timestep
}

// endOfBytes notes that streams of a segment have come to their end where it is cut.
func (p *decodedPass) endOfBytes() {
	p.at.Bytes = p.segment.offset + container.Reach(uint64(len(p.segment.Payload)))
	p.sampling.begun = true
}
