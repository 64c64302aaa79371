package train

import (
	"math"
	"math/rand/v2"

	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/internal/logistic"
	"github.com/ddpmz/ddpmz/model/internal/thumbnail"
)

const dimensions = thumbnail.Values

// gaussians is a mixture of Gaussians, which expectation and maximization fit (Dempster, Laird, Rubin 1977).
type gaussians struct {
	components []gaussian // the last is broad, and never changes
	spread     observation
	members    []float64 // scratch: by component, how much an observation belongs to it
}

// A gaussian is a component: value i of an observation, given those before, has the mean mean[i] + Σ factor[i][j] (x[j] - mean[j]), j < i, and
// the variance variance[i].
type gaussian struct {
	logWeight float64
	mean      observation
	factor    [dimensions][dimensions]float64
	variance  observation
}

const (
	// leastVariance is the least of a value given those before: what rounding to integers leaves, and some more, for pictures unlike those that
	// it was fitted to.
	leastVariance = .3
	// A component's covariance is that of its observations and of so many more, whose variances are this share of all observations' and which are
	// not correlated.
	priorCount, priorShare = 15, .05
	// broadWeight is the weight of the broad component, whose standard deviations are broadFactor times those of all observations, and at least
	// broadLeast grey levels.
	broadWeight, broadFactor, broadLeast = 1. / 256, 1.5, 12
)

// newGaussians returns a mixture of n components, whose means are some of the observations.
func newGaussians(all []observation, n int, r *rand.Rand) *gaussians {
	m := &gaussians{components: make([]gaussian, n), members: make([]float64, n)}
	var mean observation
	for i := range dimensions {
		sum, squares := 0., 0.
		for k := range all {
			sum, squares = sum+all[k][i], squares+all[k][i]*all[k][i]
		}
		mean[i] = sum / float64(len(all))
		m.spread[i] = max(squares/float64(len(all))-mean[i]*mean[i], leastVariance)
	}
	for c := range n - 1 {
		g := &m.components[c]
		g.mean, g.logWeight = all[r.IntN(len(all))], math.Log((1-broadWeight)/float64(n-1))
		for i := range g.variance {
			g.variance[i] = m.spread[i] / 4
		}
	}
	broad := &m.components[n-1]
	broad.mean, broad.logWeight = mean, math.Log(broadWeight)
	for i := range broad.variance {
		broad.variance[i] = max(broadFactor*broadFactor*m.spread[i], broadLeast*broadLeast)
	}
	return m
}

// logDensity returns the logarithm of the density of x times the weight, but for a constant.
func (g *gaussian) logDensity(x *observation) float64 {
	sum := g.logWeight
	var d observation
	for i := range d {
		d[i] = x[i] - g.mean[i]
		e := d[i]
		for j, f := range g.factor[i][:i] {
			e -= f * d[j]
		}
		sum -= e * e / (2 * g.variance[i])
	}
	return sum
}

// moments are sums over what belongs to a component.
type moments struct {
	count    float64
	sum      observation
	products [dimensions][dimensions]float64
}

// improve makes all components but the last those that fit best to what belongs to them.
func (m *gaussians) improve(all []observation) {
	n := len(m.components)
	sums, constant := make([]moments, n), make([]float64, n)
	for c := range m.components {
		for _, v := range m.components[c].variance {
			constant[c] -= math.Log(v) / 2
		}
	}
	for k := range all {
		x := &all[k]
		most, total := math.Inf(-1), 0.
		for c := range m.components {
			m.members[c] = m.components[c].logDensity(x) + constant[c]
			most = max(most, m.members[c])
		}
		for c, v := range m.members {
			m.members[c] = math.Exp(v - most)
			total += m.members[c]
		}
		for c, v := range m.members[:n-1] {
			v /= total
			if v < 1e-5 {
				continue
			}
			s := &sums[c]
			s.count += v
			for i := range dimensions {
				d := v * (x[i] - m.components[c].mean[i])
				s.sum[i] += d
				for j := range i + 1 {
					s.products[i][j] += d * (x[j] - m.components[c].mean[j])
				}
			}
		}
	}
	total := 0.
	for c := range n - 1 {
		total += sums[c].count
	}
	for c := range n - 1 {
		m.components[c].fit(&sums[c], &m.spread)
		m.components[c].logWeight = math.Log(max(sums[c].count/total, 1e-5) * (1 - broadWeight))
	}
}

// fit makes g the Gaussian of sums about its mean. It decomposes the covariance into L D Lᵀ: L is the inverse of 1 less the factors, D has the variances.
func (g *gaussian) fit(s *moments, spread *observation) {
	n := s.count + priorCount
	var shift observation
	for i := range shift {
		shift[i] = s.sum[i] / max(s.count, 1e-9)
	}
	var l, inverse [dimensions][dimensions]float64
	for i := range dimensions {
		g.mean[i] += shift[i]
		for j := range i + 1 {
			a := s.products[i][j] - s.count*shift[i]*shift[j]
			if i == j {
				a += priorCount * priorShare * spread[i]
			}
			a /= n
			for k := range j {
				a -= l[i][k] * l[j][k] * g.variance[k]
			}
			if i == j {
				g.variance[i] = max(a, leastVariance)
			} else {
				l[i][j] = a / g.variance[j]
			}
		}
	}
	for i := range dimensions {
		inverse[i][i] = 1
		for j := range i {
			for k := j; k < i; k++ {
				inverse[i][j] -= l[i][k] * inverse[k][j]
			}
			g.factor[i][j] = -inverse[i][j]
		}
	}
}

// prior returns the mixture in fixed point.
func (m *gaussians) prior() *model.Prior {
	p := &model.Prior{Components: make([]thumbnail.Component, len(m.components))}
	round := func(v float64, bits int) int16 {
		return int16(math.RoundToEven(min(max(math.Ldexp(v, bits), math.MinInt16), math.MaxInt16)))
	}
	for k := range m.components {
		g, c := &m.components[k], &p.Components[k]
		c.Weight = round(min(g.logWeight/math.Ln2, 0), thumbnail.WeightBits)
		for i := range dimensions {
			c.Mean[i] = round(g.mean[i], thumbnail.MeanBits)
			scale := math.Log2(math.Sqrt(3*g.variance[i])/math.Pi) * logistic.ScaleSteps
			c.Scale[i] = round(min(max(scale, logistic.MinScale), logistic.MaxScale), 0)
			for j, f := range g.factor[i][:i] {
				c.Row(i)[j] = round(f, thumbnail.FactorBits)
			}
		}
	}
	return p
}
