package logistic

import "github.com/ddpmz/ddpmz/model/internal/process"

// Halves reports whether a step from clock k to clock target, with a distribution of the given scale, is one that CodeHalf takes.
func (tab *Tables) Halves(scale int32, k, target uint8) bool {
	return k-target == 1 && (scale+DeviationSteps)>>5 <= int32(target)+fineCells && tab.family == process.Logistic
}

// CodeHalf is Set, CodeCell and Observe in one, for the most frequent of all steps: from a cell to one of its two halves. The next coefficient
// waits for what this one teaches. So all that does not depend on the symbol is computed before it, and what does is
// computed for either symbol, so that only a choice is left after it; and values stay in registers, since one that is stored
// and loaded again is there some cycles later.
func CodeHalf(coder Coder, d *Distribution, mean int64, scale int32, a int32, u uint16, target uint8, truth int32) (next int32, o Observation, ok bool) {
	tab, dither := d.tab, int64(u)
	mantissa, e := tab.InverseScale(scale)
	shift, clock := uint(16+e)&63, uint(target)&31
	low := (int64(a)-dither)<<6 - 32 // the bounds of the halves, Q6
	width := int64(64) << clock

	at, step := (low-mean)*mantissa, mantissa<<(clock+6)
	b0, b1, b2 := tab.bound(at>>shift), tab.bound((at+step)>>shift), tab.bound((at+2*step)>>shift)
	split := uint32(1 << (ProbBits - 1))
	if reciprocal, norm := tab.reciprocalOf(b2.integral - b0.integral); reciprocal > 0 {
		split = 1 + uint32(uint64(b1.integral-b0.integral)*reciprocal>>(norm&63)*(1<<ProbBits-2)>>24)
	}
	origin := a >> clock
	d.mean, d.scale, d.mantissa, d.shift, d.clock, d.dither = mean, scale, mantissa, shift, uint8(clock), dither
	d.split, d.origin, d.count, d.below, d.above = split, origin, 2, false, false

	t0, t1, t2 := withinTail(b0.t), withinTail(b1.t), withinTail(b2.t)
	f0, f1, f2 := int64(b0.integral), int64(b1.integral), int64(b2.integral)
	w0, w1, w2 := weighted(t0, f0), weighted(t1, f1), weighted(t2, f2)
	known := inverseScaleDerivative(t0, t2, w0, w2, f2-f0)
	first := Observation{known - inverseScaleDerivative(t0, t1, w0, w1, f1-f0), f1 - f2, low + 32}
	second := Observation{known - inverseScaleDerivative(t1, t2, w1, w2, f2-f1), f1 - f0, low + 96}
	if target > 0 {
		m := int64(interpolate(&tab.moment, t1))
		first.Posterior = tab.posterior(mean, scale, low, low+width, int64(interpolate(&tab.moment, t0))-m, f1-f0)
		second.Posterior = tab.posterior(mean, scale, low+width, low+2*width, m-int64(interpolate(&tab.moment, t2)), f2-f1)
	}

	s, ok := coder.Symbol(d, min(max(truth>>clock-origin, 0), 1))
	if !ok {
		return 0, Observation{}, false
	}
	is := -int64(s) // all bits or none
	o.LogScale = first.LogScale ^ (first.LogScale^second.LogScale)&is
	o.Mean = first.Mean ^ (first.Mean^second.Mean)&is
	o.Posterior = first.Posterior ^ (first.Posterior^second.Posterior)&is
	return (origin + s) << clock, o, true
}
