package codec

import (
	"slices"

	"github.com/ddpmz/ddpmz/container"
	"github.com/ddpmz/ddpmz/model"
)

// A passPlan says which passes of a file are decoded for a picture, and so which of its segments are read.
type passPlan struct {
	model.Reduction
	passes []model.Pass // of scales from Finest on, in their order
	wanted int          // the first of these are decoded
	total  int          // passes of the image
	first  []int        // by segment of passes, the number of its first pass among all of the image
	unread []bool       // by segment; those after the last one wanted are not read, either
}

// planPasses plans decoding a file whose image has such passes. reached says at which level decoding is to stop at the latest.
func planPasses(h *container.Header, passes []model.Pass, scales int, reached func(level int) bool) *passPlan {
	p := &passPlan{Reduction: model.Reduction{Scales: scales, Finest: 1}, passes: passes, total: len(passes),
		first: make([]int, len(h.Segments)), unread: make([]bool, len(h.Segments))}
	at := 0
	for i, g := range h.Segments {
		if p.first[i] = at; g.Kind == container.Passes {
			at = min(at+p.units(g, i), p.total)
		}
	}
	if scales > 0 {
		p.reduce(h, reached)
		return p
	}
	for p.wanted < p.total && !reached(passes[p.wanted].Level) {
		p.wanted++
	}
	return p
}

// units returns how many passes segment i has.
func (p *passPlan) units(g container.Segment, i int) int {
	if g.Units == 0 {
		return p.total - p.first[i]
	}
	return int(g.Units)
}

// reduce plans for a reduced picture. Its passes are those of scales coarser than it, until a level that is good enough. Others are
// decoded too if they share the stream of a segment with these, and then all that those depend on.
func (p *passPlan) reduce(h *container.Header, reached func(level int) bool) {
	needed := func(pass model.Pass) bool { return pass.Scale >= p.Finest || pass.Stage < 0 }
	p.Finest = p.Scales + 1
	end := 0 // of the passes that are wanted, among all
	for i, pass := range p.passes {
		if needed(pass) && pass.Level >= model.ReducedLevel(p.Scales) && !reached(pass.Level) {
			end = i + 1
		}
	}
	segment := func(i int) []model.Pass { // its passes that come before the end
		if h.Segments[i].Kind != container.Passes || p.first[i] >= end {
			return nil
		}
		return p.passes[p.first[i]:min(p.first[i]+p.units(h.Segments[i], i), end)]
	}
	for before := 0; before != p.Finest; { // until no segment mixes what is needed with what is not
		before = p.Finest
		for i := range h.Segments {
			shared := slices.ContainsFunc(segment(i), needed)
			for _, pass := range segment(i) {
				if shared && pass.Stage >= 0 {
					p.Finest = min(p.Finest, pass.Scale)
				}
			}
		}
	}
	var kept []model.Pass
	for i, pass := range p.passes {
		if needed(pass) {
			if kept = append(kept, pass); i < end {
				p.wanted = len(kept)
			}
		}
	}
	for i, g := range h.Segments {
		if g.Kind != container.Passes {
			p.unread[i] = g.Kind == container.Digest
			continue
		}
		p.unread[i] = !slices.ContainsFunc(segment(i), needed)
	}
	p.passes = kept
}
