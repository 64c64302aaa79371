package model

import (
	"crypto/sha256"

	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// Shape of the network that does not vary with the weights file; package process says what each is.
const (
	planes      = process.Planes
	coordinates = process.Coordinates
	stages      = process.Stages
	conditions  = process.ScaleEmbeddings
	phases      = process.Phases
	outBits     = process.OutputBits // the heads' outputs are Q10
	headOutputs = 16                 // of a head: a group's ε, then its log2 σ, then nothing, as the kernels want
)

// groups are the coordinates that are predicted together, phaseOrigin the sites.
var (
	groups      = process.Groups
	phaseOrigin = process.PhaseOrigin
)

// A tensor is an array of int16 with a common binary exponent: value = data · 2^-frac.
type tensor struct {
	frac uint
	data []int16
}

// zeros returns a tensor of n zeros.
func zeros(n int) tensor { return tensor{data: make([]int16, n)} }

// row returns row i of those of n elements.
func (t tensor) row(i, n int) tensor { return tensor{t.frac, t.data[i*n : (i+1)*n]} }

// padded returns a tensor of n elements that begins as t does; the rest are zeros.
func (t tensor) padded(n int) tensor {
	if len(t.data) == n {
		return t
	}
	p := tensor{t.frac, make([]int16, n)}
	copy(p.data, t.data)
	return p
}

// weights is the content of a weights file: networks before gains are folded in.
type weights struct {
	channels, layers, hidden int
	actFrac                  uint     // activations have this many fractional bits
	experts                  []expert // process.ExpertIndex says which is for a step
}

// An expert is one of these networks. It has rows of gains and shifts.
type expert struct {
	stem      layer              // 3x3, inputs to channels
	blocks    []layer            // [layers] 3x3, channels to channels
	gain      tensor             // [layers+1][rows][conditions][channels], added to 1
	shift     tensor             // likewise, added to the bias
	site      layer              // 1x1, channels to groups*hidden
	near      [len(groups)]layer // 3x3, 2*coordinates to hidden
	headGain  tensor             // [rows][groups][hidden], added to 1
	headShift tensor             // [rows][groups][phases][hidden]
	out       [len(groups)]layer // 1x1, hidden to headOutputs, the last of them 0
}

// Load makes a network of a weights file, whose layout Weights has. The identity of a network is the SHA-256 of
// its file.
func Load(file []byte) (*Net, error) {
	n, err := newNet(file)
	if err != nil {
		return nil, err
	}
	if err := n.check(); err != nil {
		return nil, err
	}
	return n, nil
}

// newNet makes a network of a weights file, of which nothing is known yet but that it has all tensors.
func newNet(file []byte) (*Net, error) {
	f, err := ReadWeights(file)
	if err != nil {
		return nil, err
	}
	w := &weights{channels: f.Channels, layers: f.Layers, hidden: f.Hidden, actFrac: f.ActivationBits, experts: make([]expert, f.Experts)}
	rest := f.Tensors
	next := func() (t tensor) {
		t, rest = tensor{rest[0].Frac, rest[0].Data}, rest[1:]
		return t
	}
	c, h, act := w.channels, w.hidden, w.actFrac
	for i := range w.experts {
		e := &w.experts[i]
		e.stem = newLayer(3, inputs, c, next(), next(), act, act)
		for range w.layers {
			e.blocks = append(e.blocks, newLayer(3, c, c, next(), next(), act, act))
		}
		e.gain, e.shift = next(), next()
		e.site = newLayer(1, c, len(groups)*h, next(), next(), act, act)
		for g := range e.near {
			e.near[g] = newLayer(3, 2*coordinates, h, next(), zeros(h), act, act)
		}
		e.headGain, e.headShift = next(), next()
		for g := range e.out {
			e.out[g] = newLayer(1, h, headOutputs, next(), next(), act, outBits)
		}
	}
	return &Net{identity: sha256.Sum256(file), size: len(file), lifting: &transform.Liftings[f.Wavelet], tau: int32(f.Tau),
		w: w, features: newFeatureTables(act)}, nil
}
