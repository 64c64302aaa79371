package history

import (
	"image"
	"math/bits"
	"runtime"
	"slices"
	"sync"

	"github.com/ddpmz/ddpmz/codec/jpeg/pixels"
)

// A bound is what is known of a sample: the least and the most that it may be.
type bound struct{ least, most uint8 }

var anything = bound{0, 255}

// miss returns by how much a sample has to change.
func (b bound) miss(v uint8) int32 {
	switch {
	case v < b.least:
		return int32(b.least) - int32(v)
	case v > b.most:
		return int32(b.most) - int32(v)
	}
	return 0
}

// A solution is a block's quantized coefficients, and what a decoder makes of them.
type solution struct {
	decoder pixels.Decoder
	steps   *[64]uint16
	coef    [64]int16
	samples [64]byte
}

// decode makes the samples.
func (s *solution) decode() {
	var dequantized [64]int32
	for f, c := range s.coef {
		dequantized[f] = int32(c) * int32(s.steps[f])
	}
	s.decoder.Invert(&s.samples, &dequantized)
}

// maxCoef bounds coefficients, as 8 bits need them.
const maxCoef = 1023

// round sets the coefficients to the nearest of some in units of 1, coefBits.
func (s *solution) round(b *block) {
	for f, v := range b {
		s.coef[f] = quantize(v, int32(s.steps[f])*unit)
	}
}

// quantize returns the nearest multiple of a width.
func quantize(v, width int32) int16 {
	if v < 0 {
		return -quantize(-v, width)
	}
	return int16(min((v+width/2)/width, maxCoef))
}

// cost is a measure of how unlikely coefficients are: about the bits that they take.
func (s *solution) cost() (n int64) {
	for _, c := range s.coef[1:] {
		if c != 0 {
			n += 1 + 2*int64(bits.Len16(uint16(max(c, -c))))
		}
	}
	return n + 2*int64(bits.Len16(uint16(max(s.coef[0], -s.coef[0]))))
}

// missWeight is how much worse it is to miss a sample by one than a bit more of coefficients.
const missWeight = 2

// decodedBlocks is how many blocks are looked at for the decoder.
const decodedBlocks = 256

// decoder returns the decoder, of several, that misses the fewest samples of blocks of a grid that begins at (x0, y0).
func (p *plane) decoder(x0, y0 int, steps *[64]uint16, decoders []pixels.Decoder) pixels.Decoder {
	if len(decoders) == 1 {
		return decoders[0]
	}
	missed := make([]int, len(decoders))
	p.eachBlock(x0, y0, decodedBlocks, func(x, y int) {
		known := p.blockAt(x, y)
		coef := known
		coef.forward(0)
		s := solution{steps: steps}
		s.round(&coef)
		for i, d := range decoders {
			s.decoder = d
			s.decode()
			for k, v := range s.samples {
				if int32(v)-128 != known[k] {
					missed[i]++
				}
			}
		}
	})
	return decoders[slices.Index(missed, slices.Min(missed))]
}

// A target says how far samples of a block are from where they should be.
type target interface {
	// misses sets missing to what samples have to change by, with meanBits, and returns a measure of it, which is 0 if nothing is
	// missing. It may stop when that exceeds most.
	misses(samples *[64]byte, missing *block, most int64) int64
}

const (
	rounds     = 8  // of changing all coefficients at once
	changes    = 48 // of single coefficients
	candidates = 12 // that are tried for a change
	pairs      = 6  // of which two are tried
)

// improve changes coefficients as long as that makes samples better, or as good with fewer bits. It returns whether it changed any.
func (s *solution) improve(t target) (changed bool) {
	var missing, next block
	misses := t.misses(&s.samples, &missing, 1<<60)
	if misses == 0 {
		return false
	}
	best := missWeight*misses + s.cost()
	trial := solution{decoder: s.decoder, steps: s.steps}
	for range rounds {
		gradient := missing
		gradient.forward(meanBits)
		same := true
		for f, g := range gradient {
			d := quantize(g, int32(s.steps[f])*unit)
			trial.coef[f] = min(max(s.coef[f]+d, -maxCoef), maxCoef)
			same = same && d == 0
		}
		if same {
			break
		}
		trial.decode()
		cost := trial.cost()
		e := t.misses(&trial.samples, &next, (best-cost)/missWeight)
		if missWeight*e+cost >= best {
			break
		}
		*s, best, missing, changed = trial, missWeight*e+cost, next, true
		if e == 0 {
			return true
		}
	}
	for range changes {
		gradient := missing
		gradient.forward(meanBits)
		e, ok := s.change(t, &gradient, &missing, &best)
		if !ok {
			break
		}
		changed = true
		if e == 0 {
			break
		}
	}
	return changed
}

