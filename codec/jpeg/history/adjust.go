package history

import "github.com/ddpmz/ddpmz/codec/jpeg"

// Where few coefficients speak for a step, it may be wrong by a little. Then the blocks that have such coefficients miss their samples, and
// fewer with the right step.

const (
	adjustment     = 4  // by which steps are changed at most
	adjustedBlocks = 48 // that are looked at for a frequency
)

// typical reports whether steps are those of a table of libjpeg, of which hardly one can be wrong.
func typical(steps *[64]uint16) bool {
	for quality := 1; quality <= 100; quality++ {
		if jpeg.Typical(false, quality) == *steps || jpeg.Typical(true, quality) == *steps {
			return true
		}
	}
	return false
}

// adjust changes steps, of frequencies that few blocks have, if that makes these better. target is nil of blocks outside the picture; put notes the solution of a block. It reports
// whether it changed any.
func (c *component) adjust(target func(bx, by int) target, put func(bx, by int, s *solution)) (changed bool) {
	if typical(&c.steps) {
		return false
	}
	var blocks [64][]int // that have a coefficient, by frequency
	for k := range c.wide * c.high {
		if target(k%c.wide, k/c.wide) == nil {
			continue
		}
		for f, v := range c.coef[64*k : 64*k+64] {
			if v != 0 && len(blocks[f]) <= adjustedBlocks {
				blocks[f] = append(blocks[f], k)
			}
		}
	}
	var unused block
	for f := 1; f < 64; f++ {
		if n := len(blocks[f]); n == 0 || n > adjustedBlocks {
			continue
		}
		misses := func(step int) (sum int64) {
			steps := c.steps
			steps[f] = uint16(step)
			for _, k := range blocks[f] {
				s := c.solution(k%c.wide, k/c.wide)
				s.steps = &steps
				s.decode()
				sum += target(k%c.wide, k/c.wide).misses(&s.samples, &unused, 1<<60)
			}
			return sum
		}
		have := int(c.steps[f])
		best, least := have, misses(have)
		for d := 1; d <= adjustment && least > 0; d++ {
			for _, step := range [2]int{have - d, have + d} {
				if step < 2 || step > largestStep {
					continue
				}
				if n := misses(step); n < least {
					best, least = step, n
				}
			}
		}
		if best == have {
			continue
		}
		changed = true
		c.steps[f] = uint16(best)
		for _, k := range blocks[f] {
			s := c.solution(k%c.wide, k/c.wide)
			s.decode()
			put(k%c.wide, k/c.wide, &s)
		}
	}
	return changed
}
