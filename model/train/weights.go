package train

import (
	"fmt"
	"math"

	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/internal/process"
)

// A weights file has kernels as [output][row][column][input], all sites in one tensor, outputs without padding, and
// scales as powers of two, where here they are powers of e.

// A part says where the elements of a parameter are in a tensor of a weights file: element (i, o) of the parameter, where o is
// the output, is element offset + o·n + i of the tensor, where n is the number of inputs of an output.
type part struct {
	param  *Param
	width  int // how many outputs the tensor has; the parameter may have more
	offset int
	scales int // outputs from this one on are logarithms of scales
}

// parts returns, for every tensor of a weights file, the parameters that it is made of.
func (n *Net) parts() (tensors [][]part) {
	for e := range n.Experts {
		tensors = append(tensors, n.expertParts(e)...)
	}
	return tensors
}

func (n *Net) expertParts(expert int) (tensors [][]part) {
	plain := func(name string) {
		p := n.param(expert, name)
		tensors = append(tensors, []part{{param: p, width: len(p.Value), scales: len(p.Value)}})
	}
	kernel := func(name string) {
		p := n.param(expert, name)
		w := p.Dims[len(p.Dims)-1]
		tensors = append(tensors, []part{{param: p, width: w, scales: w}})
	}
	kernel("stem")
	plain("stem bias")
	z := n.size(expert)
	for i := range z.Layers {
		kernel(fmt.Sprint("block ", i))
		plain(fmt.Sprint("block bias ", i))
	}
	plain("gain")
	plain("shift")
	for _, name := range []string{"site ", "site bias "} {
		var sites []part
		offset := 0
		for g := range groups {
			p := n.param(expert, fmt.Sprint(name, g))
			sites = append(sites, part{param: p, width: z.Hidden, offset: offset, scales: z.Hidden})
			offset += len(p.Value)
		}
		tensors = append(tensors, sites)
	}
	for g := range groups {
		kernel(fmt.Sprint("near ", g))
	}
	plain("head gain")
	plain("head shift")
	for g, members := range process.Groups {
		for _, name := range []string{"out ", "out bias "} {
			p := n.param(expert, fmt.Sprint(name, g))
			tensors = append(tensors, []part{{param: p, width: 2 * len(members), scales: len(members)}})
		}
	}
	return tensors
}

// each calls f with every element of the part, its place in the tensor, and the unit that the tensor has it in.
func (p part) each(f func(value *float32, at int, unit float64)) {
	last := p.param.Dims[len(p.param.Dims)-1]
	if len(p.param.Dims) > 1 && p.width == len(p.param.Value) {
		last = p.width // not a kernel: its elements are in the same order
	}
	n := len(p.param.Value) / last
	for i := range n {
		for o := range p.width {
			unit := 1.0
			if o >= p.scales {
				unit = math.Log2E
			}
			f(&p.param.Value[i*last+o], p.offset+o*n+i, unit)
		}
	}
}

// FromWeights returns the network of a weights file.
func FromWeights(w *model.Weights) (*Net, error) {
	s := Shape{Channels: w.Channels, Layers: w.Layers, Hidden: w.Hidden, Wavelet: w.Wavelet, Experts: w.Experts, Family: w.Family}
	copy(s.Sizes[:], w.Sizes)
	n, err := emptyNet(s)
	if err != nil {
		return nil, err
	}
	n.Prior = w.Prior
	for t, parts := range n.parts() {
		unit := math.Exp2(-float64(w.Tensors[t].Frac))
		for _, p := range parts {
			p.each(func(v *float32, at int, scale float64) { *v = float32(float64(w.Tensors[t].Data[at]) * unit / scale) })
		}
	}
	return n, nil
}

// Weights returns the network in fixed point: every tensor has as many fraction bits as its largest element allows.
// activationBits and tau are the weights file's own.
func (n *Net) Weights(activationBits uint, tau float64) (*model.Weights, error) {
	w := &model.Weights{Channels: n.Channels, Layers: n.Layers, Hidden: n.Hidden, Wavelet: n.Wavelet, Experts: n.Experts, Family: n.Family, Prior: n.Prior,
		ActivationBits: activationBits, Tau: int8(math.Round(min(max(math.Log2(tau)*32, -128), 127)))}
	if n.Sizes != [process.Experts]model.ExpertSize{} {
		w.Sizes = n.Sizes[:]
	}
	shapes := w.Shapes()
	for t, parts := range n.parts() {
		frac, err := fraction(parts)
		if err != nil {
			return nil, fmt.Errorf("train: %s: %w", shapes[t].Name, err)
		}
		data := make([]int16, shapes[t].Size())
		for _, p := range parts {
			p.each(func(v *float32, at int, scale float64) {
				data[at] = int16(math.RoundToEven(float64(*v) * scale * math.Exp2(float64(frac))))
			})
		}
		w.Tensors = append(w.Tensors, model.Tensor{Frac: frac, Data: data})
	}
	return w, nil
}

// fraction returns how many fraction bits the largest element of a tensor allows.
func fraction(parts []part) (uint, error) {
	largest := 0.0
	for _, p := range parts {
		p.each(func(v *float32, _ int, scale float64) { largest = max(largest, math.Abs(float64(*v)*scale)) })
	}
	switch {
	case !(largest <= 1<<14):
		return 0, fmt.Errorf("an element is as large as %v", largest)
	case largest == 0:
		return 14, nil
	}
	return uint(min(max(math.Floor(math.Log2(32700/largest)), 0), 18)), nil
}

// roundFrom sets the parameters to those of another network of the same shape, rounded as in a weights file.
func (n *Net) roundFrom(other *Net) error {
	for i, p := range other.Params {
		copy(n.Params[i].Value, p.Value)
	}
	for _, parts := range n.parts() {
		frac, err := fraction(parts)
		if err != nil {
			return err
		}
		unit := math.Exp2(float64(frac))
		for _, p := range parts {
			p.each(func(v *float32, _ int, scale float64) {
				*v = float32(math.RoundToEven(float64(*v)*scale*unit) / unit / scale)
			})
		}
	}
	return nil
}
