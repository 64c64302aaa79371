package model

import (
	"github.com/ddpmz/ddpmz/model/internal/adapt"
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/sparse"
	"github.com/ddpmz/ddpmz/model/internal/storage"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// A scale is one split of the wavelet pyramid: what is known of the coefficients at its w x h sites.
type scale struct {
	number int    // 1 is the finest
	w, h   int    // sites
	fw, fh int    // size of the image that the scale and the coarser image make up
	planes int    // that the network predicts, from begin on: see planesOf
	absent uint16 // coefficients that are never coded, though others of their plane are: see sparseOf
	mask   uint16 // of the bits of dithers
	stage  int    // the last stage that is complete, -1 at first
	begun  bool   // the first pass is due or complete: see beginNext
	chroma bool   // cells of chroma may be known

	// By coefficient and site, from begin until they are needed no more (finish). Those of planes that the network does not
	// predict are empty.
	truth   [process.Coefficients]storage.TrueValues // empty in a decoder
	cells   [process.Coefficients]storage.Array
	records [process.Coefficients][]adapt.Record

	// Details that the network does not predict; the former are an encoder's.
	trueSparse, sparse sparse.Details

	parent *scale // the next coarser, if any
}

// dither returns the generator of the scale's dithers.
func (s *scale) dither() *storage.Dither {
	return &storage.Dither{Scale: s.number, ImageWidth: s.fw, ImageHeight: s.fh, Planes: s.planes, Mask: s.mask}
}

// begin allocates the state of a scale's coefficients, of which nothing is known, except at sites that a band of the wavelet does not
// reach: these have zeros there, which both sides know.
func (c *Chain) begin(s *scale) {
	n := s.w * s.h
	zero, exact := make([]int32, s.w), make([]uint8, s.w)
	if s.planes, s.absent = c.planesOf(s), c.sparseOf(s); c.hasSparse(s) {
		s.sparse = sparse.New(s.h)
	}
	for i := range transform.Subbands * s.planes {
		s.cells[i], s.records[i] = storage.NewArray(n, c.extraDepth), make([]adapt.Record, n)
		bw, bh := transform.SubbandSize(s.fw, s.fh, i%transform.Subbands)
		for y := range s.h {
			from := bw
			if y >= bh {
				from = 0
			}
			s.cells[i].SetCells(zero[from:], exact[from:], y*s.w+from)
		}
	}
	if c.learned == nil {
		c.learned = make([]adapt.State, process.Stages)
	}
}

// beginNext marks the scale finer than s as begun if its first pass is due. Its state is allocated later, in eachBand.
func (c *Chain) beginNext(s *scale) {
	if s.number > 1 && s.stage >= process.Lead(s.number)-process.Lead(s.number-1) {
		c.scales[s.number-1].begun = true
	}
}

// finish marks a scale as exact, after all coarser ones, and frees what is needed no more. It merges the scale's coefficients, which
// c.ll[c.exactAt] holds, with the coarser image, but not those of scale 1: Strips makes the image itself.
func (c *Chain) finish(s *scale) {
	s.stage = process.Stages - 1
	c.exactAt = s.number - 1
	s.truth, s.trueSparse = [process.Coefficients]storage.TrueValues{}, sparse.Details{}
	if s.parent != nil {
		s.parent.records = [process.Coefficients][]adapt.Record{}
	}
	if c.exactAt == 0 {
		s.records = [process.Coefficients][]adapt.Record{}
		c.work = [2]workspace{}
		return
	}
	s.cells = [process.Coefficients]storage.Array{}
	if c.buffered(s) {
		c.back = nil
	}
	c.merge(&c.ll[c.exactAt], &c.ll[s.number], 0, 0, c.workOf(s.number))
	if s.number != c.Reduction.Scales { // else it is the picture
		c.ll[s.number] = storage.Image{}
	}
}

// A parent is what a pass reads of coarser scales: the image at the pass's sites as far as it is known, the bits to shift it up to Q4,
// and the residual records of the next coarser scale, of w sites a row, if there is one.
type parent struct {
	image   *storage.Image
	shift   uint
	records [process.Coefficients][]adapt.Record
	w       int
}

// parentOf returns the parent of a pass of the scale that begins now.
func (c *Chain) parentOf(s *scale) (p parent) {
	ll, shift := c.coarser(s.number)
	image := *ll
	p.image, p.shift = &image, shift
	if s.parent != nil {
		p.records, p.w = s.parent.records, s.parent.w
	}
	return p
}

// coarser returns the image at the sites of scale l as far as it is known, and by how many bits to shift it up to Q4.
func (c *Chain) coarser(l int) (*storage.Image, uint) {
	if p := c.scales[l].parent; p == nil || p.stage == process.Stages-1 {
		return &c.ll[l], 4
	}
	return &c.ll[l], 0
}
