package train

import "fmt"

// started is the bias of a layer that Grow adds: enough for its ReLUs to let gradients pass.
const started = 1e-3

// Grow returns a network of a larger shape that believes what n does, but for a thousandth in the activations of new
// layers, so that a training can go on in it (as Net2Net does: Chen, Goodfellow, Shlens 2015). New channels and hidden
// units compute something, drawn by seed, that nothing reads yet; new layers add nothing to what they are given.
func (n *Net) Grow(s Shape, seed uint64) (*Net, error) {
	if s.Channels < n.Channels || s.Layers < n.Layers || s.Hidden < n.Hidden || s.Wavelet != n.Wavelet {
		return nil, fmt.Errorf("train: a network of %d channels, %d layers, %d hidden units and wavelet %d does not grow to %d, %d, %d and %d",
			n.Channels, n.Layers, n.Hidden, n.Wavelet, s.Channels, s.Layers, s.Hidden, s.Wavelet)
	}
	grown, err := NewNet(s, seed)
	if err != nil {
		return nil, err
	}
	quiet := func(name string, dim, from int) { // what comes from inputs that are new, of parameters [...][from, dims[dim])[...]
		p := &grown.Params[grown.index[name]]
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
	for i := range s.Layers {
		quiet(fmt.Sprint("block ", i), 2, n.Channels)
		if i >= n.Layers {
			clear(grown.value(fmt.Sprint("block ", i)))
			bias := grown.value(fmt.Sprint("block bias ", i))
			for j := range bias {
				bias[j] = started
			}
		}
	}
	for g := range groups {
		quiet(fmt.Sprint("site ", g), 0, n.Channels)
		quiet(fmt.Sprint("out ", g), 0, n.Hidden)
	}
	for _, p := range n.Params {
		into(grown.Params[grown.index[p.Name]], p)
	}
	return grown, nil
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
