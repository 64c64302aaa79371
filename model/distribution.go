package model

import (
	"math/bits"
	"sync"

	"github.com/ddpmz/ddpmz/model/internal/fixed"
)

// The discretized decoder (eq. 13). The model's belief about a coordinate is a logistic distribution of
// given mean and scale: the paper's Gaussian with heavier tails, whose integral is elementary. The
// probability of a sub-cell is the integral over it, divided by the integral over the present cell, made
// integer so that all frequencies are at least 1 and sum to 2^ProbBits.

// ProbBits is the precision of the frequencies that a Distribution gives.
const ProbBits = 16

const (
	// scaleSteps is the number of scales per octave: scale s stands for 2^(s/scaleSteps) units.
	scaleSteps = 32
	// deviationSteps is log2 of the standard deviation of a logistic of scale 1, π/√3, in scale steps.
	deviationSteps = 27
	// windowT is the half-width, in scales, of the window around the mean in which every cell has a symbol
	// of its own. What lies beyond shares a symbol on either side.
	windowT = 8
	// fineCells: where the standard deviation is above 2^fineCells cells, the lowest bits of the cell are
	// sent as they are. Cells that narrow are uniform within 0.005 bits.
	fineCells = 2

	tailT      = 24 // the tables cover deviations t = (x-mean)/scale in [-tailT, tailT]
	tableSteps = 32 // entries per unit of t
	oneQ31     = 1 << 31
)

// tables are what a Distribution reads; entry i is for t = i/tableSteps - tailT, with one entry of slack.
type tables struct {
	cdf     [2*tailT*tableSteps + 2]uint32 // the logistic function F(t), Q31
	entropy [2*tailT*tableSteps + 2]uint32 // the binary entropy of F(t) in nats, Q31
	shrink  [scaleSteps]int64              // 2^(-i/scaleSteps), Q20
	rec     [1 << 11]uint32                // 2^42/(i+1) for i >= 2^11, from there on

	allSpread int64 // of slopes where nothing is known
}

// theTables are computed with integers alone, so that they are the same everywhere.
var theTables = sync.OnceValue(func() *tables {
	const (
		middle = tailT * tableSteps
		step   = 4469799356029710114 // e^(-1/tableSteps), Q62
	)
	t := new(tables)
	e := uint64(1) << 62 // e^-x at x = i/tableSteps
	for i := range middle + 1 {
		f, _ := bits.Div64(e>>33, e<<31, 1<<62+e) // F(-x) = e/(1+e), Q31
		h := log1pQ31(e) + uint64(i)*f/tableSteps // H = ln(1+e) + x F(-x)
		t.cdf[middle-i], t.cdf[middle+i] = uint32(f), uint32(oneQ31-f)
		t.entropy[middle-i], t.entropy[middle+i] = uint32(h), uint32(h)
		e, _ = bits.Mul64(e, step<<2)
	}
	t.cdf[2*middle], t.cdf[2*middle+1] = oneQ31, oneQ31
	t.shrink[0] = 1 << 20
	for i := 1; i < scaleSteps; i++ {
		t.shrink[i] = int64(fixed.Exp2Q30(uint32(scaleSteps-i)<<16/scaleSteps)+1<<10) >> 11
	}
	for i := range t.rec {
		t.rec[i] = uint32(1 << 42 / uint64(1<<11+i+1))
	}
	t.allSpread, _ = slopes(t.bound(-tailT<<10), t.bound(tailT<<10))
	return t
})

// log1pQ31 returns ln(1+e) in Q31 for e in [0,1] as Q62: ln(1+e) = 2 artanh(z), z = e/(2+e).
func log1pQ31(e uint64) uint64 {
	z, _ := bits.Div64(e>>2, e<<62, 2<<62+e) // Q62
	zz, _ := bits.Mul64(z, z<<2)
	sum := uint64(0)
	for n := uint64(1); z > 0; n += 2 {
		sum += z / n
		z, _ = bits.Mul64(z, zz<<2)
	}
	return (sum + 1<<29) >> 30
}

