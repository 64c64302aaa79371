package logistic

// Within returns the part [start, end) of [0, 2^ProbBits) that the intervals of those symbols take whose cells reach within so many
// scales of the mean. Symbols that stand for several cells are not among them. If there is no such symbol, it is the interval of the
// one whose cell is nearest to the mean. A bit has all of its intervals.
func (d *Distribution) Within(scales int64) (start, end uint32) {
	if d.mantissa == 0 {
		return 0, 1 << ProbBits
	}
	first, last := int32(0), d.count-1
	if d.below {
		first++
	}
	if d.above {
		last--
	}
	middle := max(min(d.cellOfMean()-d.origin, last), first)
	// Deviations grow with the symbol. Invariant: the symbols [lo, middle] may be drawn, those before first may not.
	lo := middle
	for first < lo {
		m := (first + lo) >> 1
		if d.deviation(int64(d.origin+m+1)) > -scales<<10 {
			lo = m
		} else {
			first = m + 1
		}
	}
	hi := middle
	for hi < last {
		m := (hi + last + 1) >> 1
		if d.deviation(int64(d.origin+m)) < scales<<10 {
			hi = m
		} else {
			last = m - 1
		}
	}
	end = 1 << ProbBits
	if lo > 0 {
		start, _ = d.Interval(lo)
	}
	if hi < d.count-1 {
		end, _ = d.Interval(hi + 1)
	}
	return start, end
}
