package logistictest

import (
	"math"
	"math/rand/v2"

	"github.com/ddpmz/ddpmz/model/internal/process"
)

// A Density is a distribution in floating point. Its standard deviation is that of the logistic of the same scale, whatever its family.
type Density struct {
	Family      process.Family
	Mean, Scale float64
}

// deviation is the standard deviation of the logistic distribution of scale 1.
var deviation = math.Pi / math.Sqrt(3)

// Mass returns the probability of [lo,hi), computed in the tail that is smaller.
func (d Density) Mass(lo, hi float64) float64 {
	a, b := (lo-d.Mean)/d.Scale, (hi-d.Mean)/d.Scale
	if a > 0 {
		a, b = -b, -a
	}
	return d.lower(b) - d.lower(a)
}

// lower returns the probability of what is less than t scales above the mean.
func (d Density) lower(t float64) float64 {
	if d.Family == process.Gaussian {
		return math.Erfc(-t/deviation/math.Sqrt2) / 2
	}
	return 1 / (1 + math.Exp(-t))
}

// Density returns the density at x.
func (d Density) Density(x float64) float64 {
	t := (x - d.Mean) / d.Scale
	if d.Family == process.Gaussian {
		z := t / deviation
		return math.Exp(-z*z/2) / math.Sqrt(2*math.Pi) / deviation / d.Scale
	}
	c := math.Cosh(t / 2)
	return 1 / (4 * d.Scale * c * c)
}

// Draw draws a value.
func (d Density) Draw(r *rand.Rand) float64 {
	if d.Family == process.Gaussian {
		return d.Mean + d.Scale*deviation*r.NormFloat64()
	}
	p := r.Float64()*(1-2e-9) + 1e-9
	return d.Mean + d.Scale*math.Log(p/(1-p))
}
