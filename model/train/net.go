package train

import (
	"fmt"
	"math"
	"math/rand/v2"

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
}

// DefaultShape is that of the models in package zoo.
var DefaultShape = Shape{Channels: 32, Layers: 3, Hidden: 48, Experts: 1}

// A Net is the denoiser in floating point: a trunk of 3x3 convolutions with residuals over the sites of a scale, and a head per
// group. Gains and shifts of every channel are folded into the weights. It is one such network, an expert, or process.Experts
// of one shape: process.ExpertIndex says which expert and which row of its gains a step uses.
type Net struct {
	Shape
	Params []Param        // those of an expert, then those of the next in the same order
	index  map[string]int // a parameter's index within its expert, by its name without " of expert"
}

// A Param is an array of parameters. Kernels are [row][column][input][output], unlike those of a weights file.
type Param struct {
	Name  string
	Dims  []int
	Value []float32
}

// layout returns the parameters of an expert, without values.
func (s Shape) layout() (p []Param) {
	c, h, rows := s.Channels, s.Hidden, process.GainRows(s.Experts)
	add := func(name string, dims ...int) { p = append(p, Param{Name: name, Dims: dims}) }
	add("stem", 3, 3, inputs, c)
	add("stem bias", c)
	for i := range s.Layers {
		add(fmt.Sprint("block ", i), 3, 3, c, c)
		add(fmt.Sprint("block bias ", i), c)
	}
	add("gain", s.Layers+1, rows, process.ScaleEmbeddings, c)
	add("shift", s.Layers+1, rows, process.ScaleEmbeddings, c)
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
	if s.Experts == 0 {
		s.Experts = 1
	}
	if s.Channels < 16 || s.Channels > 240 || s.Channels%16 != 0 || s.Hidden < 16 || s.Hidden > 240 || s.Hidden%16 != 0 || s.Layers < 0 || s.Layers > 32 || s.Experts != 1 && s.Experts != process.Experts {
		return nil, fmt.Errorf("train: no network has %d channels, %d layers, %d hidden units, %d experts", s.Channels, s.Layers, s.Hidden, s.Experts)
	}
	if s.Family >= process.Families {
		return nil, fmt.Errorf("train: no family of distributions has the number %d", s.Family)
	}
	n := &Net{Shape: s, index: map[string]int{}}
	for e := range s.Experts {
		for i, p := range s.layout() {
			n.index[p.Name] = i
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
	uniform("stem", 9*inputs)
	uniform("stem bias", 9*inputs)
	for i := range n.Layers {
		uniform(fmt.Sprint("block ", i), 9*n.Channels)
		uniform(fmt.Sprint("block bias ", i), 9*n.Channels)
	}
	for g, members := range process.Groups {
		uniform(fmt.Sprint("site ", g), n.Channels)
		uniform(fmt.Sprint("site bias ", g), n.Channels)
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
func (n *Net) expert(e int) []Param {
	size := len(n.index)
	return n.Params[e*size : (e+1)*size]
}

// param returns a parameter of an expert's, and value its elements.
func (n *Net) param(expert int, name string) *Param    { return &n.expert(expert)[n.index[name]] }
func (n *Net) value(expert int, name string) []float32 { return n.param(expert, name).Value }

// Clone returns a copy that shares nothing.
func (n *Net) Clone() *Net {
	c := &Net{Shape: n.Shape, Params: append([]Param(nil), n.Params...), index: n.index}
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
	for _, members := range process.Groups {
		size -= n.Experts * (n.Hidden + 1) * (outputs - 2*len(members))
	}
	return size
}

// Cost returns the multiply-accumulates of one site and reverse step of an image of 1 or 3 planes: forwards, and in
// training, which adds the gradients of all weights and of all activations but the inputs.
func (n *Net) Cost(planes int) (forward, training int) {
	c, h := n.Channels, n.Hidden
	fixed, rest := 9*inputs*c, 9*c*c*n.Layers // multiplications whose input has no gradient, and those whose input has one
	for _, members := range process.Groups {
		if members[0] < 3*planes {
			fixed += 9 * cellInputs * h
			rest += c*h + 2*len(members)*h
		}
	}
	return fixed + rest, 2*fixed + 3*rest
}
