// Package reals has the constants of the network that are no integers, for those who train it and for tests. What decodes has
// them in fixed point, and does not import this package.
package reals

// Constants of what the network reads and of what its outputs are relative to, in 8-bit grey levels. Package model/internal/network has them in
// fixed point. The weights were trained with these values.
const (
	// The network reads asinh(x / CompressScale) of a cell's centre, or of a difference, x.
	CompressScale = 1.5

	// The network reads PrecisionAtZero - k / PrecisionSteps of a known clock k, and 0 of an unknown one.
	PrecisionAtZero, PrecisionSteps = 1.2, 6

	// The network reads ln(x + LogOffset) of a mean magnitude x.
	LogOffset = .5

	// The scale of a coefficient of which nothing is known is TextureGain times the mean deviation of the coarser image around,
	// plus TextureOffset.
	TextureGain, TextureOffset = .4, .3

	// The scale of a coefficient that is known to be in a cell is ActivityGain times the mean magnitude of the cells around,
	// plus ActivityOffset, but at least TextureShare times the scale above, and at most the width of the cell.
	ActivityGain, ActivityOffset, TextureShare = .6, .2, .3

	// MinLogScale and MaxLogScale bound the natural logarithm of a predicted scale.
	MinLogScale, MaxLogScale = -3, 6

	// UniformShare is the share of a uniform distribution in every predicted distribution: it bounds the code length.
	UniformShare = 1e-4

	// MinMass is the mass of a cell under the predicted distribution below which the parts of the cell are taken to be equally
	// likely: the tables of package model end there.
	MinMass = 1. / (1 << 20)
)
