package codec

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"
	"sort"

	"github.com/ddpmz/ddpmz/codec/internal/stored"
	"github.com/ddpmz/ddpmz/container"
	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// A Refinement describes the picture after one more level of the reverse process, or after what a cut file
// has of one.
type Refinement struct {
	Level    int // counts down to 0, the image; stored files have no other
	Timestep int // t of the state x_t: 1000 is x_T, 0 the image
	Steps    int // reverse steps applied, 1000 - t

	// Bytes is how much of the file the picture needs. A prefix of that length decodes to it, or, if the Decoder
	// has no Timestep to stop it, to a little more: what the last byte tells need not end with a level.
	Bytes int64

	// IdealBits is the code length under the model of all passes so far, which Bytes approaches. For stored
	// files it is the length of the rows so far.
	IdealBits int64

	// Exact says that the picture is the image, and that the checksums say so too.
	Exact bool
}

// A Stream is a file being decoded, one refinement at a time. It is not safe for concurrent use.
type Stream struct {
	context  context.Context
	in       *container.Reader
	header   *container.Header
	offsets  []int64
	stop     int // timestep
	work     *work
	picture  picture
	metadata []byte
	seen     [container.Passes + 1]bool // kinds of segments

	// A modelled file has a chain of passes, coded in segments.
	net     *model.Net
	model   [4]byte // how its identity begins
	name    string
	turned  orientation // of what the chain has
	before  int64       // bytes that the last level took
	chain   *model.Chain
	passes  []model.Pass
	next    int    // pass
	ideal   uint64 // length of the passes so far, in bits as Q16
	open    bool   // a segment of passes is being decoded:
	current container.Chunk
	units   int              // passes it has left
	bands   []*symbolDecoder // of its streams
	hurry   bool             // nobody looks at refinements but the last
	pending chan left        // of a pass of the finest scale that those after it do not wait for, or nil
	late    uint64           // the length of what was pending last

	// A stored file has rows.
	raster *stored.Raster
	rows   int

	at    Refinement
	fresh bool // at has not been returned by Next
	whole bool // no segment so far was cut
	err   error
}

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

// Open reads the header of a file from r, which may still be growing at the other end: Next waits for it.
func (d *Decoder) Open(r io.Reader) (*Stream, error) { return d.OpenContext(context.Background(), r) }

// OpenContext is Open; once ctx is done, Next returns its error, soon.
func (d *Decoder) OpenContext(ctx context.Context, r io.Reader) (*Stream, error) {
	in, err := container.NewReader(r)
	if err != nil {
		return nil, framing(err)
	}
	h := in.Header()
	s := &Stream{context: ctx, in: in, header: h, stop: d.Timestep, whole: true}
	if s.picture, err = describe(h); err != nil {
		return nil, err
	}
	need := plainMemory
	var tau int8
	var colour model.Colour
	if h.Modelled {
		if err = s.openModel(); err != nil {
			return nil, err
		}
		if tau, colour, s.turned, err = s.params(); err != nil {
			return nil, err
		}
		need = decodingMemory(s.net, s.picture.geometry())
	}
	if err := d.check(s.picture.w, s.picture.h, need); err != nil {
		return nil, err
	}
	if s.offsets, err = h.Offsets(); err != nil {
		return nil, err
	}
	s.at = Refinement{Level: model.TopLevel(s.picture.w, s.picture.h) + 1, Timestep: model.T, Bytes: s.offsets[0]}
	if !h.Modelled {
		return s, nil
	}
	s.passes = model.Passes(s.picture.w, s.picture.h)
	s.work = newWork(s.passes, s.picture.w, s.picture.h, d.Progress)
	s.chain = model.NewChain(s.net, s.picture.geometry(), tau)
	s.chain.Done, s.chain.Colour = ctx.Done(), colour
	return s, nil
}

// openModel finds the model that the header names.
func (s *Stream) openModel() (err error) {
	h := s.header
	s.model = h.Model
	if h.Number > 0 {
		var ok bool
		if s.model, ok = zoo.Numbered(h.Number); !ok {
			return UnsupportedError(fmt.Sprintf("model number %d is not in this version", h.Number))
		}
	}
	var unknown zoo.UnknownModelError
	if s.net, s.name, err = zoo.ByID(s.model); errors.As(err, &unknown) {
		return UnsupportedError(fmt.Sprintf("model %x is not in this version", s.model))
	}
	return err
}

