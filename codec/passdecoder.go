package codec

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"slices"

	"github.com/ddpmz/ddpmz/container"
	"github.com/ddpmz/ddpmz/model"
)

// A passDecoder decodes the picture of a modelled file, whose segments are of passes of the reverse process. It is the
// model.Source of its process.
type passDecoder struct {
	stream      *Stream
	process     process
	plan        *passPlan
	passes      []model.Pass // the plan's
	begun, done int          // passes
	work        *work

	segment *passPayload // that the pass to begin is in, or nil
	read    int64        // the end of the last segment of passes that was read, in the file

	at    Refinement // as of the passes done
	ideal uint64     // their length, in bits as Q16
	level int64      // bytes that the last level took
	shown Refinement // at, at the end of the last level or of the file
	fresh bool       // shown is new

	sampling *sampling // nil if nothing is drawn
	drawn    uint64    // bits that were drawn, as Q16
}

// A passPayload is a segment of passes.
type passPayload struct {
	container.Chunk
	offset int64            // of the payload in the file
	units  int              // passes it has left
	bands  []*symbolDecoder // of its streams

	continued []*continuation // of these, if what they do not say is drawn
}

// next decodes to the end of the next level.
func (d *passDecoder) next(ctx context.Context) (at Refinement, fresh bool, err error) {
	n := d.begun
	for n < d.end() && d.passes[n].Level == d.passes[d.begun].Level {
		n++
	}
	return d.run(ctx, d.passes[d.begun:n])
}

// last decodes all passes. More is done side by side than if every level is awaited.
func (d *passDecoder) last(ctx context.Context) (at Refinement, fresh bool, err error) {
	return d.run(ctx, d.passes[d.begun:d.end()])
}

// end returns how many passes are tried. Of a picture that is not reduced, these are all: Begin stops where decoding is to stop.
func (d *passDecoder) end() int {
	if d.plan.Scales > 0 {
		return d.plan.wanted
	}
	return len(d.passes)
}

// run decodes passes, or what comes after the last one.
func (d *passDecoder) run(ctx context.Context, passes []model.Pass) (at Refinement, fresh bool, err error) {
	d.fresh = false
	switch err = ctx.Err(); {
	case err != nil:
	case len(passes) > 0:
		if err = d.process.Run(passes, d); errors.Is(err, model.ErrStopped) {
			err = ctx.Err()
		}
	case d.sampling != nil && d.sampling.begun:
		err = io.EOF
	default:
		_, err = d.stream.segment() // There is none, but what is beside the picture may come at the end.
	}
	if err == io.EOF && d.at != d.shown { // The file ends within a level: its first passes show.
		d.shown, d.fresh = d.at, true
	}
	return d.shown, d.fresh, err
}

// Begin returns the coder of a pass. What the file does not say is drawn, if anything is.
func (d *passDecoder) Begin(p model.Pass, bands int) (model.PassCoder, error) {
	s := d.sampling
	if s == nil {
		c, err := d.openPass(p, bands)
		if err != nil {
			return nil, err
		}
		return c, nil
	}
	samplers := s.pass(bands)
	if !s.begun {
		c, err := d.openPass(p, bands)
		if err == nil {
			c.samplers = samplers
			for i, b := range c.segment.continued {
				b.sampler = samplers[i]
			}
			return c, nil
		}
		if err != io.EOF {
			return nil, err
		}
		s.begun = true
	}
	d.begun++
	return &drawnPass{d, p, samplers}, nil
}

// openPass opens the segment of a pass, unless it is open.
func (d *passDecoder) openPass(p model.Pass, bands int) (*decodedPass, error) {
	if d.stream.reached(p.Level) {
		return nil, io.EOF
	}
	if g := d.segment; g != nil && d.plan.leaves(g.Chunk.Segment, g.Index, d.begun) {
		d.segment = nil // of which no other pass is decoded
	}
	taken := d.level // of the file, by the levels before
	if d.segment == nil {
		taken = d.read
		if err := d.open(bands); err != nil {
			return nil, err
		}
	}
	g := d.segment
	if d.begun > 0 && d.passes[d.begun-1].Level != p.Level && !g.Complete && g.offset+container.Reach(uint64(len(g.Payload))) <= taken {
		// The file is cut and nothing is left of it. Then the picture stays that of the level: passes that take no byte
		// would change it by what the network thinks of their being empty.
		return nil, io.EOF
	}
	if bands != len(g.bands) {
		return nil, FormatError("a pass of several bands shares its segment")
	}
	if ok, err := d.stream.affords(d.workOf(d.begun + 1)); err != nil {
		return nil, err
	} else if !ok {
		return nil, io.EOF // the picture stays that of the passes so far
	}
	d.begun++
	g.units--
	if g.units == 0 {
		d.segment = nil
	}
	return &decodedPass{passDecoder: d, segment: g, pass: p, last: g.units == 0}, nil
}

