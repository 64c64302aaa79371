package train

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/ddpmz/ddpmz/model"
)

// An Export is a weights file, and what the rounding of the weights costs.
type Export struct {
	File           []byte
	ActivationBits uint    // fraction bits of activations, chosen from data
	Largest        float64 // the largest activation that the data had
	Float, Integer float64 // bits per sub-pixel of the network alone, in floating point and in integers
}

// Loss returns the share of the bits that rounding added.
func (e Export) Loss() float64 { return e.Integer/e.Float - 1 }

// MaxLoss is the loss above which an export is worth fine-tuning with rounded weights (Options.Rounded).
const MaxLoss = .002

// ExportNet makes a weights file of a network. Weights have as many fraction bits as every tensor allows, activations
// as many as the images leave room for: int16 must hold twice their largest activation. The codec's loader, which refuses other
// files, has proved that no sum of a layer can leave int32, whatever the input. tau is the
// threshold of skipping that is stored in the file.
func ExportNet(ctx context.Context, net *Net, images []Image, tau float64, threads int) (Export, error) {
	var e Export
	if len(images) == 0 {
		return e, ErrNoImages
	}
	report, err := Measure(ctx, net, images, tau, threads)
	if err != nil {
		return e, err
	}
	e.Float, e.Largest = report.Bits.PerSubPixel(), float64(report.Largest)
	e.ActivationBits = uint(min(max(math.Floor(math.Log2(math.MaxInt16/(2*e.Largest))), 6), 12))
	w, err := net.Weights(e.ActivationBits, tau)
	if err != nil {
		return e, err
	}
	if e.File, err = w.Encode(); err != nil {
		return e, err
	}
	integer, err := model.Load(e.File)
	if err != nil {
		return e, fmt.Errorf("train: the weights do not fit the codec: %w", err)
	}
	e.Integer, err = networkAlone(ctx, integer, images, threads)
	return e, err
}

// CompareAlone measures the network of a weights file alone, without the online adaptation of package
// model, in floating point and in integers.
func CompareAlone(ctx context.Context, file []byte, images []Image, threads int) (Export, error) {
	e := Export{File: file}
	w, err := model.ReadWeights(file)
	if err != nil {
		return e, err
	}
	net, err := FromWeights(w)
	if err != nil {
		return e, err
	}
	integer, err := model.Load(file)
	if err != nil {
		return e, err
	}
	report, err := Measure(ctx, net, images, math.Exp2(float64(w.Tau)/32), threads)
	if err != nil {
		return e, err
	}
	e.ActivationBits, e.Largest, e.Float = w.ActivationBits, float64(report.Largest), report.Bits.PerSubPixel()
	e.Integer, err = networkAlone(ctx, integer, images, threads)
	return e, err
}

// networkAlone returns the bits per sub-pixel of images under a network in integers, without online adaptation.
func networkAlone(ctx context.Context, net *model.Net, images []Image, threads int) (float64, error) {
	results := make([]float64, len(images))
	err := parallel(ctx, len(images), threads, func(i int) error {
		c := newIntegerChain(net, images[i])
		c.NetworkAlone = true
		for _, p := range model.Passes(images[i].W, images[i].H) {
			results[i] += advance(c, p)
		}
		return nil
	})
	bits, subPixels := 0.0, 0.0
	for i, b := range results {
		bits += b
		subPixels += float64(images[i].W * images[i].H * images[i].present())
	}
	return bits / subPixels, err
}

// largest returns the largest activation of the graph's last run.
func (q *graph) largest() (most float32) {
	for _, x := range q.activations {
		most = max(most, slices.Max(x), -slices.Min(x))
	}
	return most
}
