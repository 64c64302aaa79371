package network

import (
	"crypto/sha256"

	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// HeadOutputs is the number of outputs of a head: ε of every coefficient of a group, then log2 σ, both Q10 (process.OutputBits),
// then zeros, as the kernels want.
const HeadOutputs = 16

// weights is the content of a weights file: networks before gains are folded in.
type weights struct {
	most    ExpertSize // the largest of any expert's channels, layers and hidden units
	actFrac uint       // activations have this many fractional bits
	experts []expert   // process.ExpertIndex says which a step uses
}

// An expert is one of these networks. It has process.GainRows rows of gains and shifts.
type expert struct {
	stem      layer                      // 3x3, inputs to channels
	blocks    []layer                    // [layers] 3x3, channels to channels
	gain      Tensor                     // [layers+1][rows][scale embeddings][channels], added to 1
	shift     Tensor                     // likewise, added to the bias
	site      layer                      // 1x1, channels to groups*hidden
	near      [len(process.Groups)]layer // 3x3, 2*coefficients to hidden
	headGain  Tensor                     // [rows][groups][hidden], added to 1
	headShift Tensor                     // [rows][groups][phases][hidden]
	out       [len(process.Groups)]layer // 1x1, hidden to HeadOutputs, the last of them 0
}

// Load makes a network of a weights file, whose layout is that of Weights. The identity of a network is the SHA-256 of its file.
// What is wrong with a file is a WeightsError.
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

// newNet makes a network of a weights file whose layers may not be possible to fold: see Net.check.
func newNet(file []byte) (*Net, error) {
	f, err := ReadWeights(file)
	if err != nil {
		return nil, err
	}
	w := &weights{most: ExpertSize{f.Channels, f.Layers, f.Hidden}, actFrac: f.ActivationBits, experts: make([]expert, f.Experts)}
	rest := f.Tensors
	next := func() (t Tensor) {
		t, rest = rest[0], rest[1:]
		return t
	}
	act := w.actFrac
	for i := range w.experts {
		e, size := &w.experts[i], f.Size(i)
		c, h := size.Channels, size.Hidden
		e.stem = newLayer(3, inputs, c, next(), next(), act, act)
		for range size.Layers {
			e.blocks = append(e.blocks, newLayer(3, c, c, next(), next(), act, act))
		}
		e.gain, e.shift = next(), next()
		e.site = newLayer(1, c, len(process.Groups)*h, next(), next(), act, act)
		for g := range e.near {
			e.near[g] = newLayer(3, 2*process.Coefficients, h, next(), zeros(h), act, act)
		}
		e.headGain, e.headShift = next(), next()
		for g := range e.out {
			e.out[g] = newLayer(1, h, HeadOutputs, next(), next(), act, process.OutputBits)
		}
	}
	return &Net{identity: sha256.Sum256(file), size: len(file), lifting: &transform.Liftings[f.Wavelet], tau: f.Tau, family: f.Family, prior: f.Prior,
		w: w, features: newFeatureTables(act)}, nil
}
