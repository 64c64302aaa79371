package transform

import (
	"slices"
	"sync/atomic"

	"github.com/ddpmz/ddpmz/model/internal/parallel"
)

// A chromaInverter finds luma and half-resolution chroma that an image was made from. If a sample of a pixel is clipped, the
// pixel has several solutions: then chroma becomes what the upsampling makes of the half-resolution samples around, or the
// solution that is nearest to that.
type chromaInverter struct {
	rgb     [3]Plane
	matrix  *matrixConversion
	w, h    int
	chroma  [2][]int16 // chroma of every pixel
	clipped []bool     // whether a sample of the pixel is clipped
	luma    [2]int64   // the least and the greatest term of luma

	up   upsampling
	half [2]Plane // the half-resolution samples of chroma, or estimates of them
}

// newChromaInverter returns an inverter in which chroma of the pixels that are not clipped is known. It returns nil if such a
// pixel does not come from luma and chroma under c.
func newChromaInverter(rgb [3]Plane, c Colour) *chromaInverter {
	s := emptyChromaInverter(rgb, c)
	n := s.w * s.h
	s.chroma, s.clipped = [2][]int16{make([]int16, n), make([]int16, n)}, make([]bool, n)
	var failed atomic.Bool
	parallel.Chunks(s.h, func(y0, y1 int) {
		for y := y0; y < y1 && !failed.Load(); y++ {
			red, green, blue := rgb[0].Row(y), rgb[1].Row(y), rgb[2].Row(y)
			isClipped, first, second := s.clipped[y*s.w:][:s.w], s.chroma[0][y*s.w:][:s.w], s.chroma[1][y*s.w:][:s.w]
			for x, r := range red {
				r, g, b := int64(r), int64(green[x]), int64(blue[x])
				if isClipped[x] = clipped(r, g, b); isClipped[x] {
					continue
				}
				_, d, e, _, ok := s.matrix.undoUnclipped(r, g, b)
				if !ok {
					failed.Store(true)
					return
				}
				first[x], second[x] = int16(d), int16(e)
			}
		}
	})
	if failed.Load() {
		return nil
	}
	return s
}

// emptyChromaInverter returns an inverter that knows nothing of chroma.
func emptyChromaInverter(rgb [3]Plane, c Colour) *chromaInverter {
	luma := &c.matrix().luma
	return &chromaInverter{
		rgb: rgb, matrix: c.matrix(), w: rgb[0].W, h: rgb[0].H,
		luma: [2]int64{luma.of(-lumaOvershoot), luma.of(255 + lumaOvershoot)},
	}
}

// samples returns the samples of pixel i.
func (s *chromaInverter) samples(i int) (r, g, b int64) {
	return int64(s.rgb[0].Pix[i]), int64(s.rgb[1].Pix[i]), int64(s.rgb[2].Pix[i])
}

// chooseClipped sets chroma of clipped pixels to any solution, and reports whether every such pixel has one.
func (s *chromaInverter) chooseClipped() bool {
	for i, clipped := range s.clipped {
		if !clipped {
			continue
		}
		_, d, e, _, ok := s.matrix.undoClipped(s.samples(i))
		if !ok {
			return false
		}
		s.chroma[0][i], s.chroma[1][i] = int16(d), int16(e)
	}
	return true
}

// estimateHalf estimates the half-resolution samples of which the given upsampling makes the image's chroma, and returns which of
// them are known from pixels that are not clipped. The others become the means of those around. It returns nil if none is known.
func (s *chromaInverter) estimateHalf(up upsampling) (known []bool) {
	s.up = up
	known = s.averageKnown()
	filled := slices.Clone(known)
	if up == linear {
		s.extrapolate(filled)
	}
	if !fillUnknown(filled, s.half[0], s.half[1]) {
		return nil
	}
	if up.isSlope() {
		whole := NewPlane(s.w, s.h)
		for p, chroma := range s.chroma {
			s.eachRow(p, func(y int, made []int32) {
				for x, v := range made {
					if i := y*s.w + x; !s.clipped[i] {
						v = int32(chroma[i])
					}
					whole.Row(y)[x] = v
				}
			})
			s.half[p] = up.invertSlope(whole, s.clipped)
		}
	}
	return known
}

