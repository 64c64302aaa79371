package model

// featureTables hold the compressions of the network's inputs, with the fractional bits of its activations.
type featureTables struct {
	frac    uint
	asinh   [1 << 13]int16     // asinh(x/1.5) for x >= 0 in Q3
	precise [unknown + 1]int16 // 1.2 - k/6 by clock; 0 where nothing is known
	logs    [1 << 12]int16     // what log returns
}

func newFeatureTables(frac uint) *featureTables {
	t := &featureTables{frac: frac}
	for i := range t.asinh {
		y := uint64(i) << 16 / 12 // x/1.5, Q16
		t.asinh[i] = t.ln(log2Q16(y+sqrt(y*y+1<<32)) - 16<<16)
	}
	for i := range t.logs {
		t.logs[i] = t.logOf(uint32(i))
	}
	for k := range int32(ditherBits + 1) {
		t.precise[k] = int16((36<<frac - 5*k<<frac + 15) / 30)
	}
	return t
}

// ln turns a logarithm to base 2 in Q16 into a natural one as an activation.
func (t *featureTables) ln(log2 int32) int16 {
	return int16((int64(log2)*ln2Q30>>30 + 1<<(15-t.frac)) >> (16 - t.frac))
}

// log returns ln(v/256 + 1/2) for v in Q8.
func (t *featureTables) log(v uint32) int16 {
	if v < uint32(len(t.logs)) {
		return t.logs[v]
	}
	return t.logOf(v)
}

func (t *featureTables) logOf(v uint32) int16 { return t.ln(log2Fast(v+128) - 8<<16) }

// compress returns asinh(x/1.5) for x in Q3.
func (t *featureTables) compress(x int32) int16 {
	if x < 0 {
		return -t.asinh[min(-x, 1<<13-1)]
	}
	return t.asinh[min(x, 1<<13-1)]
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
func (t *featureTables) precision(k uint8, deep int) int16 {
	if k == 0 || k == unknown { // what is exact is, whatever its steps
		return t.precise[k]
	}
	return t.precise[uint8(max(int(k)-deep, 0))]
}

// shallow takes deep bits from v, or adds some.
func shallow(v int32, deep int) int32 {
	if deep < 0 {
		return v << -deep
	}
	return v >> deep
}

// shallowCentre returns the centre of a cell, Q6 of 8-bit grey levels, within what 8-bit images can reach.
func shallowCentre(a int32, u uint16, k uint8, deep int) int32 {
	return clamp(shallow(clamp(centreQ6(a, u, k), -1<<30, 1<<30-1), deep), -1<<17, 1<<17)
}

// A box is what sums over windows of rows around one row leave for the next: the sums of the columns.
type box struct {
	column []int32
	next   int // the row that they are those of the row above of, or -1
}

// begin forgets what b was of, for rows of width w.
func (b *box) begin(w int) { b.column, b.next = resize(b.column, w, w), -1 }

// sums writes to dst the sums of src over the windows of 2r+1 columns and 2r+1 rows centred on row y of h; the
// edge repeats beyond the edge. It is quick if y is the row after that of the last call.
func (b *box) sums(dst []int32, src *ring[int32], y, h, r int) {
	column := b.column[:len(dst)]
	if y == b.next {
		gone, come := src.row(max(y-1-r, 0))[:len(dst)], src.row(min(y+r, h-1))[:len(dst)]
		for x := range column {
			column[x] += come[x] - gone[x]
		}
	} else {
		clear(column)
		for dy := -r; dy <= r; dy++ {
			for x, v := range src.row(clamp(y+dy, 0, h-1)) {
				column[x] += v
			}
		}
	}
	b.next = y + 1
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
	if n := len(dst) - 2*r - 1; n > 0 {
		gone, come, to := column[:n], column[2*r+1:][:n], dst[r:][:n]
		for i := range to {
			to[i] = sum
			sum += come[i] - gone[i]
		}
		x += n
	}
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
		b.texture[i] = resize(b.texture[i], (b.y1-b.y0)*w, most*w)
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
		b.activity[i] = resize(b.activity[i], (b.y1-b.y0)*w, most*w)
	}
	b.cells.begin(b.y0-1, b.y1-b.y0+2, most+2, w, b.seen.cells)
	for _, y := range []int{-1, b.s.h} {
		if y >= b.y0-1 && y <= b.y1 {
			clear(b.cells.Row(y))
		}
	}
	from := max(0, b.y0-reach)
	b.layers[0].begin(from, n, n, w, b.shown.inputs)
	b.measured = [...]int{b.top, max(0, from-1), from}
}

