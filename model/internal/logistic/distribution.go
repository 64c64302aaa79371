package logistic

import (
	"math/bits"

	"github.com/ddpmz/ddpmz/model/internal/fixed"
	"github.com/ddpmz/ddpmz/model/internal/process"
)

// ProbBits is the precision of frequencies: those of a Distribution sum to 2^ProbBits.
const ProbBits = 16

const (
	// windowT is half the width, in scales, of the window around the mean in which every cell has a symbol of its own. All
	// cells below the window share a symbol, and so do all cells above it.
	windowT = 8
	// fineCells: where the standard deviation is more than 2^fineCells cells, the lowest bits of the cell number are coded
	// with equal probabilities. A density over cells so narrow is uniform to within 0.005 bits.
	fineCells = 2
)

// A Distribution divides the cell that is known to hold a coefficient into symbols 0, 1, ..., each of which has an interval of
// [0, 2^ProbBits). Set, or SetBit, prepares it for a step of a coefficient; Tables.Distribution makes one.
type Distribution struct {
	tab        *Tables
	mean       int64  // Q6
	mantissa   int64  // of 1/scale, Q20
	shift      uint   // the deviation of x, Q10, is (x-mean)·mantissa >> shift
	clock      uint8  // of the cells that symbols stand for
	scale      int32  // of the distribution
	count      int32  // the number of symbols
	origin     int32  // the number of the cell that symbol 0 stands for, or of its last one
	middle     int32  // the symbol whose cell holds the mean, or is nearest to it
	dither     int64  // of the coefficient
	lo, hi     bound  // of the cell that is known, unless nothing is
	reciprocal uint64 // of the integral over that cell; 0 if the integral is too small to divide by
	norm       uint   // (integral - lo.integral)·reciprocal >> norm is the part of the integral, Q24
	split      uint32 // the start of the second of the two symbols of SetBit, or 0
	below      bool   // symbol 0 stands for all cells below the window
	above      bool   // the last symbol stands for all cells above the window

	// The symbol that Find or Interval was last asked for and the bounds of its cell; or -1 if it stands for more than one.
	last         int32
	lower, upper bound
}

// Distribution returns a Distribution that reads these tables. It has to be set before use.
func (tab *Tables) Distribution() Distribution { return Distribution{tab: tab} }

// Set prepares the step of a coefficient with dither u from cell a at clock k to a cell at clock target < k. mean is Q6. It
// returns the number of low bits of the new cell's number that are coded with equal probabilities.
func (d *Distribution) Set(mean int64, scale int32, a int32, u uint16, k, target uint8) (raw uint8) {
	mantissa, e := d.tab.InverseScale(scale)
	fine := (scale+DeviationSteps)>>5 - int32(target) - fineCells
	if fine > 0 {
		raw = uint8(fine)
		if k != process.Unknown {
			raw = min(raw, k-target)
		} else {
			raw = min(raw, process.DitherBits-target)
		}
	}
	g := target + raw // no shift here reaches the width of what is shifted: the masks tell the compiler
	d.mean, d.scale, d.mantissa, d.shift, d.clock, d.dither = mean, scale, mantissa, uint(16+e), g, int64(u)

	window := int32(windowT) // in cells
	if o := (scale+31)>>5 - int32(g); o >= 0 {
		window <<= uint(o) & 31
	} else {
		window = window>>(uint(-o)&31) + 1
	}
	m := d.cellOfMean()
	d.last, d.split = -1, 0
	if k == process.Unknown {
		d.origin, d.count, d.middle = m-window-1, 2*window+3, window+1
		d.below, d.above = true, true
		d.lo, d.reciprocal, d.norm = bound{}, 1<<31, 38
		return raw
	}
	first, cells := a>>(g&31), int32(1)<<((k-g)&31)
	m = fixed.Clamp(m, first, first+cells-1)
	d.origin, d.count, d.below, d.above = first, cells, false, false
	if m-window > first+1 {
		d.origin, d.below = m-window-1, true
	}
	if end := first + cells; end > m+window+2 {
		d.above = true
		d.count = m + window + 2 - d.origin
	} else {
		d.count = end - d.origin
	}
	d.middle = m - d.origin
	d.lo, d.hi = d.bound(int64(first)), d.bound(int64(first+cells))
	d.reciprocal, d.norm = d.tab.reciprocalOf(d.hi.integral - d.lo.integral)
	return raw
}

