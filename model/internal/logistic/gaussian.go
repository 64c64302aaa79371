package logistic

import (
	"math/bits"
	"sync"

	"github.com/ddpmz/ddpmz/model/internal/process"
)

// Constants of the Gaussian distribution whose standard deviation is that of the logistic of scale 1: its variance is V = π²/3, and
// its density f(t) = f(0) e^(-t²/2V).
const (
	inverseVariance = 652756755           // 1/V, Q31
	peakMoment      = 3337021788562880155 // V f(0), Q62
	simpson         = 5282984335272844    // f(0)/6 · 1/tableSteps, Q62
	firstRatio      = 4611514905335140680 // e^(-h²/2V), h = 1/(2 tableSteps), Q62
	ratioOfRatios   = 4611343798591914231 // e^(-2h²/2V), Q62
)

// gaussianTables are computed with integers alone, as logisticTables. The density follows from one multiplication after the other:
// the ratio of e^(-(t+h)²/2V) to e^(-t²/2V) falls by a constant factor from step to step. Its integral is that of Simpson's rule,
// whose error is less than a tenth of 2^-31. The integral of t dF up to t is -V f(t).
var gaussianTables = sync.OnceValue(func() *Tables {
	const middle = tailT * tableSteps
	t := &Tables{family: process.Gaussian}
	times := func(a, b uint64) uint64 { // Q62
		hi, _ := bits.Mul64(a, b<<2)
		return hi
	}
	g, ratio := uint64(1)<<62, uint64(firstRatio) // e^(-t²/2V), and what takes it to t+h
	next := func() {
		g, ratio = times(g, ratio), times(ratio, ratioOfRatios)
	}
	sum := uint64(0) // of Simpson's rule, from 0 to t, Q48
	for i := range middle + 1 {
		half, _ := bits.Mul64(sum, simpson)          // Q46
		f := uint32(min((half+1<<14)>>15, oneQ31/2)) // F(t) - 1/2, Q31
		m, _ := bits.Mul64(g, peakMoment)            // Q60
		moment := uint32((m + 1<<28) >> 29)
		t.cdf[middle-i], t.cdf[middle+i] = oneQ31/2-f, oneQ31/2+f
		t.moment[middle-i], t.moment[middle+i] = moment, moment
		sum += (g + 1<<13) >> 14
		next()
		sum += (g + 1<<11) >> 12
		next()
		sum += (g + 1<<13) >> 14
	}
	t.cdf[2*middle], t.cdf[2*middle+1] = oneQ31, oneQ31
	t.finish()
	return t
})

// gaussianDerivatives is Tables.derivatives of the Gaussian distribution. Between two entries of the tables, the derivative by the mean is
// the same everywhere: half a step off at most, but zero on average.
func (tab *Tables) gaussianDerivatives(lower, upper bound) (inverseScale, mean int64) {
	a, b := lower.t, upper.t
	mass := int64(upper.integral) - int64(lower.integral)
	if mass < 1<<8 { // far out in a tail, where nearly all of the mass is at the nearer bound
		near := a
		if a+b < 0 {
			near = b
		}
		slope := near * inverseVariance >> 10 // -f'/f, Q31
		return 1<<10 - near*slope>>31, slope
	}
	fa := int64(interpolate(&tab.moment, a)) * inverseVariance >> 31
	fb := int64(interpolate(&tab.moment, b)) * inverseVariance >> 31
	return (b*fb - a*fa) / mass, (fa - fb) << 31 / mass
}