// change changes one coefficient, of those that promise most by the gradient, if that is for the better.
func (s *solution) change(t target, gradient, missing *block, best *int64) (misses int64, ok bool) {
	type candidate struct {
		f     int
		share int32 // of a step that the coefficient should change by
	}
	var list [64]candidate
	for f, g := range gradient {
		list[f] = candidate{f, g * 16 / int32(s.steps[f])}
	}
	slices.SortFunc(list[:], func(a, b candidate) int {
		return int(max(b.share, -b.share) - max(a.share, -a.share))
	})
	var next block
	trial := *s
	for _, c := range list[:candidates] {
		if c.share == 0 {
			break
		}
		d := int16(1)
		if c.share < 0 {
			d = -1
		}
		trial.coef[c.f] = min(max(s.coef[c.f]+d, -maxCoef), maxCoef)
		trial.decode()
		cost := trial.cost()
		if e := t.misses(&trial.samples, &next, (*best-cost)/missWeight); missWeight*e+cost < *best {
			*s, *best, *missing = trial, missWeight*e+cost, next
			return e, true
		}
		trial.coef[c.f] = s.coef[c.f]
	}
	for i, a := range list[:pairs] {
		for _, b := range list[:i] {
			if a.share == 0 || b.share == 0 {
				continue
			}
			trial.coef[a.f], trial.coef[b.f] = s.coef[a.f]+step(a.share), s.coef[b.f]+step(b.share)
			trial.decode()
			cost := trial.cost()
			if e := t.misses(&trial.samples, &next, (*best-cost)/missWeight); missWeight*e+cost < *best {
				*s, *best, *missing = trial, missWeight*e+cost, next
				return e, true
			}
			trial.coef[a.f], trial.coef[b.f] = s.coef[a.f], s.coef[b.f]
		}
	}
	return 0, false
}

// step returns the sign of a share.
func step(share int32) int16 {
	if share < 0 {
		return -1
	}
	return 1
}

// bounds are a target of samples, each with its own bound.
type bounds [64]bound

func (t *bounds) misses(samples *[64]byte, missing *block, most int64) (sum int64) {
	for i, v := range samples {
		d := t[i].miss(v)
		missing[i] = d << meanBits
		sum += int64(d) * int64(d)
	}
	return sum
}

// each calls do for 0 to n-1, on all processors.
func each(n int, do func(i int)) {
	var wait sync.WaitGroup
	parts := min(runtime.GOMAXPROCS(0), n)
	for k := range parts {
		wait.Go(func() {
			for i := n * k / parts; i < n*(k+1)/parts; i++ {
				do(i)
			}
		})
	}
	wait.Wait()
}

// A component is a plane of blocks being found.
type component struct {
	wide, high int // blocks
	steps      [64]uint16
	coef       []int16
	samples    []uint8 // of all blocks, row by row
	decoder    pixels.Decoder
	done       <-chan struct{}
	sure       [64]bool // the steps that many coefficients speak for
}

func newComponent(wide, high int, steps [64]uint16, decoder pixels.Decoder, done <-chan struct{}) *component {
	return &component{wide: wide, high: high, steps: steps, coef: make([]int16, 64*wide*high), samples: make([]uint8, 64*wide*high), decoder: decoder, done: done}
}

// empty returns a solution without coefficients.
func (c *component) empty() solution { return solution{decoder: c.decoder, steps: &c.steps} }

// put notes a solution.
func (c *component) put(x, y int, s *solution) {
	copy(c.coef[64*(y*c.wide+x):], s.coef[:])
	for row := range 8 {
		copy(c.samples[(8*y+row)*8*c.wide+8*x:], s.samples[8*row:][:8])
	}
}

// solution returns a block.
func (c *component) solution(x, y int) solution {
	s := c.empty()
	copy(s.coef[:], c.coef[64*(y*c.wide+x):])
	for row := range 8 {
		copy(s.samples[8*row:][:8], c.samples[(8*y+row)*8*c.wide+8*x:])
	}
	return s
}

// A lumaTarget is a target of a block of luma: known pixels, and what others have to do with chroma.
type lumaTarget struct {
	pixels *plane
	others *colourSolver
	x, y   int
}

func (t *lumaTarget) misses(samples *[64]byte, missing *block, most int64) (sum int64) {
	for i, v := range samples {
		x, y := t.x+i%8, t.y+i/8
		missing[i] = 0
		if x >= t.pixels.wide || y >= t.pixels.high {
			continue
		}
		at := y*t.pixels.wide + x
		if t.pixels.known[at] {
			d := int32(t.pixels.samples[at]) - int32(v)
			missing[i] = d << meanBits
			sum += knownWeight * int64(d) * int64(d)
			continue
		}
		change, bad := t.others.lumaMiss(at, v)
		missing[i] = change
		sum += bad
	}
	return sum
}

// solve finds the blocks of a plane of samples that have bounds, of which those that are not known are guesses. The picture is in a rectangle. With chroma, it improves
// blocks that have been found, and returns whether it changed any.
func (c *component) solve(p *plane, inside image.Rectangle, chroma *colourSolver) bool {
	changed := make([]bool, c.high)
	each(c.high, func(by int) {
		if stopped(c.done) {
			return
		}
		for bx := range c.wide {
			if chroma != nil {
				if part(bx, by, inside).Empty() {
					continue
				}
				t := &lumaTarget{p, chroma, 8 * bx, 8 * by}
				s := c.solution(bx, by)
				if s.improve(t) {
					c.put(bx, by, &s)
					changed[by] = true
				}
				continue
			}
			var b block
			var t bounds
			for i := range b {
				x, y := 8*bx+i%8, 8*by+i/8
				if x < p.wide && y < p.high {
					t[i] = p.bound(y*p.wide + x)
				} else {
					t[i] = anything
				}
				b[i] = int32(p.samples[min(y, p.high-1)*p.wide+min(x, p.wide-1)]) - 128
			}
			s := c.empty()
			if known := part(bx, by, inside); known.Empty() {
				continue
			} else if known.Dx() < 8 || known.Dy() < 8 {
				s.fitEdge(&b, 0, known, sureLuma)
			} else {
				b.forward(0)
				s.round(&b)
				s.decode()
			}
			s.improve(&t)
			c.put(bx, by, &s)
		}
	})
	if chroma == nil {
		c.hide(inside, c.put)
	}
	return slices.Contains(changed, true)
}
