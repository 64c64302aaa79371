package model

import (
	"crypto/sha256"

	"github.com/ddpmz/ddpmz/model/internal/kernel"
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// A Net is the denoiser ε_θ: a convolutional network that runs at the resolution of one scale, the same for
// all scales; or such an expert for every look of a stage, of the finest scale and of the coarser ones, all of one shape. Its trunk reads everything known about the
// scale's sites; a head per group of coordinates adds what has become known since and gives ε and log σ. A Net is
// read-only and may be shared, but that layers are folded when they are first asked for, by one goroutine for all.
//
// Per site and reverse step it costs, in multiply-accumulates, 9·36·C + 9·C²·layers + 4·C·H + 4·9·18·H plus
// the outputs: see Cost.
type Net struct {
	identity [sha256.Size]byte
	size     int
	lifting  *transform.Lifting
	tau      int32 // τ in scale steps
	w        *weights
	features *featureTables

	// By the look of a stage and the kind of colours, of which an image has one; trunks by condition, heads by expert, of
	// which the finest scale may have others. To fold all at once would take longer than to code a small image.
	folded [process.Looks][process.Kinds]struct {
		trunks [conditions]lazy[[]*kernel.Conv]
		heads  [2]lazy[[len(groups)]head]
	}
}

// head is one group's layers with the gains of a step folded in.
type head struct {
	site *kernel.Conv         // 1x1: the trunk's share of the hidden units
	near [phases]*kernel.Conv // 3x3 over the present cells, added to the site term, then ReLU
	out  *kernel.Conv         // 1x1: ε of every coordinate of the group, then log2 σ, Q10; padded to 16
}

// Identity returns the SHA-256 of the weights file.
func (n *Net) Identity() [sha256.Size]byte { return n.identity }

// WeightsSize returns the size of the weights file in bytes.
func (n *Net) WeightsSize() int { return n.size }

// Tau returns the threshold τ of skipping that the weights were tuned with, as log2 in 1/32.
func (n *Net) Tau() int8 { return int8(n.tau) }

// Cost returns the multiply-accumulates of one site and reverse step.
func (n *Net) Cost() int {
	c, h := n.w.channels, n.w.hidden
	cost := 9*inputs*c + 9*c*c*n.w.layers + len(groups)*h*c + len(groups)*9*2*coordinates*h
	for _, g := range groups {
		cost += 2 * len(g) * h
	}
	return cost
}

// reach returns how many rows around a site the trunk looks at.
func (n *Net) reach() int { return 1 + n.w.layers }

// trunk returns the trunk's layers for a stage of scale l: the stem, then the blocks, which add what they read.
func (n *Net) trunk(stage, kind, l int) []*kernel.Conv {
	q := process.Condition(l)
	return *n.folded[process.Look(stage)][kind].trunks[q].get(func(convs *[]*kernel.Conv) {
		at, row := process.Place(len(n.w.experts), l, stage, kind)
		e := &n.w.experts[at]
		for i := range 1 + n.w.layers {
			*convs = append(*convs, proven(e.trunkLayer(i).fold(e.trunkGains(i, row, q))))
		}
	})
}

// heads returns the heads for a stage of scale l, by group.
func (n *Net) heads(stage, kind, l int) *[len(groups)]head {
	i, row := process.Place(len(n.w.experts), l, stage, kind)
	e := &n.w.experts[i]
	return n.folded[process.Look(stage)][kind].heads[i/process.Looks].get(func(heads *[len(groups)]head) {
		h := n.w.hidden
		site := proven(e.site.fold(e.siteGains(row)))
		for g := range heads {
			hd := &heads[g]
			hd.site = site.Outputs(g*h, h)
			for p := range hd.near {
				hd.near[p] = proven(e.near[g].fold(e.nearGains(row, g, p)))
			}
			hd.out = proven(e.out[g].fold(noGains(headOutputs)))
		}
	})
}

// check returns why one of the layers cannot be folded, if so. What trunk and heads fold can be.
func (n *Net) check() error {
	for i := range n.w.experts {
		e := &n.w.experts[i]
		for row := range process.Rows(len(n.w.experts)) {
			for l := range 1 + n.w.layers {
				for q := range conditions {
					if err := e.trunkLayer(l).check(e.trunkGains(l, row, q)); err != nil {
						return err
					}
				}
			}
			if err := e.site.check(e.siteGains(row)); err != nil {
				return err
			}
			for g := range groups {
				for p := range phases {
					if err := e.near[g].check(e.nearGains(row, g, p)); err != nil {
						return err
					}
				}
			}
		}
		for g := range groups {
			if err := e.out[g].check(noGains(headOutputs)); err != nil {
				return err
			}
		}
	}
	return nil
}

// proven returns a layer that can be folded, as check has found: an error is a bug.
func proven(c *kernel.Conv, err error) *kernel.Conv {
	if err != nil {
		panic(err)
	}
	return c
}

// trunkLayer returns layer i of the trunk.
func (e *expert) trunkLayer(i int) *layer {
	if i == 0 {
		return &e.stem
	}
	return &e.blocks[i-1]
}

// trunkGains returns the gains of layer i of the trunk in a condition.
func (e *expert) trunkGains(i, row, q int) gains {
	c := e.stem.out
	rows := len(e.gain.data) / ((1 + len(e.blocks)) * conditions * c)
	at := (i*rows+row)*conditions + q
	return gains{e.gain.row(at, c), e.shift.row(at, c)}
}

// siteGains returns the gains of the site layer, of all groups.
func (e *expert) siteGains(row int) gains {
	return gains{e.headGain.row(row, e.site.out), zeros(e.site.out)}
}

// nearGains returns the gains of group g's layer of cells in a phase.
func (e *expert) nearGains(row, g, phase int) gains {
	h, at := e.near[g].out, row*len(groups)+g
	return gains{e.headGain.row(at, h), e.headShift.row(at*phases+phase, h)}
}
