package logistic

import (
	"math/bits"
	"sync"

	"github.com/ddpmz/ddpmz/model/internal/fixed"
	"github.com/ddpmz/ddpmz/model/internal/process"
)

const (
	// ScaleSteps is the number of scales in an octave.
	ScaleSteps = 32
	// DeviationSteps is the standard deviation of a logistic distribution of scale 1, π/√3, as a scale.
	DeviationSteps = 27
	// MinScale and MaxScale bound the scale that is predicted for a coefficient of 8-bit samples: e^-3 and e^6 grey levels.
	MinScale = -138
	MaxScale = 277

	tailT      = 24 // the tables hold deviations t = (x-mean)/scale in [-tailT, tailT]
	tableSteps = 32 // entries for a unit of t
	oneQ31     = 1 << 31
)

// Tables hold the functions that a Distribution of a family is computed from. Entry i of the first two is for t = i/tableSteps -
// tailT, with one entry more at the end. Distributions of scale 1 have the standard deviation π/√3, whatever their family.
type Tables struct {
	family     process.Family
	cdf        [2*tailT*tableSteps + 2]uint32 // the integral F(t) of the density, Q31: the logistic function, or Φ
	moment     [2*tailT*tableSteps + 2]uint32 // minus the integral of t dF up to t, Q31: see logisticTables and gaussianTables
	inverse    [ScaleSteps]int64              // 2^(-i/ScaleSteps), Q20
	reciprocal [1 << 11]uint32                // entry i is 2^42/(2^11+i+1)

	wholeInverseScale int64 // the first of the derivatives where the cell is everything
}

// logisticTables are computed with integers alone, so that they are the same everywhere. The integral of t dF up to t is minus the
// binary entropy of F(t), in nats.
var logisticTables = sync.OnceValue(func() *Tables {
	const (
		middle = tailT * tableSteps
		step   = 4469799356029710114 // e^(-1/tableSteps), Q62
	)
	t := new(Tables)
	e := uint64(1) << 62 // e^-x at x = i/tableSteps
	for i := range middle + 1 {
		f, _ := bits.Div64(e>>33, e<<31, 1<<62+e) // F(-x) = e/(1+e), Q31
		h := log1pQ31(e) + uint64(i)*f/tableSteps // H = ln(1+e) + x F(-x)
		t.cdf[middle-i], t.cdf[middle+i] = uint32(f), uint32(oneQ31-f)
		t.moment[middle-i], t.moment[middle+i] = uint32(h), uint32(h)
		e, _ = bits.Mul64(e, step<<2)
	}
	t.cdf[2*middle], t.cdf[2*middle+1] = oneQ31, oneQ31
	t.finish()
	return t
})

// finish computes what is the same for all families, and what follows from the rest.
func (t *Tables) finish() {
	t.inverse[0] = 1 << 20
	for i := 1; i < ScaleSteps; i++ {
		t.inverse[i] = int64(fixed.Exp2Q30(uint32(ScaleSteps-i)<<16/ScaleSteps)+1<<10) >> 11
	}
	for i := range t.reciprocal {
		t.reciprocal[i] = uint32(1 << 42 / uint64(1<<11+i+1))
	}
	t.wholeInverseScale, _ = t.derivatives(t.bound(-tailT<<10), t.bound(tailT<<10))
}

// SharedTables returns the tables of a family, which are computed when they are first asked for.
func SharedTables(f process.Family) *Tables {
	if f == process.Gaussian {
		return gaussianTables()
	}
	return logisticTables()
}

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

// interpolate returns a table's value at t, Q10, which is within the tail.
func interpolate(table *[2*tailT*tableSteps + 2]uint32, t int64) uint32 {
	p := uint32(t + tailT<<10)
	i := p >> 5
	a, b := table[i], table[i+1]
	return a + uint32(int32(b-a)*int32(p&31)>>5)
}

// withinTail returns the deviation that the tables hold that is nearest to t, Q10.
func withinTail(t int64) int64 { return fixed.Clamp(t, -tailT<<10, tailT<<10) }

// A bound is the lower or upper end of a cell.
type bound struct {
	t        int64  // its deviation, Q10, within the tail
	integral uint32 // the integral of the density up to it, Q31
}

// bound returns the bound at deviation t, Q10, or at the nearest one within the tail.
func (tab *Tables) bound(t int64) bound {
	t = withinTail(t)
	return bound{t, interpolate(&tab.cdf, t)}
}

