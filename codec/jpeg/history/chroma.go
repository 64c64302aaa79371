package history

import (
	"slices"

	"github.com/ddpmz/ddpmz/codec/jpeg/pixels"
)

// An estimate is what is known of chroma before it was upsampled: samples less 128 with meanBits, and which of them come from pixels
// that are all known.
type estimate struct {
	sampling
	wide, high int
	samples    []int32
	known      []bool
}

// estimate undoes an upsampling of a plane.
func (s sampling) estimate(p *plane) *estimate {
	filled := p.fill()
	e := &estimate{sampling: s}
	e.samples, e.wide, e.high = s.means(p.wide, p.high, func(i int) (int32, bool) { return int32(filled[i]) - 128, true })
	s.sharpen(e.samples, e.wide, e.high)
	e.known = make([]bool, len(e.samples))
	for i := range e.known {
		x, y := i%e.wide, i/e.wide
		known := true
		for j := y * s.v; j < min((y+1)*s.v, p.high); j++ {
			for i := x * s.h; i < min((x+1)*s.h, p.wide); i++ {
				known = known && p.known[j*p.wide+i]
			}
		}
		e.known[i] = known
	}
	return e
}

// blockAt returns a block, if it is known, and by how much its samples differ.
func (e *estimate) blockAt(x0, y0 int) (b block, differ int32, ok bool) {
	least, most := int32(1<<20), int32(-1<<20)
	for y := range 8 {
		at := (y0+y)*e.wide + x0
		for x, v := range e.samples[at : at+8] {
			if !e.known[at+x] {
				return b, 0, false
			}
			b[8*y+x] = v
			least, most = min(least, v), max(most, v)
		}
	}
	return b, most - least, true
}

// chromaBlocks is how many blocks of a plane of chroma are looked at at least, if there are as many: those whose samples differ most. Where
// they differ little, all may be rounded in the same direction.
const chromaBlocks = 200

// sample adds coefficients of blocks of a grid that begins at (x0, y0), to some those of blocks whose samples differ most, and to all
// those of all blocks.
func (e *estimate) sample(some, all *coefficients, x0, y0 int) {
	wide, high := (e.wide-x0)/8, (e.high-y0)/8
	var blocks []block
	var differs []int32
	stride := 1 + wide*high/steppedBlocks
	for k := 0; k < wide*high; k += stride {
		if b, differ, ok := e.blockAt(x0+k%wide*8, y0+k/wide*8); ok && differ >= 1<<meanBits {
			b.forward(meanBits)
			blocks = append(blocks, b)
			differs = append(differs, differ)
		}
	}
	if len(blocks) == 0 {
		return
	}
	sorted := slices.Clone(differs)
	slices.Sort(sorted)
	least := max(sorted[max(0, min(len(sorted)-chromaBlocks, len(sorted)*3/4))], leastRange<<meanBits/4)
	for i := range blocks {
		all.add(&blocks[i])
		if differs[i] >= least {
			some.add(&blocks[i])
		}
	}
}

// misses returns how many of the known samples of some rows differ by more than 1 from what the upsampling makes of the estimate, of a thousand.
func (e *estimate) misses(p *plane) int {
	h := e.rounded()
	made := make([]uint8, p.wide)
	n, missed := 0, 0
	for y := 0; y < p.high; y += 1 + p.high/64 {
		h.upsampled(made, y, 0, p.wide)
		for x, v := range made {
			if i := y*p.wide + x; p.known[i] {
				n++
				if d := int32(v) - int32(p.samples[i]); d > 1 || d < -1 {
					missed++
				}
			}
		}
	}
	return missed * 1000 / max(n, 1)
}

// rounded returns the samples.
func (e *estimate) rounded() *half {
	h := &half{sampling: e.sampling, wide: e.wide, high: e.high, samples: make([]uint8, len(e.samples))}
	for i, v := range e.samples {
		h.samples[i] = uint8(min(max((v+1<<meanBits/2)>>meanBits+128, 0), 255))
	}
	return h
}

// A chromaGrid is what has been found of how chroma was made.
type chromaGrid struct {
	sampling
	x, y  int // columns and rows of the JPEG file's picture before this one: less than 8 h and 8 v
	table *table
	luma  *table // luma's
}

// mostOthers is how many of a thousand samples may be others than the first of those that are repeated.
const mostOthers = 10

// repeatedIn reports whether the samples of a plane are repeated, by the known ones of some rows.
func (s sampling) repeatedIn(p *plane) bool {
	n, others := 0, 0
	for y := 0; y < p.high; y += s.v * (1 + p.high/64) {
		for j := y; j < min(y+s.v, p.high); j++ {
			for x := range p.wide {
				first, i := y*p.wide+x-x%s.h, j*p.wide+x
				if i == first || !p.known[i] || !p.known[first] {
					continue
				}
				n++
				if p.samples[i] != p.samples[first] {
					others++
				}
			}
		}
	}
	return others*1000 <= n*mostOthers
}

// mostMisses is how many of a thousand samples may be made wrong by a filter.
const mostMisses = 150

// findChroma finds the sampling, its place, and the steps of two planes of chroma that a decoder has made. The grid of luma begins at (x, y).
func findChroma(planes []*plane, x, y int, d pixels.Decoder) (found *chromaGrid) {
	x, y = (8-x)%8, (8-y)%8
	wide, high := planes[0].wide+x, planes[0].high+y
	placed := [2]*plane{planes[0].placed(x, y, wide, high), planes[1].placed(x, y, wide, high)}
	best := -1 << 30
	for _, s := range samplings {
		if s.filtered() && d != pixels.LibjpegTurbo || s.repeats && !(s.repeatedIn(placed[0]) && s.repeatedIn(placed[1])) {
			continue
		}
		var e [2]*estimate
		wrong := false
		for i, p := range placed {
			e[i] = s.estimate(p)
			wrong = wrong || s.filtered() && e[i].misses(p) > mostMisses
		}
		if wrong {
			continue
		}
		n := s.noise()
		for at := range s.h * s.v {
			dx, dy := at%s.h, at/s.h // blocks of luma before the first whole one of chroma
			var some, all coefficients
			for _, e := range e {
				e.sample(&some, &all, 8*dx/s.h, 8*dy/s.v)
			}
			if t := some.steps(&n); t.evidence > best {
				best = t.evidence
				t.add(all.steps(&n))
				found = &chromaGrid{sampling: s, x: x + 8*((s.h-dx)%s.h), y: y + 8*((s.v-dy)%s.v), table: t}
			}
		}
		if best > 8*leastEvidence {
			break
		}
	}
	return found
}
