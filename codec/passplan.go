package codec

import (
	"slices"

	"github.com/ddpmz/ddpmz/container"
	"github.com/ddpmz/ddpmz/model"
)

// A passPlan says which passes of a file are decoded for a picture, and so which of its segments are read.
type passPlan struct {
	model.Reduction
	passes []model.Pass // those that are decoded, in their order
	at     []int        // by pass of a reduced picture, its number among all of the image
	wanted int          // as many of passes are decoded before decoding is to stop
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
// decoded too where they come before these in the stream that a segment shares, and then all that those depend on.
func (p *passPlan) reduce(h *container.Header, reached func(level int) bool) {
	needed := make([]bool, p.total)
	for i, pass := range p.passes {
		coarse := pass.Scale > p.Scales || pass.Stage < 0
		needed[i] = coarse && pass.Level >= model.ReducedLevel(p.Scales) && !reached(pass.Level)
	}
	for more := true; more; {
		more = false
		need := func(from, to int, of func(pass model.Pass) bool) {
			for i := from; i < to; i++ {
				if !needed[i] && of(p.passes[i]) {
					needed[i], more = true, true
				}
			}
		}
		for i := range h.Segments { // a stream is decoded from its beginning
			first, end := p.segment(h, i)
			for end > first && !needed[end-1] {
				end--
			}
			need(first, end, func(model.Pass) bool { return true })
		}
		for i, pass := range p.passes { // a pass depends on those before it of its scale and of coarser ones
			if needed[i] {
				need(0, i, func(other model.Pass) bool { return other.Scale >= pass.Scale })
			}
		}
	}
	all := p.passes
	p.passes, p.at, p.Finest = nil, nil, p.Scales+1
	for i, pass := range all {
		if needed[i] {
			p.passes, p.at = append(p.passes, pass), append(p.at, i)
			if pass.Stage >= 0 {
				p.Finest = min(p.Finest, pass.Scale)
			}
		}
	}
	p.wanted = len(p.passes)
	for i, g := range h.Segments {
		first, end := p.segment(h, i)
		p.unread[i] = g.Kind == container.Digest || g.Kind == container.Passes && !slices.Contains(needed[first:end], true)
	}
}

// segment returns which passes of the image segment i has: none if it is of another kind.
func (p *passPlan) segment(h *container.Header, i int) (first, end int) {
	if h.Segments[i].Kind != container.Passes {
		return p.total, p.total
	}
	return p.first[i], min(p.first[i]+p.units(h.Segments[i], i), p.total)
}

// leaves reports whether the passes from number k on are in no segment up to segment i.
func (p *passPlan) leaves(g container.Segment, i, k int) bool {
	return p.at != nil && k < len(p.at) && p.at[k] >= p.first[i]+p.units(g, i)
}
