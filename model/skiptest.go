package model

import (
	"sort"

	"github.com/ddpmz/ddpmz/model/internal/logistic"
	"github.com/ddpmz/ddpmz/model/internal/network"
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/storage"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// The skip test. A coefficient is coded in a step if its predicted standard deviation is at least τ times the width of its next
// cell. Most are far below that in most steps, so far that it shows in the base of the scale (network.Bases), which is computed
// without the network. A coefficient whose base is below the threshold by more than skipMargin is inactive: it is not predicted, and
// skips the step. Where no coefficient of a site is active, the network is not run, and its trunk computes only what active sites
// depend on. That costs nothing in bits and next to nothing in pictures of prefixes, and saves up to half of all work.
//
// Inference is dense, with every coefficient active, in the last stage, for pictures of prefixes, and at scales of few sites, which
// take little time and where each coefficient is a good part of the image. Coefficients at the edges of the image are active unless
// they have reached the step's clock: a line of something else along an edge shows in nothing around (package adapt).

// skipMargin returns by how much the network of scale l is expected to widen the base of a scale at most, in scale steps: an octave,
// and at coarser scales, on whose estimates the prediction of the next scale depends, an octave and three quarters.
func skipMargin(l int) int32 {
	if l > 1 {
		return 56
	}
	return 32
}

// denseSites is the number of sites of a scale below which inference is dense.
const denseSites = 32 * 32

// dense reports whether inference is dense in a stage of the scale.
func (s *scale) dense(stage int) bool { return stage == process.Stages-1 || s.w*s.h < denseSites }

// A baseThreshold is what makes a coefficient active in a step: its base, in 8-bit grey levels, Q12, is at least least, and its clock
// is above target, the clock that the step leads to.
type baseThreshold struct {
	least  uint64
	target uint8
}

// baseThreshold returns the threshold of coefficient i of scale l in a stage.
func (c *Chain) baseThreshold(stage, i, l int) baseThreshold {
	extra := c.extraBits(i / transform.Subbands)
	to := target(stage, i, extra)
	// log2 of least, in scale steps
	e := (int32(to)-int32(extra))*logistic.ScaleSteps + c.tau - logistic.DeviationSteps - skipMargin(l) + 12*logistic.ScaleSteps
	if e < 0 {
		return baseThreshold{0, to}
	}
	m, octaves := c.tables.InverseScale(-e)
	return baseThreshold{uint64(m) << uint(-octaves) >> 20, to}
}

// A siteThreshold is what the texture or the activity of a site, Q8, has to reach, one of them, for a coefficient to be active.
// Comparing them takes less time than computing the base of every coefficient.
type siteThreshold struct{ texture, activity int32 }

// never is above all textures and activities.
const never = 1 << 20

// siteThresholds are the thresholds of a coefficient by its clock; the last is for process.Unknown.
type siteThresholds [32]siteThreshold

// sites returns the textures and activities at which the base, which never decreases as one of them grows, reaches t.least.
func (t baseThreshold) sites(extra int) (s siteThresholds) {
	from := func(base func(v uint32) uint64) int32 {
		return int32(sort.Search(never, func(v int) bool { return base(uint32(v)) >= t.least }))
	}
	const wide = 32 // a clock of cells so wide that their width does not limit the base
	unknown := siteThreshold{from(network.LocalBase), never}
	known := siteThreshold{
		from(func(texture uint32) uint64 { return network.CellBase(network.LocalBase(texture), 0, wide, extra) }),
		from(func(activity uint32) uint64 { return network.CellBase(0, activity, wide, extra) }),
	}
	for k := range s {
		switch {
		case k == len(s)-1:
			s[k] = unknown
		case k > int(t.target) && network.CellWidth(uint8(k), extra) >= t.least:
			s[k] = known
		default:
			s[k] = siteThreshold{never, never}
		}
	}
	return s
}

// activate sets a bit in the mask at every site of a row whose coefficient is active. It has no branch, which would be
// mispredicted, and is not inlined, so that its loop has the registers to itself.
//
//go:noinline
func (s *siteThresholds) activate(mask []uint16, bit uint16, clock []uint8, texture []uint32, activity []uint16) {
	clock, texture, activity = clock[:len(mask)], texture[:len(mask)], activity[:len(mask)]
	for x, k := range clock {
		t := &s[k&31]
		below := (int32(texture[x]) - t.texture) & (int32(activity[x]) - t.activity) // negative if both are
		mask[x] |= bit &^ uint16(below>>31)
	}
}

// A skipTest holds the thresholds of a stage of a scale, by coefficient.
type skipTest struct {
	inside, edge [process.Coefficients]siteThresholds // of sites inside the image, and at its edges
}

// beginSkipTest computes the thresholds for the band.
func (b *band) beginSkipTest() {
	for i := range transform.Subbands * process.PlanesIn(b.stage, b.s.planes) {
		t, extra := b.c.baseThreshold(b.stage, i, b.s.number), b.c.extraBits(i/transform.Subbands)
		b.skip.inside[i], b.skip.edge[i] = t.sites(extra), baseThreshold{0, t.target}.sites(extra)
	}
}

// activate sets the bits of the active coefficients in row y of the active-site mask.
func (b *band) activate(y int, mask []uint16) {
	w := b.s.w
	for i := range transform.Subbands * process.PlanesIn(b.stage, b.s.planes) {
		if b.s.absent>>i&1 == 1 {
			continue
		}
		clock, texture, activity := b.inference.Clocks(i, y), b.inference.Textures(i/transform.Subbands, y), b.inference.Activities(i, y)
		activate := func(t *siteThresholds, x0, x1 int) {
			t.activate(mask[x0:x1], 1<<i, clock[x0:x1], texture[x0:x1], activity[x0:x1])
		}
		if y == 0 || y == b.s.h-1 {
			activate(&b.skip.edge[i], 0, w)
			continue
		}
		activate(&b.skip.inside[i], 0, w)
		activate(&b.skip.edge[i], 0, 1)
		activate(&b.skip.edge[i], w-1, w)
	}
}

// estimateInactive stores estimates of the inactive coefficients in d: the centres of their cells, or zero. What the network would
// predict is hardly better.
func (b *band) estimateInactive(d *storage.Image) {
	if b.inference.Mask.Dense() {
		return
	}
	w, h := b.s.w, &b.scratch
	for y := b.y0; y < b.y1; y++ {
		mask := b.inference.Mask.Row(y)
		for i := range transform.Subbands * process.PlanesIn(b.stage, b.s.planes) {
			b.s.cells[i].LoadCells(h.cell, h.clock, y*w, (y+1)*w)
			b.dither[i].Load(h.dither, (y-b.top)*w)
			to := d.Coefficients(i, y)
			for x := range min(w, (to.Len()+1)/2) {
				if mask[x]>>i&1 == 0 {
					to.Set(2*x, (storage.CentreQ6(h.cell[x], h.dither[x], h.clock[x])+2)>>2)
				}
			}
		}
	}
}
