package model

import (
	"runtime"
	"sync/atomic"

	"github.com/ddpmz/ddpmz/model/internal/adapt"
	"github.com/ddpmz/ddpmz/model/internal/logistic"
	"github.com/ddpmz/ddpmz/model/internal/parallel"
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/sparse"
	"github.com/ddpmz/ddpmz/model/internal/storage"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// A Chain is the state of the reverse process of one image: what is known of every coefficient. Encoder and decoder take it through
// the same Passes. It is not safe for concurrent use.
type Chain struct {
	// Done, if it is set, has Run and CodePass stop soon after it is closed.
	Done <-chan struct{}

	// Colour is the colour transform of an image of three planes. It has to be set before SetImage, Run, CodePass and Picture.
	Colour Colour

	// Reduction makes the picture smaller. It has to be set before Run, CodePass and Picture.
	Reduction Reduction

	// NetworkAlone has every coefficient predicted by the network, without corrections, skip test and sparse details. It is for
	// measuring networks: no file is made so.
	NetworkAlone bool

	// Clip has pictures clipped to the range of samples even once all coefficients are known, since some were drawn.
	Clip bool

	net        *Net
	w, h       int
	planes     int  // 1 (gray) or 3
	depth      uint // bits of a sample
	extraDepth uint // depth - 8
	tau        int32
	tables     *logistic.Tables
	learned    []adapt.State // by stage, from when the first scale begins

	top     [process.Planes]int32 // the coarsest image, a single sample
	hasTop  bool
	coded   atomic.Bool     // a coefficient has been coded since the thumbnail
	scales  []scale         // scales[l] is scale l; scales[0] is unused
	exactAt int             // all scales coarser than this one are exact
	ll      []storage.Image // ll[l] is the estimate of the image at the sites of scale l, Q4; ll[exactAt] is exact, not Q4: see coarser

	merged bool // ll[Reduction.Scales] has the estimates of the last pass of a scale coarser than it

	work [2]workspace // scratch; see workOf
	back *backBuffer  // nil until a pass writes to it, and when none will any more
}

// A workspace is the scratch of a pass.
type workspace struct {
	bands   []*band       // one for every processor
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

// Geometry describes the images a Chain is for.
type Geometry struct {
	Width, Height int
	Planes        int // 1 (gray) or 3 (RGB)
	Depth         int // bits of a sample: 8 or 16
}

// NewChain returns the chain of an image of which nothing is known yet. tau is the threshold of skipping, as log2 in 1/32: a coefficient
// is coded in a step only if its predicted standard deviation is at least τ times the width of its next cell.
func NewChain(net *Net, g Geometry, tau int8) *Chain {
	c := &Chain{net: net, w: g.Width, h: g.Height, planes: g.Planes, depth: uint(g.Depth), tau: int32(tau), tables: logistic.SharedTables(net.Family())}
	c.extraDepth = c.depth - 8
	n := transform.Scales(c.w, c.h)
	c.exactAt = n
	c.scales = make([]scale, n+1)
	c.ll = make([]storage.Image, n+1)
	w, h := c.w, c.h
	for l := 1; l <= n; l++ {
		c.scales[l] = scale{number: l, fw: w, fh: h, w: (w + 1) / 2, h: (h + 1) / 2, stage: -1,
			planes: c.planes, mask: 1<<(process.TopClock+c.extraDepth) - 1}
		if l < n {
			c.scales[l].parent = &c.scales[l+1]
		}
		w, h = (w+1)/2, (h+1)/2
	}
	return c
}

// extraBits returns the extra bits of depth of a plane's coefficients, beyond those that the network knows: as many as samples have beyond
// 8, and one less for chroma that the samples were derived from, whose steps are twice as large as those of other chroma.
func (c *Chain) extraBits(plane int) int {
	if plane > 0 && c.Colour.Derived() {
		return int(c.extraDepth) - 1
	}
	return int(c.extraDepth)
}

// SetImage gives an encoder's chain the image: planes of samples of the chain's depth, gray or R, G, B. The chain owns and overwrites the
// planes from then on.
func (c *Chain) SetImage(image []Plane) {
	var x [process.Planes]Plane
	copy(x[:], image)
	if c.planes == process.Planes {
		c.Colour.Split(x)
	}
	if len(c.scales) > 1 && c.hasSparse(&c.scales[1]) {
		c.scales[1].trueSparse = sparse.New(c.scales[1].h)
	}
	parallel.Ranges(runtime.GOMAXPROCS(0), c.planes, c.w*c.h*50, func(_, p0, p1 int) {
		for p := p0; p < p1; p++ {
			c.setPlane(p, x[p])
		}
	})
}

// setPlane gives an encoder's chain plane p of luma or chroma, which it overwrites.
func (c *Chain) setPlane(p int, x Plane) {
	for l := 1; l < len(c.scales); l++ {
		s := &c.scales[l]
		c.Colour.Wavelet(c.net.Lifting(), l, p).Split(x)
		if p > 0 && c.hasSparse(s) {
			s.trueSparse.Take(p, x, c.sparseSubbands(s))
		}
		for b := range transform.Subbands {
			if p >= c.planesOf(s) {
				break
			}
			t := storage.NewTrueValues(s.w, s.h)
			w, h := transform.SubbandSize(s.fw, s.fh, b)
			dx, dy := transform.Offset(b)
			for y := range s.h {
				if y < h {
					t.SetRow(y, x.Row(2*y + dy)[dx:], w)
				} else {
					t.SetRow(y, nil, 0)
				}
			}
			s.truth[transform.Subbands*p+b] = t
		}
		ll := NewPlane(s.w, s.h)
		x.Pick(ll, 0, 0)
		x = ll
	}
	c.top[p] = x.Pix[0]
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
