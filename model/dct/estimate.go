package dct

import "github.com/ddpmz/ddpmz/model/internal/dctkernel"

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
	clear(dst)
	var predicted [2][1]dctkernel.Predictions // of every second coefficient, and of those between
	for first := 0; first < c.wide; first += groupBlocks {
		n := min(groupBlocks, c.wide-first)
		for f := range BlockSize {
			at := f*c.size + c.at(y, first)
			switch {
			case len(valueTaps[f]) > 0:
				p := &c.predictors[f][len(phases)-1]
				p.PredictValues(predicted[0][:], c.values, at)
				p.PredictValues(predicted[1][:], c.values, at+1)
			case allZero(c.values[at:]):
				continue // that is what is expected
			default:
				predicted = [2][1]dctkernel.Predictions{}
			}
			for i := range n {
				x := first + i
				dst[BlockSize*x+f] = c.estimate(f, y, x, predicted[i%2][0].Value[i/2])
			}
		}
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
