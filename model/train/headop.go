package train

import (
	G "gorgonia.org/gorgonia"

	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/train/internal/conv"
)

// A head predicts a group's coefficients, phase by phase: the inputs of a phase include the cells that the earlier phases
// revealed. At the sites of a phase
//
//	hidden = relu(site · trunk + siteBias + near * cells + shift[phase])
//	out    = hidden · out + outBias
//
// and then the step reveals the next cells. These are data, not functions of the weights, and so have no gradient.
type head struct {
	b      *batch
	group  int
	c, h   int         // channels of the trunk, hidden units
	cells  [][]float32 // the cells of every image, as they were before the head ran
	hidden []float32   // [image][phase][site][h]

	site, near, out conv.Layer
}

// trunkSize is the number of elements of an image's trunk, hiddenSize of its hidden units.
func (d *head) trunkSize() int  { return (d.b.w + 2) * (d.b.h + 2) * d.c }
func (d *head) hiddenSize() int { return phases * d.b.phaseSites() * d.h }

// trunkAt returns the sites of a phase of an image in a bordered tensor of the trunk's.
func (d *head) trunkAt(x []float32, image, phase int) conv.Grid {
	o, row := process.PhaseOrigin[phase], (d.b.w+2)*d.c
	return conv.Grid{Data: x[image*d.trunkSize()+(o[0]+1)*row+(o[1]+1)*d.c:], Row: 2 * row, Site: 2 * d.c}
}

// cellsAt returns the sites of a phase among an image's bordered cells, each starting at the first tap of its window.
func (d *head) cellsAt(cells []float32, phase int) conv.Grid {
	o, row := process.PhaseOrigin[phase], (d.b.w+2)*cellInputs
	return conv.Grid{Data: cells[o[0]*row+o[1]*cellInputs:], Row: 2 * row, Site: 2 * cellInputs}
}

// part returns the sites of a phase of an image in [image][phase][site][n].
func (d *head) part(x []float32, image, phase, n int) conv.Grid {
	w, _ := d.b.phaseSize(phase)
	return conv.Grid{Data: x[(image*phases+phase)*d.b.phaseSites()*n:], Row: w * n, Site: n}
}

// each calls f for every image, and every of its phases that has sites.
func (d *head) each(f func(k int, s *step, phase, w, h int)) {
	for k, s := range d.b.steps {
		for p := range phases {
			if w, h := s.phaseSize(p); w > 0 && h > 0 {
				f(k, s, p, w, h)
			}
		}
	}
}

// headOp returns the head of a group as an operation: its inputs are trunk, site, siteBias, near, shift [phase][hidden], out and
// outBias, its output is [image][phase][site][outputs]. The heads of later groups have the output of the group before as one more
// input, so that they run in order. It also returns the hidden units, which are valid after a run.
func headOp(b *batch, group, c, h int) (*op, []float32) {
	d := &head{b: b, group: group, c: c, h: h, site: conv.Conv1(c, h), near: conv.Conv3(cellInputs, h), out: conv.Conv1(h, outputs)}
	d.hidden = make([]float32, len(b.room)*d.hiddenSize())
	for _, s := range b.room {
		d.cells = append(d.cells, make([]float32, len(s.cells)))
	}
	inputs := 7
	wrt := all(inputs)
	if group > 0 {
		inputs, wrt = inputs+1, append(wrt, false)
	}
	return newOp("head", inputs, len(b.room)*b.outputSize(), d.run).with(wrt, d.diff), d.hidden
}

func (d *head) run(out []float32, v [][]float32) {
	trunk, site, siteBias, near, shift, last, lastBias := v[0], v[1], v[2], v[3], v[4], v[5], v[6]
	for k, s := range d.b.steps {
		copy(d.cells[k], s.cells)
	}
	row := (d.b.w + 2) * cellInputs
	d.each(func(k int, s *step, p, w, h int) {
		hidden, values := d.part(d.hidden, k, p, d.h), d.part(out, k, p, outputs)
		d.site.Apply(hidden, d.trunkAt(trunk, k, p), 0, h, w, site, siteBias, conv.Epilogue{})
		d.near.Apply(hidden, d.cellsAt(s.cells, p), row, h, w, near, shift[p*d.h:], conv.Epilogue{Pre: hidden, ReLU: true})
		s.round(hidden.Data[:w*h*d.h])
		d.out.Apply(values, hidden, 0, h, w, last, lastBias, conv.Epilogue{})
		s.reveal(d.group, p, values.Data)
	})
}

