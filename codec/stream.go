package codec

import (
	"context"
	"image"
	"io"

	"github.com/ddpmz/ddpmz/container"
	"github.com/ddpmz/ddpmz/model"
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
	modelID   [8]byte
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

// Next decodes up to the end of the next level and describes the result; Image shows it. Of a file that ends
// early, the last refinement is what there is. Then, or at the Decoder's Timestep, the error is io.EOF.
// Damage is an error as for Decode; Image still shows what came before it.
func (s *Stream) Next() (Refinement, error) {
	for s.err == nil {
		fresh := s.step(s.body.next)
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
