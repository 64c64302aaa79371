package train

import G "gorgonia.org/gorgonia"

// A gainIndex says which expert, which row of its gains and which scale embedding a step uses. It is set before the graph runs.
type gainIndex struct{ expert, row, scale int }

// foldKernel is w · (1 + gain), w [n/width][width], with the row of width elements that the gainIndex selects.
func foldKernel(n, width, gains int, row func() int) *op {
	fold := func(out, w, gain []float32) {
		g := gain[row()*width:][:width]
		for i := 0; i < n; i += width {
			w, out := w[i:][:width], out[i:][:width]
			for j, v := range g {
				out[j] = w[j] * (1 + v)
			}
		}
	}
	o := newOp("fold", 2, n, func(out []float32, in [][]float32) { fold(out, in[0], in[1]) })
	return o.with(all(2), func(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
		dw := newOp("fold, weights", 2, n, func(out []float32, in [][]float32) { fold(out, in[0], in[1]) })
		dg := newOp("fold, gain", 2, gains, func(out []float32, in [][]float32) {
			clear(out)
			out = out[row()*width:][:width]
			for i := 0; i < n; i += width {
				w, d := in[0][i:][:width], in[1][i:][:width]
				for j := range out {
					out[j] += w[j] * d[j]
				}
			}
		})
		return applyAll(dw.of(grad, in[1]), dg.of(in[0], grad))
	})
}

// foldShift is the row of shift, of size elements, that the gainIndex selects.
func foldShift(size, shifts int, row func() int) *op {
	o := newOp("shift", 1, size, func(out []float32, in [][]float32) { copy(out, in[0][row()*size:]) })
	return o.with(all(1), func(_ G.Nodes, _, grad *G.Node) (G.Nodes, error) {
		d := newOp("shift, gradient", 1, shifts, func(out []float32, in [][]float32) {
			clear(out)
			copy(out[row()*size:], in[0])
		})
		return applyAll(d.of(grad))
	})
}
