package codec

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"

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

	// Bytes is how much of the file the picture needs: the shortest prefix that decodes to it, with the checksum of a segment that
	// ends there, and never more than there is. If the Decoder has no Timestep to stop it, the prefix may decode to a little
	// more: what the last byte tells need not end with a level.
	Bytes int64

	// IdealBits is the code length under the model of all passes so far, which Bytes approaches. For stored
	// files it is the length of the rows so far.
	IdealBits int64

	// DrawnBits is how many random bits took the place of such that the file does not have: see Decoder.Sample.
	DrawnBits int64

	// Exact says that the picture is the image, and that the checksums say so too, and the digest of the samples, if the file has
	// one.
	Exact bool
}

// A Stream is a file being decoded, one refinement at a time. It is not safe for concurrent use.
type Stream struct {
	context  context.Context
	in       *container.Reader
	header   *container.Header
	offsets  []int64
	timestep int // where decoding stops
	limits   Limits
	sampling *sampling // nil if nothing is drawn
	memory   int64     // what decoding takes, in bytes, payloads included
	picture  picture
	metadata []byte
	whole    bool   // all segments so far were complete
	missing  bool   // the file ended inside a segment
	ended    bool   // all of the file has been read
	reduce   int    // the picture has 1/2^reduce of each side
	unread   []bool // by segment, which are passed over; nil if none are
	next     int    // the segment that is received next

	arrived int64             // bytes of the file that have been read, as far as segments are whole
	ahead   []container.Chunk // segments that have been read before their time: see affords

	body     body      // what decodes the segments of the picture's colours
	original *original // of a file that holds a JPEG file

	// Of a modelled file, the name of its model, if that is in the zoo, and how the model's identity begins.
	model     string
	modelID   [4]byte
	transform string // of the colours, in words
	mirrored  string // what is exchanged, in words

	// Of the digest of the samples, once the picture is exact as far as checksums know.
	tried     bool        // it has been looked for
	unproven  bool        // it should be there, and is missing or wrong
	digestEnd int64       // where it ends in the file; 0 if there is none
	proven    image.Image // the picture that has it, until Image returns it

	at  Refinement // the last
	err error
}