// params returns what the header's params say: τ, which in the short form is the model's own, and the colour transform and
// the orientation if these are not the first.
func (s *Stream) params() (tau int8, colour model.Colour, turned orientation, err error) {
	unknown := UnsupportedError("unknown parameters of the model")
	tau, rest := s.net.Tau(), s.header.Params
	if !s.header.Short {
		if len(rest) == 0 {
			return 0, 0, 0, unknown
		}
		tau, rest = int8(rest[0]), rest[1:]
	}
	if len(rest) == 0 {
		return tau, 0, 0, nil
	}
	colour, turned = unpackParams(rest[0])
	switch {
	case len(rest) > 1:
		err = unknown
	case rest[0] == 0:
		err = FormatError("the first colour transform and orientation are spelled out")
	case colour >= model.Colours:
		err = UnsupportedError(fmt.Sprintf("colour transform %d", colour))
	case colour != 0 && s.picture.format.planes() == 1:
		err = FormatError("a colour transform of a single plane")
	case colour.Derived() && s.picture.depth != 8:
		err = FormatError("a colour transform of 8-bit samples")
	}
	return tau, colour, turned, err
}

// Next decodes up to the end of the next level and describes the result; Image shows it. Of a file that ends
// early, the last refinement is what there is. Then, or at the Decoder's Timestep, the error is io.EOF.
// Damage is an error as for Decode; Image still shows what came before it.
func (s *Stream) Next() (Refinement, error) {
	for s.err == nil {
		if s.err = s.advance(); s.err != nil {
			if err := s.join(); err != nil {
				s.err = err
			}
		}
		if s.fresh && (s.err == nil || s.err == io.EOF) {
			s.fresh = false
			return s.at, nil
		}
	}
	return Refinement{}, s.err
}

// Last decodes up to the end, or to the Decoder's Timestep, and describes the result, as the last Next would. It takes less
// time: with no pictures between to be shown, more is done side by side. Of damage, the error is that of Next, and the
// refinement one that came before.
func (s *Stream) Last() (Refinement, error) {
	s.hurry = true
	defer func() { s.hurry = false }()
	before, last := s.at, s.at // before is known to be right
	var ideal uint64           // of last, without what was pending then
	for {
		at, err := s.Next()
		if err != nil && err != io.EOF {
			return before, err
		}
		if s.pending == nil && s.late > 0 {
			last.IdealBits = int64((ideal + s.late) >> 16)
			s.late = 0
		}
		before = last
		if err == io.EOF {
			return last, nil
		}
		last, ideal = at, s.ideal
		if s.pending == nil {
			before = at
		}
	}
}

// left is what a pass comes to that others have not waited for.
type left struct {
	ideal uint64
	err   error
}

// join waits for the pass that is pending, if one is, and returns what was wrong with it.
func (s *Stream) join() error {
	if s.pending == nil {
		return nil
	}
	l := <-s.pending
	s.pending = nil
	s.ideal += l.ideal
	s.late = l.ideal
	s.at.IdealBits = int64(s.ideal >> 16)
	return l.err
}

// advance does the next piece of work: a segment to open, or a pass to decode.
func (s *Stream) advance() error {
	if err := s.context.Err(); err != nil {
		return err
	}
	if s.pending != nil && !(s.next < len(s.passes) && s.chain.Apart(s.passes[s.next])) {
		if err := s.join(); err != nil {
			return err
		}
	}
	if s.open {
		return s.advancePass()
	}
	if s.next < len(s.passes) && s.reached(s.passes[s.next].Level) || !s.header.Modelled && s.rowLimit() == 0 {
		return io.EOF
	}
	c, err := s.in.Next()
	if err != nil {
		return framing(err)
	}
	s.whole = s.whole && c.Complete
	kind := c.Segment.Kind
	if kind != container.Passes {
		if s.seen[kind] {
			return FormatError(fmt.Sprintf("more than one %v segment", kind))
		}
		s.seen[kind] = true
	}
	switch kind {
	case container.Metadata:
		if c.Complete {
			s.metadata, err = unpackSide(c.Payload)
		}
	case container.Palette:
		if c.Complete {
			s.picture.palette, err = unpackPalette(c.Payload)
		}
	case container.Alpha:
		err = s.readAlpha(c)
	case container.Stored:
		err = s.readStored(c)
	case container.Passes:
		s.units = int(c.Segment.Units)
		if s.units == 0 {
			s.units = len(s.passes) - s.next
		}
		if s.units > len(s.passes)-s.next || s.units == 0 {
			return FormatError("more passes than the image has")
		}
		n := s.chain.Bands(s.passes[s.next])
		if n > 1 && s.units > 1 {
			return FormatError("a pass of several bands shares its segment")
		}
		s.open, s.current = true, c
		if err := splitBands(s.decoders(n), c.Payload, c.Segment.Size); err != nil {
			return FormatError(fmt.Sprintf("segment %d: %v", c.Index, err))
		}
	}
	return err
}

