package transform

import (
	"sync/atomic"

	"github.com/ddpmz/ddpmz/model/internal/parallel"
)

const (
	// mismatchShare: an image was made by an upsampling only if at most one in mismatchShare samples of chroma differs from
	// what the upsampling makes.
	mismatchShare = 16
	// mostMissed: chroma was halved in one direction rather than in both only if that has so many times fewer mismatches.
	mostMissed = 4
	// In large images, that is tested in sampledStrips strips of sampledRows rows.
	sampledStrips, sampledRows = 8, 64
)

// FindUpsampling returns, for an image whose samples have luma and chroma under c, which is Derived and not Subsampled, the
// Subsampled colour with the same conversion whose upsampling made the chroma, or c if there is none. Half-resolution samples
// of linear upsampling may be at odd columns or rows of the image: then the image has to be mirrored left to right (mirror), or
// top to bottom (turn), for that colour.
func (c Colour) FindUpsampling(x [3]Plane) (found Colour, mirror, turn bool) {
	var strips []*chromaInverter
	if x[0].H <= sampledStrips*sampledRows {
		strips = append(strips, newChromaInverter(x, c))
	} else {
		for k := range sampledStrips {
			y := (x[0].H - sampledRows) * k / (sampledStrips - 1) &^ 1
			strips = append(strips, newChromaInverter(strip(x, y, y+sampledRows), c))
		}
	}
	// mismatches returns the sum of what count returns for all strips, or some number above most.
	mismatches := func(most int, count func(s *chromaInverter, most int) int) int {
		counts := make([]int, len(strips))
		parallel.Each(len(strips), func(k int) { counts[k] = count(strips[k], most) })
		sum := 0
		for _, n := range counts {
			sum += n
		}
		return sum
	}
	least := 0 // the number of mismatches that an upsampling must stay below
	for _, s := range strips {
		if s == nil {
			return c, false, false
		}
		least += 2 * len(s.clipped) / mismatchShare
	}
	found = c
	few := least / mostMissed // with fewer mismatches, no other upsampling is looked for
	for k := range c.withUpsampling {
		up := k.row().upsampling
		across, down := up.halves()
		limit := least
		if across != down && found != c {
			if least < few {
				break
			}
			if a, d := found.row().upsampling.halves(); a && d { // of which a file is smaller
				limit = least / mostMissed
			}
		}
		switch {
		case found != c && across && down && up.isSlope():
		case up == linear:
			for d := range 4 {
				dx, dy := d&1, d>>1
				if dx > x[0].W&1^1 || dy > x[0].H&1^1 {
					continue // mirroring an odd size moves no sample from an odd to an even place
				}
				if n := mismatches(least, func(s *chromaInverter, most int) int { return s.mismatchesOfLinear(dx, dy, most) }); n < least {
					found, mirror, turn, least = k, dx > 0, dy > 0, n
				}
			}
		default:
			n := mismatches(limit, func(s *chromaInverter, most int) int {
				if known := s.estimateHalf(up); known != nil {
					return s.mismatches(known)
				}
				return most
			})
			if n < limit {
				found, mirror, turn, least = k, false, false, n
			}
		}
	}
	return found, mirror, turn
}

// withUpsampling yields the Subsampled colours that have c's conversion: those that halve chroma in both directions first, and of
// these, as of the others, those that take longest to test last.
func (c Colour) withUpsampling(yield func(Colour) bool) {
	for pass := range 4 {
		for k := range Colours {
			v := k.row()
			if v.kind != subsampled || v.conversion != c.row().conversion {
				continue
			}
			across, down := v.upsampling.halves()
			if (across != down) == (pass >= 2) && v.upsampling.isSlope() == (pass&1 == 1) && !yield(k) {
				return
			}
		}
	}
}

// mismatches returns how many samples of chroma, in pixels that are not clipped, differ from what the upsampling makes of known
// half-resolution samples.
func (s *chromaInverter) mismatches(known []bool) int {
	var all atomic.Int64
	for p, chroma := range s.chroma {
		s.eachRow(p, func(y int, made []int32) {
			n := 0
			form := s.up.form()
			ya, yb, _ := form.down.taps(y, s.half[p].H)
			for x, v := range made {
				if i := y*s.w + x; v == int32(chroma[i]) || s.clipped[i] {
					continue
				}
				xa, xb, _ := form.across.taps(x, s.half[p].W)
				at := func(x, y int) bool { return known[y*s.half[p].W+x] }
				if at(xa, ya) && at(xb, ya) && at(xa, yb) && at(xb, yb) {
					n++
				}
			}
			all.Add(int64(n))
		})
	}
	return int(all.Load())
}

// mismatchesOfLinear is mismatches for linear upsampling, from half-resolution samples at every second column from dx on and
// every second row from dy on. It returns some number above most if there are more.
func (s *chromaInverter) mismatchesOfLinear(dx, dy, most int) int {
	// beside returns the columns, or rows, of the half-resolution samples on both sides of x.
	beside := func(x, first, n int) (a, b int) {
		if (x-first)&1 == 0 {
			return x, x
		}
		a, b = x-1, x+1
		if a < 0 {
			a = b
		}
		if b >= n {
			b = a
		}
		return a, b
	}
	var all atomic.Int64
	parallel.Chunks(s.h, func(y0, y1 int) {
		for y := y0; y < y1 && all.Load() <= int64(most); y++ {
			ya, yb := beside(y, dy, s.h)
			x, step := 0, 1
			if y == ya { // the half-resolution samples themselves always match
				x, step = 1-dx, 2
			}
			n := 0
			for ; x < s.w; x += step {
				xa, xb := beside(x, dx, s.w)
				at := y*s.w + x
				a, b, c, d := ya*s.w+xa, ya*s.w+xb, yb*s.w+xa, yb*s.w+xb
				if s.clipped[at] || s.clipped[a] || s.clipped[b] || s.clipped[c] || s.clipped[d] {
					continue
				}
				for _, v := range s.chroma {
					if int32(v[at]) != (int32(v[a])+int32(v[b])+int32(v[c])+int32(v[d])+2)>>2 {
						n++
					}
				}
			}
			all.Add(int64(n))
		}
	})
	return int(all.Load())
}
