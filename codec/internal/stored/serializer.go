package stored

// A serializer turns a raster into bytes, again and again in the same memory.
type serializer struct {
	raster  *Raster
	samples []uint16           // a row, for subtractGreen and rasters without samples
	cur, up []byte             // the row at hand and the one above, unfiltered
	trial   [numFilters][]byte // the row at hand, filtered
	scorer  scorer
	out     []byte
}

func newSerializer(r *Raster) *serializer {
	n := r.rowBytes()
	s := &serializer{
		raster:  r,
		samples: make([]uint16, r.Width*r.Channels),
		cur:     make([]byte, n),
		up:      make([]byte, n),
		out:     make([]byte, 0, r.Height*(n+1)),
	}
	for f := range s.trial {
		s.trial[f] = make([]byte, n)
	}
	return s
}

// rows returns all rows; they are valid until the next call.
func (s *serializer) rows(c candidate) []byte {
	r := s.raster
	s.out = s.out[:0]
	clear(s.up)
	for y := range r.Height {
		samples := r.row(y, s.samples)
		if c.green {
			copy(s.samples, samples)
			samples = s.samples
			subtractGreen(samples, r.Channels, r.Depth)
		}
		packRow(s.cur, samples, r.Depth)
		s.appendRow(c.strategy)
		s.cur, s.up = s.up, s.cur
	}
	return s.out
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
