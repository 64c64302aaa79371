package dct

import "github.com/ddpmz/ddpmz/model/internal/dctkernel"

// never is the clock of a coefficient that was not coded, plus the clock from which it is to be looked at again.
const never = dctkernel.Never

// A component has what a band knows of a plane. Arrays have a border of one block, and all blocks of a frequency before those of
// the next.
type component struct {
	plane      *Plane
	index      int // of the plane
	class      int
	first      int // block row of the plane
	wide, high int // blocks
	shape
	clocks     []uint8
	magnitudes []uint16 // expected, Q4, up to 4095
	values     []int16  // expected, Q3, up to 4095: 0 if the sign is not known
	large      []uint8  // how many magnitudes of a block are known to be more than 0, up to 63
	parent     *parent  // of chroma
	area       int32
	rangeBits  uint8 // the DCs are in [-2^(rangeBits-1), 2^(rangeBits-1))
}

// A shape is what the components of a plane have in common in all bands.
type shape struct {
	stride     int // blocks from a row to the next
	size       int // blocks with the border
	predictors *predictors
}

// same reports whether blocks are at the same places.
func (s *shape) same(t *shape) bool { return s.stride == t.stride && s.size == t.size }

// predictors has a plane's predictors by frequency and phase.
type predictors [BlockSize][len(phases)]dctkernel.Predictor

// newPredictors returns those of a plane in arrays of a shape.
func newPredictors(w *Weights, p *Plane, class int, s *shape) *predictors {
	all := new(predictors)
	taps := make([]dctkernel.Tap, 0, len(phases)*magnitudeTaps.number())
	values := make([]dctkernel.ValueTap, 0, len(phases)*valueTaps.number())
	for f := range all {
		at := func(t Tap) int32 { return int32((t.Frequency-f)*s.size + t.Down*s.stride + t.Right) }
		for ph := range phases {
			l := &w.linear[class][f][ph]
			own := 0
			taps, values = taps[len(taps):], values[len(values):]
			for i, t := range magnitudeTaps[f] { // those in the own block first
				step := p.Quant[t.Frequency]
				x := dctkernel.Tap{From: at(t), All: scaled(l.all[i], step, p.Quant[f]), Part: scaled(l.part[i], step, p.Quant[f])}
				if x.All == 0 && x.Part == 0 {
					continue
				}
				taps = append(taps, x)
				if t.own() {
					own = len(taps)
				}
			}
			for i, t := range valueTaps[f] {
				if weight := scaled(l.value[i], p.Quant[t.Frequency], p.Quant[f]); weight != 0 {
					values = append(values, dctkernel.ValueTap{From: at(t), Weight: weight})
				}
			}
			all[f][ph] = dctkernel.NewPredictor(taps[:own:own], taps[own:], values)
		}
	}
	return all
}

// newComponent returns a band's part of a plane.
func newComponent(im *Image, plane, band, bands int, s *shape) *component {
	c := &component{plane: &im.Planes[plane], index: plane, class: class(plane), area: im.area(plane), shape: *s}
	c.first, c.wide = c.plane.bandStart(band, bands), c.plane.Wide
	c.high = c.plane.bandStart(band+1, bands) - c.first
	n := BlockSize*c.size + dctkernel.Slack
	c.clocks, c.magnitudes, c.values, c.large = make([]uint8, n), make([]uint16, n), make([]int16, n), make([]uint8, c.size)
	for i := range c.clocks {
		c.clocks[i] = never + maxClock
	}
	for f := range BlockSize {
		m := priorMagnitude(f, c.plane.Quant[f])
		for y := range c.high {
			row := c.magnitudes[f*c.size+c.at(y, 0):][:c.wide]
			for x := range row {
				row[x] = m
			}
		}
	}
	return c
}

// at returns the index of a block.
func (c *component) at(y, x int) int { return (y+1)*c.stride + x + 1 }

// truth returns the coefficient in the plane.
func (c *component) truth(f, y, x int) *int16 {
	return &c.plane.Coef[((c.first+y)*c.wide+x)*BlockSize+f]
}

// priorMagnitude is the expected magnitude of a coefficient before anything is known, Q4.
func priorMagnitude(f int, step uint16) uint16 {
	u, v := f>>3, f&7
	return uint16(60 * 16 / max(u+v+u*v/2, 1) / int(max(step, 1)))
}

// sign returns 0 if a coefficient's sign is not known, 1 if it is plus, 2 if it is minus.
func (c *component) sign(at int) int32 {
	switch v := c.values[at]; {
	case v > 0:
		return 1
	case v < 0:
		return 2
	}
	return 0
}

// isLarge returns 1 if a coefficient's magnitude is known to be more than 0.
func (c *component) isLarge(at int) int32 {
	if c.values[at] != 0 {
		return 1
	}
	return 0
}

// sizeClass returns 0, 1 or 2 for a magnitude of 0, 1 or more at a clock.
func (c *component) sizeClass(at int, k uint8) int32 {
	if c.values[at] == 0 {
		return 0
	}
	return min(int32(c.magnitudes[at])>>(k+4), 2)
}

// know notes what is known of coefficient at: its value of clock k, and its expected magnitude, Q4.
func (c *component) know(at int, k uint8, value, magnitude int32) {
	c.clocks[at] = k
	c.magnitudes[at] = uint16(min(magnitude, 1<<16-1))
	v := int16(min(magnitude/2, 1<<15-1))
	switch {
	case value > 0:
		c.values[at] = v
	case value < 0:
		c.values[at] = -v
	}
}

// border copies what is known of the blocks above and below from the bands there, and of the DC, also from the own blocks at
// edges of the picture.
func (c *component) border(above, below *component) {
	for f := range BlockSize {
		row := func(to int, from *component, y int) {
			at, of := f*c.size+to, f*from.size+from.at(y, 0)
			copy(c.magnitudes[at:at+c.wide], from.magnitudes[of:])
			copy(c.values[at:at+c.wide], from.values[of:])
			copy(c.clocks[at:at+c.wide], from.clocks[of:])
		}
		if above != nil {
			row(c.at(-1, 0), above, above.high-1)
		} else if f == 0 {
			row(c.at(-1, 0), c, 0)
		}
		if below != nil {
			row(c.at(c.high, 0), below, 0)
		} else if f == 0 {
			row(c.at(c.high, 0), c, c.high-1)
		}
	}
	for y := -1; y <= c.high; y++ {
		left, right := c.at(y, 0), c.at(y, c.wide-1)
		c.values[left-1], c.clocks[left-1] = c.values[left], c.clocks[left]
		c.values[right+1], c.clocks[right+1] = c.values[right], c.clocks[right]
	}
}
