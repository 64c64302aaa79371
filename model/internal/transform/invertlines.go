package transform

import "github.com/ddpmz/ddpmz/model/internal/parallel"

// This file inverts triangleAcross and triangleDown. There, the rows or columns, called lines here, do not depend on each other,
// and the half-resolution samples of a line of which the fewest samples are missed can be found by dynamic programming.

// invertLines is invertSlope for an upsampling that halves chroma in one direction.
func (u upsampling) invertLines(x Plane, clipped []bool) Plane {
	half := NewPlane(u.halfSize(x.W, x.H))
	across, _ := u.halves()
	lines, n := x.H, x.W
	if !across {
		lines, n = x.W, x.H
	}
	parallel.Chunks(lines, func(k0, k1 int) {
		l := newLine(n)
		for k := k0; k < k1; k++ {
			at := func(i int) int { return k*x.W + i }
			to := func(i int) int { return k*half.W + i }
			if !across {
				at = func(i int) int { return i*x.W + k }
				to = func(i int) int { return i*half.W + k }
			}
			for i := range l.samples {
				l.samples[i] = x.Pix[at(i)]
				l.unknown[i] = clipped != nil && clipped[at(i)]
			}
			for i, v := range l.invert() {
				half.Pix[to(i)] = v
			}
		}
	})
	return half
}

// A line is a row or a column of chroma, and scratch for inverting it.
type line struct {
	samples []int32
	unknown []bool // samples that may be anything

	mean, sharp, blurred []int32             // Q8
	from                 [][lineChoices]int8 // by half-resolution sample and choice: the choice before it with which the fewest samples are missed
	half                 []int32
}

const (
	lineReach   = 2               // how far half-resolution samples may be from their estimates
	lineChoices = 2*lineReach + 1 // how many values there are for each
	lineMiss    = 1 << 8          // what a sample that is missed costs, next to the square of the distance from an estimate
)

func newLine(n int) *line {
	m := (n + 1) / 2
	return &line{make([]int32, n), make([]bool, n), make([]int32, m), make([]int32, m), make([]int32, m), make([][lineChoices]int8, m), make([]int32, m)}
}

// invert returns the half-resolution samples.
func (l *line) invert() []int32 {
	l.deblur()
	n := len(l.samples)
	miss := func(i int, made int32) int32 {
		if i < n && !l.unknown[i] && l.samples[i] != made {
			return lineMiss
		}
		return 0
	}
	var costs, last [lineChoices]int32
	for i, centre := range l.sharp {
		for c := range lineChoices {
			v := centre + int32(c-lineReach)
			own := int32(c-lineReach) * int32(c-lineReach)
			if i == 0 {
				costs[c] = own + miss(0, v)
				continue
			}
			best := int32(1<<31 - 1)
			for b := range lineChoices {
				w := l.sharp[i-1] + int32(b-lineReach)
				if cost := last[b] + miss(2*i-1, (3*w+v+2)>>2) + miss(2*i, (3*v+w+1)>>2); cost < best {
					best, l.from[i][c] = cost, int8(b)
				}
			}
			costs[c] = best + own
		}
		last = costs
		least := min(last[0], last[1], last[2], last[3], last[4])
		for c := range last {
			last[c] -= least
		}
	}
	end := len(l.half) - 1
	best := 0
	for c := range lineChoices {
		last[c] += miss(2*end+1, l.sharp[end]+int32(c-lineReach))
		if last[c] < last[best] {
			best = c
		}
	}
	for i := end; i >= 0; i-- {
		l.half[i] = l.sharp[i] + int32(best-lineReach)
		best = int(l.from[i][best])
	}
	return l.half
}

// deblur sets sharp to estimates of the half-resolution samples. The means of two samples are the half-resolution samples blurred
// by the filter 1 6 1; an iteration undoes the blur. A last sample that has none beside it is three quarters of its own
// half-resolution sample and a quarter of that before. Where one of the two is unknown, the other is compared with what it is made
// to; where both are, the estimate is as smooth as the samples that have been filled in.
func (l *line) deblur() {
	n := len(l.samples)
	for i := range l.mean {
		a := l.samples[2*i]
		l.mean[i] = a << 8
		if 2*i+1 < n {
			l.mean[i] = (a + l.samples[2*i+1]) << 7
		}
	}
	copy(l.sharp, l.mean)
	end := len(l.mean) - 1
	for range 10 {
		for i, v := range l.sharp {
			next := min(i+1, end)
			if 2*i+1 == n {
				next = max(i-1, 0)
			}
			before, after := l.sharp[max(i-1, 0)], l.sharp[next]
			l.blurred[i] = (6*v + before + after + 4) >> 3
			a, b := l.unknown[2*i], 2*i+1 < n && l.unknown[2*i+1]
			switch {
			case a && (b || 2*i+1 == n):
				l.blurred[i] = l.mean[i]
			case a:
				l.blurred[i] = l.mean[i] - l.samples[2*i+1]<<8 + (3*v+after+2)>>2
			case b:
				l.blurred[i] = l.mean[i] - l.samples[2*i]<<8 + (3*v+before+2)>>2
			}
		}
		for i, v := range l.mean {
			l.sharp[i] += v - l.blurred[i]
		}
	}
	for i, v := range l.sharp {
		l.sharp[i] = (v + 1<<7) >> 8
	}
}
