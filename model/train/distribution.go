package train

import (
	"math"

	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/process/reals"
)

// The network predicts for every coefficient a distribution, by its mean and the natural logarithm of its scale. Distributions
// of one mean and scale have one standard deviation, too, whatever their family.

const (
	deviation    = 1.8137993642 // the standard deviation of a distribution of scale 1, π/√3
	minLogScale  = reals.MinLogScale
	maxLogScale  = reals.MaxLogScale
	uniformShare = reals.UniformShare
	minMass      = reals.MinMass
)

// codeLength returns the ideal code length, in bits, of the sub-cell s of a coefficient that is known to be in c:
// the discretized decoder (eq. 13) restricted to c. dMean and dLogScale are its derivatives.
func codeLength(family process.Family, mean, logScale float32, c, s cell) (bits, dMean, dLogScale float32) {
	inverse := exp(-logScale)
	massOf := logisticMass
	if family == process.Gaussian {
		massOf = gaussianMass
	}
	all, part := massOf(mean, inverse, c), massOf(mean, inverse, s)
	share := min((s.hi-s.lo)/min(c.hi-c.lo, 2048), 1) // the probability of s under a uniform distribution
	above, below := part.mass+minMass*share, all.mass+minMass
	ratio := above / below
	p := (1-uniformShare)*ratio + uniformShare*share
	const log2e = 1.4426950409
	f := -log2e * (1 - uniformShare) * ratio / p
	up, down := f*part.mass/above, f*all.mass/below
	return -log2e * log(p), up*part.dMean - down*all.dMean, up*part.dLogScale - down*all.dLogScale
}

// cellMass is the integral of a density over a cell, and the derivatives of its logarithm.
type cellMass struct{ mass, dMean, dLogScale float32 }

// logisticMass returns the cellMass of a cell under a logistic density. With a < b the distances of its edges from the mean, in units of the scale, the
// integral is
//
//	F(b) - F(a) = (1 - e^(a-b)) / ((1 + e^-b) (1 + e^a))
//
// in which no difference of nearly equal numbers occurs in either tail.
func logisticMass(mean, inverse float32, c cell) cellMass {
	if c.clock == unknown {
		return cellMass{mass: 1}
	}
	a, b := (c.lo-mean)*inverse, (c.hi-mean)*inverse
	d := (c.hi - c.lo) * inverse // b - a, without its rounding error
	const cut = 85
	ea, eb := exp(min(a, cut)), exp(min(-b, cut))
	var width float32 // 1 - e^-d
	if d > .1 && a > -cut && b < cut && a < cut && b > -cut {
		width = 1 - ea*eb
	} else {
		width = negExpm1(d)
	}
	fa, fb := ea/(1+ea), eb/(1+eb) // F(a), F(-b)
	return cellMass{
		mass:      width / ((1 + ea) * (1 + eb)),
		dMean:     inverse * (fa - fb),
		dLogScale: a*fa - b*fb - d*(1-width)/width,
	}
}

// gaussianMass returns the cellMass of a cell under a Gaussian density φ, of which the integral from a to b has the derivative
// φ(a) - φ(b) by the mean, and a φ(a) - b φ(b) by the logarithm of the scale. Half of the arithmetic is in float64, which has
// digits enough for the differences, in the lower tail: of a cell in the upper one, the mirror image is taken.
func gaussianMass(mean, inverse float32, c cell) cellMass {
	if c.clock == unknown {
		return cellMass{mass: 1}
	}
	m := float64(c.lo-mean) * float64(inverse) / deviation
	n := m + float64(c.hi-c.lo)*float64(inverse)/deviation
	sign := 1.
	if m+n > 0 {
		m, n, sign = -n, -m, -1
	}
	const furthest = 36 // where the integral is still a normal float64
	if n < -furthest {  // as if the cell began there
		m, n = m-n-furthest, -furthest
	}
	mass := lowerGaussian(n) - lowerGaussian(m)
	fa, fb := gaussianDensity(m), gaussianDensity(n)
	return cellMass{
		mass:      float32(mass),
		dMean:     float32(sign * (fa - fb) / mass * float64(inverse) / deviation),
		dLogScale: float32((m*fa - n*fb) / mass),
	}
}

// gaussianDensity is the density of the standard normal distribution, and lowerGaussian its integral up to z.
func gaussianDensity(z float64) float64 { return math.Exp(-z*z/2) / math.Sqrt(2*math.Pi) }
func lowerGaussian(z float64) float64   { return math.Erfc(-z*math.Sqrt2/2) / 2 }

// truncatedMean returns the mean of the distribution restricted to the cell (eq. 15).
func truncatedMean(family process.Family, mean, logScale float32, c cell) float32 {
	if family == process.Gaussian && c.clock != unknown {
		scale := exp(logScale)
		m := gaussianMass(mean, 1/scale, c)
		variance := scale * scale * deviation * deviation // the mean of all, and the derivative of the logarithm of the integral
		return min(max(mean+variance*m.dMean, c.lo), c.hi)
	}
	return logisticTruncatedMean(mean, logScale, c)
}

// logisticTruncatedMean is truncatedMean of a logistic distribution. With F the logistic function and H its binary entropy in
// nats, the integral of t dF is H(F(a)) - H(F(b)).
func logisticTruncatedMean(mean, logScale float32, c cell) float32 {
	if c.clock == unknown {
		return mean
	}
	scale := exp(logScale)
	a, b := (c.lo-mean)/scale, (c.hi-mean)/scale
	sign := float32(1)
	if a+b > 0 { // mirrored into the lower half, where F does not cancel
		a, b, sign = -b, -a, -1
	}
	a, b = max(a, -60), min(max(b, -60), 60)
	fa, ha := entropy(a)
	fb, hb := entropy(b)
	m := float32(0)
	if fb-fa > 1e-9 {
		m = (ha - hb) / (fb - fa)
	}
	return min(max(mean+sign*scale*min(max(m, a), b), c.lo), c.hi)
}

// entropy returns F(t) and H(F(t)).
func entropy(t float32) (f, h float32) {
	if t > 0 {
		e := exp(-t)
		g := e / (1 + e) // 1 - F
		return 1 - g, log1p(e) + t*g
	}
	e := exp(t)
	f = e / (1 + e)
	return f, log1p(e) - t*f
}
