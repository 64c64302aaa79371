package dctkernel

import "math/bits"

// Never is the clock of a coefficient that was not coded, plus the clock from which on it is looked at again, at most 11. Clocks of those that
// were coded are less.
const Never = 128

// skipBelow is the least expected magnitude, Q4, over 2^k for which a coefficient is coded at clock k.
const skipBelow = 2

// Awake reports whether a coefficient has something to code at clock k, if it is not skipped: it was coded before, or was not looked at
// since a clock that is not less.
func Awake(clock, k uint8) bool { return clock^Never >= k }

// Skips reports whether a coefficient that was not coded is skipped at clock k, and what its clock is then. What is skipped with much less is looked at
// again only when a prediction that has doubled may be enough.
func Skips(k uint8, magnitude, value int32) (clock uint8, yes bool) {
	m := max(magnitude, 2*value, -2*value)
	if k == 0 || m >= skipBelow<<k {
		return 0, false
	}
	return Never + min(k-1, uint8(bits.Len32(uint32(2*m/skipBelow)|1)-1)), true
}

// Skip skips coefficients at clock k, by their predictions, of groups of which all are there. Clocks are those of every second one. A bit of coded is
// set, from the lowest on, for a coefficient of its group that has something to code.
func Skip(coded []uint8, predictions []Predictions, clocks []uint8, k uint8) {
	if accelerated && k > 0 {
		skipAssembly(coded, predictions, clocks, k)
		return
	}
	for g := range coded {
		coded[g] = skipGroup(&predictions[g], clocks[2*Lanes*g:], k)
	}
}

func skipGroup(p *Predictions, clocks []uint8, k uint8) (coded uint8) {
	clocks = clocks[:2*Lanes]
	for lane := range Lanes {
		c := &clocks[2*lane]
		if !Awake(*c, k) {
			continue
		}
		if *c >= Never {
			if clock, yes := Skips(k, p.All[lane], p.Value[lane]); yes {
				*c = clock
				continue
			}
		}
		coded |= 1 << lane
	}
	return coded
}
