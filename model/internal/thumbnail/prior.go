// Package thumbnail codes the coarsest state of an image, the thumbnail of at most 2x2 pixels, by a prior that was learned: p(x_T) of the
// paper's eq. 16.
//
// The prior is a mixture of Gaussians in all Values of a thumbnail. Values are coded one after the other, each by its distribution given those before:
// that is a mixture, too, of Gaussians whose means are linear in the values before, and whose weights follow from how well these were predicted.
package thumbnail

import (
	"encoding/binary"

	"github.com/ddpmz/ddpmz/model/internal/logistic"
	"github.com/ddpmz/ddpmz/model/internal/process"
)

const (
	// Values is how many values a thumbnail has: the top of each plane, then the coefficients of the single site of the coarsest scale.
	Values = process.Planes + process.Coefficients

	// MaxComponents is the most that a Prior has.
	MaxComponents = 32

	WeightBits = 8  // fraction bits of Component.Weight
	MeanBits   = 4  // fraction bits of Component.Mean, and of deviations from it
	FactorBits = 12 // fraction bits of Component.Factors

	factors       = Values * (Values - 1) / 2
	ComponentSize = 2 * (1 + Values + Values + factors) // of a Component in a weights file, in bytes
)

// A Prior is a mixture of Gaussians, of 8-bit samples in YCoCg-R.
type Prior struct{ Components []Component }

// A Component is one of them. The mean of value i, given those before, is Mean[i] plus the sum of Row(i)[j] times the deviation of value j from
// Mean[j], over all j < i.
type Component struct {
	Weight  int16          // log2, Q8, at most 0
	Mean    [Values]int16  // Q4
	Scale   [Values]int16  // the standard deviation is π/√3 · 2^(Scale/32), of value i given those before
	Factors [factors]int16 // Q12, row by row
}

// Row returns the factors of the values before value i.
func (c *Component) Row(i int) []int16 { return c.Factors[i*(i-1)/2:][:i] }

// Append appends the prior as a weights file has it: the number of components, then of each all its numbers in the order of Component, little-endian.
func (p *Prior) Append(b []byte) []byte {
	b = append(b, byte(len(p.Components)))
	for i := range p.Components {
		c := &p.Components[i]
		for _, part := range [][]int16{{c.Weight}, c.Mean[:], c.Scale[:], c.Factors[:]} {
			for _, v := range part {
				b = binary.LittleEndian.AppendUint16(b, uint16(v))
			}
		}
	}
	return b
}

// Read reads what Append has written, and returns the rest. It returns nil if that is no prior: see Valid.
func Read(b []byte) (p *Prior, rest []byte) {
	if len(b) == 0 || len(b) < 1+int(b[0])*ComponentSize {
		return nil, nil
	}
	p, b = &Prior{make([]Component, b[0])}, b[1:]
	for i := range p.Components {
		c := &p.Components[i]
		weight := make([]int16, 1)
		for _, part := range [][]int16{weight, c.Mean[:], c.Scale[:], c.Factors[:]} {
			for j := range part {
				part[j] = int16(binary.LittleEndian.Uint16(b))
				b = b[2:]
			}
		}
		c.Weight = weight[0]
	}
	if !p.Valid() {
		return nil, nil
	}
	return p, b
}

// Valid reports whether p has 1 to MaxComponents components, weights of at most 1 and scales from logistic.MinScale to logistic.MaxScale.
func (p *Prior) Valid() bool {
	if len(p.Components) < 1 || len(p.Components) > MaxComponents {
		return false
	}
	for i := range p.Components {
		if p.Components[i].Weight > 0 {
			return false
		}
		for _, s := range p.Components[i].Scale {
			if s < logistic.MinScale || s > logistic.MaxScale {
				return false
			}
		}
	}
	return true
}
