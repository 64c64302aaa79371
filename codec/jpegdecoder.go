package codec

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"io"
	"slices"

	"github.com/ddpmz/ddpmz/codec/jpeg"
	"github.com/ddpmz/ddpmz/container"
	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/dct"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// maxJPEGSide is how many pixels the picture of a JPEG file has at most in a row or a column.
const maxJPEGSide = 1<<16 - 1

// openJPEG prepares decoding a file of a JPEG file.
func (s *Stream) openJPEG(d *Decoder) error {
	p := &s.picture
	if p.w > maxJPEGSide || p.h > maxJPEGSide {
		return FormatError(fmt.Sprintf("a JPEG file of %d x %d pixels", p.w, p.h))
	}
	if err := s.open(func(int64) int64 { return slack * p.imageBytes() }); err != nil { // and more, once the frame is known
		return err
	}
	s.original = new(original)
	if !s.header.Modelled {
		s.body = &wrappedDecoder{stream: s, at: s.at}
		return nil
	}
	net, err := zoo.JPEG()
	if err != nil {
		return err
	}
	id := net.Identity()
	if s.modelID, s.model = s.header.Model, zoo.NameOfJPEG; s.modelID != [8]byte(id[:8]) {
		return unknownModel(s.modelID, zoo.UnknownModelError(fmt.Sprintf("%x", s.modelID)))
	}
	if err := checkJPEGParams(s.header); err != nil {
		return err
	}
	s.body = &jpegDecoder{stream: s, open: func(frame []byte) (*passDecoder, error) { return s.openCoded(d, net, frame) }, at: s.at}
	return nil
}

// checkJPEGParams returns an UnsupportedError if the params of a file are not those of a JPEG file.
func checkJPEGParams(h *container.Header) error {
	if !slices.Equal(h.Params, []byte{0}) {
		return UnsupportedError("unknown parameters of the model")
	}
	return nil
}

// A jpegDecoder decodes the coefficients of a JPEG file: its frame, and then the passes of their process.
type jpegDecoder struct {
	stream *Stream
	open   func(frame []byte) (*passDecoder, error) // prepares decoding the passes
	passes *passDecoder                             // once the frame is there
	at     Refinement                               // before
}

func (d *jpegDecoder) next(ctx context.Context) (at Refinement, fresh bool, err error) {
	if err := d.begin(); err != nil {
		return d.at, false, err
	}
	return d.passes.next(ctx)
}

func (d *jpegDecoder) last(ctx context.Context) (at Refinement, fresh bool, err error) {
	if err := d.begin(); err != nil {
		return d.at, false, err
	}
	return d.passes.last(ctx)
}

// begin reads the frame, unless that has been done, and prepares decoding the passes.
func (d *jpegDecoder) begin() error {
	s := d.stream
	for d.passes == nil {
		c, err := s.take()
		if err != nil {
			return err
		}
		if c.Segment.Kind != container.Frame {
			if err := s.readSide(c); err != nil {
				return err
			}
			continue
		}
		if !c.Complete {
			return io.EOF
		}
		if d.passes, err = d.open(c.Payload); err != nil {
			return err
		}
		d.at = d.passes.at
	}
	return nil
}

// openCoded prepares decoding the passes of a JPEG file that was coded, with a frame.
func (s *Stream) openCoded(d *Decoder, net *dct.Weights, frame []byte) (*passDecoder, error) {
	f, err := jpeg.ParseFrame(frame, s.limits.ofJPEG(s.memory))
	if err != nil {
		return nil, jpegError(err)
	}
	layout, err := newJPEGLayout(f)
	if err != nil {
		return nil, err
	}
	if p := &s.picture; f.Width != p.w || f.Height != p.h || layout.format() != p.format {
		return nil, FormatError("the frame of another JPEG file")
	}
	s.memory += layout.codingMemory()
	if err := s.limits.checkMemory(s.memory); err != nil {
		return nil, err
	}
	plan := s.planJPEG(dct.Passes(&layout.coefficients))
	if err := checkPasses(s.header, plan.total); err != nil {
		return nil, err
	}
	if work := layout.decodingWork(plan.passes[:plan.wanted]); !s.header.EndsEarly && s.sampling == nil || s.limits.MaxWork > 0 {
		if err := s.limits.checkWork(work, s.Size()); err != nil {
			return nil, err
		}
	}
	s.original.frame, s.original.layout = frame, layout
	chain := dct.NewChain(net, &layout.coefficients)
	chain.Done = s.context.Done()
	at := s.at
	at.Level = plan.passes[0].Level + 1
	return &passDecoder{stream: s, process: &jpegProcess{chain, layout, s.reduce}, plan: plan, passes: plan.passes,
		work: newWork(plan.passes[:plan.wanted], layout.work, d.Progress), at: at, shown: at, sampling: s.sampling}, nil
}

