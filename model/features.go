package model

import (
	"github.com/ddpmz/ddpmz/model/internal/fixed"
	"github.com/ddpmz/ddpmz/model/internal/parallel"
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/storage"
)

// featureTables hold the compressions of the network's inputs, with the fractional bits of its activations.
type featureTables struct {
	frac    uint
	asinh   [2*asinhEnd + 1]int16           // asinh(x/1.5) for x in Q3, from -asinhEnd on
	precise [unknown + 1]int16              // 1.2 - k/6 by clock; 0 where nothing is known
	clocks  [deepest + 2][unknown + 1]int16 // what precision returns, by deep + 1 and clock
	logs    [1 << 13]int16                  // what log returns
}

const (
	asinhEnd = 1<<13 - 1 // from where on compress returns the same, Q3
	deepest  = 8         // coordinates are deeper than those of 8-bit samples by -1 to 8 bits: see Chain.deepOf
)

func newFeatureTables(frac uint) *featureTables {
	t := &featureTables{frac: frac}
	for i := range asinhEnd + 1 {
		y := uint64(i) << 16 / 12 // x/1.5, Q16
		v := t.ln(fixed.Log2Q16(y+fixed.Sqrt(y*y+1<<32)) - 16<<16)
		t.asinh[asinhEnd+i], t.asinh[asinhEnd-i] = v, -v
	}
	for i := range t.logs {
		t.logs[i] = t.logOf(uint32(i))
	}
	for k := range int32(process.DitherBits + 1) {
		t.precise[k] = int16((36<<frac - 5*k<<frac + 15) / 30)
	}
	for i := range t.clocks {
		for k := range t.clocks[i] {
			t.clocks[i][k] = t.precise[k]
			if k > 0 && k < unknown { // what is exact is, whatever its steps
				t.clocks[i][k] = t.precise[max(k-i+1, 0)]
			}
		}
	}
	return t
}

// ln turns a logarithm to base 2 in Q16 into a natural one as an activation.
func (t *featureTables) ln(log2 int32) int16 {
	return int16((int64(log2)*fixed.Ln2Q30>>30 + 1<<(15-t.frac)) >> (16 - t.frac))
}

// log returns ln(v/256 + 1/2) for v in Q8.
func (t *featureTables) log(v uint32) int16 {
	if v < uint32(len(t.logs)) {
		return t.logs[v]
	}
	return t.logOf(v)
}

func (t *featureTables) logOf(v uint32) int16 { return t.ln(fixed.FastLog2Q16(v+128) - 8<<16) }

// compress returns asinh(x/1.5) for x in Q3.
func (t *featureTables) compress(x int32) int16 {
	return t.asinh[asinhEnd+fixed.Clamp(x, -asinhEnd, asinhEnd)] // without a branch, which would be mispredicted
}

// cell returns how the network sees a cell: its centre, compressed, and its clock. deep is the number of
// bits by which the coordinate is deeper than those of 8-bit samples: see Chain.deepOf.
func (t *featureTables) cell(a int32, u uint16, k uint8, deep int) (centre, precision int16) {
	if k == unknown {
		return 0, 0
	}
	return t.compress(shallowCentre(a, u, k, deep) >> 3), t.precision(k, deep)
}

// precision returns how the network sees a clock.
func (t *featureTables) precision(k uint8, deep int) int16 { return t.clocks[deep+1][k] }

// shifts returns by how many bits to shift up, then down, to take deep bits from a value, or add some.
func shifts(deep int) (up, down uint) { return uint(max(-deep, 0)) & 31, uint(max(deep, 0)) & 31 }

// shallow takes deep bits from v, or adds some.
func shallow(v int32, deep int) int32 {
	up, down := shifts(deep)
	return v << up >> down
}

// shallowCentre returns the centre of a cell, Q6 of 8-bit grey levels, within what 8-bit images can reach.
func shallowCentre(a int32, u uint16, k uint8, deep int) int32 {
	return fixed.Clamp(shallow(fixed.Clamp(storage.CentreQ6(a, u, k), -1<<30, 1<<30-1), deep), -1<<17, 1<<17)
}