// prepare computes the network's inputs, from the last row computed on up to row to-1, from the coarser image ll (Q4
// when shifted up, in units of the samples) and the present cells. Of the band's rows it notes the texture and the
// activity that the network's outputs are relative to.
func (b *band) prepare(ll *coarse, shift uint, to int) {
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
		parallel(b.procs, to-from, (to-from)*b.s.w*100, func(worker, y0, y1 int) {
			for y := from + y0; y < from+y1; y++ {
				step.row(y, &b.helpers[worker])
			}
		})
		b.measured[i] = to
	}
	b.layers[0].reach(b.measured[2], b.s.h)
}

// look is the first step of prepare, for what needs no neighbours of row y: brightness and cells, at 8-bit depth.
func (b *band) look(y int, ll *coarse, shift uint, h *helper) {
	w, t, in := b.s.w, b.c.net.features, b.shown
	var row []int16 // of the input, unless it begins further down
	if y >= b.layers[0].top {
		row = b.layers[0].Row(y)
	}
	for p := range planes {
		level := b.level[p].row(y)
		if p >= b.c.planes {
			clear(level)
		} else {
			ll.load(level, p, y)
			deep := b.c.deepOf(p)
			for x, v := range level {
				level[x] = clamp(shallow(v<<shift, deep), -1<<14, 1<<14) // Q4
			}
		}
		if row != nil {
			for x, v := range level {
				row[x*in.inputs+inBrightness+p] = sat16((v - 128<<4) << t.frac >> 11)
			}
		}
	}
	cell, dither := resize(h.cell, w, w), resize(h.dither, w, w)
	h.cell, h.dither = cell, dither
	told := bands * b.told()
	for i := range told {
		magnitude, clock := b.magnitude[i].row(y), b.clock[i].row(y)
		cells, from := b.cellsOf(i, y)
		deep := b.c.deepOf(i / bands)
		cells.load(cell, clock, from, from+w)
		b.dither[i].load(dither, (y-b.top)*w)
		for x, k := range clock {
			var z int32 // Q6
			if k != unknown {
				z = shallowCentre(cell[x], dither[x], k, deep)
			}
			magnitude[x] = max(z, -z)
			if row != nil {
				f := row[x*in.inputs:][:in.inputs]
				f[in.cell+i], f[in.clock+i] = t.compress(z>>3), t.precision(k, deep)
			}
		}
	}
	rest := t.precise[unknown] // the clock of those that are not told
	if b.s.planes < planes {
		rest = t.precise[0] // zeros that both sides know
	}
	if row != nil && told < coordinates {
		activity := t.log(0)
		for x := range w {
			f := row[x*in.inputs:][:in.inputs]
			if in.constants > 0 {
				f[in.constants], f[in.constants+1] = rest, activity
				continue
			}
			for i := told; i < coordinates; i++ {
				f[in.cell+i], f[in.clock+i], f[in.activity+i] = 0, rest, activity
			}
		}
	}
	if y >= b.y0-1 && y <= b.y1 {
		cells, seen := b.cells.Row(y), b.seen
		clocks := seen.clock - seen.cell
		for x := range w {
			f, c := row[x*in.inputs:][:in.inputs], cells[x*seen.cells:][:seen.cells]
			clear(c)
			copy(c[:told], f[in.cell:])
			copy(c[clocks:][:told], f[in.clock:])
			if seen.cellConstant > 0 {
				c[seen.cellConstant] = rest
				continue
			}
			for i := clocks + told; i < len(c); i++ {
				c[i] = rest
			}
		}
	}
}

