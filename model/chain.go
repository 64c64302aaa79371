package model

import (
	"runtime"
	"sync/atomic"

	"github.com/ddpmz/ddpmz/model/internal/adapt"
	"github.com/ddpmz/ddpmz/model/internal/fixed"
	"github.com/ddpmz/ddpmz/model/internal/logistic"
	"github.com/ddpmz/ddpmz/model/internal/parallel"
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/sparse"
	"github.com/ddpmz/ddpmz/model/internal/storage"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// A Chain is the state of the reverse process of one image: what is known of every coefficient. Encoder and
// decoder take it through the same Passes. It is not safe for concurrent use.
type Chain struct {
	// Done, if it is set, has Run and CodePass stop soon after it is closed.
	Done <-chan struct{}

	// Colour is the transform of the image's colours, of three planes. It is set before SetImage, Run, CodePass and Picture.
	Colour Colour

	// NetworkAlone has every coefficient predicted by the network, without corrections, skip test and sparse details. It is for
	// measuring networks: no file is made so.
	NetworkAlone bool

	net     *Net
	w, h    int
	planes  int  // 1 (gray) or 3
	depth   uint // bits of a sample
	deep    uint // depth - 8
	tau     int32
	tables  *logistic.Tables
	learned []adapt.State // from the image, by stage, from when a scale begins

	top     [process.Planes]int32 // the coarsest coefficients
	hasTop  bool
	coded   atomic.Bool     // a coefficient has been coded since the thumbnail
	scales  []scale         // scales[l] is scale l; scales[0] is unused
	exactAt int             // all scales above this one are exact
	ll      []storage.Image // ll[l] is the present estimate of the image at scale l, Q4; ll[exactAt] is exact, not Q4. See coarser

	work [2]workspace // scratch; see workOf
	back *backBuffer  // or nil, if no pass has written to it, or will
}

// A workspace is the scratch of a pass.
type workspace struct {
	spare   []*band       // one for every processor
	learned []adapt.State // of codePass, by band
	above   above         // of eachBand
	mergers [process.Planes]storage.Merger
}

// workOf returns the scratch for passes of scale l: independent ones have their own.
func (c *Chain) workOf(l int) *workspace {
	if l >= c.firstIndependent() {
		return &c.work[1]
	}
	return &c.work[0]
}

// A parent is what a pass sees of the next coarser scale: the image that both make finer, as far as it is known, how many
// fractional bits it lacks of Q4, and what corrections have shown there, for w sites in a row, if there is such a scale.
type parent struct {
	image   *storage.Image
	shift   uint
	records [process.Coefficients][]adapt.Record
	w       int
}

// parentOf returns what a pass of the scale sees that begins now, which stays as it is.
func (c *Chain) parentOf(s *scale) (p parent) {
	ll, shift := c.coarser(s.number)
	image := *ll
	p.image, p.shift = &image, shift
	if s.parent != nil {
		p.records, p.w = s.parent.records, s.parent.w
	}
	return p
}

// scale is one split of the pyramid: the coefficients at its w x h sites.
type scale struct {
	number int // 1 is the finest
	w, h   int // sites
	fw, fh int // size of the plane that the scale synthesizes
	planes int // that the network codes, from begin on: see planesOf
	mask   uint16
	stage  int  // last stage completed, -1 at first
	begun  bool // the first pass is due, or done; see beginNext
	chroma bool // something may be known of chroma

	// By site, from begin until nobody needs them any more (finish). Those of planes that are not coded are empty.
	truth   [process.Coefficients]storage.TrueValues // empty in a decoder
	cells   [process.Coefficients]storage.Array
	records [process.Coefficients][]adapt.Record

	// Of planes that the network does not code; the former are of an encoder.
	trueSparse, sparse sparse.Details

	parent *scale // the next coarser, if any
}

// dither returns what makes the dither of the scale.
func (s *scale) dither() *storage.Dither {
	return &storage.Dither{Scale: s.number, ImageWidth: s.fw, ImageHeight: s.fh, Planes: s.planes, Mask: s.mask}
}

// Geometry describes the images a Chain is for.
type Geometry struct {
	Width, Height int
	Planes        int // 1 (gray) or 3 (RGB)
	Depth         int // bits of a sample: 8 or 16
}

// NewChain returns the chain of an image of which nothing is known yet. tau is the threshold of skipping, as
// log2 in 1/32: a coefficient advances in a step only if the model's standard deviation is at least τ times
// the width of its next cell.
func NewChain(net *Net, g Geometry, tau int8) *Chain {
	c := &Chain{net: net, w: g.Width, h: g.Height, planes: g.Planes, depth: uint(g.Depth), tau: int32(tau), tables: logistic.SharedTables()}
	c.deep = c.depth - 8
	n := transform.Scales(c.w, c.h)
	c.exactAt = n
	c.scales = make([]scale, n+1)
	c.ll = make([]storage.Image, n+1)
	w, h := c.w, c.h
	for l := 1; l <= n; l++ {
		c.scales[l] = scale{number: l, fw: w, fh: h, w: (w + 1) / 2, h: (h + 1) / 2, stage: -1,
			planes: c.planes, mask: 1<<(process.TopClock+c.deep) - 1}
		if l < n {
			c.scales[l].parent = &c.scales[l+1]
		}
		w, h = (w+1)/2, (h+1)/2
	}
	return c
}

// extraBits returns by how many bits more than the network's a plane's coefficients are: as many as samples have beyond 8, but
// one less for chroma that samples were derived from, whose steps are twice as coarse as those of other chroma.
func (c *Chain) extraBits(plane int) int {
	if plane > 0 && c.Colour.Derived() {
		return int(c.deep) - 1
	}
	return int(c.deep)
}

// begin allocates what is known of the coefficients, which is nothing at first, but where there is none, in bands too
// small to reach a site: those are zeros that both sides know.
func (c *Chain) begin(s *scale) {
	n := s.w * s.h
	zero, exact := make([]int32, s.w), make([]uint8, s.w)
	if s.planes = c.planesOf(s); s.planes < c.planes {
		s.sparse = sparse.New(s.h)
	}
	for i := range transform.Bands * s.planes {
		s.cells[i], s.records[i] = storage.NewArray(n, c.deep), make([]adapt.Record, n)
		bw, bh := transform.BandSize(s.fw, s.fh, i%transform.Bands)
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

// SetImage gives an encoder's chain the image: planes of samples of the chain's depth, gray or R, G, B. It
// keeps the planes and overwrites them.
func (c *Chain) SetImage(image []Plane) {
	var x [process.Planes]Plane
	copy(x[:], image)
	if c.planes == process.Planes {
		c.Colour.Split(x)
	}
	if len(c.scales) > 1 && c.planesOf(&c.scales[1]) < c.planes {
		c.scales[1].trueSparse = sparse.New(c.scales[1].h)
	}
	parallel.Ranges(runtime.GOMAXPROCS(0), c.planes, c.w*c.h*50, func(_, p0, p1 int) {
		for p := p0; p < p1; p++ {
			c.setPlane(p, x[p])
		}
	})
}

// setPlane gives an encoder's chain a plane of luma or chroma, which it overwrites.
func (c *Chain) setPlane(p int, x Plane) {
	for l := 1; l < len(c.scales); l++ {
		s := &c.scales[l]
		c.Colour.Wavelet(c.net.Lifting(), l, p).Split(x)
		if p >= c.planesOf(s) {
			s.trueSparse.Take(p, x)
		}
		for b := range transform.Bands {
			if p >= c.planesOf(s) {
				break
			}
			t := storage.NewTrueValues(s.w, s.h)
			w, h := transform.BandSize(s.fw, s.fh, b)
			dx, dy := transform.Offset(b)
			for y := range s.h {
				if y < h {
					t.SetRow(y, x.Row(2*y + dy)[dx:], w)
				} else {
					t.SetRow(y, nil, 0)
				}
			}
			s.truth[transform.Bands*p+b] = t
		}
		ll := NewPlane(s.w, s.h)
		x.Pick(ll, 0, 0)
		x = ll
	}
	c.top[p] = x.Pix[0]
}

// codePass codes a pass, but for the thumbnail, with what it sees of the coarser scale. It returns false if a coder ran out or
// the chain is stopped.
func (c *Chain) codePass(p Pass, seen parent, coders bandCoders) bool {
	s := &c.scales[p.Scale]
	final := p.Stage == process.Stages-1
	var details *storage.Image // of the scale, for the image that they make finer
	if s.number > 1 {
		details = &c.ll[s.number-1]
		if c.buffered(s) {
			if c.back == nil {
				c.back = new(backBuffer)
			}
			details = &c.back.image
			for i, t := range s.records {
				c.back.records[i] = append(c.back.records[i][:0], t...)
			}
			s.records, c.back.records = c.back.records, s.records
		}
		if details.W == 0 {
			*details = *c.newImage(s.fw, s.fh, c.planes)
		}
	}
	work := c.workOf(s.number)
	n := bandsOf(s.h)
	work.learned = storage.Resize(work.learned, n, n)
	learned := work.learned
	clear(learned)
	ok := c.eachBand(s, p.Stage, seen, true, func(b *band, number int) bool {
		b.runTrunk(s.dense(p.Stage) || c.NetworkAlone)
		if details != nil {
			b.estimateInactive(details)
		}
		coder := coders.Open(number)
		ok := b.runHeads(func(g, phase, y0 int) bool { return b.codePhase(g, phase, y0, coder, details) })
		if ok && final && s.planes < c.planes && !c.NetworkAlone {
			ok = b.codeSparse(coder)
		}
		if ok {
			coders.Close(number)
		}
		learned[number] = b.learned
		return ok
	})
	s.chroma = s.chroma || p.Stage > 0
	if !ok {
		return false
	}
	c.learned[p.Stage].Average(learned)
	s.stage = p.Stage
	if c.buffered(s) {
		c.ll[1], c.back.image = c.back.image, c.ll[1]
		details = &c.ll[1]
	}
	if final {
		c.finish(s)
	} else if s.number > 1 {
		c.merge(details, seen.image, seen.shift, 4, work)
	}
	c.beginNext(s)
	return true
}

// stopped reports whether Done is closed.
func (c *Chain) stopped() bool {
	select {
	case <-c.Done:
		return true
	default:
		return false
	}
}

// beginNext notes that the scale finer than s has begun if its first pass is due. What is known of it is allocated by
// then; see eachBand.
func (c *Chain) beginNext(s *scale) {
	if s.number > 1 && s.stage >= process.Lead(s.number)-process.Lead(s.number-1) {
		c.scales[s.number-1].begun = true
	}
}

// finish notes that a scale is exact, after all coarser ones, and lets go of what that makes useless. The finer image
// holds the scale's coefficients; that of scale 1, the image itself, is not put together before somebody asks for it.
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
	c.ll[s.number] = storage.Image{}
}

// coarser returns the image at scale l as far as it is known, and how many fractional bits it lacks of Q4.
func (c *Chain) coarser(l int) (*storage.Image, uint) {
	if p := c.scales[l].parent; p == nil || p.stage == process.Stages-1 {
		return &c.ll[l], 4
	}
	return &c.ll[l], 0
}

// codeThumbnail codes the coarsest coefficients, then the single site of the coarsest scale, exactly, as values with
// a fixed prior.
func (c *Chain) codeThumbnail(coder Coder) bool {
	d := c.tables.Distribution()
	for p := range c.planes {
		raw := d.Set(int64(process.TopMean[p])<<(6+c.deep), process.TopScale[p]+int32(c.extraBits(p))*logistic.ScaleSteps, 0, 0, process.Unknown, 0)
		v, ok := logistic.CodeCell(coder, &d, raw, c.top[p])
		if !ok {
			return false
		}
		// Averages of transform.Liftings longer than Haar's can leave the range of samples by a little. What is farther
		// out is of a damaged file.
		c.top[p] = fixed.Clamp(v, -4<<c.depth, 4<<c.depth-1)
	}
	c.hasTop = true
	n := len(c.scales) - 1
	if n == 0 {
		return true
	}
	c.ll[n] = *c.newImage(1, 1, c.planes)
	for p := range c.planes {
		c.ll[n].Planes[p].Set(0, c.top[p])
	}
	s := &c.scales[n]
	c.begin(s)
	exact := c.newImage(s.fw, s.fh, c.planes)
	cell, clock, dither := make([]int32, 1), make([]uint8, 1), make([]uint16, 1)
	for i := range transform.Bands * c.planes {
		s.cells[i].LoadCells(cell, clock, 0, 1)
		if clock[0] == 0 {
			continue
		}
		s.dither().Rows(dither, i, 0, 1)
		truth, u := [1]int32{}, dither[0]
		if t := &s.truth[i]; !t.Empty() {
			t.LoadRow(truth[:], 0)
			truth[0] += int32(u)
		}
		raw := d.Set(0, process.ThumbnailScale[i/transform.Bands]+int32(c.extraBits(i/transform.Bands))*logistic.ScaleSteps, 0, u, process.Unknown, 0)
		a, ok := logistic.CodeCell(coder, &d, raw, truth[0])
		if !ok {
			return false
		}
		cell[0], clock[0] = a, 0
		s.cells[i].SetCells(cell, clock, 0)
		exact.SetCoefficient(i, 0, 0, a-int32(u))
	}
	if n > 1 {
		c.ll[n-1] = *exact
	}
	c.finish(s)
	c.beginNext(s)
	return true
}
