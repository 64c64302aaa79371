package metrics

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/interp"
)

// A RatePoint is what a codec reaches at a rate: bits a pixel, and a quality of which more is better.
type RatePoint struct{ Rate, Quality float64 }

// BDRate returns by which factor test needs more bits than reference for the same quality, less 1: -0.1 is 10%
// fewer. It is the mean over the qualities that both curves reach, of the difference of the logarithms of the
// rates (Bjøntegaard, VCEG-M33, 2001), with Akima's piecewise cubics, which do not swing as the original's
// single cubic does. It reports false if there is no such quality, or a curve has fewer than three points.
//
// A point that is no better than one of a lower rate is left out: nobody would use it.
func BDRate(reference, test []RatePoint) (float64, bool) {
	r, ok := newCurve(reference)
	t, ok2 := newCurve(test)
	if !ok || !ok2 {
		return 0, false
	}
	low, high := max(r.low, t.low), min(r.high, t.high)
	if low >= high {
		return 0, false
	}
	// The integrand is smooth but at the points, so many nodes take it for what it is.
	sum := quad.Fixed(func(q float64) float64 { return t.Predict(q) - r.Predict(q) }, low, high, 400, nil, 1)
	return math.Exp(sum/(high-low)) - 1, true
}

// A curve is the logarithm of the rate as a function of quality.
type curve struct {
	interp.AkimaSpline
	low, high float64 // qualities
}

func newCurve(points []RatePoint) (*curve, bool) {
	points = slices.SortedFunc(slices.Values(points), func(a, b RatePoint) int { return cmp.Compare(a.Rate, b.Rate) })
	var qualities, rates []float64
	for _, p := range points {
		n := len(qualities)
		if p.Rate <= 0 || math.IsInf(p.Quality, 0) || n > 0 && p.Quality <= qualities[n-1] {
			continue
		}
		qualities, rates = append(qualities, p.Quality), append(rates, math.Log(p.Rate))
	}
	if len(qualities) < 3 {
		return nil, false
	}
	c := &curve{low: qualities[0], high: qualities[len(qualities)-1]}
	return c, c.Fit(qualities, rates) == nil
}
