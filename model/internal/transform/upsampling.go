package transform

import "github.com/ddpmz/ddpmz/model/internal/parallel"

// An upsampling is a filter that makes chroma of full resolution from chroma of half the resolution, in both directions or in
// one. Most images that were made from luma and chroma went through one: Photo CDs and most JPEG files store only the
// half-resolution samples. Along a row or a column, a sample is the weighted mean of two half-resolution samples, or one of
// them. Beyond the edge, the samples at the edge repeat.
type upsampling uint8

const (
	linear         upsampling = iota // the half-resolution sample; between two, their mean
	triangle                         // three quarters of the nearest and a quarter of the next
	repeated                         // the nearest
	triangleAcross                   // as triangle, of chroma that is halved along rows only
	repeatedAcross
	triangleDown // of chroma that is halved along columns only
	repeatedDown
	smooth      // as triangle, but rounded to the nearest integer everywhere
	upsamplings // how many there are
)

// A filter is what an upsampling does along rows, or along columns.
type filter uint8

const (
	whole  filter = iota // chroma is not halved in this direction
	copied               // the nearest sample
	middle               // the sample, or the mean of two
	slope                // three quarters of the nearest and a quarter of the next
)

// An upsamplingForm says what an upsampling does.
type upsamplingForm struct {
	across, down filter
	rounding     [2][2]int32 // what is added to the sum of sixteenths in an even or odd row, and column, before it is shifted down
}

var upsamplingForms = [upsamplings]upsamplingForm{
	linear:         {middle, middle, [2][2]int32{{8, 8}, {8, 8}}},
	triangle:       {slope, slope, [2][2]int32{{8, 7}, {8, 7}}},
	repeated:       {copied, copied, [2][2]int32{}},
	triangleAcross: {slope, whole, [2][2]int32{{4, 8}, {4, 8}}},
	repeatedAcross: {copied, whole, [2][2]int32{}},
	triangleDown:   {whole, slope, [2][2]int32{{4, 4}, {8, 8}}},
	repeatedDown:   {whole, copied, [2][2]int32{}},
	smooth:         {slope, slope, [2][2]int32{{8, 8}, {8, 8}}},
}

func (u upsampling) form() *upsamplingForm { return &upsamplingForms[u] }

// halves reports whether chroma is halved along rows, and along columns.
func (u upsampling) halves() (across, down bool) {
	f := u.form()
	return f.across != whole, f.down != whole
}

// isSlope reports whether no sample is a half-resolution sample as it was.
func (u upsampling) isSlope() bool { return u.form().across == slope || u.form().down == slope }

// halfSize returns the size of the half-resolution samples of w x h samples.
func (u upsampling) halfSize(w, h int) (int, int) {
	f := u.form()
	return f.across.halfLength(w), f.down.halfLength(h)
}

// halfLength returns how many half-resolution samples n samples in a direction have.
func (f filter) halfLength(n int) int {
	if f == whole {
		return n
	}
	return (n + 1) / 2
}

// half returns which of the half-resolution samples is the nearest to sample x.
func (f filter) half(x int) int {
	if f == whole {
		return x
	}
	return x / 2
}

// own returns the samples [from,to), of n, of which half-resolution sample i is the nearest.
func (f filter) own(i, n int) (from, to int) {
	if f == whole {
		return i, i + 1
	}
	return 2 * i, min(2*i+2, n)
}

// touched returns the samples [from,to), of n, that may depend on half-resolution sample i.
func (f filter) touched(i, n int) (from, to int) {
	switch f {
	case whole:
		return i, i + 1
	case copied:
		return 2 * i, min(2*i+2, n)
	case middle:
		return max(2*i-1, 0), min(2*i+2, n)
	}
	return max(2*i-1, 0), min(2*i+3, n)
}

// taps returns the two of n half-resolution samples that sample x is made of, and the weight of the first in quarters.
func (f filter) taps(x, n int) (a, b int, weight int32) {
	if f == whole {
		return x, x, 4
	}
	a = x / 2
	switch {
	case f == slope:
		return a, min(max(a+2*(x&1)-1, 0), n-1), 3
	case f == middle && x&1 == 1:
		return a, min(a+1, n-1), 2
	}
	return a, a, 4
}

// rounding returns what is added to the sum of sixteenths in column x of row y before it is shifted down.
func (u upsampling) rounding(x, y int) int32 { return u.form().rounding[y&1][x&1] }

// row writes row y of what the filter makes of half-resolution samples: if exact, with the rounding of integer samples; otherwise
// for estimates in Q4. sums is scratch memory for a row of half.
func (u upsampling) row(to []int32, y int, half Plane, sums []int32, exact bool) {
	f := u.form()
	a, b, weight := f.down.taps(y, half.H)
	next := half.Row(b)
	for i, v := range half.Row(a) {
		sums[i] = weight*v + (4-weight)*next[i]
	}
	round := [2]int32{8, 8}
	if exact {
		round = f.rounding[y&1]
	}
	if f.across == whole {
		for x, v := range sums {
			to[x] = (4*v + round[x&1]) >> 4
		}
		return
	}
	_, _, even := f.across.taps(0, half.W)
	_, _, odd := f.across.taps(1, half.W)
	for i, v := range sums {
		to[2*i] = (even*v + (4-even)*sums[max(i-1, 0)] + round[0]) >> 4
		if 2*i+1 < len(to) {
			to[2*i+1] = (odd*v + (4-odd)*sums[min(i+1, len(sums)-1)] + round[1]) >> 4
		}
	}
}

