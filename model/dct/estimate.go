package dct

// EstimateBits is the number of fractional bits of Estimates.
const EstimateBits = 4

// Estimates sets dst to what is expected of a row of blocks of a plane, as of what has been coded: coefficients in the order of
// Plane.Coef, times their steps, with EstimateBits fractional bits. What is known exactly is exact.
func (c *Chain) Estimates(plane, blockRow int, dst []int32) {
	p := &c.image.Planes[plane]
	for _, b := range c.bands {
		k := b.components[plane]
		if y := blockRow - k.first; y >= 0 && y < k.high {
			k.estimates(y, dst[:BlockSize*p.Wide])
			return
		}
	}
}

// estimates sets dst to the estimates of a row of blocks.
func (c *component) estimates(y int, dst []int32) {
	for x := range c.wide {
		block := dst[BlockSize*x:][:BlockSize]
		for f := range block {
			block[f] = c.estimate(f, y, x)
		}
	}
}

// largest bounds estimates, so that a transform of them does not overflow.
const largest = 1 << 20

// estimate returns the estimate of a coefficient. One whose sign is not known is as predicted, within half of its cell.
func (c *component) estimate(f, y, x int) int32 {
	at := f*c.size + c.at(y, x)
	step := int64(max(c.plane.Quant[f], 1))
	k := c.clocks[at]
	v := int64(c.values[at]) * 2 // Q4
	switch {
	case k == 0:
		v = int64(*c.truth(f, y, x)) << EstimateBits
	case v == 0 && len(valueTaps[f]) > 0:
		v = c.predictors[f][len(phases)-1].expected(c.values, at) * 2
		if k < never && f > 0 {
			v = min(max(v, -8<<k), 8<<k)
		}
	}
	return int32(min(max(v*step, -largest), largest))
}
