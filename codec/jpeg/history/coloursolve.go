package history

import "slices"

// A colourSolver finds luma and chroma of a picture. Where pixels are clipped, these say something of each other only.
type colourSolver struct {
	history    *History
	picture    *Picture
	luma       *component
	lumaPixels *plane
	chroma     [2]*chromaPlane
	full       [2][]uint8 // chroma of all pixels
}

// whiten guesses that pixels of which all samples are clipped, in the same direction, have no colour.
func (c *colourSolver) whiten(p *plane) {
	known := slices.Clone(p.known)
	c.eachPixel(func(i, at int) {
		if r := c.picture.Planes[0][i]; clipped(r) && r == c.picture.Planes[1][i] && r == c.picture.Planes[2][i] {
			p.samples[at], p.known[at] = 128, true
		}
	})
	p.samples, p.known = p.fill(), known
}

// eachPixel calls do for every pixel of the picture, by its index there and in the planes.
func (c *colourSolver) eachPixel(do func(i, at int)) {
	wide := c.lumaPixels.wide
	each(c.picture.Height, func(y int) {
		for x := range c.picture.Width {
			do(y*c.picture.Width+x, (y+c.history.Y)*wide+x+c.history.X)
		}
	})
}

// run finds the blocks.
func (c *colourSolver) run() {
	for _, k := range c.chroma {
		k.improve(nil)
	}
	c.upsample(0)
	c.upsample(1)
	c.boundLuma()
	c.luma.solve(c.lumaPixels, nil)
	for range alternations {
		changed := false
		for i, k := range c.chroma {
			if k.improve(&chromaMisses{c, i}) {
				c.upsample(i)
				changed = true
			}
		}
		if !c.luma.solve(c.lumaPixels, c) && !changed {
			break
		}
	}
}

// upsample makes chroma of all pixels.
func (c *colourSolver) upsample(i int) {
	wide := c.lumaPixels.wide
	if c.full[i] == nil {
		c.full[i] = make([]uint8, wide*c.lumaPixels.high)
	}
	each(c.lumaPixels.high, func(y int) { c.chroma[i].upsampled(c.full[i][y*wide:][:wide], y, 0, wide) })
}

// miss returns by how much the samples of a pixel have to change, and which of them matter: those that are not clipped, or have to
// change.
func (c *colourSolver) miss(at int, y, cb, cr uint8) (d [3]int32, matters [3]bool) {
	wide := c.lumaPixels.wide
	i := (at/wide-c.history.Y)*c.picture.Width + at%wide - c.history.X
	for k, add := range [3]int32{redOfCr[cr], (greenOfCb[cb] + greenOfCr[cr]) >> 16, blueOfCb[cb]} {
		v := c.picture.Planes[k][i]
		d[k] = int32(v) - min(max(int32(y)+add, 0), 255)
		matters[k] = d[k] != 0 || !clipped(v)
	}
	return d, matters
}

// outside reports whether a pixel is before the picture.
func (c *colourSolver) outside(at int) bool {
	wide := c.lumaPixels.wide
	return at%wide < c.history.X || at/wide < c.history.Y
}

// lumaMiss is what luma has to change by at a pixel that is not known, with meanBits, and how bad that is.
func (c *colourSolver) lumaMiss(at int, y uint8) (change int32, bad int64) {
	if c.outside(at) {
		return 0, 0
	}
	d, matters := c.miss(at, y, c.full[0][at], c.full[1][at])
	n := int32(0)
	for k, v := range d {
		if matters[k] {
			change += v
			n++
		}
		bad += int64(v) * int64(v)
	}
	return change << meanBits / max(n, 1), bad
}

// chromaMisses are lumaMiss for a plane of chroma.
type chromaMisses struct {
	*colourSolver
	index int
}

func (c *chromaMisses) miss(at int, v uint8) (change int32, bad int64) {
	if c.outside(at) {
		return 0, 0
	}
	wide := c.lumaPixels.wide
	y := c.luma.samples[at/wide*8*c.luma.wide+at%wide]
	// What chroma adds to a sample, and its square, Q8: to red or blue, and to green.
	own, gain, square, greenGain, greenSquare := 2, int32(454), int32(804), int32(-88), int32(30)
	cb, cr := v, c.full[1][at]
	if c.index == 1 {
		own, gain, square, greenGain, greenSquare = 0, 359, 503, -183, 131
		cb, cr = c.full[0][at], v
	}
	d, matters := c.colourSolver.miss(at, y, cb, cr)
	for _, v := range d {
		bad += int64(v) * int64(v)
	}
	sum, by := int32(0), int32(0)
	if matters[own] {
		sum, by = sum+gain*d[own], by+square
	}
	if matters[1] {
		sum, by = sum+greenGain*d[1], by+greenSquare
	}
	if by == 0 {
		return 0, bad
	}
	return sum << meanBits / by, bad
}

// boundLuma notes what chroma says of luma, where it is not known.
func (c *colourSolver) boundLuma() {
	p := c.lumaPixels
	p.bounds = make([]bound, len(p.samples))
	for i := range p.bounds {
		p.bounds[i] = anything
	}
	c.eachPixel(func(i, at int) {
		if p.known[at] {
			return
		}
		b := c.lumaBound(i, c.full[0][at], c.full[1][at])
		p.bounds[at] = b
		p.samples[at] = min(max(p.samples[at], b.least), b.most)
	})
}

// lumaBound returns which luma makes a pixel with some chroma, or else what is between the luma that its samples stand for.
func (c *colourSolver) lumaBound(i int, cb, cr uint8) bound {
	least, most := int32(0), int32(255)
	for k, add := range [3]int32{redOfCr[cr], (greenOfCb[cb] + greenOfCr[cr]) >> 16, blueOfCb[cb]} {
		switch v := int32(c.picture.Planes[k][i]); v {
		case 0:
			most = min(most, v-add)
		case 255:
			least = max(least, v-add)
		default:
			least, most = max(least, v-add), min(most, v-add)
		}
	}
	if least > most {
		least, most = most, least
	}
	return bound{uint8(min(max(least, 0), 255)), uint8(min(max(most, 0), 255))}
}
