package model

import (
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/sparse"
	"github.com/ddpmz/ddpmz/model/internal/storage"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// Where chroma was upsampled, its detail coefficients at the finest scale are nearly all zero: those of all subbands, or, if it was
// halved in one direction only, of two of them. The network does not predict these: they are coded at the end of the scale's last
// pass, by package sparse. Until then, they are zeros that both sides know if none of chroma is predicted; else nothing is known of
// them, as of small coefficients that skip, which the network has seen in training.

// hasSparse reports whether some of a scale's details are sparse: those of upsampled chroma at scale 1, unless that is the
// thumbnail.
func (c *Chain) hasSparse(s *scale) bool {
	return s.number == 1 && s.parent != nil && c.planes == process.Planes && c.Colour.Subsampled()
}

// sparseSubbands returns which of the subbands of chroma are sparse at a scale.
func (c *Chain) sparseSubbands(s *scale) (is [transform.Subbands]bool) {
	for k := range is {
		is[k] = c.hasSparse(s) && c.Colour.Upsampled(k)
	}
	return is
}

// planesOf returns how many planes the network predicts at the sites of a scale: all of them, unless chroma is all sparse.
func (c *Chain) planesOf(s *scale) int {
	if c.sparseSubbands(s) == [transform.Subbands]bool{true, true, true} {
		return 1
	}
	return c.planes
}

// sparseOf returns the set of the coefficients of a scale that are sparse though others of their plane are predicted: bit i is that of
// coefficient i.
func (c *Chain) sparseOf(s *scale) (set uint16) {
	if c.planesOf(s) < c.planes {
		return 0
	}
	for k, is := range c.sparseSubbands(s) {
		for p := 1; is && p < process.Planes; p++ {
			set |= 1 << (transform.Subbands*p + k)
		}
	}
	return set
}

// codeSparse codes the sparse details of the band, whose luma is exact. They stay zeros if the coder returns false.
func (b *band) codeSparse(coder Coder) bool {
	s, truth := b.s, sparse.Details{}
	if !s.trueSparse.Empty() {
		truth = s.trueSparse.Rows(b.y0, b.y1)
	}
	var samples clipSamples
	band := sparse.Band{Coder: coder, Tables: b.c.tables, W: s.fw, H: s.fh, Y0: b.y0, Y1: b.y1, Subbands: b.c.sparseSubbands(s),
		Classes: func(y int, to *[transform.Subbands][]uint8) { samples.classes(b, y, to) }}
	found, ok := band.Code(truth)
	if !ok {
		return false
	}
	for p := range found {
		copy(s.sparse[p][b.y0:b.y1], found[p])
	}
	return true
}

// clipSamples is scratch for a row of sites.
type clipSamples struct {
	coarser [process.Planes][2][]int32  // rows of the coarser image: that of the sites, and the next
	luma    [transform.Subbands][]int32 // details
	sample  [process.Planes][]int32
	clock   []uint8
	dither  []uint16
}

// classes writes how near to being clipped the pixels of row y of sites are where chroma has details, by band. It takes chroma for
// what it is without them, and luma for the mean of the coarser samples around plus the detail at the pixel.
func (n *clipSamples) classes(b *band, y int, to *[transform.Subbands][]uint8) {
	s, w := b.s, b.s.w
	for p := range n.coarser {
		for r := range n.coarser[p] {
			n.coarser[p][r] = storage.Resize(n.coarser[p][r], w, w)
			b.parent.image.Load(n.coarser[p][r], p, min(y+r, s.h-1))
		}
		n.sample[p] = storage.Resize(n.sample[p], w, w)
	}
	n.clock, n.dither = storage.Resize(n.clock, w, w), storage.Resize(n.dither, w, w)
	for k := range transform.Subbands {
		n.luma[k] = storage.Resize(n.luma[k], w, w)
		s.cells[k].LoadCells(n.luma[k], n.clock, y*w, (y+1)*w)
		b.dither[k].Load(n.dither, (y-b.top)*w)
		for x, u := range n.dither {
			n.luma[k][x] -= int32(u)
		}
	}
	for k := range transform.Subbands {
		dx, dy := transform.Offset(k)
		for p := range n.sample {
			above, below := n.coarser[p][0], n.coarser[p][dy]
			for x := range w {
				r := min(x+dx, w-1)
				v := (above[x] + above[r] + below[x] + below[r] + 2) >> 2
				if p == 0 {
					v += n.luma[k][x]
				}
				n.sample[p][x] = v
			}
		}
		b.c.Colour.Distance(n.sample[0], n.sample[1], n.sample[2])
		for x, v := range n.sample[0] {
			to[k][x] = sparse.ClipClass(v)
		}
	}
}

// putSparse writes the sparse details to rows of the finest image, of which the first is row y, where Merge expects them: in Q4 if
// frac is 4. The other coefficients are there already.
func (s *scale) putSparse(y int, rows *ycc, frac uint) {
	for p := 1; p < process.Planes; p++ {
		if p >= s.planes {
			clear(rows[p].Pix)
		}
		s.sparse.Put(p, rows[p], y, frac)
	}
}
