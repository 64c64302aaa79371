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
	count := 0
	spread((p.wide-x0)/8, (p.high-y0)/8, n, func(x, y int) (more bool) {
		if x, y := x0+8*x, y0+8*y; p.textured(x, y) {
			do(x, y)
			count++
		}
		return count < n
	})
}

// spreadTries is how many blocks are looked at for one with texture.
const spreadTries = 10

// spread calls do, as long as it asks for more, for some of wide x high blocks, so that n of them may have texture.
func spread(wide, high, n int, do func(x, y int) (more bool)) {
	all := wide * high
	stride := max(all*5/(8*max(n, 1)), 1) // not all have texture
	for stride > 1 && (gcd(stride, all) > 1 || gcd(stride, wide) > 1) {
		stride++
	}
	for i, k := 0, 0; i < min(all, spreadTries*n) && do(k%wide, k/wide); i++ {
		k = (k + stride) % all
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

// grid finds where the first whole block of luma begins: x and y from 0 to 7. Most places are ruled out by a few blocks and frequencies.
func (p *plane) grid() (x, y int, ok bool) {
	if p.wide < 16 || p.high < 16 {
		return 0, 0, false
	}
	type candidate struct{ x, y, evidence int }
	s := probing{plane: p}
	var best [bestPlaces]candidate
	for x0 := range 8 {
		s.probe(x0)
		for y0 := range s.places {
			first := x0 == 0 && y0 == 0
			c := candidate{x0, y0, s.evidence(y0, first)}
			if first && (c.evidence > 0 || s.places[0].n < firstBlocks) && p.gridEvidence(0, 0) >= 8*leastEvidence {
				return 0, 0, true // the picture begins where the grid does
			}
			for i := range best {
				if c.evidence > best[i].evidence {
					c, best[i] = best[i], c
				}
			}
		}
	}
	least := leastEvidence
	for _, c := range best {
		if c.evidence == 0 {
			break
		}
		evidence := p.gridEvidence(c.x, c.y)
		if c.x == 0 && c.y == 0 && evidence > 0 {
			evidence += atOnce
		}
		if evidence >= least {
			x, y, ok = c.x, c.y, true
			least = evidence + evidence/32 // where it is about the same, the first evidence counts
		}
		if !ok {
			break // what spoke for places was chance
		}
	}
	return x, y, ok
}

const (
	bestPlaces = 6 // that are looked at more closely, at most
	atOnce     = 8 // bits by which it is likelier that the picture begins where the grid does than that it does at any other place
)

// evidenceOf returns how many bits the coefficients of a frequency speak for a step: none of most frequencies if the quality is high, since then they are 1.
func evidenceOf(coef []int32, f int) int {
	if !evident(coef) {
		return 0
	}
	_, _, e := stepOf(coef, rounding[f], largestStep)
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

// gridEvidence returns how many bits speak for a grid of blocks that begins at (x, y).
func (p *plane) gridEvidence(x, y int) (evidence int) {
	c := p.sample(x, y, sampledBlocks)
	for f := range c {
		evidence += evidenceOf(c[f], f)
	}
	return evidence
}
