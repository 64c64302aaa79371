package transform

import "github.com/ddpmz/ddpmz/model/internal/parallel"

// This file inverts the upsamplings of which no sample is a half-resolution sample itself.

// invertSlopes writes to half what invertSlope returns for strips of a plane.
func (u upsampling) invertSlopes(x, half Plane) {
	down := u.form().down
	parallel.Each((x.H+stripRows-1)/stripRows, func(k int) {
		y0, y1 := k*stripRows, min((k+1)*stripRows, x.H)
		top, bottom := max(0, y0-stripHalo), min(y1+stripHalo, x.H)
		part := u.invertSlope(Plane{x.W, bottom - top, x.Pix[top*x.W : bottom*x.W]}, nil)
		copy(half.Pix[down.half(y0)*half.W:down.halfLength(y1)*half.W], part.Pix[down.half(y0-top)*half.W:])
	})
}

// invertSlope returns half-resolution samples of which the upsampling makes the plane x, or nearly so, except for pixels that are
// clipped, if there are any.
func (u upsampling) invertSlope(x Plane, clipped []bool) Plane {
	if across, down := u.halves(); across && down {
		return invertTriangle(x, clipped, u.form().rounding[0][1])
	}
	return u.invertLines(x, clipped)
}

// invertTriangle returns half-resolution samples of which triangle makes the plane x, or nearly so, except for pixels that are
// clipped; or another upsampling that differs from it in the rounding in odd columns, odd. It starts from a solution in real numbers, and adds or subtracts one as long as that brings pixels nearer to their
// values.
func invertTriangle(x Plane, clipped []bool, odd int32) Plane {
	half := NewPlane((x.W+1)/2, (x.H+1)/2)
	for i, v := range deblur(x, clipped, half.W, half.H) {
		half.Pix[i] = (v + 1<<7) >> 8
	}
	todo, next := make([]bool, len(half.Pix)), make([]bool, len(half.Pix))
	for i := range todo {
		todo[i] = true
	}
	total := int64(0)
	for k := range todo {
		total += int64(triangleError(x, clipped, odd, half, k%half.W, k/half.W, anything))
	}
	if total > mostTriangleError*int64(len(todo)) {
		return half
	}
	const (
		singleSweeps = 3  // how many sweeps change single samples only
		sweeps       = 12 // a limit, since changes of pairs, whose common pixels count twice, could alternate for ever
	)
	more := true
	for n := 0; more && n < sweeps; n++ {
		clear(next)
		more = false
		for k, is := range todo {
			if !is {
				continue
			}
			i, j := k%half.W, k/half.W
			miss := triangleError(x, clipped, odd, half, i, j, anything)
			if miss == 0 {
				continue
			}
			if nudge(x, clipped, odd, half, i, j, miss, n >= singleSweeps) {
				more = true
				for v := max(j-2, 0); v <= min(j+2, half.H-1); v++ {
					for u := max(i-2, 0); u <= min(i+2, half.W-1); u++ {
						next[v*half.W+u] = true
					}
				}
			} else if n < singleSweeps {
				more, next[k] = true, true
			}
		}
		todo, next = next, todo
	}
	return half
}

// nudge changes a half-resolution sample by one if that brings pixels nearer to their values; if not, and with pairs, it
// changes the sample and one beside it by one in opposite directions. It reports whether it changed anything. miss is the
// triangleError of the sample.
func nudge(x Plane, clipped []bool, odd int32, half Plane, i, j int, miss int32, pairs bool) bool {
	at := &half.Row(j)[i]
	for _, step := range [2]int32{-1, 1} {
		*at += step
		if triangleError(x, clipped, odd, half, i, j, miss) < miss {
			return true
		}
		*at -= step
	}
	if !pairs {
		return false
	}
	for _, to := range [4][2]int{{1, 0}, {0, 1}, {-1, 0}, {0, -1}} {
		u, v := i+to[0], j+to[1]
		if u < 0 || v < 0 || u >= half.W || v >= half.H {
			continue
		}
		beside := &half.Row(v)[u]
		before := miss + triangleError(x, clipped, odd, half, u, v, anything)
		for _, step := range [2]int32{-1, 1} {
			*at, *beside = *at+step, *beside-step
			if now := triangleError(x, clipped, odd, half, i, j, before); now < before && now+triangleError(x, clipped, odd, half, u, v, before) < before {
				return true
			}
			*at, *beside = *at-step, *beside+step
		}
	}
	return false
}

// mostTriangleError is the triangleError, averaged over all half-resolution samples, above which a plane is not one that triangle
// made. For planes that it made, the first estimate has an error of one or two.
const mostTriangleError = 12

// anything is more than triangleError ever returns.
const anything = 1<<31 - 1