// told returns of how many planes the trunk is told the cells: all of them, but none that are constant.
func (b *band) told() int { return min(b.shown.planes, b.s.planes) }

// compare is the second step: the deviation from the mean over 5x5 sites.
func (b *band) compare(y int, h *helper) {
	w, t, in := b.s.w, b.c.net.features, b.shown
	sums := resize(h.sums, w, w)
	h.sums = sums
	var row []int16
	if y >= b.layers[0].top {
		row = b.layers[0].Row(y)
	}
	for p := range planes {
		h.level[p].sums(sums, &b.level[p], y, b.s.h, 2)
		deviation := b.deviation[p].row(y)
		for x, v := range b.level[p].row(y) {
			e := 25*v - sums[x] // 25 times the deviation, Q4
			deviation[x] = max(e, -e)
			if row != nil {
				row[x*in.inputs+inDeviation+p] = t.compress((e + 25) / 50)
			}
		}
	}
}

// measure is the third step: the local activities, of the coarser image over 3x3 sites, of the cells over 5x5.
func (b *band) measure(y int, h *helper) {
	w, t, in := b.s.w, b.c.net.features, b.shown
	sums := resize(h.sums, w, w)
	h.sums = sums
	row := b.layers[0].Row(y)
	own, j := y >= b.y0 && y < b.y1, (y-b.y0)*w
	for p := range planes {
		h.deviation[p].sums(sums, &b.deviation[p], y, b.s.h, 1)
		for x, v := range sums {
			texture := uint32(v) * 16 / 225 // mean absolute deviation, Q8
			row[x*in.inputs+in.texture+p] = t.log(texture)
			if own {
				b.texture[p][j+x] = texture
			}
		}
	}
	told := bands * b.told()
	for i := range told {
		h.magnitude[i].sums(sums, &b.magnitude[i], y, b.s.h, 2)
		for x, v := range sums {
			activity := uint32(v) * 4 / 25 // mean magnitude, Q8
			row[x*in.inputs+in.activity+i] = t.log(activity)
			if own {
				b.activity[i][j+x] = uint16(min(activity, 1<<16-1))
			}
		}
	}
	for i := told; i < bands*b.s.planes && own; i++ {
		clear(b.activity[i][j:][:w])
	}
	if own && !b.everyone {
		b.ask(y)
	}
}

// bases returns what the network's outputs are relative to: the base of the scale, as log2 in Q16 of 8-bit
// grey levels, and that of the mean, Q12. texture and activity are the mean absolute deviations of the
// coarser image and of the cells around, Q8. Above 16 bits an activity makes no difference: 0.6 of it are more than
// the width of any cell. The constants are those the weights were trained with.
func bases(texture, activity uint32, k uint8, deep int) (logScale, mean int32) {
	local := localBase(texture)
	if k == unknown {
		return log2Fast(uint32(local)) - 12<<16, int32(2 * local)
	}
	base := cellBase(local, activity, k, deep)
	return log2Fast(uint32(base)) - 12<<16, int32(min(uint64(1)<<(12-deep+int(k)), 2*base))
}

// localBase returns the base of the scale where nothing is known, Q12: 0.4·texture + 0.3.
func localBase(texture uint32) uint64 { return (uint64(texture)*26214+1<<11)>>12 + 1229 }

// cellBase returns the base of the scale of what is known to be in a cell, Q12: 0.6·activity + 0.2, but at least 0.3·local and
// at most the cell's width.
func cellBase(local uint64, activity uint32, k uint8, deep int) uint64 {
	base := (uint64(activity)*9830+1<<9)>>10 + 819
	return min(max(base, local*19661>>16), uint64(1)<<(12-deep+int(k)))
}
