package train

import (
	"fmt"

	"github.com/ddpmz/ddpmz/model/internal/process"
)

// started is the bias of a layer that Grow adds: large enough for gradients to pass its ReLUs.
const started = 1e-3

// Grow returns a network of a larger shape that predicts the same as n, up to a thousandth in the activations of new
// layers, so that training can continue with it (as in Net2Net: Chen, Goodfellow, Shlens 2015). New channels and hidden
// units have random weights, drawn by seed, but their outputs have zero weights; new layers add nothing to their inputs. Experts
// begin as copies of the single one.
func (n *Net) Grow(s Shape, seed uint64) (*Net, error) {
	grown, err := NewNet(s, seed)
	if err != nil {
		return nil, err
	}
	s, grown.Prior = grown.Shape, n.Prior
	if s.Experts < n.Experts || s.Wavelet != n.Wavelet || s.Family != n.Family {
		return nil, fmt.Errorf("train: a network of %d experts, wavelet %d and %v distributions does not grow to %d, %d and %v",
			n.Experts, n.Wavelet, n.Family, s.Experts, s.Wavelet, s.Family)
	}
	for e := range s.Experts {
		if z, to := n.size(e%n.Experts), s.size(e); to.Channels < z.Channels || to.Layers < z.Layers || to.Hidden < z.Hidden {
			return nil, fmt.Errorf("train: an expert of %d channels, %d layers, %d hidden units does not grow to %d, %d, %d",
				z.Channels, z.Layers, z.Hidden, to.Channels, to.Layers, to.Hidden)
		}
	}
	if s.Experts > n.Experts {
		if n, err = n.split(s.Experts); err != nil {
			return nil, err
		}
	}
	for e := range s.Experts {
		n.growInto(grown, e)
	}
	return grown, nil
}

// growInto changes an expert of a larger network, which is random, so that it predicts the same as n's.
func (n *Net) growInto(grown *Net, expert int) {
	quiet := func(name string, dim, from int) { // what comes from inputs that are new, of parameters [...][from, dims[dim])[...]
		p := grown.param(expert, name)
		inner := 1
		for _, d := range p.Dims[dim+1:] {
			inner *= d
		}
		for i := range p.Value {
			if i/inner%p.Dims[dim] >= from {
				p.Value[i] = 0
			}
		}
	}
	z := n.size(expert)
	for i := range grown.size(expert).Layers {
		quiet(fmt.Sprint("block ", i), 2, z.Channels)
		if i >= z.Layers {
			clear(grown.value(expert, fmt.Sprint("block ", i)))
			bias := grown.value(expert, fmt.Sprint("block bias ", i))
			for j := range bias {
				bias[j] = started
			}
		}
	}
	for g := range groups {
		quiet(fmt.Sprint("site ", g), 0, z.Channels)
		quiet(fmt.Sprint("out ", g), 0, z.Hidden)
	}
	for name := range n.index[expert] {
		into(*grown.param(expert, name), *n.param(expert, name))
	}
}

// split returns the network as the given number of experts, each with the gains and shifts of the stages that it serves.
func (n *Net) split(experts int) (*Net, error) {
	s := n.Shape
	s.Experts = experts
	m, err := emptyNet(s)
	if err != nil {
		return nil, err
	}
	for l := 1; l <= process.ScaleEmbeddings; l++ {
		for stage := range stages {
			for class := range process.ColourClasses {
				old, from := process.ExpertIndex(n.Experts, l, stage, class)
				expert, to := process.ExpertIndex(m.Experts, l, stage, class)
				for i, p := range m.expert(expert) {
					copyRow(p, n.expert(old)[i], to, from)
				}
			}
		}
	}
	return m, nil
}

// copyRow copies a row of src to one of dst, if they have rows, which is the dimension that differs; else all.
func copyRow(dst, src Param, to, from int) {
	inner := len(src.Value)
	for d, size := range src.Dims {
		inner /= size
		if size == dst.Dims[d] {
			continue
		}
		for i := 0; i*size*inner < len(src.Value); i++ {
			copy(dst.Value[(i*dst.Dims[d]+to)*inner:][:inner], src.Value[(i*size+from)*inner:])
		}
		return
	}
	copy(dst.Value, src.Value)
}

// into copies an array to the beginning of every dimension of a larger one.
func into(dst, src Param) {
	for i, v := range src.Value {
		at, size, rest := 0, 1, i
		for d := len(src.Dims) - 1; d >= 0; d-- {
			at += rest % src.Dims[d] * size
			rest /= src.Dims[d]
			size *= dst.Dims[d]
		}
		dst.Value[at] = v
	}
}
