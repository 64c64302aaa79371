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

// textured reports whether all samples of a block are known, and far enough apart.
func (p *plane) textured(x0, y0 int) bool {
	least, most := 255, 0
	for y := range 8 {
		at := (y0+y)*p.wide + x0
		if *(*[8]bool)(p.known[at:]) != [8]bool{true, true, true, true, true, true, true, true} {
			return false
		}
		if most-least < leastRange {
			for _, v := range (*[8]uint8)(p.samples[at:]) {
				least, most = min(least, int(v)), max(most, int(v))
			}
		}
	}
	return most-least >= leastRange
}

// blockAt returns the samples of a block.
func (p *plane) blockAt(x0, y0 int) (b block) {
	for y := range 8 {
		for x, v := range (*[8]uint8)(p.samples[(y0+y)*p.wide+x0:]) {
			b[8*y+x] = int32(v) - 128
		}
	}
	return b
}

// eachBlock calls do for up to n blocks, with texture, of a grid that begins at (x0, y0), spread over the plane.
func (p *plane) eachBlock(x0, y0, n int, do func(x, y int)) {
	wide, high := (p.wide-x0)/8, (p.high-y0)/8
	all := wide * high
	count := 0
	stride := max(all*5/(8*max(n, 1)), 1) // not all have texture
	for stride > 1 && (gcd(stride, all) > 1 || gcd(stride, wide) > 1) {
		stride++
	}
	for i, k := 0, 0; i < min(all, 4*n) && count < n; i, k = i+1, (k+stride)%all {
		if x, y := x0+k%wide*8, y0+k/wide*8; p.textured(x, y) {
			do(x, y)
			count++
		}
	}
}

// sample returns coefficients of such blocks.
func (p *plane) sample(x0, y0, n int) (c coefficients) {
	c.grow(min(n, (p.wide-x0)/8*((p.high-y0)/8)))
	p.eachBlock(x0, y0, n, func(x, y int) {
		b := p.blockAt(x, y)
		b.forward(0)
		c.add(&b)
	})
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
		if evidence := p.probe(at%8, at/8); evidence > best {
			x, y, best = at%8, at/8, evidence
		}
		if at == 0 && p.isGrid(0, 0, 8*leastEvidence) {
			return 0, 0, true // the picture begins where the grid does
		}
	}
	return x, y, best > 0 && p.isGrid(x, y, leastEvidence)
}

// probe returns how many bits speak for a grid that begins at (x0, y0), by a few blocks and frequencies.
func (p *plane) probe(x0, y0 int) (evidence int) {
	var at [firstBlocks][2]int
	n := 0
	p.eachBlock(x0, y0, firstBlocks, func(x, y int) {
		at[n] = [2]int{x, y}
		n++
	})
	if n < evidentNonzero {
		return 0
	}
	var coef [probesFirst][firstBlocks]int32
	for i, at := range at[:n] {
		for k, v := range p.first(at[0], at[1]) {
			coef[k][i] = v
		}
	}
	for k, f := range probes[:probesFirst] {
		evidence += evidenceOf(coef[k][:n], f, probeStep)
	}
	if evidence == 0 {
		return 0
	}
	var blocks [firstBlocks]block
	for i, at := range at[:n] {
		blocks[i] = p.blockAt(at[0], at[1])
		blocks[i].forward(0)
	}
	for _, f := range probes[probesFirst:] {
		for i := range blocks[:n] {
			coef[0][i] = blocks[i][f]
		}
		evidence += evidenceOf(coef[0][:n], f, probeStep)
	}
	return evidence
}

// first returns the coefficients of a block that the first probes need, as block.forward does.
func (p *plane) first(x0, y0 int) (coef [probesFirst]int32) {
	const (
		shift = 12 - coefBits
		half  = 1 << shift >> 1
	)
	var rows [5][8]int32 // by frequency and row
	b1, b3 := &basis[1], &basis[3]
	b0, b20, b21 := basis[0][0], basis[2][0], basis[2][1]
	for y := range 8 {
		s := (*[8]uint8)(p.samples[(y0+y)*p.wide+x0:])
		s0, s1, s2, s3 := int32(s[0]), int32(s[1]), int32(s[2]), int32(s[3])
		s4, s5, s6, s7 := int32(s[4]), int32(s[5]), int32(s[6]), int32(s[7])
		e0, e1, e2, e3 := s0+s7-256, s1+s6-256, s2+s5-256, s3+s4-256 // even functions, odd ones
		d0, d1, d2, d3 := s0-s7, s1-s6, s2-s5, s3-s4
		rows[0][y] = (b0*(e0+e1+e2+e3) + half) >> shift
		rows[1][y] = (b1[0]*d0 + b1[1]*d1 + b1[2]*d2 + b1[3]*d3 + half) >> shift
		rows[2][y] = (b20*(e0-e3) + b21*(e1-e2) + half) >> shift
		rows[3][y] = (b3[0]*d0 + b3[1]*d1 + b3[2]*d2 + b3[3]*d3 + half) >> shift
		rows[4][y] = (b0*(e0-e1-e2+e3) + half) >> shift
	}
	for i, f := range probes[:probesFirst] {
		r, c := &rows[f%8], &basis[f/8]
		if f/8%2 == 0 {
			coef[i] = (c[0]*(r[0]+r[7]) + c[1]*(r[1]+r[6]) + c[2]*(r[2]+r[5]) + c[3]*(r[3]+r[4]) + 1<<11) >> 12
		} else {
			coef[i] = (c[0]*(r[0]-r[7]) + c[1]*(r[1]-r[6]) + c[2]*(r[2]-r[5]) + c[3]*(r[3]-r[4]) + 1<<11) >> 12
		}
	}
	return coef
}

// evidenceOf returns how many bits the coefficients of a frequency speak for a step: none of most frequencies if the quality is high, since then they are 1.
func evidenceOf(coef []int32, f int, limit int32) int {
	if !evident(coef) {
		return 0
	}
	_, _, e := stepOf(coef, rounding[f], limit)
	return max(e, 0)
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
		evidence += evidenceOf(c[f], f, largestStep)
	}
	return evidence >= least
}
