package model

import (
	"github.com/ddpmz/ddpmz/model/internal/kernel"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// A Coder carries symbols between the chain and an entropy coder. An encoder codes what it is given and
// returns it; a decoder ignores it and returns what it decodes. ok is false when a decoder has run out of
// bytes, after which the chain asks for no more.
type Coder interface {
	// Symbol codes symbol s of d.
	Symbol(d *Distribution, s int32) (t int32, ok bool)
	// Bits codes n <= 16 bits, uniformly distributed.
	Bits(v uint32, n uint) (w uint32, ok bool)
}

// A Chain is the state of the reverse process of one image: what is known of every coordinate. Encoder and
// decoder take it through the same Passes. It is not safe for concurrent use.
type Chain struct {
	net    *Net
	w, h   int
	planes int  // 1 (gray) or 3
	depth  uint // bits of a sample
	deep   uint // depth - 8
	tau    int32
	tables *tables
	adapt  adaptation

	top     [planes]int32 // the coarsest coefficients
	hasTop  bool
	scales  []scale         // scales[l] is scale l; scales[0] is unused
	ll      [][planes]Plane // ll[l] is the present estimate of the image at scale l, Q4; ll[0] is unused
	exact   [planes]Plane   // the image at scale exactAt, if that is above 0 or the image is complete
	exactAt int             // all scales above this one are exact

	// scratch, reused from pass to pass
	level, deviation [planes]Plane
	magnitude        [coordinates]Plane
	belief           [coordinates]belief
	input, cells     kernel.Tensor
	trunk            [2]kernel.Tensor
	site             kernel.Tensor
	hidden, output   kernel.Tensor
}

// scale is one split of the pyramid: the coordinates at its w x h sites.
type scale struct {
	number int // 1 is the finest
	w, h   int // sites
	fw, fh int // size of the plane that the scale synthesizes
	stage  int // last stage completed, -1 at first

	truth  [coordinates][]int32 // nil in a decoder; the others are nil until begin
	dither [coordinates][]uint16
	cell   [coordinates][]int32
	clock  [coordinates][]uint8
	traces [coordinates][]trace // of the last cell coded, with a border
	parent *scale               // the next coarser, if any
}

// belief is what the model thinks of one coordinate at every site of the scale that it was last asked about.
type belief struct {
	mean  []int32 // Q6
	scale []int16 // in scale steps

	logBase, meanBase []int32 // see bases
}

func (b *belief) resize(n int) {
	if n > cap(b.mean) {
		*b = belief{make([]int32, n), make([]int16, n), make([]int32, n), make([]int32, n)}
	}
	*b = belief{b.mean[:n], b.scale[:n], b.logBase[:n], b.meanBase[:n]}
}

// Geometry describes the images a Chain is for.
type Geometry struct {
	Width, Height int
	Planes        int // 1 (gray) or 3 (RGB)
	Depth         int // bits of a sample: 8 or 16
}

// NewChain returns the chain of an image of which nothing is known yet. tau is the threshold of skipping, as
// log2 in 1/32: a coordinate advances in a step only if the model's standard deviation is at least τ times
// the width of its next cell.
func NewChain(net *Net, g Geometry, tau int8) *Chain {
	c := &Chain{net: net, w: g.Width, h: g.Height, planes: g.Planes, depth: uint(g.Depth), tau: int32(tau), tables: theTables()}
	c.deep = c.depth - 8
	n := transform.Scales(c.w, c.h)
	c.exactAt = n
	c.scales = make([]scale, n+1)
	c.ll = make([][planes]Plane, n+1)
	w, h := c.w, c.h
	for l := 1; l <= n; l++ {
		c.scales[l] = scale{number: l, fw: w, fh: h, w: (w + 1) / 2, h: (h + 1) / 2, stage: -1}
		if l < n {
			c.scales[l].parent = &c.scales[l+1]
		}
		w, h = (w+1)/2, (h+1)/2
	}
	return c
}

// begin allocates what is known of the coordinates, which is nothing at first, but where there is none: those
// of absent planes, and of bands too small to reach a site. Those are zeros that both sides know.
func (s *scale) begin(present int) {
	n := s.w * s.h
	for i := range coordinates {
		s.dither[i], s.cell[i], s.clock[i] = make([]uint16, n), make([]int32, n), make([]uint8, n)
		s.traces[i] = make([]trace, (s.w+2*traceBorder)*(s.h+2*traceBorder))
		if i/bands >= present {
			continue
		}
		bw, bh := transform.BandSize(s.fw, s.fh, i%bands)
		for y := range bh {
			fillDither(s.dither[i][y*s.w:y*s.w+bw], s.number, i, y)
			for x := range bw {
				s.clock[i][y*s.w+x] = unknown
			}
		}
	}
}

// SetImage gives an encoder's chain the image: planes of samples of the chain's depth, gray or R, G, B. It
// keeps the planes and overwrites them.
func (c *Chain) SetImage(image []Plane) {
	var x [planes]Plane
	copy(x[:], image)
	if c.planes == planes {
		transform.ForwardColour(x[0].Pix, x[1].Pix, x[2].Pix)
	}
	for l := 1; l < len(c.scales); l++ {
		s := &c.scales[l]
		for p := range c.planes {
			var detail [bands]Plane
			x[p], detail = c.net.lifting.Analyse(x[p])
			for b, d := range detail {
				t := make([]int32, s.w*s.h)
				for y := range d.H {
					copy(t[y*s.w:], d.Row(y))
				}
				s.truth[bands*p+b] = t
			}
		}
	}
	for p := range c.planes {
		c.top[p] = x[p].Pix[0]
	}
}

// Advance takes the chain through a pass, which must be the next of Passes. It returns false if the coder
// ran out, which leaves the pass half done: nothing but Picture makes sense then.
func (c *Chain) Advance(p Pass, coder Coder) bool {
	if p.Stage < 0 {
		return c.advanceThumbnail(coder)
	}
	s := &c.scales[p.Scale]
	c.runTrunk(s, p.Stage, &c.ll[p.Scale])
	ok := c.runHeads(s, p.Stage, func(g, phase int) bool { return c.advancePhase(s, p.Stage, g, phase, coder) })
	if !ok {
		return false
	}
	s.stage = p.Stage
	if s.stage == stages-1 {
		c.finish(s)
	} else if s.number > 1 {
		c.ll[s.number-1] = c.synthesize(s.number, &c.ll[s.number])
	}
	c.beginNext(s)
	return true
}

// beginNext begins the scale finer than s if its first pass is due.
func (c *Chain) beginNext(s *scale) {
	if s.number > 1 && s.stage >= lead(s.number)-lead(s.number-1) && c.scales[s.number-1].clock[0] == nil {
		c.scales[s.number-1].begin(c.planes)
	}
}

// finish notes that a scale is exact, after all coarser ones.
func (c *Chain) finish(s *scale) {
	s.stage = stages - 1
	c.exact = c.synthesizeExact(s.number)
	c.exactAt = s.number - 1
	if s.number > 1 {
		for p, x := range c.exact {
			c.ll[s.number-1][p] = x.Sixteenths()
		}
	}
}

// advanceThumbnail codes the coarsest coefficients as they are, then the single site of the coarsest scale,
// exactly, each coordinate thought to be around zero.
func (c *Chain) advanceThumbnail(coder Coder) bool {
	for p := range c.planes {
		// Averages of transform.Liftings longer than Haar's can leave the samples' range by a little: two bits more.
		n, offset := c.depth+2, int32(1)<<c.depth
		if p > 0 { // chroma has a sign
			n, offset = n+1, 2*offset
		}
		v := uint32(c.top[p] + offset)
		hi, ok := coder.Bits(v>>8, n-8)
		if !ok {
			return false
		}
		lo, ok := coder.Bits(v&0xff, 8)
		if !ok {
			return false
		}
		c.top[p] = int32(hi<<8|lo) - offset
	}
	c.hasTop = true
	n := len(c.scales) - 1
	for p := range planes {
		c.exact[p] = Plane{W: 1, H: 1, Pix: []int32{c.top[p]}}
		c.ll[n][p] = Plane{W: 1, H: 1, Pix: []int32{c.top[p] << 4}}
	}
	if n == 0 {
		return true
	}
	s := &c.scales[n]
	s.begin(c.planes)
	d := Distribution{tab: c.tables}
	for i := range bands * c.planes {
		if s.clock[i][0] == 0 {
			continue
		}
		truth, u := int32(0), s.dither[i][0]
		if t := s.truth[i]; t != nil {
			truth = t[0] + int32(u)
		}
		raw := d.set(0, thumbnailScale[i/bands]+int32(c.deep)*scaleSteps, 0, u, unknown, 0)
		a, ok := transmit(coder, &d, raw, truth)
		if !ok {
			return false
		}
		s.cell[i][0], s.clock[i][0] = a, 0
	}
	c.finish(s)
	c.beginNext(s)
	return true
}

// advancePhase codes the next cells of a group's coordinates at the sites of a phase, row by row.
func (c *Chain) advancePhase(s *scale, stage, g, phase int, coder Coder) bool {
	members, origin := groups[g], phaseOrigin[phase]
	d := Distribution{tab: c.tables}
	final := stage == stages-1
	least := c.tau - deviationSteps // of the scale, for cells of width 1, to advance
	if s.number > 1 {
		least -= coarserTau
	}
	for y := range c.output.H {
		out, cells := c.output.Row(y), c.cells.Row(2*y+origin[0])
		for x := range c.output.W {
			o := out[x*16 : x*16+16]
			sy, sx := 2*y+origin[0], 2*x+origin[1]
			j := sy*s.w + sx
			for m, i := range members {
				k := s.clock[i][j]
				if k == 0 {
					continue
				}
				mean, scale := c.predict(s, i, j, o[m], o[len(members)+m])
				r := c.correct(s, stage, i, sy, sx, mean, scale)
				c.belief[i].mean[j], c.belief[i].scale[j] = int32(r.mean), int16(r.scale)
				to := target(stage, i, c.deep)
				if to >= k || !final && r.scale < int32(to)*scaleSteps+least {
					continue
				}
				truth, u := int32(0), s.dither[i][j]
				if t := s.truth[i]; t != nil {
					truth = t[j] + int32(u)
				}
				raw := d.set(r.mean, r.scale, s.cell[i][j], u, k, to)
				a, ok := transmit(coder, &d, raw, truth)
				if !ok {
					return false
				}
				s.traces[i][(sy+traceBorder)*(s.w+2*traceBorder)+sx+traceBorder] = d.learn(&r, s.cell[i][j], a, k, to)
				s.cell[i][j], s.clock[i][j] = a, to
				f := cells[sx*2*coordinates:]
				f[i], f[coordinates+i] = c.net.features.cell(a, u, to, c.deep)
			}
		}
	}
	return true
}