// The methods below write what the network sees of a row of sites to the first of n channels of each. They are not inlined, so
// that their loops have the registers for themselves.

// showLevels writes how the network sees the brightness of the coarser image, Q4.
//
//go:noinline
func (t *featureTables) showLevels(to []int16, n int, level []int32) {
	frac, j := t.frac&31, 0
	for _, v := range level {
		to[j] = fixed.Sat16((v - 128<<4) << frac >> 11)
		j += n
	}
}

// showDeviations writes how the network sees deviations, 25 times these in Q4.
//
//go:noinline
func (t *featureTables) showDeviations(to []int16, n int, deviation []int32) {
	j := 0
	for _, e := range deviation {
		to[j] = t.compress((e + 25) / 50)
		j += n
	}
}

// showCells writes how the network sees the centres of cells, Q6, and to the channel that is so many further on, their clocks.
//
//go:noinline
func (t *featureTables) showCells(to []int16, n, on int, centre []int32, clock []uint8, deep int) {
	precise, j := &t.clocks[deep+1], 0
	clock = clock[:len(centre)]
	for x, z := range centre {
		to[j], to[j+on] = t.compress(z>>3), precise[clock[x]]
		j += n
	}
}

// showLogs writes the logarithms of values in Q8; see log.
//
//go:noinline
func (t *featureTables) showLogs(to []int16, n int, values []int32) {
	const last = int32(len(t.logs)) - 1
	most, j := int32(0), 0
	for _, v := range values {
		to[j] = t.logs[min(v, last)]
		most = max(most, v)
		j += n
	}
	if most <= last {
		return
	}
	for x, v := range values {
		if v > last {
			to[x*n] = t.logOf(uint32(v))
		}
	}
}

// A box is what sums over windows of rows around one row leave for the next: the sums of the columns.
type box struct {
	column []int32
	next   int // the row that they are those of the row above of, or -1
}

// begin forgets what b was of, for rows of width w.
func (b *box) begin(w int) { b.column, b.next = storage.Resize(b.column, w, w), -1 }

// sums writes to dst the sums of src over the windows of 2r+1 columns and 2r+1 rows centred on row y of h; the
// edge repeats beyond the edge. It is quick if y is the row after that of the last call.
func (b *box) sums(dst []int32, src *ring[int32], y, h, r int) {
	column := b.column[:len(dst)]
	gone, come := src.row(max(y-1-r, 0))[:len(dst)], src.row(min(y+r, h-1))[:len(dst)]
	if y != b.next {
		gone = come // once all are there
		clear(column)
		for dy := -r; dy <= r; dy++ {
			for x, v := range src.row(fixed.Clamp(y+dy, 0, h-1)) {
				column[x] += v
			}
		}
	}
	b.next = y + 1
	first := min(2*r+1, len(dst))
	for x := range column[:first] {
		column[x] += come[x] - gone[x]
	}
	last := len(column) - 1
	sum := int32(r+1) * column[0]
	for x := 1; x <= r; x++ {
		sum += column[min(x, last)]
	}
	x := 0
	edge := func(to int) {
		for ; x < to; x++ {
			dst[x] = sum
			sum += column[min(x+r+1, last)] - column[max(x-r, 0)]
		}
	}
	edge(min(r, len(dst)))
	n := len(dst) - first
	behind, ahead, to := column[:n], column[first:][:n], dst[x:][:n]
	gone, come = gone[first:][:n], come[first:][:n]
	for i := range to {
		to[i] = sum
		c := ahead[i] + come[i] - gone[i]
		ahead[i] = c
		sum += c - behind[i]
	}
	x += n
	edge(len(dst))
}

// ringRows returns how many rows of what prepare computes are held: those of a slab, and those that other steps are
// behind.
func ringRows(slab, layers int) int { return slab + textureHalo + 3 + max(layers-1, 0) }

