package train

import (
	G "gorgonia.org/gorgonia"

	"github.com/ddpmz/ddpmz/model/train/internal/conv"
)

// inner returns the sites of a bordered tensor of c channels; outer the same, each starting at the first tap of its
// 3x3 window.
func inner(x []float32, w, c int) conv.Grid {
	return conv.Grid{Data: x[(w+3)*c:], Row: (w + 2) * c, Site: c}
}

func outer(x []float32, w, c int) conv.Grid { return conv.Grid{Data: x, Row: (w + 2) * c, Site: c} }

// trunkLayer is relu(conv(x, w) + b), plus x if residual, over the sites of a batch's images, with a border, from in channels
// to out. The input of a layer that is not residual has no gradient: it is the first.
//
// Where the ReLU let something pass is where the output is greater than x (or 0): so that is not stored.
func trunkLayer(b *batch, in, out int, residual bool) *op {
	w, h := b.w, b.h
	layer := conv.Conv3(in, out)
	size := (w + 2) * (h + 2)
	o := newOp("layer", 3, len(b.room)*size*out, func(dst []float32, v [][]float32) {
		for k, s := range b.steps {
			x, y, e := imageOf(v[0], size*in, k), imageOf(dst, size*out, k), conv.Epilogue{ReLU: true}
			if residual {
				e.Post = inner(x, w, in)
			}
			layer.Apply(inner(y, w, out), outer(x, w, in), (w+2)*in, h, w, v[1], v[2], e)
			s.round(y)
		}
	})
	return o.with([]bool{residual, true, true}, func(x G.Nodes, y, grad *G.Node) (G.Nodes, error) {
		mask := newOp("layer, sums", 3, len(b.room)*size*out, func(dst []float32, v [][]float32) {
			if !residual {
				v[1] = nil
			}
			conv.Mask(dst, v[0], v[1], v[2])
		})
		sums, err := applyAll(mask.of(y, x[0], grad))
		if err != nil {
			return nil, err
		}
		var dx *op
		if residual {
			back, turned := conv.Conv3(out, in), make([]float32, layer.Size())
			dx = newOp("layer, input", 3, len(b.room)*size*in, func(dst []float32, v [][]float32) {
				layer.Transpose(turned, v[1], 3)
				for k := range b.steps {
					e := conv.Epilogue{Post: inner(imageOf(v[2], size*in, k), w, in)}
					back.Apply(inner(imageOf(dst, size*in, k), w, in), outer(imageOf(v[0], size*out, k), w, out), (w+2)*out, h, w, turned, nil, e)
				}
			})
		}
		dw := newOp("layer, weights", 2, layer.Size(), func(dst []float32, v [][]float32) {
			clear(dst)
			for k := range b.steps {
				layer.Gradient(dst, outer(imageOf(v[0], size*in, k), w, in), (w+2)*in, inner(imageOf(v[1], size*out, k), w, out), h, w)
			}
		})
		db := newOp("layer, bias", 1, out, func(dst []float32, v [][]float32) {
			clear(dst)
			for k := range b.steps {
				layer.BiasGradient(dst, inner(imageOf(v[0], size*out, k), w, out), h, w)
			}
		})
		return applyAll(dx.of(sums[0], x[1], grad), dw.of(x[0], sums[0]), db.of(sums[0]))
	})
}