// InverseScale returns 1/2^(scale/ScaleSteps) as mantissa / 2^(20+octaves).
func (tab *Tables) InverseScale(scale int32) (mantissa int64, octaves int32) {
	return tab.inverse[scale&(ScaleSteps-1)], scale >> 5
}

// TimesScale returns v times 2^(scale/ScaleSteps). The scale is at most 20 octaves.
func (tab *Tables) TimesScale(v int64, scale int32) int64 {
	m, e := tab.inverse[(-scale)&(ScaleSteps-1)], (scale+ScaleSteps-1)>>5 // 2^(scale/32) = 2^e · m
	return v * m >> (uint(20-e) & 63)
}

// Deviation returns the deviation of x from a mean, both Q6, in scales, Q10.
func (tab *Tables) Deviation(x, mean int64, scale int32) int64 {
	m, e := tab.InverseScale(scale)
	return (x - mean) * m >> (uint(16+e) & 63)
}

// Integral returns the integral of the density up to a deviation t, Q10: in Q31.
func (tab *Tables) Integral(t int64) uint32 { return interpolate(&tab.cdf, withinTail(t)) }

// TruncatedMean returns the mean, Q6, of the distribution of the given mean, Q6, and scale where it is restricted to the values
// of cell a at clock k of a coefficient with dither u (eq. 15).
func (tab *Tables) TruncatedMean(mean int64, scale int32, a int32, u uint16, k uint8) int64 {
	switch k {
	case process.Unknown:
		return mean
	case 0:
		return int64(a-int32(u)) << 6
	}
	lo := int64(a-int32(u))<<6 - 32
	hi := lo + 64<<k
	m, e := tab.InverseScale(scale)
	shift := uint(16+e) & 63
	ta, tb := (lo-mean)*m>>shift, (hi-mean)*m>>shift
	return tab.meanBetween(mean, scale, lo, hi, tab.bound(ta), tab.bound(tb))
}

// meanBetween returns the mean, Q6, of the distribution between the bounds a and b, which are at lo and hi, Q6.
func (tab *Tables) meanBetween(mean int64, scale int32, lo, hi int64, a, b bound) int64 {
	moment := int64(interpolate(&tab.moment, a.t)) - int64(interpolate(&tab.moment, b.t))
	return tab.posterior(mean, scale, lo, hi, moment, int64(b.integral)-int64(a.integral))
}

// posterior returns the mean, Q6, of the distribution between lo and hi, Q6, where the density has a moment and a mass, Q31.
func (tab *Tables) posterior(mean int64, scale int32, lo, hi, moment, mass int64) int64 {
	if mass < 1<<6 { // so far out in a tail that the tables hold nothing: the nearest value
		return fixed.Clamp(mean, lo+32, hi-32)
	}
	return fixed.Clamp(mean+tab.TimesScale(moment<<10/mass, scale)>>4, lo, hi)
}

// derivatives returns two derivatives of the logarithm of the integral between two bounds a and b. With the density f, the derivative
// by the logarithm of 1/scale is (b f(b) - a f(a)) / (F(b) - F(a)), here Q10, and that by the mean, measured in scales, is (f(a) -
// f(b)) / (F(b) - F(a)), here Q31. Of the logistic function, f = F(1-F), and the second is F(a) + F(b) - 1.
func (tab *Tables) derivatives(lower, upper bound) (inverseScale, mean int64) {
	if tab.family == process.Gaussian {
		return tab.gaussianDerivatives(lower, upper)
	}
	a, b := lower.t, upper.t
	fa, fb := int64(lower.integral), int64(upper.integral)
	return inverseScaleDerivative(a, b, weighted(a, fa), weighted(b, fb), fb-fa), fa + fb - oneQ31
}

// weighted returns t f(t) of the logistic function, of which F(t) is the integral, Q31, in the format of t.
func weighted(t, integral int64) int64 { return t * (integral * (oneQ31 - integral) >> 31) }

// inverseScaleDerivative returns the first of the derivatives of the logistic function between the deviations a and b, Q10, from t f(t) at
// these and the integral between them, Q31.
func inverseScaleDerivative(a, b, weightedA, weightedB, mass int64) int64 {
	if mass < 1<<8 { // far out in a tail, where f is proportional to e^-|t|
		return 1<<10 - max(min(a, b), -max(a, b))
	}
	return (weightedB - weightedA) / mass
}
