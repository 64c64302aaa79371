package stored

import "math/bits"

// margin is how many pixels beyond either end of a row contexts look at.
const margin = 3

// A pixelCoder codes the pixels of a raster row by row, in either direction.
type pixelCoder struct {
	bitCoder
	width           int
	cur, up, above  []Pixel // the row, that above it, and the one above that, with margins
	guesses         [3]colourTable
	unguessed       int                 // pixels of late, less two for each that was guessed: 0 to manyUnguessed
	runIsWhole      [33]probability     // by the bits of the length that it has at most
	runLength       [33][33]probability // by the bits of the greatest length, and by the bits of a length
	afterRun        [maxConfidence + 1]probability
	guessIsRight    [6][maxConfidence + 1][5][patterns]probability
	neighbourIsSame [4][4][4][patterns]probability

	residualCoder
}

const (
	contextPixels = 11  // of the largest context
	patterns      = 128 // of equality among neighbours
	manyUnguessed = 15
)

// RowMemory is what a decoder takes of memory for each pixel of a row, in bytes: three rows of pixels.
const RowMemory = 3 * 8

// newPixelCoder returns a coder of the raster's pixels.
func newPixelCoder(r *Raster, method byte) *pixelCoder {
	c := &pixelCoder{width: r.Width}
	for _, row := range []*[]Pixel{&c.cur, &c.up, &c.above} {
		*row = make([]Pixel, r.Width+2*margin)
	}
	log := min(max(bits.Len(uint(r.Width*r.Height)), 8), 16)
	for i := range c.guesses {
		c.guesses[i] = newColourTable(log)
	}
	c.residualCoder.init(r, method, log)
	return c
}

// nextRow ends a row. Beyond its right end, contexts see its last pixel; beyond the left end of the next, its first.
func (c *pixelCoder) nextRow() {
	row := c.cur
	for i := range margin {
		row[margin+c.width+i] = row[margin+c.width-1]
	}
	c.cur, c.up, c.above = c.above, c.cur, c.up
	for i := range margin {
		c.cur[i] = row[margin]
	}
}

// step codes what is next at x, a pixel or a run with the pixel after it, and returns where that ends.
func (c *pixelCoder) step(x int) int {
	cur, up, above := c.cur[x:x+4], c.up[x:x+6], c.above[x+2:x+5]
	www, ww, w, v := cur[0], cur[1], cur[2], cur[3]
	nww, nw, n, ne, nee := up[1], up[2], up[3], up[4], up[5]
	nnw, nn, nne := above[0], above[1], above[2]
	if w == n && w == nw && w == ne && w == ww && w == nn {
		return c.run(x)
	}
	pattern := bitIf(w == n, 1) | bitIf(n == nw, 2) | bitIf(n == ne, 4) | bitIf(w == nw, 8) | bitIf(w == ne, 16) | bitIf(w == ww, 32) | bitIf(n == nn, 64)

	f := &hashFactors
	hash2 := uint64(w)*f[0] + uint64(n)*f[1]
	hash6 := hash2 + uint64(nw)*f[2] + uint64(ne)*f[3] + uint64(ww)*f[4] + uint64(nn)*f[5]
	hash11 := hash6 + uint64(nee)*f[6] + uint64(nww)*f[7] + uint64(nne)*f[8] + uint64(www)*f[9] + uint64(nnw)*f[10]

	var (
		slots [3]*uint64 // that were looked up
		tried [7]Pixel   // that it is not
		found int
		tries int
		hit   bool
	)
	photograph := pattern == 0 && c.unguessed == manyUnguessed
	for i, hash := range [3]uint64{hash11, hash6, hash2} {
		s := c.guesses[i].find(hash)
		slots[i] = s
		found++
		confidence, q := int(*s>>confidenceAt), Pixel(*s&pixelMask)
		if confidence == 0 {
			if photograph && i == 0 {
				break
			}
			photograph = false
			continue
		}
		photograph = false
		if tries > 0 && tried[0] == q || tries > 1 && tried[1] == q {
			continue
		}
		place := 4
		switch q {
		case w:
			place = 0
		case n:
			place = 1
		case ne:
			place = 2
		case nw:
			place = 3
		}
		if hit = c.bit(&c.guessIsRight[i*(i+1)/2+tries][confidence][place][pattern], limit, q == v); hit {
			v = q
			break
		}
		tried[tries] = q
		tries++
	}
	if !hit && !photograph {
		guesses := tries
	neighbours:
		for i, q := range [4]Pixel{w, n, ne, nw} {
			for _, t := range tried[:tries] {
				if t == q {
					continue neighbours
				}
			}
			if hit = c.bit(&c.neighbourIsSame[i][min(guesses+i, 3)][min(c.unguessed, 3)][pattern], limit, q == v); hit {
				v = q
				break
			}
			tried[tries] = q
			tries++
		}
	}
	if hit {
		c.unguessed = max(c.unguessed-2, 0)
	} else {
		v = c.residual(&around{w, n, nw, ne, ww, nn}, v)
		c.unguessed = min(c.unguessed+1, manyUnguessed)
	}
	for _, s := range slots[:found] {
		remember(s, v)
	}
	c.cur[margin+x] = v
	return x + 1
}

// bitIf returns a bit if a condition holds.
func bitIf(condition bool, bit int) int {
	if condition {
		return bit
	}
	return 0
}

// run codes how many pixels from x on are as the one on the left, where all around are as that: up to the first that may have
// another one above it on the right. If the run ends before, the pixel after it is coded, too.
func (c *pixelCoder) run(x int) int {
	cur, up, w := c.cur[margin:], c.up[margin:], c.cur[margin+x-1]
	most := 1
	for _, q := range up[x+2 : c.width+1] {
		if q != w {
			break
		}
		most++
	}
	length := 0
	if c.encoding {
		for length < most && cur[x+length] == w {
			length++
		}
	}
	whole := c.bit(&c.runIsWhole[bits.Len(uint(most))], limitRun, length == most)
	if whole {
		length = most
	} else {
		length = c.lengthBelow(most, length)
	}
	for i := range cur[x:][:length] {
		cur[x+i] = w
	}
	if x += length; whole {
		return x
	}

	v := cur[x]
	s := c.guesses[2].find(uint64(w)*hashFactors[0] + uint64(w)*hashFactors[1])
	confidence, q := int(*s>>confidenceAt), Pixel(*s&pixelMask)
	if confidence > 0 && q != w && c.bit(&c.afterRun[confidence], limit, q == v) {
		v = q
	} else {
		v = c.residual(&around{w, up[x], w, up[x+1], w, w}, v)
	}
	remember(s, v)
	cur[x] = v
	return x + 1
}

// lengthBelow codes the length of a run that is less than most: how many bits it has, and then those below the highest.
func (c *pixelCoder) lengthBelow(most, length int) int {
	longest := bits.Len(uint(most - 1))
	n := c.unary(c.runLength[longest][:longest], bits.Len(uint(length)))
	if n < 2 {
		return n
	}
	low := c.bits(uint32(length)&(1<<(n-1)-1), uint(n-1))
	return min(1<<(n-1)|int(low), most-1)
}