// cellOfMean returns the number of the cell that holds the mean.
func (d *Distribution) cellOfMean() int32 {
	return int32((d.mean + d.dither<<6 + 32) >> ((6 + d.clock) & 63))
}

// reciprocalOf returns the reciprocal of an integral, Q31, or 0 if the integral is too small, and the bits that products with it are shifted
// by: see Distribution.
func (tab *Tables) reciprocalOf(mass uint32) (reciprocal uint64, norm uint) {
	n := uint(bits.Len32(mass))
	if n < 12 {
		return 0, 0
	}
	return uint64(tab.reciprocal[mass>>((n-12)&31)&(1<<11-1)]), n - 12 + 18
}

// SetBit makes d the distribution of a bit: symbol 0 has the interval [0,p0), 0 < p0 < 2^ProbBits, and symbol 1 the rest.
func (d *Distribution) SetBit(p0 uint32) {
	d.count, d.split, d.mantissa = 2, p0, 0 // no scale has such a mantissa
	d.below, d.above = false, false
}

// deviation returns the deviation of the lower bound of a cell, Q10.
func (d *Distribution) deviation(cell int64) int64 {
	x := (cell<<(d.clock&63)-d.dither)<<6 - 32
	return (x - d.mean) * d.mantissa >> (d.shift & 63)
}

// bound returns the lower bound of a cell.
func (d *Distribution) bound(cell int64) bound { return d.tab.bound(d.deviation(cell)) }

// bounds returns both bounds of a cell.
func (d *Distribution) bounds(cell int64) (lower, upper bound) {
	if d.last >= 0 && cell == int64(d.origin+d.last) {
		return d.lower, d.upper
	}
	return d.bound(cell), d.bound(cell + 1)
}

// cum returns the sum of the frequencies of all symbols before s, 0 < s < count, and the lower bound of the symbol.
func (d *Distribution) cum(s int32) (uint32, bound) {
	room := 1<<ProbBits - uint32(d.count) // every symbol has a frequency of at least 1
	if d.reciprocal == 0 {
		return uint32(s) + uint32(uint64(room)*uint64(s)/uint64(d.count)), bound{}
	}
	e := d.bound(int64(d.origin + s))
	return uint32(s) + uint32(uint64(e.integral-d.lo.integral)*d.reciprocal>>(d.norm&63)*uint64(room)>>24), e
}

// remember stores the bounds of symbol s if it stands for a single cell.
func (d *Distribution) remember(s int32, lower, upper bound) {
	d.last = -1
	if d.reciprocal > 0 && !(d.below && s == 0) && !(d.above && s == d.count-1) {
		d.last, d.lower, d.upper = s, lower, upper
	}
}

// Interval returns the interval of symbol s: its start, and its length, which is the frequency of the symbol.
func (d *Distribution) Interval(s int32) (start, freq uint32) {
	if d.split > 0 {
		return d.half(s)
	}
	lower, upper, end := d.lo, d.hi, uint32(1<<ProbBits)
	if s > 0 {
		start, lower = d.cum(s)
	}
	if s < d.count-1 {
		end, upper = d.cum(s + 1)
	}
	d.remember(s, lower, upper)
	return start, end - start
}

