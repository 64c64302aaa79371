// Package process says how the reverse process walks through an image: what package model does in integers and
// package train in floating point must be the same walk, so its plan is written once, here.
//
// A scale of the pyramid is a grid of sites. A site carries Coordinates integers, coordinate 3*plane + band.
package process

const (
	Planes      = 3          // Y, Co, Cg, or others: see transform.Colour
	Coordinates = 3 * Planes // of a site: every plane has three bands, HL, LH, HH
	Stages      = 7          // reverse steps of a scale
	Looks       = Stages - 1 // stages that the network tells apart: see Look
	Kinds       = 3          // of colours: YCoCg-R and what is like it; derived; derived with chroma halved
	TopClock    = 8          // the coarsest of all, of StageClocks and BandClocks together
	Conditions  = 5          // scales with gains and shifts of their own; coarser ones share the last
	Phases      = 4
)

// StageClocks are the clocks that the stages of a scale bring its coordinates to, before BandClocks are added;
// the last stage makes everything exact.
var StageClocks = [Stages - 1]uint8{6, 5, 4, 3, 2, 1}

// PlanesIn returns how many of an image's planes take part in a stage: all, but luma alone in the first, which is for
// the few coordinates that are large beyond doubt.
func PlanesIn(stage, planes int) int {
	if stage == 0 {
		return 1
	}
	return planes
}

// Look returns which of the Looks a stage has. The first two stages share one: what is believed of a coordinate of which
// nothing is known does not depend on how much is to become known.
func Look(stage int) int { return max(stage-1, 0) }

// A weights file holds one network for all steps, or Experts: one for every look of the finest scale, then one for every
// look of the coarser scales. A step runs one in any case. Gains and shifts are by look where one network has all of them,
// and by kind of colours, since planes differ in what they tell of each other, in their noise, and in how fine they are.

// Experts is how many networks a weights file holds that does not hold just one.
const Experts = 2 * Looks

// Rows returns how many rows of gains and shifts each of so many networks has: Rows(1) has one for every kind and look.
func Rows(experts int) int {
	if experts == 1 {
		return Kinds * Looks
	}
	return Kinds
}

// Place returns which of so many networks computes a stage of scale l for a kind of colours, and which of its Rows is that
// step's.
func Place(experts, l, stage, kind int) (expert, row int) {
	switch {
	case experts == 1:
		return 0, kind*Looks + Look(stage)
	case l == 1:
		return Look(stage), kind
	}
	return Looks + Look(stage), kind
}

// Condition returns which of the Conditions scale l has.
func Condition(l int) int { return min(l-1, Conditions-1) }

// BandClocks are the coordinates' own: a synthesis norm of half as much allows twice the width.
var BandClocks = [Coordinates]uint8{0, 0, 1, 1, 1, 2, 1, 1, 2}

// Groups are the coordinates that are predicted together, in coding order: a later group sees the new cells
// of the earlier ones.
var Groups = [...][]int{{0, 1}, {2}, {3, 4, 5}, {6, 7, 8}}

// PhaseOrigin are the sites that are predicted together: those of the row and column parities given, in
// coding order. Within a group, a later phase sees the new cells of the earlier ones.
var PhaseOrigin = [Phases][2]int{{0, 0}, {1, 1}, {0, 1}, {1, 0}}

// TopMean and TopScale are the prior of the coarsest coefficients, which come first of all: the mean in 1/256 of the
// samples' range, the scale by plane in 1/32 octaves, 27, 23 and 8 grey levels. Measured on CIFAR-10's training images,
// the training photographs, and crops of 32x32 of these.
var (
	TopMean  = [Planes]int32{120, 0, 0}
	TopScale = [Planes]int32{152, 145, 96}
)

// ThumbnailScale is the scale, by plane and in 1/32 octaves, of the prior of the first pass, the exact thumbnail:
// 22, 16 and 5 grey levels. Measured on crops of 32x32 and 256x256 of the training photographs.
var ThumbnailScale = [Planes]int32{143, 128, 74}

// Lead returns how many clocks scale l is ahead of the finest at the end of a level. The synthesis norm of a
// scale's details grows by 1.5 to 2 with every scale, by 1.5 from the finest to the next: between the levels of
// the finest scale, all others are worth a refinement, twice as much as the finest at the same clock. Were the
// second scale one clock ahead, it would be refined when it is worth only half as much (docs/model.md).
func Lead(l int) int { return max(l-2, 0) }
