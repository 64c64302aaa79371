package train

import (
	"errors"
	"fmt"

	"github.com/ddpmz/ddpmz/model"
)

// ErrMix means that experts of one weights file cannot take the place of those of another.
var ErrMix = errors.New("train: mix")

// Mix returns weights whose experts are those of from where chosen says so, and others those of into, from which all else is, too: fraction
// bits of activations, the threshold of skipping. Both have twelve experts, of one wavelet and one family of distributions.
func Mix(into, from *model.Weights, chosen [model.Experts]bool) (*model.Weights, error) {
	a, err := FromWeights(into)
	if err != nil {
		return nil, err
	}
	b, err := FromWeights(from)
	if err != nil {
		return nil, err
	}
	if a.Experts != model.Experts || b.Experts != model.Experts || a.Wavelet != b.Wavelet || a.Family != b.Family {
		return nil, fmt.Errorf("%w: %d experts, wavelet %d and %v distributions, and %d, %d and %v", ErrMix, a.Experts, a.Wavelet, a.Family, b.Experts, b.Wavelet, b.Family)
	}
	shape := a.Shape
	for e := range shape.Sizes {
		shape.Sizes[e] = a.size(e)
		if chosen[e] {
			shape.Sizes[e] = b.size(e)
		}
	}
	shape = shape.normal()
	mixed := *into
	mixed.Channels, mixed.Layers, mixed.Hidden, mixed.Sizes, mixed.Tensors = shape.Channels, shape.Layers, shape.Hidden, nil, nil
	if shape.Sizes != [model.Experts]model.ExpertSize{} {
		mixed.Sizes = shape.Sizes[:]
	}
	atA, atB := 0, 0
	for e, taken := range chosen {
		nA, nB := len(a.expertParts(e)), len(b.expertParts(e))
		if taken {
			mixed.Tensors = append(mixed.Tensors, from.Tensors[atB:atB+nB]...)
		} else {
			mixed.Tensors = append(mixed.Tensors, into.Tensors[atA:atA+nA]...)
		}
		atA, atB = atA+nA, atB+nB
	}
	return &mixed, nil
}