// beginPrepare makes room for what prepare computes.
func (b *band) beginPrepare() {
	w, reach, most := b.s.w, b.c.net.reach(), mostRows(b.s.h)
	n := ringRows(b.slab, b.c.net.w.layers)
	for i := range b.level {
		b.level[i].begin(w, n)
		b.deviation[i].begin(w, n)
		b.texture[i] = storage.Resize(b.texture[i], (b.y1-b.y0)*w, most*w)
	}
	for k := range b.helpers {
		h := &b.helpers[k]
		for p := range planes {
			h.level[p].begin(w)
			h.deviation[p].begin(w)
		}
		for i := range bands * b.s.planes {
			h.magnitude[i].begin(w)
		}
	}
	for i := range bands * b.s.planes {
		b.magnitude[i].begin(w, n)
		b.clock[i].begin(w, n)
		if i >= bands*b.told() { // as ask takes them to be
			for j := range b.clock[i].pix {
				b.clock[i].pix[j] = unknown
			}
		}
		b.activity[i] = storage.Resize(b.activity[i], (b.y1-b.y0)*w, most*w)
	}
	b.cells.begin(b.y0-1, b.y1-b.y0+2, most+2, w, b.seen.cells)
	for _, y := range []int{-1, b.s.h} {
		if y >= b.y0-1 && y <= b.y1 {
			clear(b.cells.Row(y))
		}
	}
	b.beginUntold()
	from := max(0, b.y0-reach)
	b.layers[0].begin(from, n, n, w, b.shown.inputs)
	b.measured = [...]int{b.top, max(0, from-1), from}
}

// beginUntold notes what the network sees of cells that it is not told.
func (b *band) beginUntold() {
	t, in, seen := b.c.net.features, b.shown, b.seen
	rest := t.precise[unknown] // their clock
	if b.s.planes < planes {
		rest = t.precise[0] // zeros that both sides know
	}
	activity := t.log(0)
	if in.constants > 0 {
		b.untold[in.constants], b.untold[in.constants+1] = rest, activity
	}
	for i := bands * b.told(); i < bands*in.planes; i++ {
		b.untold[in.cell+i], b.untold[in.clock+i], b.untold[in.activity+i] = 0, rest, activity
	}
	clear(b.unseen[:])
	if seen.cellConstant > 0 {
		b.unseen[seen.cellConstant] = rest
	}
	for i := bands * b.told(); i < bands*seen.planes; i++ {
		b.unseen[seen.clock-seen.cell+i] = rest
	}
}

// prepare computes the network's inputs, from the last row computed on up to row to-1, from the coarser image ll (Q4
// when shifted up, in units of the samples) and the present cells. Of the band's rows it notes the texture and the
// activity that the network's outputs are relative to.
func (b *band) prepare(ll *storage.Image, shift uint, to int) {
	steps := [...]struct {
		row  func(y int, h *helper)
		more int // rows that the next steps look ahead
	}{
		{func(y int, h *helper) { b.look(y, ll, shift, h) }, textureHalo},
		{b.compare, 1},
		{b.measure, 0},
	}
	for i, step := range steps {
		from, to := b.measured[i], min(to+step.more, b.s.h)
		if from >= to {
			continue
		}
		parallel.Ranges(b.procs, to-from, (to-from)*b.s.w*100, func(worker, y0, y1 int) {
			for y := from + y0; y < from+y1; y++ {
				step.row(y, &b.helpers[worker])
			}
		})
		b.measured[i] = to
	}
	b.layers[0].reach(b.measured[2], b.s.h)
}

