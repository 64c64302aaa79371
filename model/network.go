package model

import (
	"github.com/ddpmz/ddpmz/model/internal/network"
	"github.com/ddpmz/ddpmz/model/internal/process"
)

// The network is in a package of its own; these are what users of package model need of it.
type (
	// A Net is the denoiser ε_θ of a weights file. It is read-only and may be shared.
	Net = network.Net
	// Weights is a weights file, taken apart: what Load makes a network of, and what a trainer writes.
	Weights = network.Weights
	// An ExpertSize says how large an expert of a weights file is.
	ExpertSize = network.ExpertSize
	// A Tensor is an array of the weights file: an element stands for Data[i] · 2^-Frac.
	Tensor = network.Tensor
	// A TensorShape names a tensor of a weights file and says how its elements are laid out.
	TensorShape = network.TensorShape
	// A Prior is the distribution of the thumbnails of at most 2x2 pixels that coding an image begins with.
	Prior = network.Prior
	// A WeightsError says what is wrong with a weights file.
	WeightsError = network.WeightsError
)

// Experts is the number of networks in a weights file that does not hold a single one: one for every stage embedding of the finest scale, the
// first stage sharing that of the second, then one for every stage embedding of the coarser scales.
const Experts = process.Experts

// MaxTensorFrac is the most fraction bits a Tensor may have.
const MaxTensorFrac = network.MaxTensorFrac

// Load makes a network of a weights file, whose layout is that of Weights. The identity of a network is the SHA-256 of its file.
// What is wrong with a file is a WeightsError.
func Load(file []byte) (*Net, error) { return network.Load(file) }

// ReadWeights takes a weights file apart. Whether a network can be made of it is for Load to say.
func ReadWeights(file []byte) (*Weights, error) { return network.ReadWeights(file) }
