package history

import "github.com/ddpmz/ddpmz/codec/jpeg"

// Where few coefficients speak for a step, it may be wrong. Then the blocks that have such coefficients miss their samples, and
// fewer with the right step.

const (
	adjustment     = 4  // by which steps are changed at most, if not to one that another frequency has
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

// adjust changes steps that few coefficients speak for, if that makes blocks better that have such coefficients. target is nil of blocks
// outside the picture; put notes the solution of a block. It reports whether it changed any.
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
			if v != 0 && !c.sure[f] {
				blocks[f] = append(blocks[f], k)
			}
		}
	}
	var unused block
	for f := 1; f < 64; f++ {
		if len(blocks[f]) == 0 || stopped(c.done) {
			continue
		}
		have := c.steps[f]
		requantized := func(k int, steps *[64]uint16) solution {
			s := c.solution(k%c.wide, k/c.wide)
			s.coef[f] = quantize(int32(s.coef[f])*int32(have), int32(steps[f]))
			s.steps = steps
			s.decode()
			return s
		}
		misses := func(step uint16) (sum int64) {
			steps := c.steps
			steps[f] = step
			for _, k := range blocks[f][:min(len(blocks[f]), adjustedBlocks)] {
				s := requantized(k, &steps)
				sum += target(k%c.wide, k/c.wide).misses(&s.samples, &unused, 1<<60)
			}
			return sum
		}
		candidates := c.steps[:]
		for d := uint16(1); d <= adjustment; d++ {
			candidates = append(candidates[:len(candidates):len(candidates)], have+d, max(have, d+1)-d)
		}
		best, least := have, misses(have)
		tried := map[uint16]bool{have: true}
		for _, step := range candidates {
			if least == 0 {
				break
			}
			if step < 2 || step > largestStep || tried[step] {
				continue
			}
			tried[step] = true
			if n := misses(step); n < least {
				best, least = step, n
			}
		}
		if best == have {
			continue
		}
		changed = true
		steps := c.steps
		steps[f] = best
		for _, k := range blocks[f] {
			s := requantized(k, &steps)
			put(k%c.wide, k/c.wide, &s)
		}
		c.steps = steps
	}
	return changed
}
