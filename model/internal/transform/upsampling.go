package transform

import "github.com/ddpmz/ddpmz/model/internal/parallel"

// An upsampling is a filter that makes chroma of full resolution from chroma of half the resolution, in both directions. Most
// images that were made from luma and chroma went through one: Photo CDs and most JPEG files store only the half-resolution
// samples. Along a row or a column, a sample is the weighted mean of two half-resolution samples, or one of them. Beyond the
// edge, the samples at the edge repeat.
//
// Its Split and Merge are the Wavelet of one scale that inverts the filter: the coarser image is the half-resolution samples,
// and details are the differences between the samples and what the filter makes of the half-resolution samples. Any plane can
// be split; the details of a plane that the filter made are zeros. There are no details at even columns of even rows: there,
// linear and repeated have the half-resolution sample itself, and triangle a half-resolution sample from which the filter makes
// exactly the sample.
type upsampling uint8

const (
	linear   upsampling = iota // the half-resolution sample; between two, their mean
	triangle                   // three quarters of the nearest and a quarter of the next
	repeated                   // the nearest
)

// taps returns the two of n half-resolution samples that sample x is made of, and the weight of the first in quarters.
func (u upsampling) taps(x, n int) (a, b int, weight int32) {
	a = x / 2
	switch {
	case u == triangle:
		return a, min(max(a+2*(x&1)-1, 0), n-1), 3
	case u == linear && x&1 == 1:
		return a, min(a+1, n-1), 2
	}
	return a, a, 4
}

// rounding returns what is added to the sum of sixteenths in column x before it is shifted down.
func (u upsampling) rounding(x int) int32 {
	if u == triangle {
		return int32(8 - x&1)
	}
	return 8
}

// row writes row y of what the filter makes of half-resolution samples: if exact, with the rounding of integer samples; otherwise
// for estimates in Q4. sums is scratch memory for a row of half.
func (u upsampling) row(to []int32, y int, half Plane, sums []int32, exact bool) {
	a, b, weight := u.taps(y, half.H)
	next := half.Row(b)
	for i, v := range half.Row(a) {
		sums[i] = weight*v + (4-weight)*next[i]
	}
	_, _, even := u.taps(0, half.W)
	_, _, odd := u.taps(1, half.W)
	round := [2]int32{8, 8}
	if exact {
		round = [2]int32{u.rounding(0), u.rounding(1)}
	}
	for i, v := range sums {
		to[2*i] = (even*v + (4-even)*sums[max(i-1, 0)] + round[0]) >> 4
		if 2*i+1 < len(to) {
			to[2*i+1] = (odd*v + (4-odd)*sums[min(i+1, len(sums)-1)] + round[1]) >> 4
		}
	}
}

// at returns a single sample of what row writes if exact: that in column x of row y.
func (u upsampling) at(half Plane, x, y int) int32 {
	ya, yb, v := u.taps(y, half.H)
	xa, xb, w := u.taps(x, half.W)
	m, n := half.Row(ya), half.Row(yb)
	return (w*(v*m[xa]+(4-v)*n[xa]) + (4-w)*(v*m[xb]+(4-v)*n[xb]) + u.rounding(x)) >> 4
}

// pair is at for two planes of the same size.
func (u upsampling) pair(a, b Plane, x, y int) (d, e int32) {
	ya, yb, v := u.taps(y, a.H)
	xa, xb, w := u.taps(x, a.W)
	i, j := ya*a.W+xa, yb*a.W+xb
	if i == j {
		return a.Pix[i], b.Pix[i]
	}
	round, k, l := u.rounding(x), ya*a.W+xb, yb*a.W+xa
	p, q, r, t := w*v, (4-w)*v, w*(4-v), (4-w)*(4-v)
	return (p*a.Pix[i] + q*a.Pix[k] + r*a.Pix[l] + t*a.Pix[j] + round) >> 4, (p*b.Pix[i] + q*b.Pix[k] + r*b.Pix[l] + t*b.Pix[j] + round) >> 4
}

// pick returns the samples at even columns of even rows.
func pick(x Plane) Plane {
	half := NewPlane((x.W+1)/2, (x.H+1)/2)
	x.Pick(half, 0, 0)
	return half
}

// Split is Wavelet.Split.
func (u upsampling) Split(x Plane) {
	half := pick(x)
	if u == triangle {
		invertTriangleStrips(x, half)
		fitEvenSamples(x, half)
	}
	parallel.Chunks(x.H, func(y0, y1 int) {
		made, sums := make([]int32, x.W), make([]int32, half.W)
		for y := y0; y < y1; y++ {
			u.row(made, y, half, sums, true)
			row := x.Row(y)
			for i, v := range made {
				row[i] -= v
			}
			if y&1 == 0 {
				for i, v := range half.Row(y / 2) {
					row[2*i] = v
				}
			}
		}
	})
}

// Merge is Wavelet.Merge. Applied to a part of a plane that begins at an even row, it is right except for the two rows next to
// the rest of the plane.
func (u upsampling) Merge(x Plane, frac uint) {
	half := pick(x)
	made, sums := make([]int32, x.W), make([]int32, half.W)
	for y := range x.H {
		u.row(made, y, half, sums, frac == 0)
		for i, to := 0, x.Row(y); i < x.W; i++ {
			if y&1 == 0 && i&1 == 0 {
				to[i] = 0
			}
			to[i] += made[i]
		}
	}
}
