package dct

import (
	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/internal/dctkernel"
)

// topLevel is the level of the first passes. Its cells are half as wide as the range of a DC coefficient is.
const topLevel = 9

// maxClock bounds clocks. Wider cells hold all that a coefficient can be.
const maxClock = 11

// Passes returns the passes of an image, in coding order. They depend on sampling factors and quantization steps only. In a level,
// a pass of luma, whose Stage is 0, comes before one of all other planes, whose Stage is 1. A level at which no clock changes has
// none. There is at least one pass of either stage that has planes.
func Passes(im *Image) (passes []model.Pass) {
	for m := topLevel; m >= 0; m-- {
		for stage := range classes {
			if im.changes(m, stage) {
				passes = append(passes, model.Pass{Level: m, Scale: 1, Stage: stage})
			}
		}
	}
	return passes
}

// changes reports whether a level brings coefficients of a stage to another clock.
func (im *Image) changes(m, stage int) bool {
	for i := range im.Planes {
		if class(i) != stage {
			continue
		}
		for _, q := range im.Planes[i].Quant {
			if a := im.area(i); takesPart(q, a, m) {
				return true
			}
		}
	}
	return false
}

// clock returns the clock to which level m brings a coefficient: the largest for which the cell's width, in grey levels of an
// orthonormal transform, and with the area of pixels that it is for, is at most sqrt(2)·2^m. It is 0 at level 0.
func clock(step uint16, area int32, m int) (k uint8) {
	q := int64(max(step, 1))
	for k < maxClock && (q<<(k+1))*(q<<(k+1))*int64(area) <= 2<<(2*m) {
		k++
	}
	return k
}

// takesPart reports whether coefficients of a frequency are coded at level m.
func takesPart(step uint16, area int32, m int) bool {
	return m == topLevel || clock(step, area, m) != clock(step, area, m+1)
}

// Work returns what a pass takes, in blocks.
func Work(im *Image, p model.Pass) (n int64) {
	for i := range im.Planes {
		if class(i) == p.Stage {
			n += int64(im.Planes[i].Wide) * int64(im.Planes[i].High)
		}
	}
	return n
}

// Memory returns an upper bound of the bytes that a chain of an image holds, without the image's coefficients.
func Memory(im *Image) (n int64) {
	bands := im.bands()
	adaptive := 4*int64(contexts.allProbs) + 4*dctkernel.SetSize*int64(contexts.allWeights) + 2*dctkernel.Points*int64(contexts.allRefiners)
	n = int64(bands) * (adaptive + bandOverhead)
	for i := range im.Planes {
		p := &im.Planes[i]
		size := (int64(p.Wide) + 2) * (int64(p.rowsOfBands(bands)) + 2)
		n += int64(bands)*size*(BlockSize*componentBytes+1) + predictorBytes
	}
	return n
}

const (
	componentBytes = 1 + 2 + 2 // of a coefficient: clock, magnitude, value
	bandOverhead   = 8 << 10   // of a band, its components, and what the allocator rounds up to
	predictorBytes = 3 << 19   // of a plane's predictors, with what they are grown by
)
