package model

import (
	"github.com/ddpmz/ddpmz/model/internal/kernel"
	"github.com/ddpmz/ddpmz/model/internal/parallel"
	"github.com/ddpmz/ddpmz/model/internal/process"
)

// slabRows is how many rows of a layer a processor computes before it goes on to the next layer: with few, they are
// still in the cache then, and little memory is taken.
const slabRows = 4

// runTrunk computes the trunk's output at the band's sites from its input; see prepare. Within the image every layer
// has a row less than the one before it on either side, so that the last has those of the band. All go down the band
// together, each a row behind the one that it reads.
func (b *band) runTrunk(everyone bool) {
	b.beginAsking(everyone)
	convs := b.begin()
	n := len(convs)
	b.slab = slabRows * b.procs
	for len(b.helpers) < b.procs {
		b.helpers = append(b.helpers, helper{})
	}
	if len(b.layers) == 0 {
		b.layers = make([]window, n+1)
	}
	ahead := max(n-2, 0) // who is asked about has to be known as many rows down as layers depend on
	b.beginPrepare()
	for i, conv := range convs[:n-1] {
		b.layers[1+i].begin(max(0, b.y0-n+1+i), b.slab+3, b.slab+3, b.s.w, conv.Out())
	}
	b.layers[n].begin(b.y0, b.y1-b.y0, mostRows(b.s.h), b.s.w, convs[n-1].Out())
	for y := b.top - textureHalo - n; y < b.y1; {
		y = min(y+b.slab, b.y1)
		b.layers[0].forget(b.layers[1].end - 1)
		b.prepare(b.parent.image, b.parent.shift, min(y+n+ahead, b.y1+n))
		for i := 1; i <= n; i++ {
			if i < n {
				b.layers[i].forget(b.layers[i+1].end - 1)
			}
			b.convolve(convs[i-1], &b.layers[i], &b.layers[i-1], i > 1, min(y+n-i, b.s.h), n-i)
		}
	}
}

// begin decides what the network is shown of the band, and returns the trunk's layers, and b.heads, that see it so.
func (b *band) begin() []*kernel.Conv {
	net, kind, l := b.c.net, b.c.Colour.Class(), b.s.number
	b.shown, b.seen = b.view()
	stem := net.stem(b.stage, kind, l, b.shown)
	if stem == nil {
		b.shown = &everyChannel
		stem = net.stem(b.stage, kind, l, b.shown)
	}
	b.heads = net.heads(b.stage, kind, l)
	if b.near = net.near(b.stage, kind, l, b.seen); b.near == nil {
		b.seen = &everyChannel
		b.near = net.near(b.stage, kind, l, b.seen)
	}
	return append([]*kernel.Conv{stem}, net.blocks(b.stage, kind, l)...)
}

// convolve computes a layer's rows above row to that are not computed yet, from the layer before it; a residual layer
// adds that. Sites that are asked about depend on it from up to halo sites away: others are not computed.
func (b *band) convolve(k *kernel.Conv, dst, src *window, residual bool, to, halo int) {
	from := dst.end
	if from >= to {
		return
	}
	spans := b.spansOf(from, to, halo)
	// Rows are handed out in pairs, which kernels are quicker with.
	parallel.Ranges(b.procs, (to-from+1)/2, (to-from)*b.s.w*k.Out()*k.In()/8, func(_, p0, p1 int) {
		y0, y1 := from+2*p0, min(from+2*p1, to)
		in, post := kernel.View{T: src.part(y0, y1)}, kernel.View{}
		if residual {
			post = in
		}
		for _, s := range spans {
			k.Span(dst.part(y0, y1), in, kernel.View{}, post, true, 0, y1-y0, s.from, s.to)
		}
	})
	dst.reach(to, b.s.h)
}

// headRows is how many rows of a phase's hidden units a processor computes at a time.
const headRows = 8

// runHeads computes the hidden units of every head, group by group and phase by phase, a few rows of the phase's sites
// at a time, and calls then for these, from row y0 of the phase on: it may have their outputs computed, update b.cells,
// tune the last layer, and stops the run by returning false.
func (b *band) runHeads(then func(g, phase, y0 int) bool) bool {
	features := &b.layers[len(b.layers)-1].Tensor
	for g, members := range groups {
		if members[0] >= bands*process.PlanesIn(b.stage, b.s.planes) {
			break
		}
		hd := &b.heads[g]
		mask := maskOf(members)
		b.lastLayer.Begin(&b.learned.LastLayers[g], hd.out, len(members), b.c.net.w.actFrac)
		for phase, origin := range phaseOrigin {
			w, h := (b.s.w-origin[1]+1)/2, (b.y1-b.y0-origin[0]+1)/2
			if w == 0 || h == 0 {
				continue
			}
			site, near := hd.site, b.near[g][phase]
			for top := 0; top < h; top += headRows * b.procs {
				rows := min(h-top, headRows*b.procs)
				b.hidden.Reset(rows, w, near.Out())
				parallel.Ranges(b.procs, rows, rows*w*near.Out()*near.In()/8, func(worker, y0, y1 int) {
					h := &b.helpers[worker]
					h.share.Reset(1, w, site.Out())
					for y := y0; y < y1; y++ { // a row is still in the cache when the next layer wants it
						phaseOf := func(t *kernel.Tensor, first int) kernel.View {
							return kernel.View{T: t, Step: 2, Y: b.y0 + 2*(top+y) + origin[0] - first, X: origin[1]}
						}
						h.spans = b.spansOfPhase(h.spans, mask, b.y0+2*(top+y)+origin[0], origin[1])
						for _, s := range h.spans {
							site.Span(&h.share, phaseOf(features, b.y0), kernel.View{}, kernel.View{}, false, 0, 1, s.from, s.to)
							near.Span(b.hidden.Part(y, y+1), phaseOf(&b.cells.Tensor, b.cells.top), kernel.View{T: &h.share}, kernel.View{}, true, 0, 1, s.from, s.to)
						}
					}
				})
				if b.c.stopped() || !then(g, phase, top) {
					return false
				}
			}
		}
	}
	return true
}

// runOutputs has the last layer of a head, as it is tuned by now, compute the outputs of n sites, at most adapt.Interval, from
// site x of row y of b.hidden on.
func (b *band) runOutputs(y, x, n int) {
	b.output.Reset(1, n, headOutputs)
	b.lastLayer.Layer.Rows(&b.output, kernel.View{T: &b.hidden, Y: y, X: x}, kernel.View{}, kernel.View{}, false, 0, 1)
}
