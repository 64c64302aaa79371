package dct

import (
	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/internal/dctkernel"
)

// A Learner makes weights: it codes images one after the other, by state that goes on adapting. Only the trainer uses it.
type Learner struct {
	// Observe, if it is set, is called for every coefficient that is about to be coded and whose sign is not known.
	Observe func(*Decision)
	// Smooth, if it is set, is called at the end of every level that smooths estimates, for each of these.
	Smooth func(*Smoothed)

	weights *Weights
	state   dctkernel.State
}

// NewLearner returns a learner that begins with weights. If they are nil, it begins with nothing.
func NewLearner(w *Weights) *Learner {
	if w == nil {
		w = blankWeights()
		for c := range w.linear {
			for f := range w.linear[c] {
				for ph := range w.linear[c][f] {
					w.linear[c][f][ph].even(magnitudeTaps[f])
				}
			}
		}
	}
	return &Learner{weights: w, state: w.state.Clone()}
}

// even sets the weights of magnitudes to those of a mean.
func (l *linearWeights) even(taps []Tap) {
	var n [2]int
	for _, t := range taps {
		n[t.part()]++
	}
	for i, t := range taps {
		l.all[i] = int16(1 << weightBits / len(taps))
		l.part[i] = int16(1 << weightBits / n[t.part()])
	}
}

// part is the number of the partial prediction that a tap is of.
func (t Tap) part() int {
	if t.own() {
		return 0
	}
	return 1
}

// Code codes an image, which has coefficients, in one band.
func (l *Learner) Code(im *Image, coder model.Coder) {
	c := newChain(l.weights, im, 1)
	c.bands[0].Mixer, c.bands[0].observe = dctkernel.NewMixer(l.state), l.Observe
	passes := Passes(im)
	for i, p := range passes {
		c.pass(p, oneCoder{coder})
		if l.Smooth != nil && i+1 < len(passes) && passes[i+1].Level != p.Level && c.smoothing.at(0, p.Level) != nil {
			c.observeSmoothed(p.Level, l.Smooth)
		}
	}
}

// A Smoothed is an estimate that is smoothed, after a level: of the frequency at a place of JPEG's zigzag order, in class 0, luma, or 1,
// chroma.
type Smoothed struct {
	Class, Level, Place int
	Area                int     // of pixels that it is for
	Inputs              []int32 // in the order of the weights, in the units of estimates
	Error               int32   // the truth less the estimate before
}

// observeSmoothed calls observe for the estimates that are smoothed after a level.
func (c *Chain) observeSmoothed(level int, observe func(*Smoothed)) {
	for i, k := range c.bands[0].components {
		row := make([]int32, BlockSize*k.wide)
		for y := range k.high {
			k.estimates(y, row)
			k.eachOpen(y, c.around(i, y), smoothLimit(level, k.area), func(x, place int, in []int32, _, _ int64) {
				f := int(order[place])
				truth := int32(*k.truth(f, y, x)) * int32(max(k.plane.Quant[f], 1)) << EstimateBits
				observe(&Smoothed{k.class, level, place, int(k.area), in, truth - row[BlockSize*x+f]})
			})
		}
	}
}

// Smoothing returns the weights, Q12, by which the estimate of the frequency at a place of JPEG's zigzag order is smoothed after a level, for a
// trainer to change. It returns nil if it is not.
func (w *Weights) Smoothing(class, level, place int) []int16 {
	if s := w.smoothing.at(class, level); s != nil && place < smoothed {
		return s[place]
	}
	return nil
}

type oneCoder struct{ model.Coder }

func (c oneCoder) Open(int) model.Coder { return c.Coder }
func (c oneCoder) Close(int)            {}
func (c oneCoder) Done(bool) error      { return nil }

// Weights returns weights with the state that the learner has come to. No prob has a larger count than confidence.
func (l *Learner) Weights(confidence int) *Weights {
	w := *l.weights
	w.state = l.state.Clone()
	for i, p := range w.state.Probs {
		w.state.Probs[i] = p&^(1<<dctkernel.CountBits-1) | min(p&(1<<dctkernel.CountBits-1), dctkernel.Prob(confidence))
	}
	return &w
}

// A Linear is the weights of the predictions of a coefficient, Q12: of its magnitude from all of MagnitudeTaps, and from those of the
// own block or of the others, as each of them is; and of its value from ValueTaps.
type Linear struct{ All, Part, Value []int16 }

// Linear returns the weights of a frequency of class 0, luma, or 1, chroma, in a phase, for a trainer to change.
func (w *Weights) Linear(class, frequency, phase int) Linear {
	l := &w.linear[class][frequency][phase]
	return Linear{l.all, l.part, l.value}
}

// MagnitudeTaps lists what a magnitude is predicted from.
func MagnitudeTaps(frequency int) []Tap { return magnitudeTaps[frequency] }

// ValueTaps lists what a value is predicted from.
func ValueTaps(frequency int) []Tap { return valueTaps[frequency] }

// Phases is the number of phases.
const Phases = len(phases)

// A Decision is a coefficient that is about to be coded.
type Decision struct {
	band                    *band
	Plane, Frequency, Phase int
	at                      int // of the block
}

// Truth returns the coefficient, times its step.
func (d *Decision) Truth() int {
	c := d.band.components[d.Plane]
	y, x := d.at/c.stride-1, d.at%c.stride-1
	return int(*c.truth(d.Frequency, y, x)) * d.Step(d.Frequency)
}

// Step returns the step of a frequency.
func (d *Decision) Step(f int) int { return int(max(d.band.components[d.Plane].plane.Quant[f], 1)) }

// Magnitude returns the expected magnitude at a tap, times its step, Q4.
func (d *Decision) Magnitude(t Tap) int {
	c := d.band.components[d.Plane]
	return int(c.magnitudes[t.Frequency*c.size+d.at+t.Down*c.stride+t.Right]) * d.Step(t.Frequency)
}

// Value returns the expected value at a tap, times its step, Q3.
func (d *Decision) Value(t Tap) int {
	c := d.band.components[d.Plane]
	return int(c.values[t.Frequency*c.size+d.at+t.Down*c.stride+t.Right]) * d.Step(t.Frequency)
}