// triangleError returns the sum, in sixteenths, of the differences between the pixels around a half-resolution sample and what
// triangle makes of them, or some number above most.
func triangleError(x Plane, clipped []bool, odd int32, half Plane, i, j int, most int32) (sum int32) {
	l, r := max(i-1, 0), min(i+1, half.W-1)
	own, up, down := j*half.W, max(j-1, 0)*half.W, min(j+1, half.H-1)*half.W
	// For each of the four rows of pixels: the nearest row of half-resolution samples, and the next.
	for k, rows := range [4][2]int{{up, own}, {own, up}, {own, down}, {down, own}} {
		y := 2*j - 1 + k
		if y < 0 || y >= x.H {
			continue
		}
		near, next := half.Pix[rows[0]:], half.Pix[rows[1]:]
		a, b, c := 3*near[l]+next[l], 3*near[i]+next[i], 3*near[r]+next[r]
		at := y*x.W + 2*i - 1
		for m, v := range [4]int32{3*a + b + odd, 3*b + a + 8, 3*b + c + odd, 3*c + b + 8} {
			if c := 2*i - 1 + m; c < 0 || c >= x.W || clipped != nil && clipped[at+m] {
				continue
			}
			v -= x.Pix[at+m] << 4
			sum += max(0, -v, v-15)
		}
		if sum > most {
			break
		}
	}
	return sum
}

// fitSamples changes half-resolution samples so that the upsampling makes exactly the samples of x at the places that pick names.
// Given the half-resolution samples before it, each is determined by its pixel, except for at most one of two values.
func (u upsampling) fitSamples(x, half Plane) {
	f := u.form()
	for j := range half.H {
		b, _ := f.down.own(j, x.H)
		for i := range half.W {
			a, _ := f.across.own(i, x.W)
			want := x.Row(b)[a]
			for made := u.at(half, a, b); made != want; made = u.at(half, a, b) {
				if made < want {
					half.Row(j)[i]++
				} else {
					half.Row(j)[i]--
				}
			}
		}
	}
}

// deblur returns w x h samples in Q8 of which triangle makes nearly the plane x, except for pixels that are clipped. The means of
// two by two of its samples are the half-resolution samples blurred by the filter 1 6 1 in both directions; an iteration undoes the
// blur. Where some of the four are clipped, it compares the others with what triangle makes.
func deblur(x Plane, clipped []bool, w, h int) []int32 {
	mean, sharp, blurred := make([]int32, w*h), make([]int32, w*h), make([]int32, w*h)
	var partial []int // half-resolution samples around which some samples are clipped
	for j := range h {
		for i := range w {
			sum, n := int32(0), int32(0)
			lost := false
			for y := 2 * j; y < min(2*j+2, x.H); y++ {
				for k, v := range x.Row(y)[2*i : min(2*i+2, x.W)] {
					if n++; clipped != nil && clipped[y*x.W+2*i+k] {
						lost = true
					}
					sum += v
				}
			}
			mean[j*w+i] = sum << 8 / n
			if lost {
				partial = append(partial, j*w+i)
			}
		}
	}
	copy(sharp, mean)
	for range 10 {
		for j := range h {
			up, row, down := sharp[max(j-1, 0)*w:][:w], sharp[j*w:][:w], sharp[min(j+1, h-1)*w:][:w]
			for i := range w {
				l, r := max(i-1, 0), min(i+1, w-1)
				blurred[j*w+i] = (6*(6*row[i]+row[l]+row[r]) + 6*up[i] + up[l] + up[r] + 6*down[i] + down[l] + down[r] + 32) >> 6
			}
		}
		for _, k := range partial {
			blurred[k] = mean[k] - missedBy(x, clipped, sharp, w, h, k)
		}
		for i, v := range mean {
			sharp[i] += v - blurred[i]
		}
	}
	return sharp
}

// missedBy returns the mean of the differences, Q8, between the samples that are nearest to half-resolution sample k and not clipped,
// and what triangle makes there of w x h half-resolution samples in Q8. If all are clipped, it is 0.
func missedBy(x Plane, clipped []bool, half []int32, w, h, k int) int32 {
	i, j := k%w, k/w
	sum, n := int32(0), int32(0)
	for y := 2 * j; y < min(2*j+2, x.H); y++ {
		ya, yb, _ := slope.taps(y, h)
		for at := 2 * i; at < min(2*i+2, x.W); at++ {
			if clipped[y*x.W+at] {
				continue
			}
			xa, xb, _ := slope.taps(at, w)
			made := (9*half[ya*w+xa] + 3*half[ya*w+xb] + 3*half[yb*w+xa] + half[yb*w+xb] + 8) >> 4
			sum, n = sum+x.Pix[y*x.W+at]<<8-made, n+1
		}
	}
	if n == 0 {
		return 0
	}
	return sum / n
}