// Find returns the symbol whose interval holds c, 0 <= c < 2^ProbBits, and that interval.
func (d *Distribution) Find(c uint32) (s int32, start, freq uint32) {
	if d.split > 0 {
		s = int32((d.split - c - 1) >> 31)
		start, freq = d.half(s)
		return s, start, freq
	}
	if d.count == 2 { // without a branch on the symbol, which would be mispredicted
		v, e := d.cum(1)
		is := (v - c - 1) >> 31
		starts, bounds := [...]uint32{0, v, 1 << ProbBits}, [...]bound{d.lo, e, d.hi}
		d.remember(int32(is), bounds[is], bounds[is+1])
		return int32(is), starts[is], starts[is+1] - starts[is]
	}
	// Invariant: cum(lo) <= c < cum(hi).
	lo, hi := int32(0), d.count
	cl, ch := uint32(0), uint32(1)<<ProbBits
	lower, upper := d.lo, d.hi
	p, step := d.middle, int32(1)
	up := p == 0
	if !up {
		if v, e := d.cum(p); v <= c {
			up, lo, cl, lower = true, p, v, e
		} else {
			hi, ch, upper = p, v, e
		}
	}
	if up { // the steps away from the middle double
		for lo+step < hi {
			v, e := d.cum(lo + step)
			if v > c {
				hi, ch, upper = lo+step, v, e
				break
			}
			lo, cl, lower = lo+step, v, e
			step <<= 1
		}
	} else {
		for hi-step > lo {
			v, e := d.cum(hi - step)
			if v <= c {
				lo, cl, lower = hi-step, v, e
				break
			}
			hi, ch, upper = hi-step, v, e
			step <<= 1
		}
	}
	for hi-lo > 1 {
		m := (lo + hi) >> 1
		if v, e := d.cum(m); v <= c {
			lo, cl, lower = m, v, e
		} else {
			hi, ch, upper = m, v, e
		}
	}
	d.remember(lo, lower, upper)
	return lo, cl, ch - cl
}

// half returns the interval of symbol s, where d.split divides two, without a branch, which would be mispredicted.
func (d *Distribution) half(s int32) (start, freq uint32) {
	second := uint32(-s) // all bits or none
	return d.split & second, d.split ^ (d.split^(1<<ProbBits-d.split))&second
}

// maxMean bounds Observation.Mean. No logistic distribution has more; a Gaussian one has where a value is more than 3.6 standard
// deviations from the mean, from which nothing more is to be learned.
const maxMean = 2 * oneQ31

// An Observation is what a coded cell says about the distribution that it was coded with: derivatives of the logarithm of its
// probability, which are zero on average if the distribution is right.
type Observation struct {
	LogScale  int64 // the derivative by the natural logarithm of the scale, Q10: positive if the scale was too small
	Mean      int64 // the derivative by the mean, measured in scales, Q31: positive if the mean was too small
	Posterior int64 // the mean of the distribution within the new cell, Q6 (eq. 15)
}

// Observe returns what coding the new cell a, at clock to, says, where a cell at clock k was known.
func (d *Distribution) Observe(a int32, k, to uint8) (o Observation) {
	known, centre := d.tab.wholeInverseScale, int64(0)
	if k != process.Unknown {
		known, centre = d.tab.derivatives(d.lo, d.hi)
	}
	lower, upper := d.bounds(int64(a >> (d.clock & 31)))
	if u := uint16(d.dither); to == 0 || to < d.clock {
		o.Posterior = d.tab.TruncatedMean(d.mean, d.scale, a, u, to)
	} else {
		at := int64(a-int32(u))<<6 - 32
		o.Posterior = d.tab.meanBetween(d.mean, d.scale, at, at+64<<(to&31), lower, upper)
	}
	inverseScale, mean := d.tab.derivatives(lower, upper)
	o.LogScale, o.Mean = known-inverseScale, fixed.Clamp(mean-centre, -maxMean, maxMean)
	return o
}

// CodeLength returns the ideal code length of a symbol of the given frequency, in bits, Q16.
func CodeLength(freq uint32) uint32 { return uint32(ProbBits<<16 - fixed.FastLog2Q16(freq)) }
