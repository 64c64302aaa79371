package train

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/internal/process"
)

const (
	coefficients = process.Coefficients
	stages       = process.Stages
	phases       = process.Phases
	groups       = len(process.Groups)
	inputs       = 4 * coefficients // the trunk's input channels
	cellInputs   = 2 * coefficients // the heads' input channels beside the trunk: centres of the cells, then their clocks
	outputs      = 16               // the outputs of a head: a group's means, then its scales, then padding that the kernels need
)

// A Shape says how large a network is, and what pyramid it is for.
type Shape struct {
	Channels, Layers, Hidden int // as model.Weights has them
	Wavelet                  int
	Experts                  int            // networks: 1 or process.Experts; 0 stands for 1
	Family                   process.Family // of the predicted distributions

	// Sizes are those of the experts, where they are not all of one size; the zero value stands for Channels, Layers and Hidden.
	Sizes [process.Experts]model.ExpertSize
}

// size returns the size of an expert.
func (s *Shape) size(expert int) model.ExpertSize {
	if z := s.Sizes[expert]; z != (model.ExpertSize{}) {
		return z
	}
	return model.ExpertSize{Channels: s.Channels, Layers: s.Layers, Hidden: s.Hidden}
}

// normal returns the shape as every network of it has it: with one expert or process.Experts, and with Sizes only where they differ; then
// Channels, Layers and Hidden are the largest of any expert.
func (s Shape) normal() Shape {
	s.Experts = max(s.Experts, 1)
	most, differ := s.size(0), false
	var sizes [process.Experts]model.ExpertSize
	for e := range min(s.Experts, process.Experts) {
		sizes[e] = s.size(e)
		differ = differ || sizes[e] != sizes[0]
		most = model.ExpertSize{Channels: max(most.Channels, sizes[e].Channels), Layers: max(most.Layers, sizes[e].Layers), Hidden: max(most.Hidden, sizes[e].Hidden)}
	}
	s.Channels, s.Layers, s.Hidden, s.Sizes = most.Channels, most.Layers, most.Hidden, sizes
	if !differ {
		s.Sizes = [process.Experts]model.ExpertSize{}
	}
	return s
}

// DefaultShape is that of the models in package zoo.
var DefaultShape = Shape{Channels: 32, Layers: 3, Hidden: 48, Experts: 1}

// A Net is the denoiser in floating point: a trunk of 3x3 convolutions with residuals over the sites of a scale, and a head per
// group. Gains and shifts of every channel are folded into the weights. It is one such network, an expert, or process.Experts:
// process.ExpertIndex says which expert and which row of its gains a step uses.
type Net struct {
	Shape
	Prior  *model.Prior     // of thumbnails, or nil; training leaves it as it is
	Params []Param          // those of an expert, then those of the next
	first  []int            // the index of every expert's first parameter, and the number of all
	index  []map[string]int // a parameter's index within its expert, by expert and by its name without " of expert"
}

// A Param is an array of parameters. Kernels are [row][column][input][output], unlike those of a weights file.
type Param struct {
	Name  string
	Dims  []int
	Value []float32
}

// layout returns the parameters of an expert, without values.
func (s *Shape) layout(expert int) (p []Param) {
	z := s.size(expert)
	c, h, rows := z.Channels, z.Hidden, process.GainRows(s.Experts)
	add := func(name string, dims ...int) { p = append(p, Param{Name: name, Dims: dims}) }
	add("stem", 3, 3, inputs, c)
	add("stem bias", c)
	for i := range z.Layers {
		add(fmt.Sprint("block ", i), 3, 3, c, c)
		add(fmt.Sprint("block bias ", i), c)
	}
	add("gain", z.Layers+1, rows, process.ScaleEmbeddings, c)
	add("shift", z.Layers+1, rows, process.ScaleEmbeddings, c)
	for g := range groups {
		add(fmt.Sprint("site ", g), c, h)
		add(fmt.Sprint("site bias ", g), h)
		add(fmt.Sprint("near ", g), 3, 3, cellInputs, h)
	}
	add("head gain", rows, groups, h)
	add("head shift", rows, groups, phases, h)
	for g := range groups { // of the outputs, only the first 2·members are used
		add(fmt.Sprint("out ", g), h, outputs)
		add(fmt.Sprint("out bias ", g), outputs)
	}
	return p
}

