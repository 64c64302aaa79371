package history

const (
	// leastEvidence is how many bits must speak for a grid.
	leastEvidence = 64
	// sampledBlocks is how many blocks are looked at for a place of the grid, and steppedBlocks for quantization steps.
	sampledBlocks = 64
	steppedBlocks = 16384
	// leastRange is how far the samples of such a block are apart: in others, all of them may be rounded in the same direction.
	leastRange = 12
)

// blockAt returns the samples of a block, if all are known, and by how much they differ.
func (p *plane) blockAt(x0, y0 int) (b block, differ int32, ok bool) {
	least, most := int32(255), int32(0)
	for y := range 8 {
		at := (y0+y)*p.wide + x0
		row, known := p.samples[at:at+8:at+8], p.known[at:at+8:at+8]
		for x, v := range row {
			if !known[x] {
				return b, 0, false
			}
			v := int32(v)
			b[8*y+x] = v - 128
			least, most = min(least, v), max(most, v)
		}
	}
	return b, most - least, true
}

// sample returns coefficients of up to n blocks of a grid that begins at (x0, y0), spread over the plane.
func (p *plane) sample(x0, y0, n int) (c coefficients) {
	wide, high := (p.wide-x0)/8, (p.high-y0)/8
	all := wide * high
	if all == 0 {
		return c
	}
	count := 0
	stride := max(all*5/(8*max(n, 1)), 1) // not all have texture
	for stride > 1 && (gcd(stride, all) > 1 || gcd(stride, wide) > 1) {
		stride++
	}
	for i, k := 0, 0; i < min(all, 4*n) && count < n; i, k = i+1, (k+stride)%all {
		if b, differ, ok := p.blockAt(x0+k%wide*8, y0+k/wide*8); ok && differ >= leastRange {
			b.forward(0)
			c.add(&b)
			count++
		}
	}
	return c
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// probes are frequencies that are looked at first: low ones, which hardly any block is without, and others, whose steps are larger. If
// none of the first probesFirst tells anything, the others are left out.
var probes = [...]int{1, 8, 9, 12, 33, 20, 27, 34, 2, 16, 10, 17, 3, 24, 4, 32, 11, 25, 18, 19, 26, 5, 40, 48, 41, 28, 35}

const probesFirst = 8

// firstBlocks is how many blocks are looked at first, and probeStep the largest step that is looked for in them.
const (
	firstBlocks = 24
	probeStep   = 32
)

// grid finds where the first whole block of luma begins: x and y from 0 to 7. Most places are ruled out by a few blocks and frequencies.
func (p *plane) grid() (x, y int, ok bool) {
	if p.wide < 16 || p.high < 16 {
		return 0, 0, false
	}
	best := 0
	for at := range 64 {
		c := p.sample(at%8, at/8, firstBlocks)
		evidence := 0
		for i, f := range probes {
			if i == probesFirst && evidence == 0 {
				break
			}
			if !evident(c[f]) {
				continue
			}
			_, _, e := stepOf(c[f], rounding[f], probeStep)
			evidence += max(e, 0)
		}
		if evidence > best {
			x, y, best = at%8, at/8, evidence
		}
		if at == 0 && p.isGrid(0, 0, 8*leastEvidence) {
			return 0, 0, true // the picture begins where the grid does
		}
	}
	return x, y, best > 0 && p.isGrid(x, y, leastEvidence)
}

// evident reports whether so many coefficients are not 0 that they can be evidence.
func evident(coef []int32) bool {
	n := 0
	for _, v := range coef {
		if v > unit || v < -unit {
			n++
		}
	}
	return n >= evidentNonzero
}

// isGrid reports whether a grid of blocks begins at (x, y), for which so many bits speak.
func (p *plane) isGrid(x, y, least int) bool {
	c := p.sample(x, y, sampledBlocks)
	evidence := 0
	for f := range c {
		_, _, e := stepOf(c[f], rounding[f], largestStep)
		evidence += max(e, 0) // of high quality, the steps of most frequencies are 1
	}
	return evidence >= least
}