// look is the first step of prepare, for what needs no neighbours of row y: brightness and cells, at 8-bit depth.
func (b *band) look(y int, ll *storage.Image, shift uint, h *helper) {
	w, t, in, seen := b.s.w, b.c.net.features, b.shown, b.seen
	told := bands * b.told()
	var row, cells []int16 // of the input, and of what heads see, unless they do not have it
	if y >= b.layers[0].top {
		row = b.layers[0].Row(y)
	}
	if y >= b.y0-1 && y <= b.y1 {
		cells = b.cells.Row(y)
	}
	if told < coordinates {
		repeat(row, b.untold[:in.inputs])
		repeat(cells, b.unseen[:seen.cells])
	}
	for p := range planes {
		level := b.level[p].row(y)
		switch store, from := &ll.Planes[p], y*w; {
		case p >= b.c.planes:
			clear(level)
		case store.Wide != nil:
			levels(level, store.Wide[from:], shift, b.c.deepOf(p))
		default:
			levels(level, store.Narrow[from:], shift, b.c.deepOf(p))
		}
		if row != nil {
			t.showLevels(row[inBrightness+p:], in.inputs, level)
		}
	}
	alike := told == in.clock-in.cell && told == seen.clock-seen.cell // both have all centres and then all clocks side by side
	centre := storage.Resize(h.row, w, w)
	h.row = centre
	for i := range told {
		magnitude, clock, deep := b.magnitude[i].row(y), b.clock[i].row(y), b.c.deepOf(i/bands)
		store, from := b.cellsOf(i, y)
		if dither, at := &b.dither[i], (y-b.top)*w; store.Wide != nil {
			centres(centre, magnitude, clock, store.Wide[from:from+w], dither.Wide[at:], deep)
		} else {
			centres(centre, magnitude, clock, store.Narrow[from:from+w], dither.Narrow[at:], deep)
		}
		if row != nil {
			t.showCells(row[in.cell+i:], in.inputs, in.clock-in.cell, centre, clock, deep)
		}
		if cells != nil && !alike {
			t.showCells(cells[i:], seen.cells, seen.clock-seen.cell, centre, clock, deep)
		}
	}
	if cells != nil && alike {
		copyCells(cells, seen.cells, row[in.cell:], in.inputs, 2*told, w)
	}
}

// copyCells copies the first of n channels of each of w sites from the first of m: as many as some planes have, centres and
// clocks. It is quicker than showCells.
func copyCells(to []int16, n int, from []int16, m, channels, w int) {
	for x := range w {
		to, from := to[x*n:][:channels], from[x*m:][:channels]
		for i := 0; i < channels; i += 2 * bands {
			*(*[2 * bands]int16)(to[i:]) = [2 * bands]int16(from[i:])
		}
	}
}

// levels writes values of the coarser image as those of 8-bit samples, Q4. Shifted up, they are those of samples.
func levels[V int16 | int32](level []int32, values []V, shift uint, deep int) {
	values = values[:len(level)]
	up, down := shifts(deep)
	unit := int32(1) << ((up + shift) & 31)
	for x, v := range values {
		level[x] = fixed.Clamp(int32(v)*unit>>down, -1<<14, 1<<14)
	}
}

// centres writes the centres of cells as a store packs them, as shallowCentre returns them or 0, their magnitudes, and their
// clocks. Twice a centre is the packed cell less twice the dither, less 1.
func centres[V int16 | int32, U uint8 | uint16](centre, magnitude []int32, clock []uint8, cells []V, dither []U, deep int) {
	centre, magnitude, clock, dither = centre[:len(cells)], magnitude[:len(cells)], clock[:len(cells)], dither[:len(cells)]
	up, down := shifts(deep)
	half := int32(1) << 5 << up // Q6
	for x, v := range cells {
		z := (int32(v) - 2*int32(dither[x]) - 1) * half >> down
		z = fixed.Clamp(z, -1<<17, 1<<17)
		k := storage.PackedClock(int32(v))
		if k == unknown {
			z = 0
		}
		centre[x], magnitude[x], clock[x] = z, max(z, -z), k
	}
}

// repeat fills a row with a site.
func repeat(row, site []int16) {
	for n := copy(row, site); n < len(row); n *= 2 {
		copy(row[n:], row[:n])
	}
}

// told returns of how many planes the trunk is told the cells: all of them, but none that are constant.
func (b *band) told() int { return min(b.shown.planes, b.s.planes) }

// compare is the second step: the deviation from the mean over 5x5 sites.
func (b *band) compare(y int, h *helper) {
	w, t, in := b.s.w, b.c.net.features, b.shown
	sums := storage.Resize(h.row, w, w)
	h.row = sums
	var row []int16
	if y >= b.layers[0].top {
		row = b.layers[0].Row(y)
	}
	for p := range planes {
		h.level[p].sums(sums, &b.level[p], y, b.s.h, 2)
		deviations(sums, b.deviation[p].row(y), b.level[p].row(y))
		if row != nil {
			t.showDeviations(row[inDeviation+p:], in.inputs, sums)
		}
	}
}