// planJPEG plans decoding the passes of a JPEG file. For a reduced picture, these end at a level that is good enough, and nothing after them
// is read.
func (s *Stream) planJPEG(passes []model.Pass) *passPlan {
	if s.reduce == 0 {
		return planPasses(s.header, passes, 0, s.stops)
	}
	plan := planPasses(s.header, passes, 0, func(level int) bool { return level < model.ReducedLevel(s.reduce) || s.stops(level) })
	plan.Scales = s.reduce
	s.unread = make([]bool, len(s.header.Segments))
	for i, g := range s.header.Segments {
		s.unread[i] = g.Kind == container.Passes && plan.first[i] >= plan.wanted || g.Kind == container.Syntax || g.Kind == container.Digest
	}
	return plan
}

func (d *jpegDecoder) image(ctx context.Context) (image.Image, error) {
	if d.passes != nil {
		return d.passes.image(ctx)
	}
	return d.stream.blank()
}

// readSyntax takes the syntax of the JPEG file.
func (s *Stream) readSyntax(b []byte) error {
	o := s.original
	if o.layout == nil {
		return FormatError("the syntax of a JPEG file without its frame")
	}
	for i, coef := range o.layout.planes() { // all of them are known by now, unless the file is malformed
		o.layout.Components[i].Coef = coef
	}
	syntax, cut, memory, err := s.limits.unpackSyntax(s.context, b, s.memory, o.layout.File, o.depth)
	if err != nil {
		return err
	}
	s.memory = memory
	f, err := jpeg.ParseSyntax(o.frame, syntax, jpeg.Limits{}, cut...) // whose coefficients there is no memory for
	if err != nil {
		return jpegError(err)
	}
	o.syntax = f
	return nil
}

// A wrappedDecoder decodes a JPEG file that is held as it is. It has a picture once that is there in full: up to then it is gray.
type wrappedDecoder struct {
	stream *Stream
	layout *jpegLayout // once the file is there in full
	at     Refinement
}

func (d *wrappedDecoder) next(ctx context.Context) (at Refinement, fresh bool, err error) {
	if d.stream.rowLimit() == 0 {
		return d.at, false, io.EOF
	}
	c, err := d.stream.segment()
	if err == nil && c.Complete {
		err = d.read(c)
		fresh = err == nil
	}
	return d.at, fresh, err
}

func (d *wrappedDecoder) last(ctx context.Context) (at Refinement, fresh bool, err error) {
	return d.next(ctx)
}

// read takes the JPEG file.
func (d *wrappedDecoder) read(c container.Chunk) error {
	s := d.stream
	data, err := unpackBounded(c.Payload, maxOriginal, func(n int64) error { return s.limits.checkMemory(s.memory + n) })
	if err != nil {
		return err
	}
	s.memory += int64(len(data))
	layout, err := s.limits.parseJPEG(data, s.memory)
	if err != nil {
		return err
	}
	if p := &s.picture; layout.Width != p.w || layout.Height != p.h || layout.format() != p.format {
		return FormatError("another JPEG file than the header says")
	}
	if err := s.limits.checkWork(layout.pictureWork(), s.arrived); err != nil {
		return err
	}
	s.original.data, s.original.syntax, d.layout = data, layout.File, layout
	rows := s.rowLimit()
	d.at.Steps = model.T * rows / s.picture.h
	d.at.Timestep = model.T - d.at.Steps
	d.at.Bytes, d.at.IdealBits = s.offsets[c.Index+1], 8*int64(len(c.Payload))
	if rows == s.picture.h && s.whole {
		d.at.Level, d.at.Exact = 0, s.reduce == 0
	}
	return nil
}

func (d *wrappedDecoder) image(ctx context.Context) (image.Image, error) {
	if d.layout == nil {
		return d.stream.blank()
	}
	m, err := d.layout.exactPicture(d.stream.reduce)
	if err != nil {
		return nil, err
	}
	// Rows that are not to be shown are gray, as where nothing is known. Not by package draw, which takes 14 kB of what browsers fetch.
	b := m.Bounds()
	gray := m.(interface{ Set(x, y int, c color.Color) })
	for y := d.stream.rowLimit() >> d.stream.reduce; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			gray.Set(x, y, color.Gray{Y: 0x80})
		}
	}
	return m, nil
}

// blank returns a gray picture, as nothing of it is known.
func (s *Stream) blank() (image.Image, error) {
	if err := s.checkPicture(s.picture.imageBytes() / bytesPerSite); err != nil {
		return nil, err
	}
	p := s.picture.reduced(model.Reduction{Scales: s.reduce})
	m, set := p.newImage()
	row := model.NewPlane(p.w, 1)
	for i := range row.Pix {
		row.Pix[i] = 1 << (p.depth - 1)
	}
	for y := range p.h {
		set(y, []model.Plane{row})
	}
	return m, nil
}
