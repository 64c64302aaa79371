package logistic

import "github.com/ddpmz/ddpmz/model/internal/process"

// A HalfCoder is what a Coder may be besides: it codes steps from a cell to one of its halves without a Distribution, in less time.
type HalfCoder interface {
	// Half codes symbol s, 0 or 1, of which 0 has the interval [0, split), and 1 the rest.
	Half(split uint32, s int32) (t int32, ok bool)
}

// Halves reports whether a step from clock k to clock target, with a distribution of the given scale, is one that CodeHalf takes.
func (tab *Tables) Halves(scale int32, k, target uint8) bool {
	return k-target == 1 && (scale+DeviationSteps)>>5 <= int32(target)+fineCells && tab.family == process.Logistic
}

// CodeHalf is Set, CodeCell and Observe in one, for the most frequent of all steps: from a cell to one of its two halves. Values stay in
// registers, and the symbol chooses among them without a branch, which would be mispredicted.
func (tab *Tables) CodeHalf(coder HalfCoder, mean int64, scale int32, a int32, u uint16, target uint8, truth int32) (next int32, o Observation, ok bool) {
	mantissa, e := tab.InverseScale(scale)
	shift, clock := uint(16+e)&63, uint(target)&31
	low := (int64(a)-int64(u))<<6 - 32 // the lower bound, Q6

	at, step := (low-mean)*mantissa, mantissa<<(clock+6)
	b0, b1, b2 := tab.bound(at>>shift), tab.bound((at+step)>>shift), tab.bound((at+2*step)>>shift)
	split := uint32(1 << (ProbBits - 1))
	if reciprocal, norm := tab.reciprocalOf(b2.integral - b0.integral); reciprocal > 0 {
		split = 1 + uint32(uint64(b1.integral-b0.integral)*reciprocal>>(norm&63)*(1<<ProbBits-2)>>24)
	}
	origin := a >> clock
	s, ok := coder.Half(split, min(max(truth>>clock-origin, 0), 1))
	if !ok {
		return 0, Observation{}, false
	}

	t0, t1, t2 := b0.t, b1.t, b2.t
	f0, f1, f2 := int64(b0.integral), int64(b1.integral), int64(b2.integral)
	w0, w1, w2 := weighted(t0, f0), weighted(t1, f1), weighted(t2, f2)
	known := inverseScaleDerivative(t0, t2, w0, w2, f2-f0)
	second := -int64(s) // all bits or none
	choose := func(x, y int64) int64 { return x ^ (x^y)&second }
	mass, outer := choose(f1-f0, f2-f1), choose(t0, t2)
	o.LogScale = known - inverseScaleDerivative(choose(t0, t1), choose(t1, t2), choose(w0, w1), choose(w1, w2), mass)
	o.Mean = choose(f1-f2, f1-f0)
	width := int64(64) << clock
	low += width & second
	o.Posterior = low + 32
	if target > 0 {
		moment := int64(interpolate(&tab.moment, outer)) - int64(interpolate(&tab.moment, t1))
		o.Posterior = tab.posterior(mean, scale, low, low+width, (moment^second)-second, mass)
	}
	return (origin + s) << clock, o, true
}
