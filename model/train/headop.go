package train

import (
	G "gorgonia.org/gorgonia"

	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/train/internal/conv"
)

// A head predicts a group's coordinates, phase by phase: a later phase sees what the earlier ones have shown. At the
// sites of a phase
//
//	hidden = relu(site · trunk + siteBias + near * cells + shift[phase])
//	out    = hidden · out + outBias
//
// and then the step reveals the next cells, which are data, not functions of the weights: they have no gradient.
type head struct {
	s      *step
	group  int
	c, h   int // channels of the trunk, hidden units
	cells  []float32
	hidden []float32 // [phase][site][h]

	site, near, out conv.Layer
}

// trunkAt returns the sites of a phase in a bordered tensor of the trunk's.
func (d *head) trunkAt(x []float32, phase int) conv.Grid {
	o, row := process.PhaseOrigin[phase], (d.s.w+2)*d.c
	return conv.Grid{Data: x[(o[0]+1)*row+(o[1]+1)*d.c:], Row: 2 * row, Site: 2 * d.c}
}

// cellsAt returns the sites of a phase among bordered cells, each starting at the first tap of its window.
func (d *head) cellsAt(cells []float32, phase int) conv.Grid {
	o, row := process.PhaseOrigin[phase], (d.s.w+2)*known
	return conv.Grid{Data: cells[o[0]*row+o[1]*known:], Row: 2 * row, Site: 2 * known}
}

// part returns a phase's sites in [phase][site][n].
func (d *head) part(x []float32, phase, n int) conv.Grid {
	w, _ := d.s.phaseSize(phase)
	return conv.Grid{Data: x[phase*d.s.phaseSites()*n:], Row: w * n, Site: n}
}

// each calls f for every phase that has sites.
func (d *head) each(f func(phase, w, h int)) {
	for p := range phases {
		if w, h := d.s.phaseSize(p); w > 0 && h > 0 {
			f(p, w, h)
		}
	}
}

// headOp is the head of a group: trunk, site, siteBias, near, shift [phase][hidden], out, outBias to [phase][site]
// [outputs]. The heads of later groups have the output of the group before as one more input, so that they run in
// order. It also returns where the hidden units are after a run.
func headOp(s *step, group, c, h int) (*op, []float32) {
	d := &head{s: s, group: group, c: c, h: h, cells: make([]float32, len(s.cells)), hidden: make([]float32, phases*s.phaseSites()*h),
		site: conv.Conv1(c, h), near: conv.Conv3(known, h), out: conv.Conv1(h, outputs)}
	inputs := 7
	wrt := all(inputs)
	if group > 0 {
		inputs, wrt = inputs+1, append(wrt, false)
	}
	return newOp("head", inputs, s.outputSize(), d.run).with(wrt, d.diff), d.hidden
}

func (d *head) run(out []float32, v [][]float32) {
	trunk, site, siteBias, near, shift, last, lastBias := v[0], v[1], v[2], v[3], v[4], v[5], v[6]
	s := d.s
	copy(d.cells, s.cells)
	row := (s.w + 2) * known
	d.each(func(p, w, h int) {
		hidden := d.part(d.hidden, p, d.h)
		d.site.Apply(hidden, d.trunkAt(trunk, p), 0, h, w, site, siteBias, conv.Epilogue{})
		d.near.Apply(hidden, d.cellsAt(s.cells, p), row, h, w, near, shift[p*d.h:], conv.Epilogue{Pre: hidden, ReLU: true})
		s.round(d.hidden[p*s.phaseSites()*d.h:][:w*h*d.h])
		d.out.Apply(d.part(out, p, outputs), hidden, 0, h, w, last, lastBias, conv.Epilogue{})
		s.reveal(d.group, p, out[p*s.phaseSites()*outputs:])
	})
}

