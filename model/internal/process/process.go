// Package process says how the reverse process walks through an image. Package model walks in integers, package train and its
// twin in PyTorch in floating point, and all must take the same steps: so the plan of the steps and its constants are here
// once, and the Python module model/train/torch/plan.py is generated from them (see model/train/internal/torchplan).
//
// A scale of the wavelet pyramid is a grid of sites. A site carries Coefficients integers: that of a plane and a subband of the
// wavelet has number 3*plane + subband.
package process

const (
	Planes          = 3          // Y, Co, Cg, or the planes of another transform.Colour
	Coefficients    = 3 * Planes // the coefficients of a site: every plane has three subbands, HL, LH, HH
	Stages          = 7          // reverse steps of a scale
	StageEmbeddings = Stages - 1 // stages that the network distinguishes: see StageEmbedding
	ColourClasses   = 3          // classes of colour transforms that the network distinguishes: see transform.Colour.Class
	TopClock        = 8          // the largest clock that StageClocks and SubbandClocks add up to
	ScaleEmbeddings = 5          // scales that the network distinguishes: see ScaleEmbedding
	Phases          = 4          // see PhaseOrigin
	MaxGroup        = 3          // the most coefficients in one of Groups
	OutputBits      = 10         // fractional bits of the outputs of the network's heads
	DitherBits      = 16         // width of a dither; no clock is above it
	Unknown         = 255        // the clock of a coefficient of which nothing is known: the state x_T
)

// StageClocks are the clocks that the stages of a scale bring its coefficients to, before SubbandClocks are added. The last stage,
// which is not listed, makes every coefficient exact.
var StageClocks = [Stages - 1]uint8{6, 5, 4, 3, 2, 1}

// SubbandClocks are what every coefficient adds to StageClocks: a coefficient with half the synthesis norm of another may have
// cells of twice the width.
var SubbandClocks = [Coefficients]uint8{0, 0, 1, 1, 1, 2, 1, 1, 2}

// PlanesIn returns how many of an image's planes take part in a stage. All do, except that the first stage, which is for the
// few coefficients that are certainly large, codes luma alone.
func PlanesIn(stage, planes int) int {
	if stage == 0 {
		return 1
	}
	return planes
}

// StageEmbedding returns the index, below StageEmbeddings, of the gains, or of the expert, that a stage uses. The first two
// stages share one: the distribution predicted for a coefficient of which nothing is known does not depend on how much of it is
// coded next.
func StageEmbedding(stage int) int { return max(stage-1, 0) }

// ScaleEmbedding returns the index, below ScaleEmbeddings, of the gains that scale l uses; coarser scales share the last.
func ScaleEmbedding(l int) int { return min(l-1, ScaleEmbeddings-1) }

// A weights file holds either one network for all steps, or Experts networks: one for every stage embedding of the finest
// scale, then one for every stage embedding of the coarser scales. A step runs one network in either case. A single network
// has gains and shifts for every stage embedding; every network has them for every colour class, since classes differ in what
// one plane says about another, in the noise of the planes, and in the resolution of chroma.

// Experts is the number of networks in a weights file that does not hold a single one.
const Experts = 2 * StageEmbeddings

// GainRows returns how many rows of gains and shifts each network of a file with the given number of experts has. A single
// network has one for every colour class and stage embedding.
func GainRows(experts int) int {
	if experts == 1 {
		return ColourClasses * StageEmbeddings
	}
	return ColourClasses
}

// ExpertIndex returns which of the experts of a file computes a stage of scale l for a colour class, and which of its GainRows
// that step uses.
func ExpertIndex(experts, l, stage, class int) (expert, row int) {
	switch {
	case experts == 1:
		return 0, class*StageEmbeddings + StageEmbedding(stage)
	case l == 1:
		return StageEmbedding(stage), class
	}
	return StageEmbeddings + StageEmbedding(stage), class
}

// Groups lists the coefficients that are predicted together, in coding order: when a group is predicted, the new cells of the
// earlier groups are known.
var Groups = [...][]int{{0, 1}, {2}, {3, 4, 5}, {6, 7, 8}}

// PhaseOrigin lists the sites that are predicted together, by the parity of their row and column, in coding order: within a
// group, when a phase is predicted, the new cells of the earlier phases are known.
var PhaseOrigin = [Phases][2]int{{0, 0}, {1, 1}, {0, 1}, {1, 0}}

// TopMean and TopScale are the prior of the coarsest coefficients, which are coded first: the mean in 1/256 of the
// samples' range, and the scale by plane in 1/32 octaves of 8-bit grey levels (27, 23 and 8 levels). They were measured on
// CIFAR-10's training images, the training photographs, and crops of 32x32 of these.
var (
	TopMean  = [Planes]int32{120, 0, 0}
	TopScale = [Planes]int32{152, 145, 96}
)

// ThumbnailScale is the scale, by plane and in 1/32 octaves of 8-bit grey levels, of the prior of the first pass, the exact
// thumbnail (22, 16 and 5 levels). It was measured on crops of 32x32 and 256x256 of the training photographs.
var ThumbnailScale = [Planes]int32{143, 128, 74}

// A Step is one step of one scale.
type Step struct {
	Level int // the state that the step belongs to, counting down to 0, the image
	Scale int // 1 is the finest
	Stage int
}

// Steps returns all steps of the reverse process over the given number of scales, in coding order. At level m the finest scale
// reaches cells of width 2^m, scale l cells of width 2^(m-Lead(l)); the steps of a level go from the coarsest scale to the finest.
func Steps(scales int) (steps []Step) {
	for m := Stages - 1 + Lead(scales); m >= 0; m-- {
		for l := scales; l >= 1; l-- {
			if s := Stages - 1 - m + Lead(l); s >= 0 && s < Stages {
				steps = append(steps, Step{m, l, s})
			}
		}
	}
	return steps
}

// Lead returns how many clocks scale l is ahead of the finest at the end of a level. The synthesis norm of a
// scale's details grows by 1.5 to 2 with every scale, by 1.5 from the finest to the next: between the levels of
// the finest scale, a step of any other scale is worthwhile, twice as much as one of the finest at the same clock. Were the
// second scale one clock ahead, its steps would be taken when they are worth only half as much (docs/experiments/pass-order.md).
func Lead(l int) int { return max(l-2, 0) }
