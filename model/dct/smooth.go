package dct

// Where little is known, estimates of each block from its own coefficients and the edges beside it leave edges of blocks visible. So the
// estimates of low frequencies are smoothed: each gets a weighted sum of what is estimated in the block and in the eight around it, and stays
// in its cell. There are weights for each level, since what is known differs from level to level. Weights have the symmetries of
// pictures: to mirror all blocks mirrors the result.

const (
	smoothed      = 15 // frequencies of order that are smoothed
	smoothTaps    = 10 // frequencies of order that they are smoothed by
	leastSmoothed = 4  // the last level that has weights
	smoothLevels  = TopLevel - leastSmoothed + 1
)

// smoothing has weights, Q12, by class, level from TopLevel down, and place in order, in the order of inputs.
type smoothing [classes][smoothLevels][smoothed][]int16

// newSmoothing returns weights of 0.
func newSmoothing() *smoothing {
	s := new(smoothing)
	for c := range s {
		for l := range s[c] {
			for i := range s[c][l] {
				s[c][l][i] = make([]int16, len(new(inputs).of(new(surroundings), int(order[i]))))
			}
		}
	}
	return s
}

// at returns the weights of a level, or nil if it has none.
func (s *smoothing) at(class, level int) *[smoothed][]int16 {
	if level > TopLevel || level < leastSmoothed {
		return nil
	}
	return &s[class][TopLevel-level]
}

// each calls f with all weights.
func (s *smoothing) each(f func([]int16)) {
	for c := range s {
		for l := range s[c] {
			for _, w := range s[c][l] {
				f(w)
			}
		}
	}
}

// An around has the estimates of low frequencies of a row of blocks, that above and that below: by row and place in order. It has one block
// more at either end of a row, which is as that beside it; so are rows outside the picture.
type around [3][smoothTaps][]int32

// around returns the estimates around a row of blocks.
func (c *Chain) around(plane, blockRow int) *around {
	a := new(around)
	wide, high := c.image.Planes[plane].Wide, c.image.Planes[plane].High
	all := make([]int32, len(a)*smoothTaps*(wide+2))
	for i := range a {
		b, y := c.bandOf(plane, min(max(blockRow+i-1, 0), high-1))
		k := b.components[plane]
		for j := range a[i] {
			row := all[:wide+2]
			all = all[wide+2:]
			for first := 0; first < wide; first += groupBlocks {
				k.estimateGroup(int(order[j]), y, first, row[1+first:], 1)
			}
			row[0], row[wide+1] = row[1], row[wide]
			a[i][j] = row
		}
	}
	return a
}

// surroundings are the estimates of the frequencies of a block and of those around, row by row; of the DC of others, less its own, and the
// same limited.
type surroundings struct {
	all     [smoothTaps][9]int32
	limited [9]int32
}

// set sets the surroundings of block x.
func (s *surroundings) set(a *around, x int, limit int32) {
	for j := range s.all {
		to := &s.all[j]
		for i := range a {
			row := a[i][j][x : x+3 : x+3]
			to[3*i], to[3*i+1], to[3*i+2] = row[0], row[1], row[2]
		}
	}
	dc := &s.all[0]
	own := dc[4]
	for i, v := range dc {
		v -= own
		dc[i], s.limited[i] = v, min(max(v, -limit), limit)
	}
}

// inputs are what the estimate of a frequency is smoothed by.
type inputs [4*smoothTaps + 3]int32

// of sets the inputs for frequency f, and returns them. Estimates at places that mirror each other count with the same weight, or with the
// opposite one if mirroring the blocks changes the sign of one of the two frequencies and not that of the other. For every frequency g that
// is looked at these are the estimate in the block itself, the sums above and below, left and right, and in the corners; those are left out
// whose sign mirroring would change although it changes nothing. For the DC, limited differences follow.
func (in *inputs) of(s *surroundings, f int) []int32 {
	n := 0
	for j := range s.all {
		g := int(order[j])
		v, h := 1-int32(f>>3+g>>3)&1*2, 1-int32(f&7+g&7)&1*2 // signs, vertical and horizontal
		b := &s.all[j]
		if v+h == 2 && g > 0 {
			in[n] = b[4]
			n++
		}
		n = in.sums(b, v, h, n)
		if g == 0 {
			n = in.sums(&s.limited, v, h, n)
		}
	}
	return in[:n]
}

// sums sets inputs from n on to the sums of estimates around a block, with signs, and returns how many inputs there are then.
func (in *inputs) sums(b *[9]int32, v, h int32, n int) int {
	if h > 0 {
		in[n] = b[7] + v*b[1]
		n++
	}
	if v > 0 {
		in[n] = b[5] + h*b[3]
		n++
	}
	in[n] = b[8] + h*b[6] + v*(b[2]+h*b[0])
	return n + 1
}

// smoothLimit is the most that the DC of a block around counts as different, in the units of estimates: 2^level, in the units of clock. It
// keeps edges of the picture from being smoothed.
func smoothLimit(level int, area int32) int32 {
	n := int32(0)
	for bit := int32(1) << (TopLevel + EstimateBits); bit > 0; bit >>= 1 {
		if m := int64(n | bit); m*m*int64(area) <= 1<<(2*(level+EstimateBits)) {
			n |= bit
		}
	}
	return n
}

// smooth smooths the estimates of a row of blocks.
func (c *component) smooth(y int, dst []int32, a *around, weights *[smoothed][]int16, limit int32) {
	c.eachOpen(y, a, limit, func(x, i int, in []int32, lo, hi int64) {
		sum := int64(0)
		for j, w := range weights[i] {
			sum += int64(in[j]) * int64(w)
		}
		at := &dst[BlockSize*x+int(order[i])]
		*at = int32(min(max(int64(*at)+(sum+1<<(weightBits-1))>>weightBits, lo, -largest), hi, largest))
	})
}

// eachOpen calls do for every estimate of a row of blocks that is to be smoothed: that of the frequency at place i of order in block x, with
// its inputs and bounds.
func (c *component) eachOpen(y int, a *around, limit int32, do func(x, i int, in []int32, lo, hi int64)) {
	var s surroundings
	var arrays [4]inputs
	for x := range c.wide {
		var known [4][]int32 // inputs, by the parity of a frequency
		set := false
		for i, f := range order[:smoothed] {
			lo, hi, yes := c.open(int(f), y, x)
			if !yes {
				continue
			}
			if !set {
				s.set(a, x, limit)
				set = true
			}
			parity := f>>3&1*2 + f&1
			if known[parity] == nil {
				known[parity] = arrays[parity].of(&s, int(f))
			}
			do(x, i, known[parity], lo, hi)
		}
	}
}

// open returns the bounds of what an estimate may be, and whether it is to be smoothed: a coefficient is not known exactly, and, unless it is a
// DC, which has been coded, neither is its sign.
func (c *component) open(f, y, x int) (lo, hi int64, yes bool) {
	at := f*c.size + c.at(y, x)
	k := c.clocks[at]
	step := int64(max(c.plane.Quant[f], 1))
	half := step * 8
	switch {
	case k == 0 || f > 0 && c.values[at] != 0 || f == 0 && k >= never:
		return 0, 0, false
	case k >= never:
		return -largest, largest, true
	case f == 0:
		middle := step*2*int64(c.values[at]) - half
		return middle - half<<k, middle + half<<k, true
	}
	return half - 2*half<<k, 2*half<<k - half, true
}