// reached reports whether the state before a level is where decoding is to stop.
func (s *Stream) reached(level int) bool { return s.stop > 0 && model.LevelTimestep(level) < s.stop }

// advancePass decodes the next pass of the open segment.
func (s *Stream) advancePass() error {
	pass := s.passes[s.next]
	if s.next > 0 && s.passes[s.next-1].Level != pass.Level && s.ends() {
		return io.EOF
	}
	if s.chain.Bands(pass) != len(s.bands) {
		return FormatError("a pass of several bands shares its segment")
	}
	coders := make([]model.Coder, len(s.bands))
	for i, b := range s.bands {
		coders[i] = b
	}
	if s.canLeave(pass) {
		s.leave(pass, coders)
	} else {
		ok := s.chain.Advance(pass, coders...)
		if err := s.context.Err(); err != nil {
			return err
		}
		for _, b := range s.bands {
			s.ideal += b.ideal
			b.ideal = 0
		}
		s.at.IdealBits = int64(s.ideal >> 16)
		last := s.bands[len(s.bands)-1]
		s.at.Bytes = s.offsets[s.current.Index] + last.offset + int64(last.rans.Consumed())
		if !ok { // the file is cut here
			s.fresh = true
			s.at.Bytes = s.offsets[s.current.Index] + int64(len(s.current.Payload))
			if s.current.Complete {
				return insidePass(s.current.Index)
			}
			return io.EOF
		}
	}
	s.work.done(pass)
	s.next++
	s.units--
	if s.units == 0 {
		s.open = false
		if s.current.Complete {
			s.at.Bytes = s.offsets[s.current.Index+1]
			if err := closeBands(s.current.Index, s.bands); err != nil {
				return err
			}
		}
	}
	if s.next < len(s.passes) && s.passes[s.next].Level == pass.Level {
		return nil
	}
	s.fresh = true
	if s.open { // what takes no byte shows when one more is there, or the segment is complete: see ends
		more := s.before + 1
		if i := s.current.Index; more > s.offsets[i]+int64(s.current.Segment.Size) {
			more = s.offsets[i+1]
		}
		s.at.Bytes = max(s.at.Bytes, more)
	}
	s.before = s.at.Bytes
	s.at.Level, s.at.Timestep = pass.Level, model.LevelTimestep(pass.Level)
	if s.next == len(s.passes) {
		s.at.Level, s.at.Timestep = 0, 0 // of an image of at most 2x2 pixels, the first pass is the last
	}
	s.at.Steps = model.T - s.at.Timestep
	s.at.Exact = s.next == len(s.passes) && s.whole
	if s.next < len(s.passes) && s.reached(s.passes[s.next].Level) {
		s.open = false
	}
	return nil
}

// leave has a pass of the finest scale decoded, of which all bytes are there, while others go on: see join.
func (s *Stream) leave(pass model.Pass, coders []model.Coder) {
	bands, index, pending, advance := s.bands, s.current.Index, make(chan left, 1), s.chain.Start(pass)
	s.bands, s.pending = nil, pending
	go func() {
		var l left
		ok := advance(coders...)
		for _, b := range bands {
			l.ideal += b.ideal
		}
		if l.err = s.context.Err(); l.err == nil {
			if l.err = closeBands(index, bands); !ok {
				l.err = insidePass(index)
			}
		}
		pending <- l
	}()
}

// canLeave reports whether the passes after the present one need not wait for it.
func (s *Stream) canLeave(pass model.Pass) bool {
	if !s.hurry || !s.current.Complete || pass.Scale > 1 || len(s.bands) == 1 || s.next+1 == len(s.passes) {
		return false
	}
	next := s.passes[s.next+1]
	return s.chain.Apart(next) && !s.reached(next.Level)
}

func insidePass(segment int) error {
	return FormatError(fmt.Sprintf("segment %d ends inside a pass", segment))
}

// closeBands returns what is wrong with the ends of a segment's streams.
func closeBands(segment int, bands []*symbolDecoder) error {
	for _, b := range bands {
		if err := b.rans.Close(); err != nil {
			return FormatError(fmt.Sprintf("segment %d: %v", segment, err))
		}
	}
	return nil
}

// ends reports whether the file is cut and nothing is left of it. Then the picture stays that of the level: passes that
// take no byte would change it by what the network thinks of their being empty.
func (s *Stream) ends() bool {
	return !s.current.Complete && s.offsets[s.current.Index]+int64(len(s.current.Payload)) <= s.before
}

