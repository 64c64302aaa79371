package history

import (
	"image"
	"slices"
)

// A chromaTarget is a target of a block of chroma before it was upsampled: the pixels that it and the samples around it make.
type chromaTarget struct {
	pixels *plane        // those that are known
	others *chromaMisses // what is known of others, or nil

	local          half // the block, and a sample around it
	x0, y0         int  // where it begins
	bx, by         int  // the block, in samples
	fromX, fromY   int  // the pixels that depend on it
	toX, toY       int
	made           [widestUnit + 2]uint8
	means, sharper [64]int32
}

func newChromaTarget(pixels *plane, others *chromaMisses, h *half, bx, by int) *chromaTarget {
	t := &chromaTarget{pixels: pixels, others: others, bx: 8 * bx, by: 8 * by}
	t.x0, t.y0 = max(t.bx-1, 0), max(t.by-1, 0)
	x1, y1 := min(t.bx+9, h.wide), min(t.by+9, h.high)
	t.local = half{h.sampling, x1 - t.x0, y1 - t.y0, make([]uint8, (x1-t.x0)*(y1-t.y0))}
	for y := range t.local.high {
		copy(t.local.samples[y*t.local.wide:][:t.local.wide], h.samples[(t.y0+y)*h.wide+t.x0:])
	}
	around := func(n int) int { // pixels beside the block that depend on it
		if n == 2 && !h.repeats {
			return 1
		}
		return 0
	}
	t.fromX, t.fromY = max(t.bx*h.h-around(h.h), 0), max(t.by*h.v-around(h.v), 0)
	t.toX, t.toY = min((t.bx+8)*h.h+around(h.h), pixels.wide), min((t.by+8)*h.v+around(h.v), pixels.high)
	return t
}

func (t *chromaTarget) misses(samples *[64]byte, missing *block, most int64) (sum int64) {
	l := &t.local
	for y := t.by; y < min(t.by+8, t.y0+l.high); y++ {
		for x := t.bx; x < min(t.bx+8, t.x0+l.wide); x++ {
			l.samples[(y-t.y0)*l.wide+x-t.x0] = samples[8*(y-t.by)+x-t.bx]
		}
	}
	var counts [64]int32
	clear(t.means[:])
	width := t.toX - t.fromX
	dx, dy := t.x0*l.h, t.y0*l.v
	for y := t.fromY; y < t.toY; y++ {
		l.upsampled(t.made[:width], y-dy, t.fromX-dx, t.toX-dx)
		at := y*t.pixels.wide + t.fromX
		v := y/l.v - t.by
		for x, made := range t.made[:width] {
			d := (int32(t.pixels.samples[at+x]) - int32(made)) << meanBits
			switch {
			case t.pixels.known[at+x]:
				n := int64(d >> meanBits)
				sum += knownWeight * n * n
			case t.others == nil:
				continue
			default:
				var bad int64
				d, bad = t.others.miss(at+x, made)
				sum += bad
			}
			if u := (t.fromX+x)/l.h - t.bx; uint(u) < 8 && uint(v) < 8 {
				t.means[8*v+u] += d
				counts[8*v+u]++
			}
		}
		if sum > most {
			return sum
		}
	}
	if sum == 0 {
		return 0
	}
	for i, n := range counts {
		if n > 0 {
			t.means[i] /= n
		}
	}
	t.sharpen(missing)
	return sum
}

// sharpen undoes the blur of the upsampling.
func (t *chromaTarget) sharpen(missing *block) {
	*missing = t.means
	if t.local.repeats {
		return
	}
	for range 3 {
		blurred := *missing
		if t.local.h == 2 {
			from := blurred
			for i, v := range from {
				l, r := v, v
				if i%8 > 0 {
					l = from[i-1]
				}
				if i%8 < 7 {
					r = from[i+1]
				}
				blurred[i] = (6*v + l + r) / 8
			}
		}
		if t.local.v == 2 {
			from := blurred
			for i, v := range from {
				u, d := v, v
				if i >= 8 {
					u = from[i-8]
				}
				if i < 56 {
					d = from[i+8]
				}
				blurred[i] = (6*v + u + d) / 8
			}
		}
		for i := range missing {
			missing[i] += t.means[i] - blurred[i]
		}
	}
}

// sweeps is how often blocks of chroma are improved: they depend on those beside them.
const sweeps = 3

// A chromaPlane is a plane of chroma that is being found.
type chromaPlane struct {
	*component
	*half
	pixels *plane
}

// put notes a solution.
func (c *chromaPlane) put(bx, by int, s *solution) {
	c.component.put(bx, by, s)
	for y := 8 * by; y < min(8*by+8, c.half.high); y++ {
		copy(c.half.samples[y*c.half.wide+8*bx:][:min(8, c.half.wide-8*bx)], s.samples[8*(y-8*by):][:8])
	}
}

// inside reports whether a block has samples of the picture.
func (c *chromaPlane) inside(bx, by int) bool { return 8*bx < c.half.wide && 8*by < c.half.high }

// newChromaPlane rounds a plane of chroma, as it is estimated from its pixels, to multiples of the steps. The pixels that there are are
// inside a rectangle.
func newChromaPlane(c *component, s sampling, p *plane, inside image.Rectangle) *chromaPlane {
	e := s.estimate(p)
	h := &half{sampling: s, wide: e.wide, high: e.high, samples: make([]uint8, e.wide*e.high)}
	k := &chromaPlane{c, h, p}
	inside = image.Rect(inside.Min.X/s.h, inside.Min.Y/s.v, (inside.Max.X+s.h-1)/s.h, (inside.Max.Y+s.v-1)/s.v)
	each(c.high, func(by int) {
		for bx := range c.wide {
			var b block
			for i := range b {
				x, y := min(8*bx+i%8, h.wide-1), min(8*by+i/8, h.high-1)
				b[i] = e.samples[y*h.wide+x]
			}
			s := c.empty()
			if known := part(bx, by, inside); known.Empty() {
				continue
			} else if known.Dx() < 8 || known.Dy() < 8 {
				s.fitEdge(&b, meanBits, known, sureChroma)
			} else {
				b.forward(meanBits)
				s.round(&b)
				s.decode()
			}
			if k.inside(bx, by) {
				k.put(bx, by, &s)
			} else {
				c.put(bx, by, &s)
			}
		}
	})
	return k
}

// knownWeight is how much worse it is to miss what is known than a sample of a pixel.
const knownWeight = 3

// improve changes blocks as long as that makes pixels better: those of known chroma, and others if they are given. It returns whether it
// changed any.
func (c *chromaPlane) improve(others *chromaMisses) (any bool) {
	for range sweeps {
		changed := make([]bool, c.component.high)
		for odd := range 2 { // rows of blocks depend on those beside them
			each((c.component.high+1-odd)/2, func(k int) {
				by := 2*k + odd
				if stopped(c.done) {
					return
				}
				for bx := range c.component.wide {
					if !c.inside(bx, by) {
						continue
					}
					t := newChromaTarget(c.pixels, others, c.half, bx, by)
					s := c.solution(bx, by)
					if s.improve(t) {
						c.put(bx, by, &s)
						changed[by] = true
					}
				}
			})
		}
		if !slices.Contains(changed, true) {
			break
		}
		any = true
	}
	return any
}