// at returns a single sample of what row writes if exact: that in column x of row y.
func (u upsampling) at(half Plane, x, y int) int32 {
	f := u.form()
	ya, yb, v := f.down.taps(y, half.H)
	xa, xb, w := f.across.taps(x, half.W)
	m, n := half.Row(ya), half.Row(yb)
	return (w*(v*m[xa]+(4-v)*n[xa]) + (4-w)*(v*m[xb]+(4-v)*n[xb]) + f.rounding[y&1][x&1]) >> 4
}

// pair is at for two planes of the same size.
func (u upsampling) pair(a, b Plane, x, y int) (d, e int32) {
	f := u.form()
	ya, yb, v := f.down.taps(y, a.H)
	xa, xb, w := f.across.taps(x, a.W)
	i, j := ya*a.W+xa, yb*a.W+xb
	if i == j {
		return a.Pix[i], b.Pix[i]
	}
	round, k, l := f.rounding[y&1][x&1], ya*a.W+xb, yb*a.W+xa
	p, q, r, t := w*v, (4-w)*v, w*(4-v), (4-w)*(4-v)
	return (p*a.Pix[i] + q*a.Pix[k] + r*a.Pix[l] + t*a.Pix[j] + round) >> 4, (p*b.Pix[i] + q*b.Pix[k] + r*b.Pix[l] + t*b.Pix[j] + round) >> 4
}

// pick returns the samples at the columns and rows of half-resolution samples: the even ones, where chroma is halved.
func (u upsampling) pick(x Plane) Plane {
	half := NewPlane(u.halfSize(x.W, x.H))
	f := u.form()
	for j := range half.H {
		y, _ := f.down.own(j, x.H)
		row, to := x.Row(y), half.Row(j)
		if f.across == whole {
			copy(to, row)
			continue
		}
		for i := range to {
			to[i] = row[2*i]
		}
	}
	return half
}

// put undoes pick.
func (u upsampling) put(x, half Plane) {
	f := u.form()
	for j := range half.H {
		y, _ := f.down.own(j, x.H)
		row, from := x.Row(y), half.Row(j)
		if f.across == whole {
			copy(row, from)
			continue
		}
		for i, v := range from {
			row[2*i] = v
		}
	}
}

// An upsampled is the Wavelet of one scale of a plane that an upsampling made. In the directions in which chroma was halved it
// inverts the filter: the coarser image is the half-resolution samples, and details are the differences between the samples and
// what the filter makes of the half-resolution samples. Any plane can be split so; the details of a plane that the filter made
// are zeros. There are no details at the places that pick names: there, linear and repeated have the half-resolution sample
// itself, and the others a half-resolution sample from which the filter makes exactly the sample. In a direction in which chroma
// was not halved, the half-resolution samples are split by lifting.
type upsampled struct {
	upsampling
	lifting *Lifting
}

// Split is Wavelet.Split.
func (u upsampled) Split(x Plane) {
	half := u.pick(x)
	if u.isSlope() {
		u.invertSlopes(x, half)
		u.fitSamples(x, half)
	}
	parallel.Chunks(x.H, func(y0, y1 int) {
		made, sums := make([]int32, x.W), make([]int32, half.W)
		for y := y0; y < y1; y++ {
			u.row(made, y, half, sums, true)
			row := x.Row(y)
			for i, v := range made {
				row[i] -= v
			}
		}
	})
	switch across, down := u.halves(); {
	case !down:
		u.lifting.splitColumns(half)
	case !across:
		u.lifting.splitRows(half)
	}
	u.put(x, half)
}

// Merge is Wavelet.Merge. Applied to a part of a plane that begins at an even row, it is right except for the two rows next to
// the rest of the plane, or as many as lifting needs.
func (u upsampled) Merge(x Plane, frac uint) {
	half := u.pick(x)
	across, down := u.halves()
	switch {
	case !down:
		u.lifting.mergeColumns(half, frac)
	case !across:
		u.lifting.mergeRows(half, frac)
	}
	made, sums := make([]int32, x.W), make([]int32, half.W)
	for y := range x.H {
		u.row(made, y, half, sums, frac == 0)
		to := x.Row(y)
		if down && y&1 == 1 {
			for i, v := range made {
				to[i] += v
			}
			continue
		}
		for i, v := range made { // the half-resolution samples have been in every place, or every second
			if across && i&1 == 1 {
				v += to[i]
			}
			to[i] = v
		}
	}
}