// A body decodes the segments of the picture's colours, which it asks the stream for.
type body interface {
	// next decodes up to the next refinement, and last up to the last one at least. They return the last refinement and
	// whether it is new. The error is io.EOF at the end of the file, or where decoding stops.
	next(ctx context.Context) (at Refinement, fresh bool, err error)
	last(ctx context.Context) (at Refinement, fresh bool, err error)

	// image returns the picture so far.
	image(ctx context.Context) (image.Image, error)
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
	if err := s.open(s.picture.storedMemory(s.reduce > 0)); err != nil {
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
		if id := net.Identity(); [4]byte(id[:4]) == s.modelID {
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
func unknownModel(id [4]byte, cause error) error {
	return &unsupportedError{UnsupportedError(fmt.Sprintf("model %x is not in this version", id)), cause}
}

// read returns the next segment, from those that have been read ahead, or from the file.
func (s *Stream) read() (c container.Chunk, err error) {
	if len(s.ahead) > 0 {
		c, s.ahead = s.ahead[0], s.ahead[1:]
		return c, nil
	}
	return s.receive()
}

// passesOver reports whether segment i is not read.
func (s *Stream) passesOver(i int) bool { return i < len(s.unread) && s.unread[i] }

// receive reads the next segment of the file that is to be read.
func (s *Stream) receive() (container.Chunk, error) {
	for ; s.passesOver(s.next); s.next++ {
		if err := s.context.Err(); err != nil {
			return container.Chunk{}, err
		}
		if err := s.in.Skip(); err != nil {
			return container.Chunk{}, framing(err)
		}
		s.arrived = s.offsets[s.next+1]
	}
	s.next++
	if err := s.context.Err(); err != nil {
		return container.Chunk{}, err
	}
	c, err := s.in.Next()
	if ctxErr := s.context.Err(); err != nil && ctxErr != nil && errors.Is(err, ctxErr) {
		return c, ctxErr
	}
	if err != nil {
		return c, framing(err)
	}
	if s.arrived = s.offsets[c.Index] + container.Reach(uint64(len(c.Payload))); c.Complete || c.Ends {
		s.arrived = s.offsets[c.Index+1]
	}
	return c, nil
}

// affords reports whether the file has bytes enough for the work of decoding so far, and of a picture, in sites: see Limits.MaxWork.
// It reads ahead until it has. If it has not when all of it is there, it is cut, or claims more than it holds. A file that is there
// in full, unless it ends early, and one of a limit set by the caller, have been checked when they were opened.
func (s *Stream) affords(sites int64) (bool, error) {
	for s.limits.MaxWork == 0 && s.sampling == nil && sites > s.limits.maxWork(s.arrived) {
		if s.arrived >= s.Size() {
			return !s.header.EndsEarly, nil
		}
		c, err := s.receive()
		if err == io.EOF {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		s.ahead = append(s.ahead, c)
	}
	return true, nil
}

// checkPicture returns a LimitError if the file has too few bytes for a picture, with what was decoded so far. A modelled file that is
// there in full has enough.
func (s *Stream) checkPicture(sites int64) error {
	ok, err := s.affords(sites)
	if err != nil || ok && s.header.Modelled {
		return err
	}
	return s.limits.checkWork(sites, s.arrived)
}

// take is read, and notes whether segments are complete.
func (s *Stream) take() (container.Chunk, error) {
	c, err := s.read()
	if err != nil {
		s.ended = err == io.EOF
		return c, err
	}
	s.whole = s.whole && c.Complete
	s.missing = s.missing || !c.Complete && !c.Ends
	s.ended = c.Ends // there is no segment after it
	return c, nil
}

// segment reads up to the next segment of the picture's colours, and decodes those of other kinds on the way.
func (s *Stream) segment() (container.Chunk, error) {
	for {
		if err := s.context.Err(); err != nil {
			return container.Chunk{}, err
		}
		c, err := s.take()
		if err != nil {
			return c, err
		}
		if k := c.Segment.Kind; k == container.Passes || k == container.Stored {
			return c, nil
		}
		if err := s.readSide(c); err != nil {
			return c, err
		}
	}
}

// readSide decodes a segment of another kind than those of the picture's colours.
func (s *Stream) readSide(c container.Chunk) (err error) {
	switch k := c.Segment.Kind; {
	case k == container.Alpha:
		return s.readAlpha(c)
	case !c.Complete:
	case k == container.Metadata:
		s.metadata, err = s.limits.unpackSide(c.Payload, s.memory)
	case k == container.Palette:
		s.picture.palette, err = unpackPalette(c.Payload)
	case k == container.Syntax:
		err = s.readSyntax(c.Payload)
	case k == container.Digest: // of a picture that is not exact
	}
	return err
}

// Next decodes up to the end of the next level and describes the result; Image shows it. Of a file that ends
// early, the last refinement is what there is. Then, or at the Decoder's Timestep, the error is io.EOF.
// Damage is an error as for Decode; Image still shows what came before it.
func (s *Stream) Next() (Refinement, error) {
	for s.err == nil {
		var fresh bool
		fresh = s.step(s.body.next)
		if fresh && (s.err == nil || s.err == io.EOF) {
			return s.at, nil
		}
	}
	return Refinement{}, s.err
}

// step decodes, and proves a picture that is exact. It returns whether there is a new refinement.
func (s *Stream) step(decode func(context.Context) (Refinement, bool, error)) (fresh bool) {
	s.at, fresh, s.err = decode(s.context)
	if !s.at.Exact || s.err != nil && s.err != io.EOF {
		return fresh
	}
	if !s.tried {
		s.tried = true
		var err error
		if s.digestEnd, err = s.prove(); err != nil {
			s.unproven = true
			if err != io.EOF {
				s.err = err
			}
		}
	}
	s.at.Exact = !s.unproven
	s.at.Bytes = max(s.at.Bytes, s.digestEnd)
	return fresh
}

// Last decodes up to the end, or to the Decoder's Timestep, and describes the result, as the last Next would. It takes less
// time: with no pictures between to be shown, more is done side by side. Of damage, the error is that of Next, and the
// refinement the last one before it.
func (s *Stream) Last() (Refinement, error) {
	for s.err == nil {
		s.step(s.body.last)
	}
	if s.err != io.EOF {
		return s.at, s.err
	}
	return s.at, nil
}

func (s *Stream) readAlpha(c container.Chunk) error {
	p := &s.picture
	r := &stored.Raster{Width: p.w, Height: p.h, Channels: 1, Depth: p.depth, Samples: make([]uint16, p.w*p.h)}
	for i := range r.Samples {
		r.Samples[i] = 1<<p.depth - 1
	}
	p.alpha = r.Samples
	r.Stop = s.context.Err
	_, err := stored.Decode(c.Payload, c.Complete, r)
	if s.reduce > 0 && s.header.Modelled {
		p.alpha = reduceAlpha(p.alpha, p.w, p.h, s.reduce)
	}
	return s.storedError(c, err)
}

// storedError says which segment the fallback codec could not read, unless it was the context that stopped it.
func (s *Stream) storedError(c container.Chunk, err error) error {
	if err != nil && s.context.Err() != nil {
		return s.context.Err()
	}
	if err != nil {
		return malformed(fmt.Sprintf("segment %d", c.Index), err)
	}
	return nil
}

// Image returns the picture so far. It costs about as much as a level of the reverse process, which the context can
// stop: then the error is the context's. The whole image is there even then.
func (s *Stream) Image() (image.Image, error) {
	if m := s.proven; m != nil {
		s.proven = nil // the caller may draw on it
		return m, nil
	}
	return s.body.image(s.context)
}

// LowBand says where the samples of a reduced picture lie, if they are those of the wavelet's low band, apart from alpha. Its first
// sample is at a pixel of the image; the others are 2^Reduce pixels apart. ok is false for other pictures: a sample of a reduced one of
// these is in the middle of the pixels that it stands for.
func (s *Stream) LowBand() (first image.Point, ok bool) {
	d, ok := s.body.(*passDecoder)
	if !ok || s.reduce == 0 {
		return first, false
	}
	p, ok := d.process.(*waveletProcess)
	if !ok {
		return first, false
	}
	if p.orientation&mirrored != 0 {
		first.X = (s.picture.w - 1) & (1<<s.reduce - 1)
	}
	if p.orientation&upsideDown != 0 {
		first.Y = (s.picture.h - 1) & (1<<s.reduce - 1)
	}
	return first, true
}

// Metadata returns what Options.Metadata gave the encoder, as soon as the stream has come to it: by the end
// of a complete file at the latest.
func (s *Stream) Metadata() []byte { return s.metadata }

// Truncated reports, after the last refinement, whether the file ended before decoding was done with it, and does not say that it
// does so on purpose.
func (s *Stream) Truncated() bool { return s.missing || s.in.Truncated() }

// EndsEarly reports whether the file is the beginning of a longer one, and says so: Truncate makes such files. Then it is whole
// without holding all of the image.
func (s *Stream) EndsEarly() bool { return s.header.EndsEarly }

// Whole reports, once Next has returned io.EOF or Last is done, whether all of the file was read, nothing of it is missing and
// nothing damaged. Of a file that EndsEarly, the picture is then as good as was meant; of any other, it is exact. It is false where
// the Decoder has a Timestep to stop it, or Reduce and segments were passed over.
func (s *Stream) Whole() bool { return s.err == io.EOF && s.ended && s.unread == nil && !s.Truncated() }

// Size returns the size in bytes of the complete file.
func (s *Stream) Size() int64 { return s.offsets[len(s.offsets)-1] }

// Config returns the size and, except for paletted images at first, the color model of the image, reduced as the Decoder says.
func (s *Stream) Config() image.Config {
	p := s.picture.reduced(model.Reduction{Scales: s.reduce})
	return image.Config{ColorModel: p.colorModel(), Width: p.w, Height: p.h}
}
