package history

import (
	"image"
	"slices"
)

// A colourSolver finds luma and chroma of a picture. Where pixels are clipped, these say something of each other only.
type colourSolver struct {
	history    *History
	picture    *Picture
	conversion *conversion
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

// inside returns where the picture is.
func (c *colourSolver) inside() image.Rectangle {
	h, p := c.history, c.picture
	return image.Rect(h.X, h.Y, h.X+p.Width, h.Y+p.Height)
}

// wrongShare: where one in so many pixels is still wrong once coefficients are rounded, the search ends, since more of it is not worth the time.
const wrongShare = 2

// run finds the blocks.
func (c *colourSolver) run() {
	for _, k := range c.chroma {
		k.improve(nil)
	}
	c.upsample(0)
	c.upsample(1)
	for range alternations {
		changed := false
		for i, k := range c.chroma {
			if k.improve(&chromaMisses{c, i, true}) {
				c.upsample(i)
				changed = true
			}
		}
		if !changed {
			break
		}
	}
	c.boundLuma()
	c.luma.solve(c.lumaPixels, c.inside(), nil)
	if c.wrong()*wrongShare > c.picture.Width*c.picture.Height {
		return
	}
	c.alternate()
	levelled := c.level()
	if c.adjust() || levelled {
		c.alternate()
	}
}

// alternate improves chroma by luma, and luma by chroma.
func (c *colourSolver) alternate() {
	for range alternations {
		changed := false
		for i, k := range c.chroma {
			if k.improve(&chromaMisses{c, i, false}) {
				c.upsample(i)
				changed = true
			}
		}
		if !c.luma.solve(c.lumaPixels, c.inside(), c) && !changed {
			break
		}
	}
}

// adjust changes steps that may be wrong by a little.
func (c *colourSolver) adjust() (changed bool) {
	for i, k := range c.chroma {
		if k.component.adjust(func(bx, by int) target {
			if !k.inside(bx, by) {
				return nil
			}
			return newChromaTarget(k.pixels, &chromaMisses{c, i, false}, k.half, bx, by)
		}, k.put) {
			c.upsample(i)
			changed = true
		}
	}
	return c.luma.adjust(func(bx, by int) target { return &lumaTarget{c.lumaPixels, c, 8 * bx, 8 * by} }, c.luma.put) || changed
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
	i := c.pixel(at)
	luma := c.conversion.luma * int32(y)
	for k, chroma := range c.conversion.chroma(cb, cr) {
		v := c.picture.Planes[k][i]
		d[k] = int32(v) - min(max((luma+chroma)>>16, 0), 255)
		matters[k] = d[k] != 0 || !clipped(v)
	}
	return d, matters
}

// pixel returns the index in the picture of a pixel of the planes.
func (c *colourSolver) pixel(at int) int {
	wide := c.lumaPixels.wide
	return (at/wide-c.history.Y)*c.picture.Width + at%wide - c.history.X
}

// outside reports whether a pixel is beside the picture.
func (c *colourSolver) outside(at int) bool {
	wide := c.lumaPixels.wide
	x, y := at%wide-c.history.X, at/wide-c.history.Y
	return uint(x) >= uint(c.picture.Width) || uint(y) >= uint(c.picture.Height)
}

// wrong returns how many pixels are wrong.
func (c *colourSolver) wrong() int { return c.wrongIn(0, 0, c.picture.Width, c.picture.Height) }

// wrongIn returns how many pixels of a rectangle are wrong.
func (c *colourSolver) wrongIn(x0, y0, x1, y1 int) (n int) {
	for y := y0 + c.history.Y; y < y1+c.history.Y; y++ {
		for x := x0 + c.history.X; x < x1+c.history.X; x++ {
			at := y*c.lumaPixels.wide + x
			if d, _ := c.miss(at, c.luma.samples[y*8*c.luma.wide+x], c.full[0][at], c.full[1][at]); d != [3]int32{} {
				n++
			}
		}
	}
	return n
}

// edges says which edges of the picture are wrong.
type edges struct{ left, top, right, bottom bool }

// edges finds edges of the picture where more than one pixel in edgeShare is wrong, and more than twice as many as elsewhere.
func (c *colourSolver) edges() (e edges) {
	const edgeShare = 32
	w, h := c.picture.Width, c.picture.Height
	wrong, all := c.wrongIn, c.wrong()
	is := func(n, of int) bool { return n*edgeShare > of && n*w*h > 2*all*of }
	e.left, e.right = is(wrong(0, 0, 1, h), h), is(wrong(w-1, 0, w, h), h)
	e.top, e.bottom = is(wrong(0, 0, w, 1), w), is(wrong(0, h-1, w, h), w)
	return e
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
	free  bool // luma is whatever is best for a pixel
}

// doubt is by what chroma is not to be blamed for what a sample misses: it may be luma. Q8.
const doubt = 1

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
	if c.free {
		b := c.lumaBound(c.pixel(at), cb, cr)
		y = uint8((int32(b.least) + int32(b.most)) / 2)
	}
	d, matters := c.colourSolver.miss(at, y, cb, cr)
	for _, v := range d {
		bad += int64(v) * int64(v)
	}
	sum, by := int32(0), int32(doubt)
	if matters[own] {
		sum, by = sum+gain*d[own], by+square
	}
	if matters[1] {
		sum, by = sum+greenGain*d[1], by+greenSquare
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
	for k, chroma := range c.conversion.chroma(cb, cr) {
		v := int32(c.picture.Planes[k][i])
		if v > 0 {
			least = max(least, c.conversion.leastLuma(v<<16-chroma))
		}
		if v < 255 {
			most = min(most, c.conversion.leastLuma((v+1)<<16-chroma)-1)
		}
	}
	if least > most {
		least, most = most, least
	}
	return bound{uint8(min(max(least, 0), 255)), uint8(min(max(most, 0), 255))}
}
