package logistictest

import (
	"math"
	"math/rand/v2"
)

// A Logistic is a logistic distribution in floating point.
type Logistic struct{ Mean, Scale float64 }

// Mass returns the probability of [lo,hi), computed in the tail that is smaller.
func (l Logistic) Mass(lo, hi float64) float64 {
	a, b := (lo-l.Mean)/l.Scale, (hi-l.Mean)/l.Scale
	if a > 0 {
		a, b = -b, -a
	}
	return 1/(1+math.Exp(-b)) - 1/(1+math.Exp(-a))
}

// Density returns the density at x.
func (l Logistic) Density(x float64) float64 {
	c := math.Cosh((x - l.Mean) / l.Scale / 2)
	return 1 / (4 * l.Scale * c * c)
}

// Draw draws a value.
func (l Logistic) Draw(r *rand.Rand) float64 {
	p := r.Float64()*(1-2e-9) + 1e-9
	return l.Mean + l.Scale*math.Log(p/(1-p))
}