// emptyNet returns a network whose parameters are 0.
func emptyNet(s Shape) (*Net, error) {
	s = s.normal()
	if s.Experts != 1 && s.Experts != process.Experts {
		return nil, fmt.Errorf("train: no network has %d experts", s.Experts)
	}
	for e := range s.Experts {
		if z := s.size(e); z.Channels < 16 || z.Channels > 240 || z.Channels%16 != 0 || z.Hidden < 16 || z.Hidden > 240 || z.Hidden%16 != 0 || z.Layers < 0 || z.Layers > 32 {
			return nil, fmt.Errorf("train: no network has %d channels, %d layers, %d hidden units", z.Channels, z.Layers, z.Hidden)
		}
	}
	if s.Family >= process.Families {
		return nil, fmt.Errorf("train: no family of distributions has the number %d", s.Family)
	}
	n := &Net{Shape: s, first: []int{0}}
	for e := range s.Experts {
		n.index = append(n.index, map[string]int{})
		for i, p := range s.layout(e) {
			n.index[e][p.Name] = i
			if s.Experts > 1 {
				p.Name = fmt.Sprintf("%s of expert %d", p.Name, e)
			}
			size := 1
			for _, d := range p.Dims {
				size *= d
			}
			p.Value = make([]float32, size)
			n.Params = append(n.Params, p)
		}
		n.first = append(n.first, len(n.Params))
	}
	return n, nil
}

// NewNet returns an untrained network: weights are uniform with variance 1/(3·inputs), as in PyTorch, and outputs near 0, so
// that the predicted distributions follow from the local activity alone.
func NewNet(s Shape, seed uint64) (*Net, error) {
	n, err := emptyNet(s)
	if err != nil {
		return nil, err
	}
	r := rand.New(rand.NewPCG(seed, 0))
	for e := range n.Experts {
		n.begin(e, r)
	}
	return n, nil
}

// begin draws the parameters of an expert, all of which are 0, at random.
func (n *Net) begin(expert int, r *rand.Rand) {
	uniform := func(name string, fan int) {
		value := n.value(expert, name)
		for i := range value {
			value[i] = float32((2*r.Float64() - 1) / math.Sqrt(float64(fan)))
		}
	}
	z := n.size(expert)
	uniform("stem", 9*inputs)
	uniform("stem bias", 9*inputs)
	for i := range z.Layers {
		uniform(fmt.Sprint("block ", i), 9*z.Channels)
		uniform(fmt.Sprint("block bias ", i), 9*z.Channels)
	}
	for g, members := range process.Groups {
		uniform(fmt.Sprint("site ", g), z.Channels)
		uniform(fmt.Sprint("site bias ", g), z.Channels)
		uniform(fmt.Sprint("near ", g), 9*cellInputs)
		out := n.value(expert, fmt.Sprint("out ", g))
		for i := range out {
			if i%outputs < 2*len(members) {
				out[i] = float32(.02 * r.NormFloat64())
			}
		}
	}
}

// expert returns the parameters of an expert.
func (n *Net) expert(e int) []Param { return n.Params[n.first[e]:n.first[e+1]] }

// expertOf returns the expert that parameter i is of.
func (n *Net) expertOf(i int) int {
	e, _ := slices.BinarySearch(n.first, i+1)
	return e - 1
}

// param returns a parameter of an expert's, and value its elements.
func (n *Net) param(expert int, name string) *Param    { return &n.expert(expert)[n.index[expert][name]] }
func (n *Net) value(expert int, name string) []float32 { return n.param(expert, name).Value }

// Clone returns a copy that shares nothing.
func (n *Net) Clone() *Net {
	c := &Net{Shape: n.Shape, Prior: n.Prior, Params: append([]Param(nil), n.Params...), first: n.first, index: n.index}
	for i, p := range c.Params {
		c.Params[i].Value = append([]float32(nil), p.Value...)
	}
	return c
}

// Size returns the number of parameters that a weights file has.
func (n *Net) Size() (size int) {
	for _, p := range n.Params {
		size += len(p.Value)
	}
	for e := range n.Experts {
		for _, members := range process.Groups {
			size -= (n.size(e).Hidden + 1) * (outputs - 2*len(members))
		}
	}
	return size
}

// Cost returns the multiply-accumulates of one site and reverse step by an expert, of an image of 1 or 3 planes: forwards, and in
// training, which adds the gradients of all weights and of all activations but the inputs.
func (n *Net) Cost(expert, planes int) (forward, training int) {
	z := n.size(expert)
	c, h := z.Channels, z.Hidden
	fixed, rest := 9*inputs*c, 9*c*c*z.Layers // multiplications whose input has no gradient, and those whose input has one
	for _, members := range process.Groups {
		if members[0] < 3*planes {
			fixed += 9 * cellInputs * h
			rest += c*h + 2*len(members)*h
		}
	}
	return fixed + rest, 2*fixed + 3*rest
}