func (d *head) diff(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	images := len(d.b.room)
	row := (d.b.w + 2) * cellInputs
	turnedOut, turnedSite := make([]float32, d.out.Size()), make([]float32, d.site.Size())
	backOut, backSite := conv.Conv1(outputs, d.h), conv.Conv1(d.h, d.c)

	// The gradient of the hidden units' sums. out is an input only to make sure that the head has run before.
	sums := newOp("head, sums", 3, images*d.hiddenSize(), func(dst []float32, v [][]float32) {
		d.out.Transpose(turnedOut, v[1], 1)
		d.each(func(k int, _ *step, p, w, h int) {
			to := d.part(dst, k, p, d.h)
			backOut.Apply(to, d.part(v[0], k, p, outputs), 0, h, w, turnedOut, nil, conv.Epilogue{})
			part := to.Data[:w*h*d.h]
			conv.Mask(part, d.part(d.hidden, k, p, d.h).Data, nil, part)
		})
	})
	nodes, err := applyAll(sums.of(grad, in[5], out))
	if err != nil {
		return nil, err
	}
	ds := nodes[0]
	// sum returns an operation whose output is what f adds to it for every image and phase.
	sum := func(name string, inputs, size int, f func(dst []float32, v [][]float32, k int, s *step, p, w, h int)) *op {
		return newOp(name, inputs, size, func(dst []float32, v [][]float32) {
			clear(dst)
			d.each(func(k int, s *step, p, w, h int) { f(dst, v, k, s, p, w, h) })
		})
	}
	gradients, err := applyAll(
		newOp("head, trunk", 2, images*d.trunkSize(), func(dst []float32, v [][]float32) {
			d.site.Transpose(turnedSite, v[1], 1)
			d.each(func(k int, _ *step, p, w, h int) {
				backSite.Apply(d.trunkAt(dst, k, p), d.part(v[0], k, p, d.h), 0, h, w, turnedSite, nil, conv.Epilogue{})
			})
		}).of(ds, in[1]),
		sum("head, site", 2, d.site.Size(), func(dst []float32, v [][]float32, k int, _ *step, p, w, h int) {
			d.site.Gradient(dst, d.trunkAt(v[1], k, p), 0, d.part(v[0], k, p, d.h), h, w)
		}).of(ds, in[0]),
		sum("head, site bias", 1, d.h, func(dst []float32, v [][]float32, k int, _ *step, p, w, h int) {
			d.site.BiasGradient(dst, d.part(v[0], k, p, d.h), h, w)
		}).of(ds),
		sum("head, near", 1, d.near.Size(), func(dst []float32, v [][]float32, k int, s *step, p, w, h int) {
			d.near.Gradient(dst, d.cellsAt(d.cells[k], p), row, d.part(v[0], k, p, d.h), h, w)
			s.revealAgain(d.group, p, d.cells[k])
		}).of(ds),
		sum("head, shift", 1, phases*d.h, func(dst []float32, v [][]float32, k int, _ *step, p, w, h int) {
			d.near.BiasGradient(dst[p*d.h:], d.part(v[0], k, p, d.h), h, w)
		}).of(ds),
		sum("head, out", 2, d.out.Size(), func(dst []float32, v [][]float32, k int, _ *step, p, w, h int) {
			d.out.Gradient(dst, d.part(d.hidden, k, p, d.h), 0, d.part(v[0], k, p, outputs), h, w)
		}).of(grad, out),
		sum("head, out bias", 1, outputs, func(dst []float32, v [][]float32, k int, _ *step, p, w, h int) {
			d.out.BiasGradient(dst, d.part(v[0], k, p, outputs), h, w)
		}).of(grad),
	)
	for len(gradients) < len(in) { // the group before
		gradients = append(gradients, nil)
	}
	return gradients, err
}

// lossOp returns the operation that computes the loss of a batch from the outputs of all its heads.
func lossOp(b *batch) *op {
	o := &op{name: "loss", args: all(b.groups), number: func(in [][]float32) float32 {
		loss := 0.0
		for g, out := range in {
			for k, s := range b.steps {
				loss += s.score(g, imageOf(out, s.outputSize(), k))
			}
		}
		return float32(loss)
	}}
	return o.with(all(b.groups), func(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
		var list []application
		for g := range in {
			d := newOp("loss, outputs", 2, len(b.room)*b.outputSize(), func(dst []float32, v [][]float32) {
				for k, s := range b.steps {
					dst := imageOf(dst, s.outputSize(), k)
					for i, x := range s.gradient[g] {
						dst[i] = x * v[1][0]
					}
				}
			})
			d.args = []bool{false, false} // out only so that there is a gradient by then
			list = append(list, d.of(out, grad))
		}
		return applyAll(list...)
	})
}
