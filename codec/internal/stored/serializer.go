package stored

// A serializer turns a raster into bytes, again and again in the same memory.
type serializer struct {
	raster  *Raster
	samples []uint16           // a row, for subtractGreen and rasters without samples
	cur, up []byte             // the row at hand and the one above, unfiltered
	trial   [numFilters][]byte // the row at hand, filtered
	scorer  scorer
	out     []byte // rows
}

func newSerializer(r *Raster) *serializer {
	n := r.rowBytes()
	s := &serializer{
		raster:  r,
		samples: make([]uint16, r.Width*r.Channels),
		cur:     make([]byte, n),
		up:      make([]byte, n),
	}
	for f := range s.trial {
		s.trial[f] = make([]byte, n)
	}
	return s
}

// stride returns the length of the candidate's rows.
func (s *serializer) stride(c candidate) int {
	n := s.raster.rowBytes()
	if c.strategy != unfiltered {
		n++
	}
	return n
}

// rows returns all rows; they are valid until the next call. The error is that of the raster's Stop.
func (s *serializer) rows(c candidate) ([]byte, error) {
	if n := s.raster.Height * s.stride(c); cap(s.out) < n {
		s.out = make([]byte, 0, n)
	}
	s.out = s.out[:0]
	err := s.each(c, func() error { return nil })
	return s.out, err
}

// blocks gives all rows to f, without having them in memory at once: block i of
// so many rows, the last of fewer perhaps.
func (s *serializer) blocks(c candidate, rows int, f func(i int, block []byte) error) error {
	s.out = s.out[:0]
	i, n := 0, rows*s.stride(c)
	err := s.each(c, func() error {
		if len(s.out) < n {
			return nil
		}
		err := f(i, s.out)
		s.out = s.out[:0]
		i++
		return err
	})
	if err != nil || len(s.out) == 0 {
		return err
	}
	return f(i, s.out)
}

// each appends all rows to s.out, and calls f after each. Its error is f's, or that of the raster's Stop.
func (s *serializer) each(c candidate, f func() error) error {
	r := s.raster
	clear(s.up)
	for y := range r.Height {
		if err := r.stopped(); err != nil {
			return err
		}
		samples := r.row(y, s.samples)
		if c.green {
			copy(s.samples, samples)
			samples = s.samples
			subtractGreen(samples, r.Channels, r.Depth)
		}
		packRow(s.cur, samples, r.Depth)
		s.appendRow(c.strategy)
		s.cur, s.up = s.up, s.cur
		if err := f(); err != nil {
			return err
		}
	}
	return nil
}

// appendRow filters cur as the strategy says and appends it.
func (s *serializer) appendRow(strategy strategy) {
	if strategy == unfiltered {
		s.out = append(s.out, s.cur...)
		return
	}
	bpp := s.raster.pixelBytes()
	best, fixed := strategy.fixed()
	if fixed {
		applyFilter(best, s.trial[best], s.cur, s.up, bpp)
	} else {
		var least int64
		for f := range filter(numFilters) {
			applyFilter(f, s.trial[f], s.cur, s.up, bpp)
			if score := s.scorer.score(strategy, s.trial[f]); f == 0 || score < least {
				best, least = f, score
			}
		}
	}
	s.out = append(append(s.out, best), s.trial[best]...)
}