func (d *head) diff(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	s := d.s
	row := (s.w + 2) * known
	turnedOut, turnedSite := make([]float32, d.out.Size()), make([]float32, d.site.Size())
	backOut, backSite := conv.Conv1(outputs, d.h), conv.Conv1(d.h, d.c)

	// The gradient of the hidden units' sums. out is an input only so that the head has run before.
	sums := newOp("head, sums", 3, phases*s.phaseSites()*d.h, func(dst []float32, v [][]float32) {
		d.out.Transpose(turnedOut, v[1], 1)
		d.each(func(p, w, h int) {
			backOut.Apply(d.part(dst, p, d.h), d.part(v[0], p, outputs), 0, h, w, turnedOut, nil, conv.Epilogue{})
			n := p * s.phaseSites() * d.h
			part := dst[n:][:w*h*d.h]
			conv.Mask(part, d.hidden[n:], nil, part)
		})
	})
	nodes, err := applyAll(sums.of(grad, in[5], out))
	if err != nil {
		return nil, err
	}
	ds := nodes[0]
	// sum returns the operation that adds up, over phases, what f adds to its output.
	sum := func(name string, inputs, size int, f func(dst []float32, v [][]float32, p, w, h int)) *op {
		return newOp(name, inputs, size, func(dst []float32, v [][]float32) {
			clear(dst)
			d.each(func(p, w, h int) { f(dst, v, p, w, h) })
		})
	}
	gradients, err := applyAll(
		newOp("head, trunk", 2, (s.w+2)*(s.h+2)*d.c, func(dst []float32, v [][]float32) {
			d.site.Transpose(turnedSite, v[1], 1)
			d.each(func(p, w, h int) {
				backSite.Apply(d.trunkAt(dst, p), d.part(v[0], p, d.h), 0, h, w, turnedSite, nil, conv.Epilogue{})
			})
		}).of(ds, in[1]),
		sum("head, site", 2, d.site.Size(), func(dst []float32, v [][]float32, p, w, h int) {
			d.site.Gradient(dst, d.trunkAt(v[1], p), 0, d.part(v[0], p, d.h), h, w)
		}).of(ds, in[0]),
		sum("head, site bias", 1, d.h, func(dst []float32, v [][]float32, p, w, h int) {
			d.site.BiasGradient(dst, d.part(v[0], p, d.h), h, w)
		}).of(ds),
		sum("head, near", 1, d.near.Size(), func(dst []float32, v [][]float32, p, w, h int) {
			d.near.Gradient(dst, d.cellsAt(d.cells, p), row, d.part(v[0], p, d.h), h, w)
			s.showAgain(d.group, p, d.cells)
		}).of(ds),
		sum("head, shift", 1, phases*d.h, func(dst []float32, v [][]float32, p, w, h int) {
			d.near.BiasGradient(dst[p*d.h:], d.part(v[0], p, d.h), h, w)
		}).of(ds),
		sum("head, out", 2, d.out.Size(), func(dst []float32, v [][]float32, p, w, h int) {
			d.out.Gradient(dst, d.part(d.hidden, p, d.h), 0, d.part(v[0], p, outputs), h, w)
		}).of(grad, out),
		sum("head, out bias", 1, outputs, func(dst []float32, v [][]float32, p, w, h int) {
			d.out.BiasGradient(dst, d.part(v[0], p, outputs), h, w)
		}).of(grad),
	)
	for len(gradients) < len(in) { // the group before
		gradients = append(gradients, nil)
	}
	return gradients, err
}

// lossOp is the loss of a step, given the outputs of all its heads.
func lossOp(s *step) *op {
	o := &op{name: "loss", args: all(s.groups), number: func(in [][]float32) float32 {
		loss := 0.0
		for g, out := range in {
			loss += s.score(g, out)
		}
		return float32(loss)
	}}
	return o.with(all(s.groups), func(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
		var list []application
		for g := range in {
			d := newOp("loss, outputs", 2, s.outputSize(), func(dst []float32, v [][]float32) {
				for i, x := range s.gradient[g] {
					dst[i] = x * v[1][0]
				}
			})
			d.args = []bool{false, false} // out only so that there is a gradient by then
			list = append(list, d.of(out, grad))
		}
		return applyAll(list...)
	})
}
