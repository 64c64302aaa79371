package jpegs

import (
	"context"

	"github.com/ddpmz/ddpmz/model/dct"
)

// A smoothing has the equations of the weights by which dct smooths estimates: by class, level and place in the zigzag order.
type smoothing map[[3]int]*equations

// observe adds an estimate. Errors count as those of as many pixels as the coefficient is for.
func (s smoothing) observe(e *dct.Smoothed) {
	key := [3]int{e.Class, e.Level, e.Place}
	q := s[key]
	if q == nil {
		q = new(equations)
		s[key] = q
	}
	x := make([]float64, len(e.Inputs))
	for i, v := range e.Inputs {
		x[i] = float64(v)
	}
	q.add(x, float64(e.Error), float64(e.Area))
}

// leastObserved is how many estimates, for each weight, there must have been for weights to be fitted.
const leastObserved = 50

// fitSmoothing sets the weights of smoothing to those that make the squared errors of n pictures' estimates least.
func fitSmoothing(ctx context.Context, source *Source, w *dct.Weights, n, threads int, report func(Progress)) error {
	all := smoothing{}
	seen := map[[3]int]int{}
	p := Progress{Step: "smoothing", Todo: n}
	err := source.each(ctx, n, threads, func(_ int, im *dct.Image) {
		l, c := dct.NewLearner(w), new(counter)
		l.Smooth = func(e *dct.Smoothed) {
			seen[[3]int{e.Class, e.Level, e.Place}]++
			all.observe(e)
		}
		l.Code(im, c)
		p.Done++
		p.Bits += c.bits()
		p.Plain += Plain(im)
		report(p)
	})
	if err != nil {
		return err
	}
	for key, e := range all {
		to := w.Smoothing(key[0], key[1], key[2])
		clear(to)
		if seen[key] >= leastObserved*len(to) {
			round(to, e.solve(len(to), func(int) bool { return true }, false))
		}
	}
	return nil
}
