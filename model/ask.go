package model

import (
	"math/bits"
	"sort"

	"github.com/ddpmz/ddpmz/model/internal/logistic"
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
	local := bar{from(localBase), out}
	cell := bar{
		from(func(texture uint32) uint64 { return cellBase(localBase(texture), 0, wide, deep) }),
		from(func(activity uint32) uint64 { return cellBase(0, activity, wide, deep) }),
	}
	for k := range b {
		switch {
		case k == len(b)-1:
			b[k] = local
		case k > int(h.target) && cellWidth(uint8(k), deep) >= h.least:
			b[k] = cell
		default:
			b[k] = bar{out, out}
		}
	}
	return b
}

// beginAsking makes room for what ask notes. With everyone, all coordinates are asked about in any case.
func (b *band) beginAsking(everyone bool) {
	if b.everyone = everyone; everyone {
		return
	}
	w, most := b.s.w, mostRows(b.s.h)
	b.asked = storage.Resize(b.asked, (b.y1-b.y0)*w, most*w)
	b.words = (w + 63) / 64
	b.wanted = storage.Resize(b.wanted, (b.y1-b.y0)*b.words, most*b.words)
	b.union = storage.Resize(b.union, b.words, b.words)
	for i := range bands * process.PlanesIn(b.stage, b.s.planes) {
		h, deep := b.c.hopeOf(b.stage, i, b.s.number), b.c.deepOf(i/bands)
		b.bars[i], b.atEdge[i] = h.bars(deep), hope{0, h.target}.bars(deep)
	}
}

// ask notes which coordinates are asked about in row y of the band, of which texture and activity are known.
func (b *band) ask(y int) {
	w := b.s.w
	j := (y - b.y0) * w
	asked, wanted := b.asked[j:][:w], b.wanted[(y-b.y0)*b.words:][:b.words]
	clear(asked)
	for i := range bands * process.PlanesIn(b.stage, b.s.planes) {
		clock, texture, activity := b.clock[i].row(y), b.texture[i/bands][j:][:w], b.activity[i][j:][:w]
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
	for i := range wanted {
		word := uint64(0)
		for x, a := range asked[i*64 : min(i*64+64, w)] {
			word |= (uint64(a) + 1<<16 - 1) >> 16 << (x & 63) // 1 if a is not 0
		}
		wanted[i] = word
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

// A span is sites [from,to) of a row.
type span struct{ from, to int }

// spanGap is up to how many sites that nobody asks about are computed so that two spans become one.
const spanGap = 8

// spansOf returns which sites of rows [y0,y1) of the scale a layer has to be computed of, if sites up to halo rows and columns
// away, of those that are asked about, depend on it. It is valid until the next call.
func (b *band) spansOf(y0, y1, halo int) []span {
	b.spans = b.spans[:0]
	if b.everyone {
		return append(b.spans, span{0, b.s.w})
	}
	u := b.union
	clear(u)
	for y := max(y0-halo, b.y0); y < min(y1+halo, b.y1); y++ {
		for i, word := range b.wanted[(y-b.y0)*b.words:][:b.words] {
			u[i] |= word
		}
	}
	for i, word := range u {
		for word != 0 {
			first := bits.TrailingZeros64(word)
			n := bits.TrailingZeros64(^(word >> first)) // ones from there on
			from, to := max(64*i+first-halo, 0), min(64*i+first+n+halo, b.s.w)
			if k := len(b.spans) - 1; k >= 0 && from <= b.spans[k].to+spanGap {
				b.spans[k].to = to
			} else {
				b.spans = append(b.spans, span{from, to})
			}
			if first+n == 64 {
				break
			}
			word &= ^uint64(0) << (first + n)
		}
	}
	return b.spans
}

// spansOfPhase returns which sites of a phase are asked about coordinates of a mask, of those that row y of the scale
// has from column x on. It is valid until the next call with the same list.
func (b *band) spansOfPhase(list []span, mask uint16, y, x int) []span {
	list = list[:0]
	if b.everyone {
		return append(list, span{0, (b.s.w - x + 1) / 2})
	}
	asked := b.asked[(y-b.y0)*b.s.w:][:b.s.w]
	for i := 0; x < len(asked); i, x = i+1, x+2 {
		if asked[x]&mask == 0 {
			continue
		}
		if k := len(list) - 1; k >= 0 && i <= list[k].to+spanGap/2 {
			list[k].to = i + 1
		} else {
			list = append(list, span{i, i + 1})
		}
	}
	return list
}

// maskOf returns the bits of coordinates in band.asked.
func maskOf(members []int) (mask uint16) {
	for _, i := range members {
		mask |= 1 << i
	}
	return mask
}

// estimateUnasked notes in d what coordinates that are not asked about are thought to be: in the middle of their cells, or
// zero. The network would say little against it.
func (b *band) estimateUnasked(d *storage.Image) {
	if b.everyone {
		return
	}
	w, h := b.s.w, &b.helpers[0]
	h.cell, h.dither, h.clock = storage.Resize(h.cell, w, w), storage.Resize(h.dither, w, w), storage.Resize(h.clock, w, w)
	for y := b.y0; y < b.y1; y++ {
		asked := b.asked[(y-b.y0)*w:][:w]
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