// workOf returns the work of the first passes: see passWork.
func (d *passDecoder) workOf(begun int) int64 { return passWork(d.process, d.passes, begun) }

// open reads the next segment of passes, of which the first has so many bands.
func (d *passDecoder) open(bands int) error {
	c, err := d.stream.segment()
	if err != nil {
		return err
	}
	g := &passPayload{Chunk: c, offset: d.stream.offsets[c.Index], units: d.plan.units(c.Segment, c.Index)}
	if bands > 1 && g.units > 1 {
		return FormatError("a pass of several bands shares its segment")
	}
	for range bands {
		b := new(symbolDecoder)
		g.bands = append(g.bands, b)
		if d.sampling != nil {
			g.continued = append(g.continued, &continuation{stream: b})
		}
	}
	if err := splitBands(g.bands, c.Payload, c.Segment.Size); err != nil {
		return malformed(fmt.Sprintf("segment %d", c.Index), err)
	}
	d.segment, d.read = g, d.stream.offsets[c.Index+1]
	return nil
}

// close returns what is wrong with the ends of the segment's streams.
func (g *passPayload) close() error {
	for _, b := range g.bands {
		if err := b.close(); err != nil {
			return malformed(fmt.Sprintf("segment %d", g.Index), err)
		}
	}
	return nil
}

// A decodedPass is a pass being decoded.
type decodedPass struct {
	*passDecoder
	segment *passPayload
	pass    model.Pass
	last    bool // of the segment

	samplers passSampler // of what the segment does not say, if that is drawn
}

func (p *decodedPass) Open(band int) model.Coder {
	if c := p.segment.continued; c != nil {
		return c[band]
	}
	return p.segment.bands[band]
}

func (p *decodedPass) Close(int) {}

// ended reports whether a band's stream has come to its end, and the rest was drawn.
func (p *decodedPass) ended() bool {
	return slices.ContainsFunc(p.segment.continued, func(c *continuation) bool { return c.ended })
}

// Done notes what the pass has come to. Passes after it in the same segment may be decoded by now, and count here already:
// then they are done next, and no level ends before.
func (p *decodedPass) Done(complete bool) error {
	d, g := p.passDecoder, p.segment
	for _, b := range g.bands {
		if complete && b.ideal > 0 { // A stream that supplied no symbol is not needed, and need not be there.
			d.at.Bytes = max(d.at.Bytes, g.offset+container.Reach(uint64(b.consumed())))
		}
		d.ideal += b.ideal
		b.ideal = 0
	}
	d.at.IdealBits = int64(d.ideal >> 16)
	ended := p.ended()
	if (!complete || ended) && g.Complete {
		return FormatError(fmt.Sprintf("segment %d ends inside a pass", g.Index))
	}
	if ended && complete {
		p.endOfBytes()
		d.drawn += p.samplers.drawn()
		d.finish(p.pass)
		return nil
	}
	if !complete { // the file is cut here
		d.at.Bytes = g.offset + container.Reach(uint64(len(g.Payload)))
		d.shown, d.fresh = d.at, true
		return io.EOF
	}
	d.work.done(p.pass)
	d.done++
	switch {
	case p.last && g.Complete:
		d.at.Bytes = d.stream.offsets[g.Index+1]
		if err := g.close(); err != nil {
			return err
		}
	case p.last: // whether it needs a byte or not, without any the segment is not there
		d.at.Bytes = max(d.at.Bytes, g.offset+1)
	}
	if d.done < d.end() && d.passes[d.done].Level == p.pass.Level {
		return nil
	}
	if !p.last { // what takes no byte shows when one more is there, or the segment is complete: see Begin
		more := d.stream.offsets[g.Index+1]
		if n := container.Held(max(0, d.level-g.offset)) + 1; n <= g.Segment.Size {
			more = g.offset + container.Reach(n)
		}
		d.at.Bytes = max(d.at.Bytes, more)
	}
	d.level = d.at.Bytes
	d.endLevel(p.pass)
	d.at.Exact = d.done == d.plan.total && d.plan.Scales == 0 && d.stream.whole
	d.shown, d.fresh = d.at, true
	return nil
}

// image returns the picture so far. Once ctx is done, the error is its own, unless the picture is exact.
func (d *passDecoder) image(ctx context.Context) (image.Image, error) {
	if err := d.stream.checkPicture(d.workOf(d.begun)); err != nil {
		return nil, err
	}
	return d.process.image(ctx)
}
