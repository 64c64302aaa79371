package model

// featureTables hold the compressions of the network's inputs, with the fractional bits of its activations.
type featureTables struct {
	frac    uint
	asinh   [1 << 13]int16     // asinh(x/1.5) for x >= 0 in Q3
	precise [unknown + 1]int16 // 1.2 - k/6 by clock; 0 where nothing is known
}

func newFeatureTables(frac uint) *featureTables {
	t := &featureTables{frac: frac}
	for i := range t.asinh {
		y := uint64(i) << 16 / 12 // x/1.5, Q16
		t.asinh[i] = t.ln(log2Q16(y+sqrt(y*y+1<<32)) - 16<<16)
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

// compress returns asinh(x/1.5) for x in Q3.
func (t *featureTables) compress(x int32) int16 {
	if x < 0 {
		return -t.asinh[min(-x, 1<<13-1)]
	}
	return t.asinh[min(x, 1<<13-1)]
}

// cell returns how the network sees a cell: its centre, compressed, and its clock. deep is the number of
// bits by which samples are deeper than 8 bits.
func (t *featureTables) cell(a int32, u uint16, k uint8, deep uint) (centre, precision int16) {
	if k == unknown {
		return 0, 0
	}
	return t.compress(shallowCentre(a, u, k, deep) >> 3), t.precise[max(int(k)-int(deep), 0)]
}

// shallowCentre returns the centre of a cell, Q6 of 8-bit grey levels, within what 8-bit images can reach.
func shallowCentre(a int32, u uint16, k uint8, deep uint) int32 {
	return clamp(centreQ6(a, u, k)>>deep, -1<<17, 1<<17)
}

// boxSums writes to dst the sums of src over the windows of 2r+1 columns and 2r+1 rows centred on row y;
// the edge repeats beyond the edge. column is scratch of the same length.
func boxSums(dst []int32, src Plane, y, r int, column []int32) {
	clear(column)
	for dy := -r; dy <= r; dy++ {
		for x, v := range src.Row(clamp(y+dy, 0, src.H-1)) {
			column[x] += v
		}
	}
	last := len(column) - 1
	sum := int32(r+1) * column[0]
	for x := 1; x <= r; x++ {
		sum += column[min(x, last)]
	}
	for x := range dst {
		dst[x] = sum
		sum += column[min(x+r+1, last)] - column[max(x-r, 0)]
	}
}

// The network's inputs, by channel of a site: the coarser image's deviation from its local mean, its
// brightness, the centres of the cells, their clocks, the logarithms of the coarser image's local activity
// and of the cells'.
const (
	inDeviation  = 0
	inBrightness = inDeviation + planes
	inCell       = inBrightness + planes
	inTexture    = inCell + 2*coordinates
	inActivity   = inTexture + planes
	inputs       = inActivity + coordinates
)

// prepare computes the network's inputs from the coarser image ll (Q4 when shifted up, in units of the samples) and
// the present cells, and what the network's outputs are relative to.
func (b *band) prepare(ll *[planes]Plane, shift uint) {
	w, h, t, deep := b.s.w, b.rows, b.c.net.features, b.c.deep
	b.input.Reset(h, w, inputs)
	b.cells.Reset(h, w, 2*coordinates)
	for i := range b.level {
		b.level[i].Resize(w, h)
		b.deviation[i].Resize(w, h)
	}
	for i := range b.magnitude {
		b.magnitude[i].Resize(w, h)
		b.logBase[i], b.meanBase[i] = resize(b.logBase[i], w*h), resize(b.meanBase[i], w*h)
	}

	// First what needs no neighbours: brightness and cells, at 8-bit depth.
	b.parallel(h, w*h*100, func(y0, y1 int) {
		for y := y0; y < y1; y++ {
			row, cells := b.input.Row(y), b.cells.Row(y)
			for p := range planes {
				level := b.level[p].Row(y)
				for x, v := range ll[p].Row(b.top + y) {
					v = clamp(v<<shift>>deep, -1<<14, 1<<14) // Q4
					level[x] = v
					row[x*inputs+inBrightness+p] = sat16((v - 128<<4) << t.frac >> 11)
				}
			}
			for i := range coordinates {
				magnitude := b.magnitude[i].Row(y)
				a, u, k := b.cell[i][y*w:(y+1)*w], b.dither[i][y*w:(y+1)*w], b.clock[i][y*w:(y+1)*w]
				for x := range magnitude {
					var z int32
					if k[x] != unknown {
						z = shallowCentre(a[x], u[x], k[x], deep)
					}
					magnitude[x] = max(z, -z) // Q6
					g := cells[x*2*coordinates:]
					g[i], g[coordinates+i] = t.cell(a[x], u[x], k[x], deep)
				}
			}
			for x := range w {
				copy(row[x*inputs+inCell:], cells[x*2*coordinates:(x+1)*2*coordinates])
			}
		}
	})
	// Then the deviation from the mean over 5x5 sites, a row more than the features need.
	d0, d1 := max(b.f0-1, 0), min(b.f1+1, h)
	b.parallel(d1-d0, w*h*100, func(y0, y1 int) {
		sums, column := make([]int32, w), make([]int32, w)
		for y := d0 + y0; y < d0+y1; y++ {
			row := b.input.Row(y)
			for p := range planes {
				boxSums(sums, b.level[p], y, 2, column)
				deviation := b.deviation[p].Row(y)
				for x, v := range b.level[p].Row(y) {
					e := 25*v - sums[x] // 25 times the deviation, Q4
					row[x*inputs+inDeviation+p] = t.compress((e + 25) / 50)
					deviation[x] = max(e, -e)
				}
			}
		}
	})
	// Last the local activities: of the coarser image over 3x3 sites, of the cells over 5x5.
	b.parallel(b.f1-b.f0, w*h*100, func(y0, y1 int) {
		texture, sums, column := make([]int32, w), make([]int32, w), make([]int32, w)
		for y := b.f0 + y0; y < b.f0+y1; y++ {
			row := b.input.Row(y)
			for i := range coordinates {
				if i%bands == 0 {
					boxSums(texture, b.deviation[i/bands], y, 1, column)
					for x, v := range texture {
						texture[x] = int32(uint32(v) * 16 / 225) // mean absolute deviation, Q8
						row[x*inputs+inTexture+i/bands] = t.ln(log2Fast(uint32(texture[x])+128) - 8<<16)
					}
				}
				boxSums(sums, b.magnitude[i], y, 2, column)
				clock := b.clock[i][y*w : (y+1)*w]
				logBase, meanBase := b.logBase[i][y*w:(y+1)*w], b.meanBase[i][y*w:(y+1)*w]
				for x, k := range clock {
					activity := uint32(sums[x]) * 4 / 25 // mean magnitude, Q8
					row[x*inputs+inActivity+i] = t.ln(log2Fast(activity+128) - 8<<16)
					logBase[x], meanBase[x] = bases(uint32(texture[x]), activity, k, deep)
				}
			}
		}
	})
}

// bases returns what the network's outputs are relative to: the base of the scale, as log2 in Q16 of 8-bit
// grey levels, and that of the mean, Q12. texture and activity are the mean absolute deviations of the
// coarser image and of the cells around, Q8. The constants are those the weights were trained with.
func bases(texture, activity uint32, k uint8, deep uint) (logScale, mean int32) {
	local := (uint64(texture)*26214+1<<11)>>12 + 1229 // 0.4·texture + 0.3, Q12
	if k == unknown {
		return log2Fast(uint32(local)) - 12<<16, int32(2 * local)
	}
	width := uint64(1) << (12 - deep + uint(k))    // of the cell, Q12
	base := (uint64(activity)*9830+1<<9)>>10 + 819 // 0.6·activity + 0.2
	base = min(max(base, local*19661>>16), width)  // at least 0.3·local
	return log2Fast(uint32(base)) - 12<<16, int32(min(width, 2*base))
}