func (s *Stream) readAlpha(c container.Chunk) error {
	p := &s.picture
	if !p.format.hasAlpha() {
		return FormatError("alpha in an image that has none")
	}
	r := &stored.Raster{Width: p.w, Height: p.h, Channels: 1, Depth: p.depth, Samples: make([]uint16, p.w*p.h)}
	for i := range r.Samples {
		r.Samples[i] = 1<<p.depth - 1
	}
	p.alpha = r.Samples
	_, err := stored.Decode(c.Payload, c.Complete, r)
	return storedError(c, err)
}

func (s *Stream) readStored(c container.Chunk) error {
	p := &s.picture
	n := p.format.planes()
	s.raster = &stored.Raster{Width: p.w, Height: p.h, Channels: n, Depth: p.depth, Samples: make([]uint16, n*p.w*p.h)}
	rows, err := stored.Decode(c.Payload, c.Complete, s.raster)
	if err != nil {
		return storedError(c, err)
	}
	if p.format == formatPaletted {
		for _, v := range s.raster.Samples[:rows*p.w] {
			if int(v) >= len(p.palette) {
				if !s.seen[container.Palette] {
					rows = 0 // the palette is missing, so that there is nothing to show
					break
				}
				return FormatError("a pixel's index is outside the palette")
			}
		}
	}
	n, s.at.Bytes = len(c.Payload), s.offsets[c.Index]+int64(len(c.Payload))
	if c.Complete {
		s.at.Bytes = s.offsets[c.Index+1]
	}
	if limit := s.rowLimit(); rows > limit {
		// The shortest prefix with that many rows. The decoder is quick, and its blocks are few.
		n = sort.Search(n, func(n int) bool {
			rows, err = stored.Decode(c.Payload[:n], false, s.raster)
			return err != nil || rows >= limit
		})
		s.at.Bytes = s.offsets[c.Index] + int64(n)
		rows = limit
	}
	s.rows, s.fresh = rows, true
	s.at.Steps = model.T * s.rows / p.h
	s.at.Timestep = model.T - s.at.Steps
	s.at.IdealBits = 8 * int64(n)
	s.at.Exact = s.rows == p.h && s.whole
	if s.at.Exact {
		s.at.Level = 0
	}
	return nil
}

// rowLimit is where the rows of a stored file stop, which has no steps: after as large a share of them.
func (s *Stream) rowLimit() int { return s.picture.h * (model.T - min(s.stop, model.T)) / model.T }

// storedError says which segment the plain coder could not read.
func storedError(c container.Chunk, err error) error {
	if err != nil {
		return FormatError(fmt.Sprintf("segment %d: %v", c.Index, err))
	}
	return nil
}

// Image returns the picture so far. It costs about as much as a level of the reverse process, which the context can
// stop: then the error is the context's. The whole image is there even then.
func (s *Stream) Image() (image.Image, error) {
	p := s.picture
	if s.header.Modelled {
		m, set := p.canvas()
		s.chain.Strips(func(y int, rows []model.Plane) { set(s.turned.turn(y, rows, p.h), rows) })
		if err := s.context.Err(); err != nil && !s.chain.Exact() {
			return nil, err
		}
		return m, nil
	}
	n := p.format.planes()
	step := int32(p.grayStep())
	blank := int32(1) << (max(p.depth, 8) - 1)
	if p.format == formatPaletted && s.rows < p.h {
		p.palette, blank = withGray(p.palette)
	}
	p.colour = make([]model.Plane, n)
	for c := range p.colour {
		p.colour[c] = model.NewPlane(p.w, p.h)
		pix := p.colour[c].Pix
		for i := range pix[s.rows*p.w:] {
			pix[s.rows*p.w+i] = blank
		}
		for i := range s.rows * p.w {
			pix[i] = int32(s.raster.Samples[i*n+c]) * step
		}
	}
	return p.make(), nil
}

// Metadata returns what Options.Metadata gave the encoder, as soon as the stream has come to it: by the end
// of a complete file at the latest.
func (s *Stream) Metadata() []byte { return s.metadata }

// Truncated reports, after the last refinement, whether the file ended before decoding was done with it.
func (s *Stream) Truncated() bool { return !s.whole || s.in.Truncated() }

// Config returns the size and, except for paletted images at first, the color model of the image.
func (s *Stream) Config() image.Config {
	return image.Config{ColorModel: s.picture.colorModel(), Width: s.picture.w, Height: s.picture.h}
}

// withGray returns a palette with mid-gray, for the rows that are missing, and its index. If the palette is
// full, that is the color nearest to it.
func withGray(p color.Palette) (color.Palette, int32) {
	gray := color.RGBA{0x80, 0x80, 0x80, 0xff}
	if len(p) < 256 {
		return append(p[:len(p):len(p)], gray), int32(len(p))
	}
	return p, int32(p.Index(gray))
}
