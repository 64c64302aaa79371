package codec

import (
	"errors"
	"fmt"
	"io"

	"github.com/ddpmz/ddpmz/codec/internal/stored"
	"github.com/ddpmz/ddpmz/container"
)

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
