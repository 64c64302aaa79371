package model

import "slices"

// Fork returns a chain in the same state, which changes independently of c, so that an encoder can try something. It may be called
// between passes. The fork of an encoder's chain has the image too.
func (c *Chain) Fork() *Chain {
	f := NewChain(c.net, Geometry{c.w, c.h, c.planes, int(c.depth)}, int8(c.tau))
	f.Done, f.Colour, f.Reduction, f.NetworkAlone = c.Done, c.Colour, c.Reduction, c.NetworkAlone
	f.top, f.hasTop, f.exactAt, f.merged = c.top, c.hasTop, c.exactAt, c.merged
	f.coded.Store(c.coded.Load())
	f.learned = slices.Clone(c.learned)
	for l := range c.scales {
		s := &f.scales[l]
		parent := s.parent
		*s = c.scales[l]
		s.parent = parent
		for i := range s.cells {
			s.cells[i] = s.cells[i].Clone()
			s.records[i] = slices.Clone(s.records[i])
		}
		s.sparse = s.sparse.Clone()
		f.ll[l] = c.ll[l].Clone()
	}
	if c.back != nil {
		f.back = &backBuffer{image: c.back.image.Clone()}
		for i, t := range c.back.records {
			f.back.records[i] = slices.Clone(t)
		}
	}
	return f
}
