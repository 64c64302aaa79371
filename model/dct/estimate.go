package dct

import "github.com/ddpmz/ddpmz/model/internal/dctkernel"

// EstimateBits is the number of fractional bits of Estimates.
const EstimateBits = 4

// Estimates sets dst to what is expected of a row of blocks of a plane, as of what has been coded: coefficients in the order of
// Plane.Coef, times their steps, with EstimateBits fractional bits. What is known exactly is exact.
func (c *Chain) Estimates(plane, blockRow int, dst []int32) {
	b, y := c.bandOf(plane, blockRow)
	k := b.components[plane]
	dst = dst[:BlockSize*k.wide]
	k.estimates(y, dst)
	if w := c.smoothing.at(k.class, b.level); w != nil {
		k.smooth(y, dst, c.around(plane, blockRow), w, smoothLimit(b.level, k.area))
	}
}

// bandOf returns the band of a row of blocks, and which row of the band's it is.
func (c *Chain) bandOf(plane, blockRow int) (b *band, y int) {
	for _, b = range c.bands {
		k := b.components[plane]
		if y = blockRow - k.first; y < k.high {
			break
		}
	}
	return b, y
}

// estimates sets dst to the estimates of a row of blocks, each from what is known of its own block and beside it.
func (c *component) estimates(y int, dst []int32) {
	clear(dst)
	for first := 0; first < c.wide; first += groupBlocks {
		for f := range BlockSize {
			c.estimateGroup(f, y, first, dst[BlockSize*first+f:], BlockSize)
		}
	}
}

// estimateGroup sets dst, at every stride-th place, to the estimates of a frequency of the first blocks of a row from one on. It leaves what
// is expected to be 0.
func (c *component) estimateGroup(f, y, first int, dst []int32, stride int) {
	var predicted [2][1]dctkernel.Predictions // of every second coefficient, and of those between
	at := f*c.size + c.at(y, first)
	switch {
	case len(valueTaps[f]) > 0:
		p := &c.predictors[f][len(phases)-1]
		p.PredictValues(predicted[0][:], c.values, at)
		p.PredictValues(predicted[1][:], c.values, at+1)
	case allZero(c.values[at:]):
		return
	}
	for i := range min(groupBlocks, c.wide-first) {
		dst[i*stride] = c.estimate(f, y, first+i, predicted[i%2][0].Value[i/2])
	}
}

// allZero reports whether groupBlocks values are 0.
func allZero(values []int16) bool {
	or := int16(0)
	for _, v := range values[:groupBlocks] {
		or |= v
	}
	return or == 0
}

// largest bounds estimates, so that a transform of them does not overflow.
const largest = 1 << 20

// estimate returns the estimate of a coefficient. One whose sign is not known is as predicted, Q3, within half of its cell.
func (c *component) estimate(f, y, x int, predicted int32) int32 {
	at := f*c.size + c.at(y, x)
	step := int64(max(c.plane.Quant[f], 1))
	k := c.clocks[at]
	v := int64(c.values[at]) * 2 // Q4
	switch {
	case k == 0:
		v = int64(*c.truth(f, y, x)) << EstimateBits
	case v == 0:
		v = int64(predicted) * 2
		if k < never && f > 0 {
			v = min(max(v, -8<<k), 8<<k)
		}
	}
	return int32(min(max(v*step, -largest), largest))
}
