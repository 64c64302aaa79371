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
	looks       = process.Looks
	conditions  = process.Conditions
	phases      = process.Phases
	outBits     = 10 // the heads' outputs are Q10
	headOutputs = 16 // of a head: a group's ε, then its log2 σ, then nothing, as the kernels want
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

// weights is the content of a weights file: the network before gains are folded in.
type weights struct {
	channels, layers, hidden int
	actFrac                  uint // activations have this many fractional bits

	stem      tensor              // [channels][3][3][inputs]
	stemBias  tensor              // [channels]
	block     []tensor            // [layers] of [channels][3][3][channels]
	blockBias []tensor            // [layers] of [channels]
	gain      tensor              // [layers+1][looks][conditions][channels], added to 1
	shift     tensor              // likewise, added to the bias
	site      tensor              // [groups*hidden][channels]
	siteBias  tensor              // [groups*hidden]
	near      [len(groups)]tensor // [hidden][3][3][2*coordinates]
	headGain  tensor              // [looks][groups][hidden], added to 1
	headShift tensor              // [looks][groups][phases][hidden]
	out       [len(groups)]tensor // [2*coordinates of the group][hidden]
	outBias   [len(groups)]tensor // [2*coordinates of the group]
}

// Load makes a network of a weights file, whose layout Weights has. The identity of a network is the SHA-256 of
// its file.
func Load(file []byte) (*Net, error) {
	f, err := ReadWeights(file)
	if err != nil {
		return nil, err
	}
	w := &weights{channels: f.Channels, layers: f.Layers, hidden: f.Hidden, actFrac: f.ActivationBits}
	n := &Net{identity: sha256.Sum256(file), size: len(file), lifting: &transform.Liftings[f.Wavelet], tau: int32(f.Tau), w: w}
	rest := f.Tensors
	next := func() (t tensor) {
		t, rest = tensor{rest[0].Frac, rest[0].Data}, rest[1:]
		return t
	}
	w.stem, w.stemBias = next(), next()
	for range w.layers {
		w.block, w.blockBias = append(w.block, next()), append(w.blockBias, next())
	}
	w.gain, w.shift = next(), next()
	w.site, w.siteBias = next(), next()
	for i := range w.near {
		w.near[i] = next()
	}
	w.headGain, w.headShift = next(), next()
	for i := range groups {
		w.out[i], w.outBias[i] = next(), next()
	}
	if err := n.fold(); err != nil {
		return nil, err
	}
	n.features = newFeatureTables(w.actFrac)
	return n, nil
}