// integral reads table at t in Q10, interpolating.
func integral(table *[2*tailT*tableSteps + 2]uint32, t int64) uint32 {
	p := uint32(fixed.Clamp(t, -tailT<<10, tailT<<10) + tailT<<10)
	i := p >> 5
	a, b := table[i], table[i+1]
	return a + uint32(int32(b-a)*int32(p&31)>>5)
}

// A Distribution is the model's belief about the cell of one coordinate: a partition of the present cell
// into symbols 0, 1, ..., each with an interval of [0, 2^ProbBits).
type Distribution struct {
	tab     *tables
	mean    int64  // Q6
	mantiss int64  // of 1/scale, Q20
	shift   uint   // t in Q10 is (x-mean)·mantiss >> shift
	clock   uint8  // the clock of the symbols' cells
	count   int32  // number of symbols
	origin  int32  // cell number of the lower edge of symbol 0, were it as narrow as the others
	middle  int32  // the symbol that holds the mean, or is nearest to it
	dither  int64  // of the coordinate
	lo, hi  bound  // of the present cell, if anything is known
	rec     uint64 // reciprocal of the integral over the present cell; 0 if that is too small to divide
	norm    uint   // (integral - lo.integral)·rec >> norm is the share in Q24
	split   uint32 // unless rec is something: where the second of two symbols begins, or 0
	below   bool   // symbol 0 stands for all cells below the window
	above   bool   // the last symbol stands for all cells above it

	// The symbol that Find or Interval was last about, if that is a single cell, and its bounds; or else -1.
	last         int32
	lower, upper bound
}

// A bound is where a cell begins or ends.
type bound struct {
	t        int64  // the deviation there, Q10
	integral uint32 // up to there, Q31
}

// bound returns the one at a deviation.
func (tab *tables) bound(t int64) bound { return bound{t, integral(&tab.cdf, t)} }

