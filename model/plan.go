package model

import "github.com/ddpmz/ddpmz/model/internal/transform"

// stageClocks are the clocks that the stages of a scale bring its coordinates to, before bandClocks are
// added; the last stage makes everything exact.
var stageClocks = [stages - 1]uint8{5, 4, 3, 2, 1}

// bandClocks are the coordinates' own: a synthesis norm of half as much allows twice the width.
var bandClocks = [coordinates]uint8{0, 0, 1, 1, 1, 2, 1, 1, 2}

// A Pass is the smallest unit of the reverse process: one step of one scale.
type Pass struct {
	Level int // the state that the pass belongs to, counting down to 0, the image
	Scale int // 1 is the finest
	Stage int // of the scale, from 0; -1 for the first pass, an exact thumbnail of at most 2x2 pixels
}

// thumbnailScale is the scale, by plane and in scale steps, of the prior of the first pass: 22, 16 and 5 grey
// levels. Measured on crops of 32x32 and 256x256 of the training photographs.
var thumbnailScale = [planes]int32{143, 128, 74}

// Passes returns all passes of a w x h image in coding order. At level m, noise of width 2^m in the finest
// scale, scale l has reached width 2^(m-l+1); a level's passes go from coarse to fine. The coarsest scale has a
// single site, which is too little for the network to see anything in: it becomes exact in the first pass.
func Passes(w, h int) []Pass {
	n := transform.Scales(w, h)
	p := []Pass{{TopLevel(w, h), n, -1}}
	for m := TopLevel(w, h) - 1; m >= 0; m-- {
		for l := n - 1; l >= 1; l-- {
			if s := stages - 2 - m + l; s >= 0 && s < stages {
				p = append(p, Pass{m, l, s})
			}
		}
	}
	return p
}

// TopLevel returns the level of the first pass.
func TopLevel(w, h int) int { return transform.Scales(w, h) + stages - 2 }

// target returns the clock that stage brings coordinate i to. deep is the number of bits by which samples
// are deeper than 8.
func target(stage, i int, deep uint) uint8 {
	if stage == stages-1 {
		return 0
	}
	return stageClocks[stage] + bandClocks[i] + uint8(deep)
}