// averageKnown sets each half-resolution sample to the pixel at its place, if the upsampling is linear, or else to the mean of
// the pixels nearest to it. It leaves out pixels that are clipped, and returns which samples are known in this way.
func (s *chromaInverter) averageKnown() (known []bool) {
	for p := range s.half {
		s.half[p] = NewPlane(s.up.halfSize(s.w, s.h))
	}
	w, form := s.half[0].W, s.up.form()
	known = make([]bool, len(s.half[0].Pix))
	parallel.Chunks(s.half[0].H, func(j0, j1 int) {
		for k := j0 * w; k < j1*w; k++ {
			j, i := k/w, k%w
			if s.up == linear {
				at := 2*j*s.w + 2*i
				if known[k] = !s.clipped[at]; known[k] {
					s.half[0].Pix[k], s.half[1].Pix[k] = int32(s.chroma[0][at]), int32(s.chroma[1][at])
				}
				continue
			}
			var sum [2]int32
			n := int32(0)
			y0, y1 := form.down.own(j, s.h)
			x0, x1 := form.across.own(i, s.w)
			for y := y0; y < y1; y++ {
				for x := x0; x < x1; x++ {
					if at := y*s.w + x; !s.clipped[at] {
						sum[0], sum[1], n = sum[0]+int32(s.chroma[0][at]), sum[1]+int32(s.chroma[1][at]), n+1
					}
				}
			}
			if known[k] = n > 0; known[k] {
				s.half[0].Pix[k], s.half[1].Pix[k] = mean(sum[0], n), mean(sum[1], n)
			}
		}
	})
	return known
}

// extrapolate estimates unknown half-resolution samples of linear upsampling, from the known ones outwards. A pixel between an
// unknown and a known sample is their mean, and so determines the unknown one; the estimate is the mean over all such pixels,
// limited to mostExtrapolated, because errors may grow from one sample to the next, and files cannot hold chroma of any size.
func (s *chromaInverter) extrapolate(known []bool) {
	w, h := s.half[0].W, s.half[0].H
	unknown := indicesOfUnknown(known)
	var found []int
	for {
		found = found[:0]
		for _, k := range unknown {
			x, y := k%w, k/w
			var sum [2]int32
			n := int32(0)
			for _, d := range [4][2]int{{-1, 0}, {1, 0}, {0, -1}, {0, 1}} {
				u, v, between := x+d[0], y+d[1], (2*y+d[1])*s.w+2*x+d[0]
				if u < 0 || v < 0 || u >= w || v >= h || !known[v*w+u] || s.clipped[between] {
					continue
				}
				for p := range sum { // twice the pixel less the known sample, or one less than that
					sum[p] += 2*int32(s.chroma[p][between]) - s.half[p].Pix[v*w+u]
				}
				n++
			}
			if n > 0 {
				for p := range sum {
					s.half[p].Pix[k] = min(max(mean(sum[p], n), -mostExtrapolated), mostExtrapolated)
				}
				found = append(found, k)
			}
		}
		if len(found) == 0 {
			return
		}
		for _, k := range found {
			known[k] = true
		}
		unknown = slices.DeleteFunc(unknown, func(k int) bool { return known[k] })
	}
}

// mostExtrapolated is more than twice the largest magnitude of 8-bit chroma.
const mostExtrapolated = 512

// indicesOfUnknown returns the indices of the elements that are false.
func indicesOfUnknown(known []bool) (list []int) {
	for k, is := range known {
		if !is {
			list = append(list, k)
		}
	}
	return list
}

// mean returns sum/n rounded to the nearest integer.
func mean(sum, n int32) int32 { return int32(floorDiv(int64(2*sum+n), int64(2*n))) }

// floorDiv returns a/b rounded down, for positive b.
func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// fillUnknown sets the unknown samples of two planes to the means of known samples beside them, from the known ones outwards. It
// reports whether any sample is known.
func fillUnknown(known []bool, a, b Plane) bool {
	unknown := indicesOfUnknown(known)
	if len(unknown) == len(known) {
		return false
	}
	beside := func(at int, f func(i int)) {
		x, y := at%a.W, at/a.W
		for v := max(y-1, 0); v <= min(y+1, a.H-1); v++ {
			for u := max(x-1, 0); u <= min(x+1, a.W-1); u++ {
				f(v*a.W + u)
			}
		}
	}
	var front []int
	queued := slices.Clone(known)
	for _, i := range unknown {
		beside(i, func(j int) {
			if known[j] && !queued[i] {
				queued[i] = true
				front = append(front, i)
			}
		})
	}
	for len(front) > 0 {
		now := front
		front = nil
		for _, i := range now {
			var sum [2]int32
			n := int32(0)
			beside(i, func(j int) {
				if known[j] {
					sum[0], sum[1], n = sum[0]+a.Pix[j], sum[1]+b.Pix[j], n+1
				}
			})
			a.Pix[i], b.Pix[i] = mean(sum[0], n), mean(sum[1], n)
		}
		for _, i := range now {
			known[i] = true
			beside(i, func(j int) {
				if !queued[j] {
					queued[j] = true
					front = append(front, j)
				}
			})
		}
	}
	return true
}

// eachRow calls f with every row of what the upsampling makes of the half-resolution samples of chroma plane p, from several
// goroutines.
func (s *chromaInverter) eachRow(p int, f func(y int, made []int32)) {
	parallel.Chunks(s.h, func(y0, y1 int) {
		made, sums := make([]int32, s.w), make([]int32, s.half[p].W)
		for y := y0; y < y1; y++ {
			s.up.row(made, y, s.half[p], sums, true)
			f(y, made)
		}
	})
}
