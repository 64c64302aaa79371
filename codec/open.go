package codec

import (
	"context"
	"errors"
	"fmt"
	"image/color"
	"io"

	"github.com/ddpmz/ddpmz/container"
	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// describe makes a picture without content of a header.
func describe(h *container.Header) (picture, error) {
	p := picture{info: info{format: format(h.Format), w: int(h.Width), h: int(h.Height), depth: int(h.Depth)}}
	if !p.format.valid(p.depth) {
		return p, UnsupportedError(fmt.Sprintf("image format %d with %d bits a sample", h.Format, h.Depth))
	}
	if p.format == formatPaletted {
		if h.Modelled {
			return p, FormatError("a paletted image cannot be modelled")
		}
		p.palette = color.Palette{color.RGBA{0x80, 0x80, 0x80, 0xff}} // until it is known
	}
	return p, nil
}

// openHeader reads the header of a file from r, and checks what it says of the picture and of the segments.
func openHeader(r io.Reader) (*container.Reader, picture, error) {
	in, err := container.NewReader(r)
	if err != nil {
		return nil, picture{}, framing(err)
	}
	p, err := describe(in.Header())
	if err == nil {
		err = p.checkSegments(in.Header())
	}
	return in, p, err
}

// Open reads the header of a file from r, which may still be growing at the other end: Next waits for it.
func (d *Decoder) Open(r io.Reader) (*Stream, error) { return d.OpenContext(context.Background(), r) }

// OpenContext is Open; once ctx is done, it and Next return its error, soon: between two reads of r. A Read that waits for bytes
// cannot be interrupted, unless whoever ends ctx also ends that, as net/http does with the body of a request made with ctx, or closing
// a pipe.
func (d *Decoder) OpenContext(ctx context.Context, r io.Reader) (*Stream, error) {
	in, err := container.NewReader(newContextReader(ctx, r))
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, framing(err)
	}
	if d.Reduce < 0 || d.Reduce > MaxReduce {
		return nil, UnsupportedError(fmt.Sprintf("a picture reduced by 2^%d", d.Reduce))
	}
	h := in.Header()
	s := &Stream{context: ctx, in: in, header: h, timestep: d.Timestep, reduce: d.Reduce, limits: d.Limits, whole: true}
	if d.Sample != nil {
		s.sampling = &sampling{source: d.Sample}
	}
	if s.picture, err = describe(h); err != nil {
		return nil, err
	}
	switch {
	case s.picture.format.isJPEG():
		err = s.openJPEG(d)
	case isDecompressed(h):
		err = s.openDecompressed(d)
	case h.Modelled:
		err = s.openModelled(d)
	default:
		err = s.openStored(d)
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// openStored prepares decoding a stored file.
func (s *Stream) openStored(d *Decoder) error {
	if err := s.open(s.picture.storedMemory(s.reduce)); err != nil {
		return err
	}
	s.body = &rowDecoder{stream: s, at: s.at}
	return nil
}

// openModelled prepares decoding a modelled file.
func (s *Stream) openModelled(d *Decoder) error {
	net, err := s.findModel(d)
	if err != nil {
		return err
	}
	p := &s.picture
	params, err := parseParams(s.header, net.Tau(), p.info)
	if err != nil {
		return err
	}
	plan := planPasses(s.header, model.Passes(p.w, p.h), s.reduce, s.stops)
	if s.reduce > 0 {
		s.unread = plan.unread
	}
	if err := s.open(decodingMemory(net, p.geometry(), plan.Reduction, p.format.hasAlpha())); err != nil {
		return err
	}
	if err := checkPasses(s.header, plan.total); err != nil {
		return err
	}
	work := p.modelledWork(plan.passes, plan.wanted, s.reduce)
	if s.limits.MaxWork == 0 && s.sampling != nil {
		work = 0 // that of a sample, which the caller has asked for
	} else if s.header.EndsEarly && s.limits.MaxWork == 0 {
		work = 0 // that of the passes that are there is not known yet: see affords
	}
	if err := s.limits.checkWork(work, s.Size()); err != nil {
		return err
	}
	chain := model.NewChain(net, p.geometry(), params.tau)
	chain.Clip = s.sampling != nil
	chain.Done, chain.Colour, chain.Reduction = s.context.Done(), params.colour, plan.Reduction
	if p.format.planes() > 1 {
		s.transform = params.colour.String()
	}
	s.mirrored = params.orientation.String()
	s.body = &passDecoder{stream: s, process: &waveletProcess{chain, p, params.orientation}, plan: plan, passes: plan.passes,
		work: newWork(plan.passes[:plan.wanted], scaleSites(p.w, p.h), d.Progress), at: s.at, shown: s.at, sampling: s.sampling}
	return nil
}

// open checks the limits, of which need is what decoding takes of memory beside the payloads, and where segments are.
func (s *Stream) open(need func(pixels int64) int64) (err error) {
	p := &s.picture
	payloads := int64(0)
	for i, n := range s.header.Present() {
		if !s.passesOver(i) {
			payloads += int64(n)
		}
	}
	if err := s.limits.check(p.w, p.h, need, 0); err != nil {
		return err
	}
	if err := p.checkSegments(s.header); err != nil {
		return err
	}
	if err := s.limits.check(p.w, p.h, need, payloads); err != nil {
		return err
	}
	s.memory = need(int64(p.w)*int64(p.h)) + payloads
	if s.offsets, err = s.header.Offsets(); err != nil {
		return err
	}
	s.arrived = s.offsets[0]
	s.at = Refinement{Level: model.TopLevel(p.w, p.h) + 1, Timestep: model.T, Bytes: s.offsets[0]}
	return nil
}

// reached reports whether the state before a level is where decoding is to stop.
func (s *Stream) reached(level int) bool {
	return s.timestep > 0 && model.LevelTimestep(level) < s.timestep
}

// stops reports whether passes of a level are not to be done: no more of the file is wanted, and nothing is drawn.
func (s *Stream) stops(level int) bool { return s.sampling == nil && s.reached(level) }

// findModel finds the model that the header names.
func (s *Stream) findModel(d *Decoder) (*model.Net, error) {
	h := s.header
	s.modelID = h.Model
	if h.Number > 0 {
		var ok bool
		if s.modelID, ok = zoo.Numbered(h.Number); !ok {
			number := fmt.Sprintf("model number %d", h.Number)
			return nil, &unsupportedError{UnsupportedError(number + " is not in this version"), zoo.UnknownModelError(number)}
		}
	}
	for _, net := range d.Nets {
		if id := net.Identity(); [8]byte(id[:8]) == s.modelID {
			return net, nil
		}
	}
	net, name, err := zoo.ByID(s.modelID)
	var unknown zoo.UnknownModelError
	if errors.As(err, &unknown) {
		return nil, unknownModel(s.modelID, err)
	}
	s.model = name
	return net, err
}

// unknownModel is the error of a file whose model is not known.
func unknownModel(id [8]byte, cause error) error {
	return &unsupportedError{UnsupportedError(fmt.Sprintf("model %x is not in this version", id)), cause}
}
