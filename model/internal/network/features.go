package network

import (
	"github.com/ddpmz/ddpmz/model/internal/fixed"
	"github.com/ddpmz/ddpmz/model/internal/parallel"
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/storage"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// The inputs of the trunk are computed in three steps, each for a row and with a few rows of the step before it: encode,
// compare, measure.

// textureHalo is how many rows around a site its inputs depend on: means over 5x5 sites of deviations over 3x3.
const textureHalo = 3

// ringRows returns how many rows are held of what the steps compute: those of a slab, and those that other steps are behind.
func ringRows(slab, layers int) int { return slab + textureHalo + 3 + max(layers-1, 0) }

// beginPrepare makes room for what prepare computes, for a trunk of so many layers.
func (r *Inference) beginPrepare(layers int) {
	in := r.in
	w, rows, most := in.Width, in.Y1-in.Y0, in.MostRows
	n := ringRows(r.slab, layers-1)
	for i := range r.level {
		r.level[i].begin(w, n)
		r.deviation[i].begin(w, n)
		r.texture[i] = storage.Resize(r.texture[i], rows*w, most*w)
	}
	for k := range r.workers {
		h := &r.workers[k]
		for p := range process.Planes {
			h.level[p].begin(w)
			h.deviation[p].begin(w)
		}
		for i := range transform.Subbands * in.Coded {
			h.magnitude[i].begin(w)
		}
	}
	for i := range transform.Subbands * in.Coded {
		r.magnitude[i].begin(w, n)
		r.clock[i].begin(w, n)
		if i >= transform.Subbands*r.encoded() { // nothing is known of these
			for j := range r.clock[i].pix {
				r.clock[i].pix[j] = process.Unknown
			}
		}
		r.activity[i] = storage.Resize(r.activity[i], rows*w, most*w)
	}
	r.cells.begin(in.Y0-1, rows+2, most+2, w, r.head.cells)
	for _, y := range []int{-1, in.Height} {
		if y >= in.Y0-1 && y <= in.Y1 {
			clear(r.cells.Row(y))
		}
	}
	r.setConstants()
	from := max(0, in.Y0-layers)
	r.layers[0].begin(from, n, n, w, r.trunk.inputs)
	r.done = [...]int{max(0, from-textureHalo), max(0, from-1), from}
}

// setConstants computes what the network reads of cells that are the same at every site.
func (r *Inference) setConstants() {
	t, trunk, head := r.net.features, r.trunk, r.head
	clock := t.precise[process.Unknown]
	if r.in.Coded < process.Planes {
		clock = t.precise[0] // zeros that both sides know
	}
	activity := t.log(0)
	if trunk.constants > 0 {
		r.trunkConstants[trunk.constants], r.trunkConstants[trunk.constants+1] = clock, activity
	}
	for i := transform.Subbands * r.encoded(); i < transform.Subbands*trunk.planes; i++ {
		r.trunkConstants[trunk.cell+i], r.trunkConstants[trunk.clock+i], r.trunkConstants[trunk.activity+i] = 0, clock, activity
	}
	clear(r.headConstants[:])
	if head.cellConstant > 0 {
		r.headConstants[head.cellConstant] = clock
	}
	for i := transform.Subbands * r.encoded(); i < transform.Subbands*head.planes; i++ {
		r.headConstants[head.clock-head.cell+i] = clock
	}
}

// encoded returns the number of planes whose cells are inputs: the trunk has channels for them, and they are not constant.
func (r *Inference) encoded() int { return min(r.trunk.planes, r.in.Coded) }

// prepare computes the trunk's inputs, from the last row computed on up to row to-1. Of the band's rows it also keeps the
// textures and activities, which the network's outputs are relative to.
func (r *Inference) prepare(to int) {
	steps := [...]struct {
		row  func(y int, h *worker)
		more int // rows that the next steps look ahead
	}{
		{r.encode, textureHalo},
		{r.compare, 1},
		{r.measure, 0},
	}
	for i, step := range steps {
		from, to := r.done[i], min(to+step.more, r.in.Height)
		if from >= to {
			continue
		}
		parallel.Ranges(r.in.Procs, to-from, (to-from)*r.in.Width*100, func(worker, y0, y1 int) {
			for y := from + y0; y < from+y1; y++ {
				step.row(y, &r.workers[worker])
			}
		})
		r.done[i] = to
	}
	r.layers[0].finishTo(r.done[2], r.in.Height)
}

// encode is the first step of prepare, for what needs no neighbours of row y: brightness and cells, at 8-bit depth.
func (r *Inference) encode(y int, h *worker) {
	in, w, t, trunk, head := r.in, r.in.Width, r.net.features, r.trunk, r.head
	encoded := transform.Subbands * r.encoded()
	var row, cells []int16 // of the trunk's input, and of what heads read, unless they do not have it
	if y >= r.layers[0].top {
		row = r.layers[0].Row(y)
	}
	if y >= in.Y0-1 && y <= in.Y1 {
		cells = r.cells.Row(y)
	}
	if encoded < process.Coefficients {
		repeat(row, r.trunkConstants[:trunk.inputs])
		repeat(cells, r.headConstants[:head.cells])
	}
	index := storage.Resize(h.index, w, w)
	h.index = index
	for p := range process.Planes {
		level := r.level[p].row(y)
		switch image, from := &in.Image.Planes[p], y*w; {
		case p >= in.Planes:
			t.noLevels(level, index)
		case image.Wide != nil:
			levels(t, level, index, image.Wide[from:], in.Shift, in.ExtraBits[p])
		default:
			levels(t, level, index, image.Narrow[from:], in.Shift, in.ExtraBits[p])
		}
		if row != nil {
			spreadOut(row[inBrightness+p:], trunk.inputs, index)
		}
	}
	alike := encoded == trunk.clock-trunk.cell && encoded == head.clock-head.cell // both have all centres and then all clocks side by side
	for i := range encoded {
		magnitude, clock, extraBits := r.magnitude[i].row(y), r.clock[i].row(y), in.ExtraBits[i/transform.Subbands]
		array, from := in.Cells(i, y)
		if dither, at := &in.Dither[i], (y-in.Top)*w; array.Wide != nil {
			centres(index, magnitude, clock, array.Wide[from:from+w], dither.Wide[at:], extraBits)
		} else {
			centres(index, magnitude, clock, array.Narrow[from:from+w], dither.Narrow[at:], extraBits)
		}
		if row != nil {
			t.encodeCells(row[trunk.cell+i:], trunk.inputs, trunk.clock-trunk.cell, index, clock, extraBits)
		}
		if cells != nil && !alike {
			t.encodeCells(cells[i:], head.cells, head.clock-head.cell, index, clock, extraBits)
		}
	}
	if cells != nil && alike {
		copyCells(cells, head.cells, row[trunk.cell:], trunk.inputs, 2*encoded, w)
	}
}

// copyCells copies the first of n channels of each of w sites from the first of m: as many as some planes have, centres and
// clocks. It is quicker than encodeCells.
func copyCells(to []int16, n int, from []int16, m, channels, w int) {
	for x := range w {
		to, from := to[x*n:][:channels], from[x*m:][:channels]
		for i := 0; i < channels; i += 2 * transform.Subbands {
			*(*[2 * transform.Subbands]int16)(to[i:]) = [2 * transform.Subbands]int16(from[i:])
		}
	}
}

// levels writes values of the coarser image as those of 8-bit samples, Q4, and the features of their brightness. Shifted up, they are
// those of samples.
func levels[V int16 | int32](t *featureTables, level, feature []int32, values []V, shift uint, extraBits int) {
	up, down := shifts(extraBits)
	unit, frac := int32(1)<<((up+shift)&31), t.frac&31
	done := wideLevels(level, feature, values, unit, down, frac)
	level, feature, values = level[done:], feature[done:len(level)], values[done:len(level)]
	for x, v := range values {
		z := fixed.Clamp(int32(v)*unit>>down, -1<<14, 1<<14)
		level[x], feature[x] = z, int32(fixed.Sat16((z-128<<4)<<frac>>11))
	}
}

// noLevels is levels of a plane of zeros.
func (t *featureTables) noLevels(level, feature []int32) {
	clear(level)
	v := int32(fixed.Sat16(-128 << 4 << (t.frac & 31) >> 11))
	for x := range feature {
		feature[x] = v
	}
}

// centres writes the centres of packed cells, as eightBitCentre returns them or 0, as indices of asinh; their magnitudes; and their clocks.
// Twice a cell's centre less twice its dither, and less 1, is packed as the cell is.
func centres[V int16 | int32, U uint8 | uint16](index, magnitude []int32, clock []uint8, cells []V, dither []U, extraBits int) {
	up, down := shifts(extraBits)
	done := wideCentres(index, magnitude, clock, cells, dither, up)
	cells = cells[done:]
	n := len(cells)
	index, magnitude, clock, dither = index[done:][:n], magnitude[done:][:n], clock[done:][:n], dither[done:][:n]
	half := int32(1) << 5 << up // Q6
	for x, v := range cells {
		z := (int32(v) - 2*int32(dither[x]) - 1) * half >> down
		z = fixed.Clamp(z, -1<<17, 1<<17)
		k := storage.PackedClock(int32(v))
		if k == process.Unknown {
			z = 0
		}
		index[x], magnitude[x], clock[x] = asinhIndex(z>>3), max(z, -z), k
	}
}

// repeat fills a row with a site.
func repeat(row, site []int16) {
	for n := copy(row, site); n < len(row); n *= 2 {
		copy(row[n:], row[:n])
	}
}

// compare is the second step: the deviation from the mean over 5x5 sites.
func (r *Inference) compare(y int, h *worker) {
	w, t := r.in.Width, r.net.features
	sums := storage.Resize(h.row, w, w)
	h.row = sums
	var row []int16
	if y >= r.layers[0].top {
		row = r.layers[0].Row(y)
	}
	for p := range process.Planes {
		h.level[p].sums(sums, &r.level[p], y, r.in.Height, 2)
		deviations(sums, r.deviation[p].row(y), r.level[p].row(y))
		if row != nil {
			lookUp(row[inDeviation+p:], r.trunk.inputs, sums, t.asinh[:])
		}
	}
}

// deviations makes sums over 5x5 sites deviations from the mean, as indices of asinh, and writes 25 times their magnitudes, Q4.
func deviations(sums, magnitude, level []int32) {
	done := wideDeviations(sums, magnitude, level)
	sums = sums[done:]
	magnitude, level = magnitude[done:][:len(sums)], level[done:][:len(sums)]
	for x, sum := range sums {
		e := 25*level[x] - sum
		sums[x], magnitude[x] = asinhIndex((e+25)/50), max(e, -e)
	}
}

// measure is the third step: the local activities, of the coarser image over 3x3 sites, of the cells over 5x5.
func (r *Inference) measure(y int, h *worker) {
	in, w, t := r.in, r.in.Width, r.net.features
	sums, index := storage.Resize(h.row, w, w), storage.Resize(h.index, w, w)
	h.row, h.index = sums, index
	row := r.layers[0].Row(y)
	own := y >= in.Y0 && y < in.Y1
	for p := range process.Planes {
		h.deviation[p].sums(sums, &r.deviation[p], y, in.Height, 1)
		var keep []uint32
		if own {
			keep = r.Textures(p, y)
		}
		above := textures(sums, keep, index)
		t.encodeLogs(row[r.trunk.texture+p:], r.trunk.inputs, sums, index, above)
	}
	encoded := transform.Subbands * r.encoded()
	for i := range encoded {
		h.magnitude[i].sums(sums, &r.magnitude[i], y, in.Height, 2)
		var keep []uint16
		if own {
			keep = r.Activities(i, y)
		}
		above := activities(sums, keep, index)
		t.encodeLogs(row[r.trunk.activity+i:], r.trunk.inputs, sums, index, above)
	}
	for i := encoded; i < transform.Subbands*in.Coded && own; i++ {
		clear(r.Activities(i, y))
	}
	if own && !r.Mask.dense {
		active := r.Mask.Row(y)
		clear(active)
		in.Activate(y, active)
		r.Mask.finish(y)
	}
}

// textures makes sums over 3x3 sites of 25 times deviations, Q4, mean deviations, Q8, and writes as many as keep has room for to
// it: all or none. It writes the indices of their logarithms, and reports whether one is above the last.
func textures(sums []int32, keep []uint32, index []int32) bool {
	done, above := wideTextures(sums, keep, index)
	for x := done; x < len(sums); x++ {
		texture := uint32(sums[x]) * 16 / 225
		sums[x], index[x] = int32(texture), int32(min(texture, lastLog))
		above = above || texture > lastLog
		if x < len(keep) {
			keep[x] = texture
		}
	}
	return above
}

// activities makes sums over 5x5 sites of magnitudes, Q6, mean magnitudes, Q8, and writes them to keep and to index as textures does.
func activities(sums []int32, keep []uint16, index []int32) bool {
	done, above := wideActivities(sums, keep, index)
	for x := done; x < len(sums); x++ {
		activity := uint32(sums[x]) * 4 / 25
		sums[x], index[x] = int32(activity), int32(min(activity, lastLog))
		above = above || activity > lastLog
		if x < len(keep) {
			keep[x] = uint16(min(activity, 1<<16-1))
		}
	}
	return above
}
