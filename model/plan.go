package model

import (
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// A Pass is the smallest unit of the reverse process: one step of one scale of the wavelet pyramid.
type Pass struct {
	Level int // the level whose state the pass leads to, counting down to 0, the image
	Scale int // 1 is the finest
	Stage int // of the scale, from 0; -1 for the first pass, which codes a thumbnail of at most 2x2 pixels exactly
}

// Passes returns all passes of an image of w x h pixels in coding order. At level m the finest scale reaches cells of width 2^m, and
// scale l cells of width 2^(m-process.Lead(l)); the passes of a level go from coarse to fine. The coarsest scale has a single site,
// too few for the network: the first pass makes it exact.
func Passes(w, h int) []Pass {
	n := transform.Scales(w, h)
	p := []Pass{{TopLevel(w, h), n, -1}}
	for _, s := range process.Steps(max(n-1, 0)) {
		p = append(p, Pass(s))
	}
	return p
}

// TopLevel returns the level of the first pass of an image of w x h pixels.
func TopLevel(w, h int) int { return process.Stages + process.Lead(transform.Scales(w, h)-1) }

// FinestPredicted returns the finest scale that a picture has predicted after the first passes of an image: that whose first pass is
// due, and, once one has come after the thumbnail, the next finer one.
func FinestPredicted(done []Pass) int {
	finest := 0
	for i, p := range done {
		if i == 0 || p.Scale <= finest && p.Stage >= process.Lead(p.Scale)-process.Lead(p.Scale-1) {
			finest = p.Scale - 1
		}
	}
	if len(done) > 1 {
		finest--
	}
	return max(finest, 1)
}

// target returns the clock that a stage brings coefficient i to. extra is the number of extra bits of depth of the coefficient: see
// Chain.extraBits.
func target(stage, i, extra int) uint8 {
	if stage == process.Stages-1 {
		return 0
	}
	return process.StageClocks[stage] + process.SubbandClocks[i] + uint8(extra)
}
