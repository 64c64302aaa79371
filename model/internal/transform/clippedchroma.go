package transform

import (
	"slices"
	"sync/atomic"

	"github.com/ddpmz/ddpmz/model/internal/parallel"
)

// A contribution says how a pixel depends on one half-resolution sample: the upsampling makes the pixel's chroma of weight
// sixteenths of that sample, and of d and e, which are the sums of what the other samples contribute and of what is added for
// rounding.
type contribution struct {
	pixel        int
	weight, d, e int32
	wanted       termBounds // of a clipped pixel
}

// contributions appends to list all pixels that depend on the half-resolution sample (i, j).
func (s *chromaInverter) contributions(list []contribution, i, j int) []contribution {
	form := s.up.form()
	y0, y1 := form.down.touched(j, s.h)
	x0, x1 := form.across.touched(i, s.w)
	first, second, w := s.half[0].Pix, s.half[1].Pix, s.half[0].W
	own := j*w + i
	for y := y0; y < y1; y++ {
		ya, yb, v := form.down.taps(y, s.half[0].H)
		for x := x0; x < x1; x++ {
			xa, xb, u := form.across.taps(x, w)
			round := form.rounding[y&1][x&1]
			p := contribution{pixel: y*s.w + x, d: round, e: round}
			if s.clipped[p.pixel] {
				p.wanted = s.wanted(p.pixel)
			}
			for _, of := range [4]struct {
				at     int
				weight int32
			}{{ya*w + xa, u * v}, {ya*w + xb, (4 - u) * v}, {yb*w + xa, u * (4 - v)}, {yb*w + xb, (4 - u) * (4 - v)}} {
				if of.at == own {
					p.weight += of.weight
				} else {
					p.d, p.e = p.d+of.weight*first[of.at], p.e+of.weight*second[of.at]
				}
			}
			list = append(list, p)
		}
	}
	return list
}

// mismatchesWith returns how many of the pixels that depend on a half-resolution sample are inconsistent with the upsampling if
// that sample is d and e, or some number above most. It brings these pixels to the front: they will probably be inconsistent with other
// values too, so that fewer need be looked at.
func (s *chromaInverter) mismatchesWith(parts []contribution, d, e int32, most int) (n int) {
	for k := range parts {
		p := &parts[k]
		d, e := (p.d+p.weight*d)>>4, (p.e+p.weight*e)>>4
		if s.clipped[p.pixel] {
			if s.hasLuma(&p.wanted, d, e) {
				continue
			}
		} else if int32(s.chroma[0][p.pixel]) == d && int32(s.chroma[1][p.pixel]) == e {
			continue
		}
		if k > n {
			parts[n], parts[k] = parts[k], parts[n]
		}
		if n++; n > most {
			break
		}
	}
	return n
}

// refine makes small changes to half-resolution samples that no unclipped pixel determines, such that more of the pixels around
// are consistent with the upsampling.
func (s *chromaInverter) refine() {
	const sweeps, steps = 8, 29 // steps is how many of the nearestOffsets are tried
	form, isSlope := s.up.form(), s.up.isSlope()
	determined := func(i, j int) bool {
		y0, y1 := form.down.own(j, s.h)
		x0, x1 := form.across.own(i, s.w)
		for y := y0; y < y1; y++ {
			for x := x0; x < x1; x++ {
				if !s.clipped[y*s.w+x] && !isSlope && (s.up != linear || x&1 == 0 && y&1 == 0) {
					return true
				}
				if isSlope && s.clipped[y*s.w+x] {
					return false
				}
			}
		}
		return isSlope
	}
	todo := make([]bool, len(s.half[0].Pix)) // the samples around which something has changed since they were last refined
	for j := range s.half[0].H {
		if y0, y1 := form.down.own(j, s.h); slices.Contains(s.clipped[y0*s.w:y1*s.w], true) {
			for i := range s.half[0].W {
				todo[j*s.half[0].W+i] = !determined(i, j)
			}
		}
	}
	var parts []contribution
	for range sweeps {
		changed := false
		for j := range s.half[0].H {
			for i := range s.half[0].W {
				k := j*s.half[0].W + i
				if !todo[k] {
					continue
				}
				todo[k] = false
				parts = s.contributions(parts[:0], i, j)
				d, e := &s.half[0].Pix[k], &s.half[1].Pix[k]
				least := s.mismatchesWith(parts, *d, *e, len(parts))
				if least == 0 {
					continue
				}
				best := nearestOffsets[0]
				for _, o := range nearestOffsets[1:steps] {
					if n := s.mismatchesWith(parts, *d+int32(o[0]), *e+int32(o[1]), least-1); n < least {
						if best, least = o, n; n == 0 {
							break
						}
					}
				}
				if best == nearestOffsets[0] {
					continue
				}
				*d, *e = *d+int32(best[0]), *e+int32(best[1])
				changed = true
				const reach = 1 // how far away the samples are that some pixel depends on together with this one
				for v := max(j-reach, 0); v <= min(j+reach, s.half[0].H-1); v++ {
					for u := max(i-reach, 0); u <= min(i+reach, s.half[0].W-1); u++ {
						todo[v*s.half[0].W+u] = todo[v*s.half[0].W+u] || !determined(u, v)
					}
				}
			}
		}
		if !changed {
			return
		}
	}
}