// set prepares the steps from the cell a at clock k (of a coordinate with dither u) to clock target < k.
// mean is Q6, scale in scale steps. It returns the number of low bits of the new cell that are uniform.
func (d *Distribution) set(mean int64, scale int32, a int32, u uint16, k, target uint8) (raw uint8) {
	e := scale >> 5
	fine := (scale+deviationSteps)>>5 - int32(target) - fineCells
	if fine > 0 {
		raw = uint8(fine)
		if k != unknown {
			raw = min(raw, k-target)
		} else {
			raw = min(raw, ditherBits-target)
		}
	}
	g := target + raw // no shift here reaches the width of what is shifted: with the masks, the compiler knows
	d.mean, d.mantiss, d.shift, d.clock, d.dither = mean, d.tab.shrink[scale&31], uint(16+e), g, int64(u)

	window := int32(windowT) // cells on either side of the mean
	if o := (scale+31)>>5 - int32(g); o >= 0 {
		window <<= uint(o) & 31
	} else {
		window = window>>(uint(-o)&31) + 1
	}
	m := int32((mean + int64(u)<<6 + 32) >> ((6 + g) & 63))
	d.last = -1
	if k == unknown {
		d.origin, d.count, d.middle = m-window-1, 2*window+3, window+1
		d.below, d.above = true, true
		d.lo, d.rec, d.norm = bound{}, 1<<31, 38
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
	mass := d.hi.integral - d.lo.integral
	if n := uint(bits.Len32(mass)); n >= 12 {
		d.rec, d.norm = uint64(d.tab.rec[mass>>((n-12)&31)-1<<11]), n-12+18
	} else {
		d.rec = 0
	}
	return raw
}

// setSplit has d be of two symbols, of which the first has the interval [0,p0), 0 < p0 < 2^ProbBits.
func (d *Distribution) setSplit(p0 uint32) {
	d.count, d.middle, d.rec, d.split = 2, 1, 0, p0
	d.below, d.above = false, false
}

// deviation returns t in Q10 at the lower edge of a cell.
func (d *Distribution) deviation(cell int64) int64 {
	x := (cell<<(d.clock&63)-d.dither)<<6 - 32
	return (x - d.mean) * d.mantiss >> (d.shift & 63)
}

// bound returns the lower one of a cell.
func (d *Distribution) bound(cell int64) bound { return d.tab.bound(d.deviation(cell)) }

// bounds returns those of a cell.
func (d *Distribution) bounds(cell int64) (lower, upper bound) {
	if d.last >= 0 && cell == int64(d.origin+d.last) {
		return d.lower, d.upper
	}
	return d.bound(cell), d.bound(cell + 1)
}

// cum returns the cumulative frequency below symbol s, 0 < s < count, and the bound there.
func (d *Distribution) cum(s int32) (uint32, bound) {
	room := 1<<ProbBits - uint32(d.count) // every symbol has at least 1
	if d.rec == 0 {
		if d.split > 0 {
			return d.split, bound{}
		}
		return uint32(s) + uint32(uint64(room)*uint64(s)/uint64(d.count)), bound{}
	}
	e := d.bound(int64(d.origin + s))
	return uint32(s) + uint32(uint64(e.integral-d.lo.integral)*d.rec>>(d.norm&63)*uint64(room)>>24), e
}

// note notes the bounds of symbol s, if it is a single cell.
func (d *Distribution) note(s int32, lower, upper bound) {
	d.last = -1
	if d.rec > 0 && !(d.below && s == 0) && !(d.above && s == d.count-1) {
		d.last, d.lower, d.upper = s, lower, upper
	}
}

// Interval returns the start and the frequency, at least 1, of symbol s.
func (d *Distribution) Interval(s int32) (start, freq uint32) {
	lower, upper, end := d.lo, d.hi, uint32(1<<ProbBits)
	if s > 0 {
		start, lower = d.cum(s)
	}
	if s < d.count-1 {
		end, upper = d.cum(s + 1)
	}
	d.note(s, lower, upper)
	return start, end - start
}

// Find returns the symbol whose interval holds c, 0 <= c < 2^ProbBits, and the interval.
func (d *Distribution) Find(c uint32) (s int32, start, freq uint32) {
	if d.count == 2 { // most often; which of them it is, no processor foresees
		v, e := d.cum(1)
		is := (v - c - 1) >> 31
		starts, bounds := [...]uint32{0, v, 1 << ProbBits}, [...]bound{d.lo, e, d.hi}
		d.note(int32(is), bounds[is], bounds[is+1])
		return int32(is), starts[is], starts[is+1] - starts[is]
	}
	// invariant: cum(lo) <= c < cum(hi)
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
	if up { // gallop from the middle
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
	d.note(lo, lower, upper)
	return lo, cl, ch - cl
}

// truncatedMean returns the mean, Q6, of the distribution restricted to the values of the cell a at clock k
// (eq. 15). With F the logistic function and H its binary entropy, the integral of t dF is H(F(a)) - H(F(b)).
func (tab *tables) truncatedMean(mean int64, scale int32, a int32, u uint16, k uint8) int64 {
	switch k {
	case unknown:
		return mean
	case 0:
		return int64(a-int32(u)) << 6
	}
	lo := int64(a-int32(u))<<6 - 32
	hi := lo + 64<<k
	e, m := scale>>5, tab.shrink[scale&31]
	shift := uint(16+e) & 63
	ta, tb := (lo-mean)*m>>shift, (hi-mean)*m>>shift
	return tab.meanBetween(mean, scale, lo, hi, tab.bound(ta), tab.bound(tb))
}

// meanBetween returns the mean between the bounds a and b, which are at lo and hi, Q6.
func (tab *tables) meanBetween(mean int64, scale int32, lo, hi int64, a, b bound) int64 {
	mass := int64(b.integral) - int64(a.integral)
	if mass < 1<<6 { // so far out that the tables say nothing: the nearest value
		return fixed.Clamp(mean, lo+32, hi-32)
	}
	t := (int64(integral(&tab.entropy, a.t)) - int64(integral(&tab.entropy, b.t))) << 10 / mass
	return fixed.Clamp(mean+tab.times(t, scale)>>4, lo, hi)
}

// CodeLength returns the ideal length of a symbol of the given frequency, in bits as Q16.
func CodeLength(freq uint32) uint32 { return uint32(ProbBits<<16 - fixed.FastLog2Q16(freq)) }
