package dct

import (
	"math/bits"

	"github.com/ddpmz/ddpmz/model/internal/dctkernel"
)

// The kinds of decisions.
const (
	isLarge  = iota // is the magnitude known at this clock more than 0?
	isMinus         // the sign
	isLarger        // is the magnitude more than 1, 2, ...?
	isUpper         // which half of its cell is a magnitude in?
	isAbove         // which half of its cell is a DC in?
	kinds
)

const (
	fineSteps   = 44 // of a logarithm in quarters of octaves
	halfSteps   = fineSteps / 2
	coarseSteps = 16 // in halves
	meanSteps   = 8  // of a predicted value's magnitude
	signSteps   = 33 // of a signed logarithm, or of where a value is in a cell
	longest     = 16 // magnitudes that are coded in unary are less than this
	clockStates = 12 // min(clock, 3), times what was known before
)

// sizes has the number of contexts of every probability of a kind; weightSizes that of each weight set, refinerSizes of each
// refiner.
var sizes = [kinds][]int32{
	isLarge: {
		classes * 3 * BlockSize * fineSteps,
		classes * clockStates * coarseSteps * coarseSteps,
		classes * 2 * BlockSize * coarseSteps,
		classes * 2 * BlockSize * coarseSteps,
		classes * clockStates * coarseSteps * halfSteps,
		BlockSize * 16 * 9 * 2,
		classes * BlockSize * meanSteps * halfSteps,
		classes * BlockSize * coarseSteps * halfSteps,
		classes * BlockSize * 16,
		classes * 16 * 81 * 3,
	},
	isMinus: {
		BlockSize * signSteps,
		BlockSize * 81,
		signSteps * halfSteps,
		BlockSize * 27,
		BlockSize * 3 * classes * meanSteps,
	},
	isLarger: {
		classes * longest * BlockSize,
		longest * fineSteps,
		longest * clockStates * coarseSteps,
		longest * coarseSteps * coarseSteps,
		longest * meanSteps * coarseSteps,
		classes * longest * halfSteps * clockStates,
	},
	isUpper: {
		BlockSize * 16 * 4,
		fineSteps * 16,
		halfSteps * 16 * 17,
		BlockSize * 17,
		17 * halfSteps,
	},
	isAbove: {
		classes * clockStates * signSteps,
		classes * signSteps * 32,
		signSteps * 32,
		signSteps * signSteps,
		signSteps * signSteps,
		classes * clockStates * 32,
	},
}

var weightSizes = [kinds][dctkernel.WeightSets]int32{
	isLarge:  {classes * 2 * BlockSize, fineSteps * 3, coarseSteps * coarseSteps},
	isMinus:  {BlockSize, signSteps, 1},
	isLarger: {BlockSize, longest, fineSteps},
	isUpper:  {BlockSize, 16, halfSteps},
	isAbove:  {classes, clockStates, 32},
}

var refinerSizes = [kinds][dctkernel.Refiners]int32{
	isLarge:  {classes * 3 * BlockSize, coarseSteps * coarseSteps},
	isMinus:  {BlockSize, signSteps},
	isLarger: {BlockSize, longest},
	isUpper:  {BlockSize, 16},
	isAbove:  {classes * clockStates, 32},
}

// A layout has where the contexts of a kind begin, in a Choice of its first ones, and how many there are of all kinds.
type layout struct {
	kinds [kinds]dctkernel.Choice

	allProbs, allWeights, allRefiners int32 // in sets and refiners
}

var contexts = func() (l layout) {
	for k := range kinds {
		base := &l.kinds[k]
		base.Inputs = int32(len(sizes[k]))
		for i, n := range sizes[k] {
			base.Probs[i] = l.allProbs
			l.allProbs += n
		}
		for i, n := range weightSizes[k] {
			base.Sets[i] = l.allWeights
			l.allWeights += n
		}
		for i, n := range refinerSizes[k] {
			base.Refiners[i] = l.allRefiners
			l.allRefiners += n
		}
	}
	return
}()

// choose begins a choice for a decision of a kind, with contexts of the sets of weights and of the refiners. It returns where the
// probs are to be set, and where those of the kind begin.
func choose(c *dctkernel.Choice, kind int, s0, s1, s2, r0, r1 int32) (probs, first *[dctkernel.MaxInputs]int32) {
	base := &contexts.kinds[kind]
	c.Inputs = base.Inputs
	c.Sets[0], c.Sets[1], c.Sets[2] = base.Sets[0]+s0, base.Sets[1]+s1, base.Sets[2]+s2
	c.Refiners[0], c.Refiners[1] = base.Refiners[0]+r0, base.Refiners[1]+r1
	return &c.Probs, &base.Probs
}

// quarters returns the logarithm of x, less than 2^30, in quarters of octaves, rounded down: 4 for 1, 8 for 2, 10 for 3, 12 for 4, and 0 for 0.
func quarters(x uint32) int32 {
	y := x << 2
	n := int32(bits.Len32(y))
	r := 4*n - 8 + int32(y>>(uint(n-3)&31)&3)
	if x == 0 {
		r = 0
	}
	return r
}

// beyond is more than matters of what logarithms are taken of.
const beyond = 1 << 24

// largeQuarters is quarters of a sum that may be beyond what matters.
func largeQuarters(x int32) int32 { return quarters(uint32(min(x, beyond))) }

// signedLog returns the logarithm of |x|, Q4, over 2^k in halves of octaves, from 0 to 16, with the sign of x.
func signedLog(x int32, k uint8) int32 {
	l := min(max((largeQuarters(max(x, -x))-4*int32(k))/2-1, 0), signSteps/2)
	if x < 0 {
		return -l
	}
	return l
}

// offset returns x, which is 16 for half a cell, with less precision where it is large, from -16 to 16.
func offset(x int32) int32 {
	a := max(x, -x)
	var r int32
	switch {
	case a < 16:
		r = (a + 1) / 2
	case a < 32:
		r = 8 + (a-16)/4
	default:
		r = min(12+(quarters(uint32(min(a, 1<<20)))-24)/2, signSteps/2)
	}
	if x < 0 {
		return -r
	}
	return r
}
