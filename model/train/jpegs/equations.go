package jpegs

import (
	"gonum.org/v1/gonum/mat"

	"github.com/ddpmz/ddpmz/model/dct"
)

// equations are the normal equations of a weighted least squares problem: those of the weights w that make sum of weight * (y - x w)^2
// least.
type equations struct {
	n  int
	xx []float64 // n x n, of which the lower triangle counts
	xy []float64
}

// add adds an observation: y should be predicted from x.
func (e *equations) add(x []float64, y, weight float64) {
	if e.xx == nil {
		e.n, e.xx, e.xy = len(x), make([]float64, len(x)*len(x)), make([]float64, len(x))
	}
	for i, v := range x {
		if v == 0 {
			continue
		}
		v *= weight
		row := e.xx[i*e.n:][:i+1]
		for j := range row {
			row[j] += v * x[j]
		}
		e.xy[i] += v * y
	}
}

// join adds the observations of o.
func (e *equations) join(o *equations) {
	switch {
	case o.xx == nil:
		return
	case e.xx == nil:
		e.n, e.xx, e.xy = o.n, make([]float64, len(o.xx)), make([]float64, len(o.xy))
	}
	for i, v := range o.xx {
		e.xx[i] += v
	}
	for i, v := range o.xy {
		e.xy[i] += v
	}
}

// ridge is the share of the diagonal that is added to it, so that inputs which nearly say the same share their weight.
const ridge = .002

// solve returns the weights of the n inputs, of which those that keep does not name are 0. If positive is set, so are those that
// would be negative, beginning with the least.
func (e *equations) solve(n int, keep func(i int) bool, positive bool) []float64 {
	weights := make([]float64, n)
	if e.xx == nil {
		return weights
	}
	var used []int
	for i := range n {
		if keep(i) && e.xx[i*e.n+i] > 0 {
			used = append(used, i)
		}
	}
	for len(used) > 0 {
		found := e.solveFor(used)
		least := 0
		for i, v := range found {
			if v < found[least] {
				least = i
			}
		}
		if positive && found[least] < 0 {
			used = append(used[:least:least], used[least+1:]...)
			continue
		}
		for i, v := range found {
			weights[used[i]] = v
		}
		break
	}
	return weights
}

// solveFor returns the weights of some inputs, of which none is always 0.
func (e *equations) solveFor(used []int) []float64 {
	n := len(used)
	a, b := mat.NewSymDense(n, nil), mat.NewVecDense(n, nil)
	for i, u := range used {
		for j, v := range used[:i+1] {
			a.SetSym(i, j, e.xx[u*e.n+v])
		}
		a.SetSym(i, i, a.At(i, i)*(1+ridge))
		b.SetVec(i, e.xy[u])
	}
	var c mat.Cholesky
	w := mat.NewVecDense(n, nil)
	// With the ridge, the matrix is positive definite; near its limit a solution is as good as the numbers are.
	if c.Factorize(a) {
		_ = c.SolveVecTo(w, b)
	}
	return w.RawVector().Data
}

// A fit has the equations of all linear predictions of dct, of magnitudes and of values.
type fit struct {
	magnitude, value [2][dct.BlockSize][dct.Phases]equations
	seen             int

	x []float64 // of an observation
}

// sample is of how many observations one counts: neighbouring coefficients say much the same.
const sample = 8

// observe adds a coefficient that is about to be coded. Errors count relative to the magnitude that is to be expected around.
func (f *fit) observe(d *dct.Decision) {
	if f.seen++; f.seen%sample != 0 {
		return
	}
	class := min(d.Plane, 1)
	truth := float64(d.Truth())
	var around float64
	if d.Frequency > 0 {
		taps := dct.MagnitudeTaps(d.Frequency)
		f.x = f.x[:0]
		for _, t := range taps {
			m := float64(d.Magnitude(t)) / 16
			f.x = append(f.x, m)
			around += m / float64(len(taps))
		}
		around += float64(d.Step(d.Frequency)) / 10
		f.magnitude[class][d.Frequency][d.Phase].add(f.x, max(truth, -truth), 1/(around*around))
	} else {
		around = 20 + float64(d.Magnitude(dct.Tap{Frequency: 1})+d.Magnitude(dct.Tap{Frequency: 8}))/16
	}
	f.x = f.x[:0]
	for _, t := range dct.ValueTaps(d.Frequency) {
		f.x = append(f.x, float64(d.Value(t))/8)
	}
	f.value[class][d.Frequency][d.Phase].add(f.x, truth, 1/(around*around))
}

// join adds what another has observed.
func (f *fit) join(o *fit) {
	for c := range f.value {
		for i := range f.value[c] {
			for ph := range f.value[c][i] {
				f.magnitude[c][i][ph].join(&o.magnitude[c][i][ph])
				f.value[c][i][ph].join(&o.value[c][i][ph])
			}
		}
	}
}

// write writes the solutions into weights.
func (f *fit) write(w *dct.Weights) {
	for c := range f.value {
		for i := range f.value[c] {
			m, v := dct.MagnitudeTaps(i), dct.ValueTaps(i)
			own := func(j int) bool { return m[j].Down == 0 && m[j].Right == 0 }
			all := func(int) bool { return true }
			for ph := range f.value[c][i] {
				l := w.Linear(c, i, ph)
				e := &f.magnitude[c][i][ph]
				round(l.All, e.solve(len(m), all, true))
				round(l.Part, e.solve(len(m), own, true))
				for j, x := range e.solve(len(m), func(j int) bool { return !own(j) }, true) {
					if !own(j) {
						l.Part[j] = q12(x)
					}
				}
				round(l.Value, f.value[c][i][ph].solve(len(v), all, false))
			}
		}
	}
}

// round rounds weights to Q12.
func round(to []int16, from []float64) {
	for i, v := range from {
		to[i] = q12(v)
	}
}
