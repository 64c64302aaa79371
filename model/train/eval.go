package train

import (
	"context"
	"math"

	"github.com/ddpmz/ddpmz/model"
)

// An Evaluation is the rate and distortion of a weights file on images, computed by package model: in integers, and with
// online adaptation. Lengths are ideal; files are longer by some 20 bytes and 0.1%.
type Evaluation struct {
	Images          int
	BitsPerSubPixel float64 // the mean over all sub-pixels of whole images
	Levels          []Level // from the coarsest state to the image
}

// A Level is the mean over images of the rate and the distortion of prefixes down to a state of the process.
type Level struct {
	Timestep        int
	Steps           int     // reverse steps done
	BitsPerSubPixel float64 // the rate up to here
	RMSE            float64 // of samples from 0 to 255, the square root of the mean squared error of all images
	PSNR            float64 // mean of those of the images, in dB
}

// A counter is a model.Coder that counts ideal code lengths and writes nothing.
type counter struct{ q16 uint64 } // bits, Q16

func (c *counter) Symbol(d *model.Distribution, s int32) (int32, bool) {
	_, freq := d.Interval(s)
	c.q16 += uint64(model.CodeLength(freq))
	return s, true
}

func (c *counter) Bits(v uint32, n uint) (uint32, bool) {
	c.q16 += uint64(n) << 16
	return v, true
}

func (c *counter) Bit(b, p uint32) (uint32, bool) {
	_, freq := model.BitInterval(b, p)
	c.q16 += uint64(model.CodeLength(freq))
	return b, true
}

// advance runs a pass of a chain and returns its bits. The bands of a pass have coders of their own.
func advance(c *model.Chain, p model.Pass) float64 {
	var counters []*counter
	c.CodePass(p, func(int) model.Coder {
		counters = append(counters, new(counter))
		return counters[len(counters)-1]
	})
	sum := uint64(0)
	for _, k := range counters {
		sum += k.q16
	}
	return float64(sum) / (1 << 16)
}

// levelResult is a Level of one image.
type levelResult struct{ bits, mse, psnr float64 }

// Evaluate runs the process of package model for images, and returns their rates and distortions.
func Evaluate(ctx context.Context, net *model.Net, images []Image, threads int) (Evaluation, error) {
	results := make([][]levelResult, len(images)) // by level
	err := parallel(ctx, len(images), threads, func(i int) error {
		results[i] = evaluate(net, images[i])
		return nil
	})
	if err != nil {
		return Evaluation{}, err
	}
	e := Evaluation{Images: len(images)}
	top := 0
	for _, r := range results {
		top = max(top, len(r)-1)
	}
	for level := top; level >= 0; level-- {
		t := model.LevelTimestep(level)
		row := Level{Timestep: t, Steps: 1000 - t}
		bits, subPixels, squares := 0.0, 0.0, 0.0
		for i, r := range results {
			n := float64(images[i].W * images[i].H * images[i].present())
			// A small image has fewer levels: above its first, it counts as it is at its first.
			at := r[min(level, len(r)-1)]
			if level < len(r) {
				bits += at.bits
			}
			subPixels += n
			squares += n * at.mse
			row.PSNR += at.psnr / float64(len(images))
		}
		row.BitsPerSubPixel, row.RMSE = bits/subPixels, math.Sqrt(squares/subPixels)
		e.Levels = append(e.Levels, row)
		e.BitsPerSubPixel = row.BitsPerSubPixel
	}
	return e, nil
}

func evaluate(net *model.Net, m Image) []levelResult {
	present := m.present()
	c := newIntegerChain(net, m)
	results := make([]levelResult, model.TopLevel(m.W, m.H)+1)
	bits := 0.0
	passes := model.Passes(m.W, m.H)
	for i, p := range passes {
		bits += advance(c, p)
		if i+1 == len(passes) || passes[i+1].Level != p.Level {
			mse := 0.0
			for k, x := range c.Picture() {
				for j, v := range x.Pix {
					d := float64(v) - float64(m.Pix[3*j+k])
					mse += d * d
				}
			}
			mse /= float64(m.W * m.H * present)
			results[p.Level] = levelResult{bits, mse, decibels(mse)}
		}
	}
	return results
}

// newIntegerChain returns package model's chain of an image.
func newIntegerChain(net *model.Net, m Image) *model.Chain {
	present := m.present()
	c := model.NewChain(net, model.Geometry{Width: m.W, Height: m.H, Planes: present, Depth: 8}, net.Tau())
	rgb := m.planes()
	c.Colour, _, _ = model.ChooseColour(rgb[:present], 8, true)
	c.SetImage(rgb[:present])
	return c
}

// decibels is the PSNR of a mean squared error; nothing is better than 100 dB.
func decibels(mse float64) float64 {
	if mse == 0 {
		return 100
	}
	return 10 * math.Log10(255*255/mse)
}
