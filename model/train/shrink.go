package train

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/internal/process"
)

// Fit returns a network of any other shape, with which training can continue. An expert that becomes smaller keeps its first layers, and the
// channels and hidden units that weigh most; then the network grows as Grow has it.
func (n *Net) Fit(s Shape, seed uint64) (*Net, error) {
	s = s.normal()
	if s.Experts > n.Experts {
		var err error
		if n, err = n.split(s.Experts); err != nil {
			return nil, err
		}
	}
	small := n.Shape
	for e := range n.Experts {
		z, to := n.size(e), s.size(e)
		small.Sizes[e] = model.ExpertSize{Channels: min(z.Channels, to.Channels), Layers: min(z.Layers, to.Layers), Hidden: min(z.Hidden, to.Hidden)}
	}
	m, err := emptyNet(small)
	if err != nil {
		return nil, err
	}
	for e := range n.Experts {
		n.shrinkInto(m, e)
	}
	return m.Grow(s, seed)
}

// shrinkInto writes an expert to that of a network in which it is smaller.
func (n *Net) shrinkInto(m *Net, expert int) {
	z := m.size(expert)
	channels := heaviest(n.channelWeights(expert), z.Channels)
	var units [groups][]int
	for g := range units {
		units[g] = heaviest(n.unitWeights(expert, g), z.Hidden)
	}
	pick := func(name string, keep ...[]int) { pickInto(*m.param(expert, name), *n.param(expert, name), keep) }
	pick("stem", nil, nil, nil, channels)
	pick("stem bias", channels)
	for i := range z.Layers {
		pick(fmt.Sprint("block ", i), nil, nil, channels, channels)
		pick(fmt.Sprint("block bias ", i), channels)
	}
	pick("gain", nil, nil, nil, channels)
	pick("shift", nil, nil, nil, channels)
	for g := range groups {
		pick(fmt.Sprint("site ", g), channels, units[g])
		pick(fmt.Sprint("site bias ", g), units[g])
		pick(fmt.Sprint("near ", g), nil, nil, nil, units[g])
		pick(fmt.Sprint("out ", g), units[g], nil)
		pick(fmt.Sprint("out bias ", g), nil)
	}
	for _, name := range []string{"head gain", "head shift"} { // [rows][groups][...][hidden]
		to, from := m.param(expert, name), n.param(expert, name)
		rows, hidden := len(to.Value)/z.Hidden, n.size(expert).Hidden
		each := rows / (process.GainRows(n.Experts) * groups) // rows of a group
		for row := range rows {
			for i, u := range units[row/each%groups] {
				to.Value[row*z.Hidden+i] = from.Value[row*hidden+u]
			}
		}
	}
}

// pickInto copies the elements of src that keep lists in every dimension, in order; nil lists the first ones, as many as dst has.
func pickInto(dst, src Param, keep [][]int) {
	for i := range dst.Value {
		at, size, rest := 0, 1, i
		for d := len(dst.Dims) - 1; d >= 0; d-- {
			k := rest % dst.Dims[d]
			rest /= dst.Dims[d]
			if keep[d] != nil {
				k = keep[d][k]
			}
			at += k * size
			size *= src.Dims[d]
		}
		dst.Value[i] = src.Value[at]
	}
}

// channelWeights returns how much every channel of the trunk weighs: the energy of the weights that it is computed by, times that of those
// that read it.
func (n *Net) channelWeights(expert int) []float64 {
	z := n.size(expert)
	written, read := make([]float64, z.Channels), make([]float64, z.Channels)
	add := func(to []float64, name string, inner int) { // inner is how many elements lie between one of a channel and the next channel
		for i, v := range n.value(expert, name) {
			to[i/inner%z.Channels] += float64(v) * float64(v)
		}
	}
	add(written, "stem", 1)
	for i := range z.Layers {
		add(written, fmt.Sprint("block ", i), 1)
		add(read, fmt.Sprint("block ", i), z.Channels)
	}
	for g := range groups {
		add(read, fmt.Sprint("site ", g), z.Hidden)
	}
	return product(written, read)
}

// unitWeights returns how much every hidden unit of a head weighs.
func (n *Net) unitWeights(expert, g int) []float64 {
	h := n.size(expert).Hidden
	written, read := make([]float64, h), make([]float64, h)
	for _, name := range []string{"site ", "near "} {
		for i, v := range n.value(expert, fmt.Sprint(name, g)) {
			written[i%h] += float64(v) * float64(v)
		}
	}
	for i, v := range n.value(expert, fmt.Sprint("out ", g)) {
		if i%outputs < 2*len(process.Groups[g]) {
			read[i/outputs] += float64(v) * float64(v)
		}
	}
	return product(written, read)
}

func product(a, b []float64) []float64 {
	for i := range a {
		a[i] *= b[i]
	}
	return a
}

// heaviest returns the indices of the count largest weights, in ascending order.
func heaviest(weights []float64, count int) []int {
	order := make([]int, len(weights))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(weights[j], weights[i]) })
	order = order[:count]
	slices.Sort(order)
	return order
}