// resolveClipped finds chroma of the clipped pixels, and reports whether every such pixel has a solution.
func (s *chromaInverter) resolveClipped() bool {
	s.refine()
	form, isSlope := s.up.form(), s.up.isSlope()
	isHalf := func(x, y int) bool {
		return !isSlope && (x&1 == 0 || form.across == whole) && (y&1 == 0 || form.down == whole)
	}
	var failed atomic.Bool
	// Pixels that are half-resolution samples themselves come first, since the others depend on them.
	for _, own := range []bool{true, false} {
		parallel.Chunks(s.h, func(y0, y1 int) {
			for y := y0; y < y1; y++ {
				for x, clipped := range s.clipped[y*s.w:][:s.w] {
					if !clipped || own != isHalf(x, y) {
						continue
					}
					i := y*s.w + x
					d, e, ok := s.nearest(i, x, y)
					if !ok {
						failed.Store(true)
						return
					}
					s.chroma[0][i], s.chroma[1][i] = int16(d), int16(e)
					if own {
						k := form.down.half(y)*s.half[0].W + form.across.half(x)
						s.half[0].Pix[k], s.half[1].Pix[k] = d, e
					}
				}
			}
		})
	}
	return !failed.Load()
}

// write writes to x the chroma from row y on, and the luma with which it makes the samples. If a pixel has several solutions
// for luma, it takes the one nearest to the luma of the pixel to the left.
func (s *chromaInverter) write(x [3]Plane, y int) {
	k := s.matrix
	for r := range x[0].H {
		last := int32(128)
		luma, first, second := x[0].Row(r), x[1].Row(r), x[2].Row(r)
		for c := range s.w {
			i := (y+r)*s.w + c
			d, e := int32(s.chroma[0][i]), int32(s.chroma[1][i])
			if s.clipped[i] {
				from, to := s.lumaRange(i, d, e)
				last = min(max(last, from), to)
			} else { // there is one solution, the least luma that makes red
				last = int32(k.luma.least(int64(s.rgb[0].Pix[i])<<k.shift - k.add[0] - k.red.of(int64(d))))
			}
			luma[c], first[c], second[c] = last, d, e
		}
	}
}

// nearest returns, for pixel i, in column x of row y, the chroma nearest to what the upsampling makes there with which some luma
// makes its samples, and whether there is any.
func (s *chromaInverter) nearest(i, x, y int) (d, e int32, ok bool) {
	d, e = s.up.pair(s.half[0], s.half[1], x, y)
	wanted := s.wanted(i)
	for _, o := range nearestOffsets {
		if s.hasLuma(&wanted, d+int32(o[0]), e+int32(o[1])) {
			return d + int32(o[0]), e + int32(o[1]), true
		}
	}
	_, p, q, _, ok := s.matrix.undoClipped(s.samples(i))
	return int32(p), int32(q), ok
}

// nearestOffsets are the offsets in chroma up to a distance, ordered by their length.
var nearestOffsets = func() (steps [][2]int8) {
	const reach = 12
	for d := int8(-reach); d <= reach; d++ {
		for e := int8(-reach); e <= reach; e++ {
			steps = append(steps, [2]int8{d, e})
		}
	}
	length := func(s [2]int8) int { return int(s[0])*int(s[0]) + int(s[1])*int(s[1]) }
	slices.SortStableFunc(steps, func(a, b [2]int8) int { return length(a) - length(b) })
	return steps
}()

// lumaOvershoot is how far luma may lie outside of the range of 8 bits. That lets a pixel be black or white whatever its chroma
// is, such as in lines that were drawn on the image after its conversion.
const lumaOvershoot = 256

// termBounds bounds the terms of luma and chroma together that make the samples of a pixel: the least and the greatest, by sample.
type termBounds struct{ least, greatest [3]int64 }

// anyTerm is beyond all terms, but leaves room to add some.
const anyTerm = 1 << 60

// wanted returns the bounds of the terms of pixel i, with as many fractional bits as the conversion's constants. A sample that is clipped
// has one bound only.
func (s *chromaInverter) wanted(i int) (t termBounds) {
	k := s.matrix
	r, g, b := s.samples(i)
	for c, v := range [3]int64{r, g, b} {
		t.least[c], t.greatest[c] = -anyTerm, anyTerm
		if v > 0 {
			t.least[c] = v<<k.shift - k.add[c]
		}
		if v < 255 {
			t.greatest[c] = (v+1)<<k.shift - 1 - k.add[c]
		}
	}
	return t
}

// lumaRange returns the least and the greatest luma that make the samples of pixel i together with the given chroma. If there is
// none, the least is above the greatest.
func (s *chromaInverter) lumaRange(i int, d, e int32) (from, to int32) {
	wanted := s.wanted(i)
	lo, hi := s.lumaSpan(&wanted, d, e)
	if lo > hi {
		return 1, 0
	}
	return int32(s.matrix.luma.least(lo)), int32(s.matrix.luma.greatest(hi))
}

// hasLuma reports whether there is luma that makes the wanted samples together with the given chroma.
func (s *chromaInverter) hasLuma(wanted *termBounds, d, e int32) bool {
	lo, hi := s.lumaSpan(wanted, d, e)
	luma := &s.matrix.luma
	return hi-lo >= luma.slope+luma.mask || lo <= hi && luma.of(luma.greatest(hi)) >= lo
}

// lumaSpan returns the least and the greatest term of luma that make the wanted samples together with the given chroma. If there is none,
// the least is above the greatest.
func (s *chromaInverter) lumaSpan(wanted *termBounds, d, e int32) (least, greatest int64) {
	k := s.matrix
	p, q := int64(d), int64(e)
	red, green, blue := k.red.of(p), k.green(p, q), k.blue.of(q)
	t := wanted
	return max(s.luma[0], t.least[0]-red, t.least[1]+green, t.least[2]-blue),
		min(s.luma[1], t.greatest[0]-red, t.greatest[1]+green, t.greatest[2]-blue)
}
