package model

import (
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// stageClocks and bandClocks are the clocks that the stages of a scale bring its coordinates to.
var (
	stageClocks = process.StageClocks
	bandClocks  = process.BandClocks
)

// A Pass is the smallest unit of the reverse process: one step of one scale.
type Pass struct {
	Level int // the state that the pass belongs to, counting down to 0, the image
	Scale int // 1 is the finest
	Stage int // of the scale, from 0; -1 for the first pass, an exact thumbnail of at most 2x2 pixels
}

// thumbnailScale is the scale, by plane and in scale steps, of the prior of the first pass.
var thumbnailScale = process.ThumbnailScale

// lead returns how many clocks scale l is ahead of the finest at the end of a level.
func lead(l int) int { return process.Lead(l) }

// Passes returns all passes of a w x h image in coding order. At level m the finest scale reaches cells of width
// 2^m, scale l cells of width 2^(m-lead(l)); a level's passes go from coarse to fine. The coarsest scale has a
// single site, which is too little for the network to see anything in: it becomes exact in the first pass.
func Passes(w, h int) []Pass {
	n := transform.Scales(w, h)
	p := []Pass{{TopLevel(w, h), n, -1}}
	for m := TopLevel(w, h) - 1; m >= 0; m-- {
		for l := n - 1; l >= 1; l-- {
			if s := stages - 1 - m + lead(l); s >= 0 && s < stages {
				p = append(p, Pass{m, l, s})
			}
		}
	}
	return p
}

// TopLevel returns the level of the first pass.
func TopLevel(w, h int) int { return stages + lead(transform.Scales(w, h)-1) }

// target returns the clock that stage brings coordinate i to. deep is the number of bits by which the coordinate is deeper
// than those of 8-bit samples: see Chain.deepOf.
func target(stage, i, deep int) uint8 {
	if stage == stages-1 {
		return 0
	}
	return stageClocks[stage] + bandClocks[i] + uint8(deep)
}
