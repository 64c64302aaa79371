package dct

import (
	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/internal/dctkernel"
)

// TopLevel is the level of the first passes. Its cells are half as wide as the range of a DC coefficient is.
const TopLevel = 9

// maxClock bounds clocks. Wider cells hold all that a coefficient can be.
const maxClock = 11

// stages is the number of passes of a level. What a level leaves in cells as wide as its noise comes before what it leaves in cells that
// are narrower by up to a half: it is what is known least before.
const stages = 2

// Passes returns the passes of an image, in coding order. They depend on sampling factors and quantization steps only. A pass of a level
// that brings no coefficient to another clock is left out.
func Passes(im *Image) (passes []model.Pass) {
	for m := TopLevel; m >= 0; m-- {
		var some [stages]bool
		for i := range im.Planes {
			a := im.area(i)
			for _, q := range im.Planes[i].Quant {
				if takesPart(q, a, m) {
					some[stage(q, a, m)] = true
				}
			}
		}
		for stage, yes := range some {
			if yes {
				passes = append(passes, model.Pass{Level: m, Scale: 1, Stage: stage})
			}
		}
	}
	return passes
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
	return m == TopLevel || clock(step, area, m) != clock(step, area, m+1)
}

// stage returns the stage in which level m codes coefficients of a frequency that takes part: 0 if their cells are then at least 2^m wide, in
// the units of clock, and 1 otherwise.
func stage(step uint16, area int32, m int) int {
	q := int64(max(step, 1)) << clock(step, area, m)
	if q*q*int64(area) >= 1<<(2*m) {
		return 0
	}
	return 1
}

// in reports whether a pass codes coefficients of a frequency.
func in(p model.Pass, step uint16, area int32) bool {
	return takesPart(step, area, p.Level) && stage(step, area, p.Level) == p.Stage
}

// Work returns what a pass takes, in blocks of 64 coefficients.
func Work(im *Image, p model.Pass) (n int64) {
	for i := range im.Planes {
		a, frequencies := im.area(i), int64(0)
		for _, q := range im.Planes[i].Quant {
			if in(p, q, a) {
				frequencies++
			}
		}
		n += frequencies * int64(im.Planes[i].Wide) * int64(im.Planes[i].High)
	}
	return (n + BlockSize - 1) / BlockSize
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
