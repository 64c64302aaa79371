package model

import (
	"sort"

	"github.com/ddpmz/ddpmz/model/internal/logistic"
	"github.com/ddpmz/ddpmz/model/internal/network"
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/storage"
)

// A coordinate advances in a step if its deviation is at least τ times the width of its next cell. Most are far below that in
// most steps: so far that it shows before the network is asked. A coordinate whose base (see bases) is below it by more than
// hopeMargin is not asked about. It waits until the next stage, and so it is with sites none of whose coordinates are asked
// about, and what the trunk has to know only for their sake. That costs nothing in bits and next to nothing in pictures of
// prefixes, and saves up to half of all work (docs/experiments/skip-test.md). All are asked about in the last stage,
// for pictures of prefixes, at the edges, where lines of something else show in nothing around (adapt.go), and at scales of few
// sites, which take little time, and of whose image every coordinate is a good part.

// hopeMargin returns by how much the network of scale l is thought to widen the base scale at most, in scale steps: at
// coarser scales, whose estimates the next scale is predicted from, by an octave and three quarters.
func hopeMargin(l int) int32 {
	if l > 1 {
		return 56
	}
	return 32
}

// fewSites is below how many sites all coordinates of a scale are asked about.
const fewSites = 32 * 32

// asksEveryone reports whether all coordinates are asked about when a stage of the scale is coded.
func (s *scale) asksEveryone(stage int) bool { return stage == stages-1 || s.w*s.h < fewSites }

// A hope is what makes a coordinate be asked about in a step: its base, Q12 and of 8-bit samples, has to be this. target is the
// clock that the step would bring it to.
type hope struct {
	least  uint64
	target uint8
}

// hopeOf returns it for coordinate i of scale l in a stage.
func (c *Chain) hopeOf(stage, i, l int) hope {
	deep := c.deepOf(i / bands)
	to := target(stage, i, deep)
	// log2 of least, in scale steps
	e := (int32(to)-int32(deep))*logistic.ScaleSteps + c.tau - logistic.DeviationSteps - hopeMargin(l) + 12*logistic.ScaleSteps
	if e < 0 {
		return hope{0, to}
	}
	m, octaves := c.tables.InverseScale(-e)
	return hope{uint64(m) << uint(-octaves) >> 20, to}
}

// A bar is what the texture or the activity of a site, Q8, has to reach, one of them, for a coordinate to be asked about. To
// compare them with it is quicker than to compute every base.
type bar struct{ texture, activity int32 }

// out is above all textures and activities.
const out = 1 << 20

// bars are those of a coordinate, by clock; the last is for unknown.
type bars [32]bar

// bars returns them: where the base, which never falls as one of them grows, reaches h.least.
func (h hope) bars(deep int) (b bars) {
	from := func(base func(v uint32) uint64) int32 {
		return int32(sort.Search(out, func(v int) bool { return base(uint32(v)) >= h.least }))
	}
	const wide = 32 // a clock of cells whose width limits no base
	local := bar{from(network.LocalBase), out}
	cell := bar{
		from(func(texture uint32) uint64 { return network.CellBase(network.LocalBase(texture), 0, wide, deep) }),
		from(func(activity uint32) uint64 { return network.CellBase(0, activity, wide, deep) }),
	}
	for k := range b {
		switch {
		case k == len(b)-1:
			b[k] = local
		case k > int(h.target) && network.CellWidth(uint8(k), deep) >= h.least:
			b[k] = cell
		default:
			b[k] = bar{out, out}
		}
	}
	return b
}

// beginAsking computes the bars of the band.s coordinates.
func (b *band) beginAsking() {
	for i := range bands * process.PlanesIn(b.stage, b.s.planes) {
		h, deep := b.c.hopeOf(b.stage, i, b.s.number), b.c.deepOf(i/bands)
		b.bars[i], b.atEdge[i] = h.bars(deep), hope{0, h.target}.bars(deep)
	}
}

// ask notes which coordinates are asked about in row y of the band, of which texture and activity are known.
func (b *band) ask(y int, asked []uint16) {
	w := b.s.w
	for i := range bands * process.PlanesIn(b.stage, b.s.planes) {
		clock, texture, activity := b.inference.Clocks(i, y), b.inference.Textures(i/bands, y), b.inference.Activities(i, y)
		ask := func(bars *bars, x0, x1 int) {
			bars.ask(asked[x0:x1], 1<<i, clock[x0:x1], texture[x0:x1], activity[x0:x1])
		}
		if y == 0 || y == b.s.h-1 {
			ask(&b.atEdge[i], 0, w)
			continue
		}
		ask(&b.bars[i], 0, w)
		ask(&b.atEdge[i], 0, 1)
		ask(&b.atEdge[i], w-1, w)
	}
}

// ask sets a bit at the sites of a row that are asked about. It has no branch, which would be mispredicted, and is not
// inlined, so that its loop has the registers for itself.
//
//go:noinline
func (b *bars) ask(asked []uint16, bit uint16, clock []uint8, texture []uint32, activity []uint16) {
	clock, texture, activity = clock[:len(asked)], texture[:len(asked)], activity[:len(asked)]
	for x, k := range clock {
		bar := &b[k&31]
		below := (int32(texture[x]) - bar.texture) & (int32(activity[x]) - bar.activity) // negative if both are
		asked[x] |= bit &^ uint16(below>>31)
	}
}

// estimateUnasked notes in d what coordinates that are not asked about are thought to be: in the middle of their cells, or
// zero. The network would say little against it.
func (b *band) estimateUnasked(d *storage.Image) {
	if b.inference.Mask.Dense() {
		return
	}
	w, h := b.s.w, &b.scratch
	for y := b.y0; y < b.y1; y++ {
		asked := b.inference.Mask.Row(y)
		for i := range bands * process.PlanesIn(b.stage, b.s.planes) {
			b.s.cells[i].LoadCells(h.cell, h.clock, y*w, (y+1)*w)
			b.dither[i].Load(h.dither, (y-b.top)*w)
			for x, k := range h.clock {
				if asked[x]>>i&1 == 0 {
					d.SetCoefficient(i, x, y, (storage.CentreQ6(h.cell[x], h.dither[x], k)+2)>>2)
				}
			}
		}
	}
}
