package model

// stageClocks are the clocks that the stages of a scale bring its coordinates to, before bandClocks are
// added; the last stage makes everything exact.
var stageClocks = [stages - 1]uint8{5, 4, 3, 2, 1}

// bandClocks are the coordinates' own: a synthesis norm of half as much allows twice the width.
var bandClocks = [coordinates]uint8{0, 0, 1, 1, 1, 2, 1, 1, 2}

// A Pass is the smallest unit of the reverse process: one step of one scale.
type Pass struct {
	Level int // the state that the pass belongs to, counting down to 0, the image
	Scale int // 1 is the finest
	Stage int // of the scale, from 0; -1 for the first pass, the single coarsest coefficient of every plane
}

// Passes returns all passes of a w x h image in coding order. At level m, noise of width 2^m in the finest
// scale, scale l has reached width 2^(m-l+1); a level's passes go from coarse to fine.
func Passes(w, h int) []Pass {
	n := scalesOf(w, h)
	top := n + stages - 2
	p := []Pass{{top + 1, n + 1, -1}}
	for m := top; m >= 0; m-- {
		for l := n; l >= 1; l-- {
			if s := stages - 1 - m + l - 1; s >= 0 && s < stages {
				p = append(p, Pass{m, l, s})
			}
		}
	}
	return p
}

// TopLevel returns the level of the first pass: the state x_T.
func TopLevel(w, h int) int { return scalesOf(w, h) + stages - 1 }

// target returns the clock that stage brings coordinate i to. deep is the number of bits by which samples
// are deeper than 8.
func target(stage, i int, deep uint) uint8 {
	if stage == stages-1 {
		return 0
	}
	return stageClocks[stage] + bandClocks[i] + uint8(deep)
}