// deviations makes sums over 5x5 sites deviations from the mean, times 25 and Q4, and writes their magnitudes.
func deviations(sums, magnitude, level []int32) {
	magnitude, level = magnitude[:len(sums)], level[:len(sums)]
	for x, sum := range sums {
		e := 25*level[x] - sum
		sums[x], magnitude[x] = e, max(e, -e)
	}
}

// measure is the third step: the local activities, of the coarser image over 3x3 sites, of the cells over 5x5.
func (b *band) measure(y int, h *helper) {
	w, t, in := b.s.w, b.c.net.features, b.shown
	sums := storage.Resize(h.row, w, w)
	h.row = sums
	row := b.layers[0].Row(y)
	own, j := y >= b.y0 && y < b.y1, (y-b.y0)*w
	for p := range planes {
		h.deviation[p].sums(sums, &b.deviation[p], y, b.s.h, 1)
		var note []uint32
		if own {
			note = b.texture[p][j:][:w]
		}
		textures(sums, note)
		t.showLogs(row[in.texture+p:], in.inputs, sums)
	}
	told := bands * b.told()
	for i := range told {
		h.magnitude[i].sums(sums, &b.magnitude[i], y, b.s.h, 2)
		var note []uint16
		if own {
			note = b.activity[i][j:][:w]
		}
		activities(sums, note)
		t.showLogs(row[in.activity+i:], in.inputs, sums)
	}
	for i := told; i < bands*b.s.planes && own; i++ {
		clear(b.activity[i][j:][:w])
	}
	if own && !b.everyone {
		b.ask(y)
	}
}

// textures makes sums over 3x3 sites of 25 times deviations, Q4, mean deviations, Q8, and notes them.
func textures(sums []int32, note []uint32) {
	for x, v := range sums {
		texture := uint32(v) * 16 / 225
		sums[x] = int32(texture)
		if x < len(note) {
			note[x] = texture
		}
	}
}

// activities makes sums over 5x5 sites of magnitudes, Q6, mean magnitudes, Q8, and notes them.
func activities(sums []int32, note []uint16) {
	for x, v := range sums {
		activity := uint32(v) * 4 / 25
		sums[x] = int32(activity)
		if x < len(note) {
			note[x] = uint16(min(activity, 1<<16-1))
		}
	}
}

// bases returns what the network's outputs are relative to: the base of the scale, as log2 in Q16 of 8-bit
// grey levels, and that of the mean, Q12. texture and activity are the mean absolute deviations of the
// coarser image and of the cells around, Q8. Above 16 bits an activity makes no difference: 0.6 of it are more than
// the width of any cell. The constants are those the weights were trained with.
func bases(texture, activity uint32, k uint8, deep int) (logScale, mean int32) {
	local := localBase(texture)
	if k == unknown {
		return fixed.FastLog2Q16(uint32(local)) - 12<<16, int32(2 * local)
	}
	base := cellBase(local, activity, k, deep)
	return fixed.FastLog2Q16(uint32(base)) - 12<<16, int32(min(cellWidth(k, deep), 2*base))
}

// localBase returns the base of the scale where nothing is known, Q12: 0.4·texture + 0.3.
func localBase(texture uint32) uint64 { return (uint64(texture)*26214+1<<11)>>12 + 1229 }

// cellBase returns the base of the scale of what is known to be in a cell, Q12: 0.6·activity + 0.2, but at least 0.3·local and
// at most the cell's width.
func cellBase(local uint64, activity uint32, k uint8, deep int) uint64 {
	base := (uint64(activity)*9830+1<<9)>>10 + 819
	return min(max(base, local*19661>>16), cellWidth(k, deep))
}

// cellWidth returns the width of a cell in 8-bit grey levels, Q12.
func cellWidth(k uint8, deep int) uint64 { return 1 << (12 - deep + int(k)) }
