package model

import (
	"math/rand/v2"

	"github.com/ddpmz/ddpmz/model/internal/process"
)

// What is drawn is bounded here, and nowhere else: by tailScales, and by drawThumbnail.

// tailScales is how far from the mean, in scales of the distribution, a Sampler draws.
//
// A logistic distribution has 1/500 of its mass beyond 7 scales. Where a coder meets such a value it pays for it and goes on. To
// draw one means to show it, and one of the coarsest coefficients is a block of a foreign colour: see docs/experiments/tails.md.
const tailScales = 7

// A Sampler is a Coder that draws what it is asked for from the distributions that it is shown, as decoding random bits would
// (Algorithm 2). Symbols whose cells are more than tailScales from the mean, and those that stand for all cells beyond a window,
// are never drawn, so nothing that it draws is far from what the model expects. It draws with integers alone: the same seed gives
// the same symbols on every machine.
type Sampler struct {
	source rand.PCG
	drawn  uint64 // ideal length of what it has drawn, in bits as Q16
}

// NewSampler returns a Sampler whose random numbers follow from a seed of two parts.
func NewSampler(seed, part uint64) *Sampler {
	s := new(Sampler)
	s.source.Seed(seed, part)
	return s
}

// DrawnQ16 returns the ideal code length of all that was drawn, in bits, Q16: as many random bits as it took.
func (s *Sampler) DrawnQ16() uint64 { return s.drawn }

// below returns a random number from 0 to n-1, n <= 2^16. Its probabilities differ from 1/n by less than 2^-32.
func (s *Sampler) below(n uint32) uint32 { return uint32(s.source.Uint64() >> 16 * uint64(n) >> 48) }

// Symbol draws a symbol of d.
func (s *Sampler) Symbol(d *Distribution, _ int32) (int32, bool) {
	start, end := d.Within(tailScales)
	symbol, _, freq := d.Find(start + s.below(end-start))
	s.drawn += uint64(CodeLength(freq))
	return symbol, true
}

// Bits draws n <= 16 bits.
func (s *Sampler) Bits(_ uint32, n uint) (uint32, bool) {
	s.drawn += uint64(n) << 16
	return uint32(s.source.Uint64() >> (64 - n)), true
}

// Bit draws a bit that is 1 with probability p/65536.
func (s *Sampler) Bit(_, p uint32) (uint32, bool) {
	b := uint32(0)
	if s.below(1<<16) < p {
		b = 1
	}
	_, freq := BitInterval(b, p)
	s.drawn += uint64(CodeLength(freq))
	return b, true
}

// thumbnailTries is how many thumbnails are drawn at most until one is a picture.
const thumbnailTries = 100

// drawThumbnail draws the first pass, again until the samples that it stands for are in their range: its distributions
// know of no range, and the network, which does not know how bright a picture is, would go on from there. Tries do not count
// as drawn.
func (c *Chain) drawThumbnail(s *Sampler) bool {
	for range thumbnailTries {
		trial, next := c.Fork(), *s
		trial.CodeThumbnail(&next, ThumbnailValues)
		if trial.thumbnailFits() {
			break
		}
		s.source = next.source
	}
	return c.CodeThumbnail(s, ThumbnailValues)
}

// thumbnailFits reports whether all samples of the coarsest image that is exact, and not yet in Q4, are in their range.
func (c *Chain) thumbnailFits() bool {
	x, n := [process.Planes][]int32{}, 1
	if c.exactAt == len(c.scales)-1 {
		for p := range x {
			x[p] = []int32{c.top[p]}
		}
	} else if ll := &c.ll[c.exactAt]; c.exactAt > 0 {
		n = ll.W * ll.H
		for p := range c.planes {
			x[p] = make([]int32, n)
			ll.Load(x[p], p, 0)
		}
	} else {
		return true // the image itself, of at most 2x2 pixels, is clipped
	}
	if c.planes == process.Planes {
		c.Colour.Inverse(x[0], x[1], x[2])
	}
	for p := range c.planes {
		for _, v := range x[p][:n] {
			if v < 0 || v >= 1<<c.depth {
				return false
			}
		}
	}
	return true
}
