package network

import (
	"crypto/sha256"

	"github.com/ddpmz/ddpmz/model/internal/kernel"
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// A Net is the denoiser ε_θ: a convolutional network that runs at the resolution of one scale. Either one network serves all stages
// and scales, or there is an expert for every stage embedding of the finest scale and of the coarser ones, each of a size of its own. The
// trunk reads everything known about the sites of the scale. A head for each group of coefficients adds what has become known
// since, and gives ε and log σ. A Net is read-only and may be shared: layers are folded when they are first asked for, by one
// goroutine for all.
//
// With C channels and H hidden units, a site costs 9·36·C + 9·C²·layers + 4·C·H + 4·9·18·H multiply-accumulates in a reverse
// step, plus those of the outputs: see Cost.
type Net struct {
	identity [sha256.Size]byte
	size     int
	lifting  *transform.Lifting
	tau      int8
	family   process.Family
	prior    *Prior
	w        *weights
	features *featureTables

	// Folded layers, by stage embedding and colour class: those of the trunk by scale embedding, those of heads by whether the
	// expert is of the coarser scales. To fold all at once would take longer than to code a small image.
	folded [process.StageEmbeddings][process.ColourClasses]struct {
		stems  [2][process.ScaleEmbeddings]lazy[*kernel.Conv] // for all channels; for those of luma
		blocks [process.ScaleEmbeddings]lazy[[]*kernel.Conv]
		heads  [2]lazy[[len(process.Groups)]head]
		near   [2][2]lazy[*nearLayers] // for all channels; for those of luma
	}
}

// A head is the layers of one group with the gains of a step folded in, but for those that read cells.
type head struct {
	site *kernel.Conv // 1x1: the trunk's share of the hidden units
	out  *kernel.Conv // 1x1: ε of every coefficient of the group, then log2 σ, Q10; padded to 16
}

// nearLayers are the layers of heads that read the present cells, 3x3, by group and phase. Their outputs are added to the trunk's
// share of the hidden units, then ReLU.
type nearLayers [len(process.Groups)][process.Phases]*kernel.Conv

// Identity returns the SHA-256 of the weights file.
func (n *Net) Identity() [sha256.Size]byte { return n.identity }

// WeightsSize returns the size of the weights file in bytes.
func (n *Net) WeightsSize() int { return n.size }

// Tau returns the threshold τ of the skip test that the weights were tuned with, as log2 in 1/32.
func (n *Net) Tau() int8 { return n.tau }

// Family returns the family of the distributions that the network predicts.
func (n *Net) Family() process.Family { return n.family }

// Prior returns the prior of thumbnails, or nil.
func (n *Net) Prior() *Prior { return n.prior }

// Lifting returns the wavelet that the weights were trained with.
func (n *Net) Lifting() *transform.Lifting { return n.lifting }

// ActivationBits returns the number of fractional bits of activations, hidden units among them.
func (n *Net) ActivationBits() uint { return n.w.actFrac }

// Halo returns how many rows around a band an Inference reads.
func (n *Net) Halo() int { return n.receptiveRadius() + textureHalo }

// Cost returns the multiply-accumulates of one site in a stage of scale l.
func (n *Net) Cost(stage, l int) int {
	i, _ := process.ExpertIndex(len(n.w.experts), l, stage, 0)
	e := &n.w.experts[i]
	c, h := e.stem.out, e.near[0].out
	cost := 9*inputs*c + 9*c*c*len(e.blocks) + len(process.Groups)*h*c + len(process.Groups)*9*2*process.Coefficients*h
	for _, g := range process.Groups {
		cost += 2 * len(g) * h
	}
	return cost
}

// receptiveRadius returns how many rows and columns around a site the outputs of any trunk depend on.
func (n *Net) receptiveRadius() int { return 1 + n.w.most.Layers }

// stem returns the trunk's first layer for a stage of scale l, or nil if there is none for these channels.
func (n *Net) stem(stage, class, l int, in *channels) *kernel.Conv {
	q := process.ScaleEmbedding(l)
	return *n.folded[process.StageEmbedding(stage)][class].stems[in.variant()][q].get(func(conv **kernel.Conv) {
		at, row := process.ExpertIndex(len(n.w.experts), l, stage, class)
		e := &n.w.experts[at]
		*conv = proven(e.stem.foldNarrow(e.trunkGains(0, row, q), in.stem))
	})
}

// blocks returns the trunk's other layers, which add what they read.
func (n *Net) blocks(stage, class, l int) []*kernel.Conv {
	q := process.ScaleEmbedding(l)
	return *n.folded[process.StageEmbedding(stage)][class].blocks[q].get(func(convs *[]*kernel.Conv) {
		at, row := process.ExpertIndex(len(n.w.experts), l, stage, class)
		e := &n.w.experts[at]
		for i := range e.blocks {
			*convs = append(*convs, proven(e.blocks[i].fold(e.trunkGains(1+i, row, q))))
		}
	})
}

// heads returns the heads for a stage of scale l, by group.
func (n *Net) heads(stage, class, l int) *[len(process.Groups)]head {
	i, row := process.ExpertIndex(len(n.w.experts), l, stage, class)
	e := &n.w.experts[i]
	return n.folded[process.StageEmbedding(stage)][class].heads[i/process.StageEmbeddings].get(func(heads *[len(process.Groups)]head) {
		h := e.near[0].out
		site := proven(e.site.fold(e.siteGains(row)))
		for g := range heads {
			hd := &heads[g]
			hd.site = site.Outputs(g*h, h)
			hd.out = proven(e.out[g].fold(noGains(HeadOutputs)))
		}
	})
}

// near returns the heads' other layers, or nil if there are none for these channels. Of channels of luma they are those of
// luma's groups.
func (n *Net) near(stage, class, l int, in *channels) *nearLayers {
	i, row := process.ExpertIndex(len(n.w.experts), l, stage, class)
	e := &n.w.experts[i]
	return *n.folded[process.StageEmbedding(stage)][class].near[in.variant()][i/process.StageEmbeddings].get(func(near **nearLayers) {
		layers := new(nearLayers)
		for g, members := range process.Groups {
			if members[0] >= transform.Subbands*in.planes {
				break
			}
			for p := range process.Phases {
				layers[g][p] = proven(e.near[g].foldNarrow(e.nearGains(row, g, p), in.near))
				if layers[g][p] == nil {
					return
				}
			}
		}
		*near = layers
	})
}

// check returns why one of the layers cannot be folded, if so. What trunk and heads fold can be.
func (n *Net) check() error {
	for i := range n.w.experts {
		e := &n.w.experts[i]
		for row := range process.GainRows(len(n.w.experts)) {
			for l := range 1 + len(e.blocks) {
				for q := range process.ScaleEmbeddings {
					if err := e.trunkLayer(l).check(e.trunkGains(l, row, q)); err != nil {
						return err
					}
				}
			}
			if err := e.site.check(e.siteGains(row)); err != nil {
				return err
			}
			for g := range process.Groups {
				for p := range process.Phases {
					if err := e.near[g].check(e.nearGains(row, g, p)); err != nil {
						return err
					}
				}
			}
		}
		for g := range process.Groups {
			if err := e.out[g].check(noGains(HeadOutputs)); err != nil {
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

// trunkGains returns the gains of layer i of the trunk for a scale embedding.
func (e *expert) trunkGains(i, row, q int) gains {
	c := e.stem.out
	rows := len(e.gain.Data) / ((1 + len(e.blocks)) * process.ScaleEmbeddings * c)
	at := (i*rows+row)*process.ScaleEmbeddings + q
	return gains{e.gain.row(at, c), e.shift.row(at, c)}
}

// siteGains returns the gains of the site layer, of all groups.
func (e *expert) siteGains(row int) gains {
	return gains{e.headGain.row(row, e.site.out), zeros(e.site.out)}
}

// nearGains returns the gains of group g's layer of cells in a phase.
func (e *expert) nearGains(row, g, phase int) gains {
	h, at := e.near[g].out, row*len(process.Groups)+g
	return gains{e.headGain.row(at, h), e.headShift.row(at*process.Phases+phase, h)}
}
