package codec

import (
	"context"

	"github.com/ddpmz/ddpmz/model"
)

// A candidate is a way to code a picture.
type candidate struct {
	colour      model.Colour
	orientation orientation
}

// A candidateSearch codes a picture in one way after another, and keeps the smallest file, the first of several. Coding ends
// early where the file is as large as the smallest so far. If a file has more bytes than are wanted, it keeps the one that shows the most within them.
type candidateSearch struct {
	coder   *modelCoder
	side    *sideData
	planes  []model.Plane // of the picture
	proceed func(bytes int64, finest bool) error
	total   int // candidates, done of which are
	done    int

	best    *modelledFile
	way     candidate // that of best
	squared int64     // error of the best, if not all of it is wanted; else 0
}

// run returns the smallest file, or errAborted if proceed has ended all of them.
func (s *candidateSearch) run(ctx context.Context) (*modelledFile, error) {
	c := s.coder
	ways := []candidate{{c.colour, c.orientation}}
	pixels := c.picture.w * c.picture.h
	if pixels > searchedPixels && pixels <= c.tries.oriented { // smaller ones are, for every colour transform
		for o := orientation(1); o < orientations; o++ {
			ways = append(ways, candidate{c.colour, c.orientation ^ o})
		}
	}
	var colours []model.Colour
	if c.tries.allColours && len(s.planes) > 1 {
		for colour := range model.Colours {
			if !colour.Derived() && colour != c.colour {
				colours = append(colours, colour)
			}
		}
	}
	s.total = len(ways) + len(colours)
	for _, way := range ways {
		if err := s.try(ctx, way); err != nil {
			return nil, err
		}
	}
	o := c.orientation
	if s.best != nil {
		o = s.way.orientation
	}
	for _, colour := range colours { // in the best orientation of the first, so that this is not larger than without them
		if err := s.try(ctx, candidate{colour, o}); err != nil {
			return nil, err
		}
	}
	if s.best == nil {
		return nil, errAborted
	}
	return s.best, nil
}

// try codes the picture in a way.
func (s *candidateSearch) try(ctx context.Context, way candidate) error {
	c := *s.coder
	c.colour, c.orientation = way.colour, way.orientation
	if report := s.coder.progress; report != nil {
		done, total := s.done, s.total
		c.progress = func(permille int) { report((1000*done + permille) / total) }
	}
	least := int64(1<<63 - 1) // payloads of the best, digest and late metadata left out
	if s.best != nil && c.fits(s.best) {
		least = s.side.before.payloadBytes() + s.best.passBytes
	}
	proceed := func(bytes int64, finest bool) error {
		if bytes >= least {
			return errAborted
		}
		if s.proceed != nil {
			return s.proceed(bytes, finest)
		}
		return nil
	}
	f, err := c.codeOne(ctx, s.side, clonePlanes(s.planes), proceed)
	s.done++
	switch {
	case err == errAborted:
		return nil
	case err != nil:
		return err
	}
	squared := int64(0)
	if !c.fits(f) {
		if squared, err = c.squaredError(ctx, f.file); err != nil {
			return err
		}
	}
	if s.best == nil || squared < s.squared || squared == s.squared && f.size < s.best.size {
		s.squared = squared
		f.chain, f.beforeLast = nil, nil // which hold the image once more
		s.best, s.way = f, way
	}
	return nil
}
