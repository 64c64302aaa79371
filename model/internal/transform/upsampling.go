package transform

// An upsampling says how chroma of half the resolution became that of every pixel, as it did in most images that were made
// from luma and chroma: Photo CDs and most JPEG files hold no more of it. Along a row or a column, a sample is a weighted
// mean of two of the halved ones, or one of them. Beyond the edge, the edge repeats.
//
// Its Split and Merge are the Wavelet of one scale that goes with it: the coarser image are the halved samples, and details
// are what samples differ by from what upsampling makes of these. So any plane has one, and one that was made so has none
// but zeros. At even columns of even rows there is no detail: there, linear and repeated have the halved sample itself, and
// triangle one that makes just the sample.
type upsampling uint8

const (
	linear   upsampling = iota // the halved sample; between two, their mean
	triangle                   // three quarters of the nearest and a quarter of the next
	repeated                   // the nearest
)

// halvings are the Halved colours: those of another with chroma at half the resolution, both ways.
var halvings = [Colours]struct {
	of Colour
	up upsampling
}{
	PhotoCDHalved:  {PhotoCD, linear},  // as hpcdtoppm has it
	JFIFHalved:     {JFIF, triangle},   // as the Independent JPEG Group's decoder has it ("fancy upsampling")
	JFIFRepeated:   {JFIF, repeated},   // the same, told to be quick
	JFIFGoRepeated: {JFIFGo, repeated}, // as Go's image.YCbCr has it
}

// Halved reports whether c is Derived, from chroma at half the resolution.
func (c Colour) Halved() bool { return c >= PhotoCDHalved && c < Colours }

// Wavelet returns the one that a plane has at a scale; the finest is 1.
func (c Colour) Wavelet(l *Lifting, scale, plane int) Wavelet {
	if scale == 1 && plane > 0 && c.Halved() {
		return halvings[c].up
	}
	return l
}

// Kind tells the kinds of transforms that networks are told apart, of process.ColourClasses.
func (c Colour) Class() int {
	switch {
	case c.Halved():
		return 2
	case c.Derived():
		return 1
	}
	return 0
}

// taps returns which of n halved samples sample x is made of, and the weight of the first in quarters.
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

// half is what is added before the sum of sixteenths in column x is cut off.
func (u upsampling) half(x int) int32 {
	if u == triangle {
		return int32(8 - x&1)
	}
	return 8
}

// row writes row y of what upsampling makes of halved samples: if exact, what the image was made with; else the same of Q4.
// sums is scratch.
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
		round = [2]int32{u.half(0), u.half(1)}
	}
	for i, v := range sums {
		to[2*i] = (even*v + (4-even)*sums[max(i-1, 0)] + round[0]) >> 4
		if 2*i+1 < len(to) {
			to[2*i+1] = (odd*v + (4-odd)*sums[min(i+1, len(sums)-1)] + round[1]) >> 4
		}
	}
}

// at returns what upsampling makes of halved samples in column x of row y: row's, where a single one is wanted.
func (u upsampling) at(half Plane, x, y int) int32 {
	ya, yb, v := u.taps(y, half.H)
	xa, xb, w := u.taps(x, half.W)
	m, n := half.Row(ya), half.Row(yb)
	return (w*(v*m[xa]+(4-v)*n[xa]) + (4-w)*(v*m[xb]+(4-v)*n[xb]) + u.half(x)) >> 4
}

// pair is at, of two planes of halved samples of one size.
func (u upsampling) pair(a, b Plane, x, y int) (d, e int32) {
	ya, yb, v := u.taps(y, a.H)
	xa, xb, w := u.taps(x, a.W)
	i, j := ya*a.W+xa, yb*a.W+xb
	if i == j {
		return a.Pix[i], b.Pix[i]
	}
	half, k, l := u.half(x), ya*a.W+xb, yb*a.W+xa
	p, q, r, t := w*v, (4-w)*v, w*(4-v), (4-w)*(4-v)
	return (p*a.Pix[i] + q*a.Pix[k] + r*a.Pix[l] + t*a.Pix[j] + half) >> 4, (p*b.Pix[i] + q*b.Pix[k] + r*b.Pix[l] + t*b.Pix[j] + half) >> 4
}

// pick returns the samples at even columns of even rows.
func pick(x Plane) Plane {
	half := NewPlane((x.W+1)/2, (x.H+1)/2)
	x.Pick(half, 0, 0)
	return half
}

func (u upsampling) Split(x Plane) {
	half := pick(x)
	if u == triangle {
		untriangleStrips(x, half)
		settleTriangle(x, half)
	}
	rowsInParallel(x.H, func(y0, y1 int) {
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

// Merge of a part of a plane, of rows from an even one on, is right but for the two rows beside the rest.
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

// untriangleStrips has half be what untriangle makes of a plane, in strips.
func untriangleStrips(x, half Plane) {
	inParallel((x.H+stripRows-1)/stripRows, func(k int) {
		y0, y1 := k*stripRows, min((k+1)*stripRows, x.H)
		top, bottom := max(0, y0-stripHalo), min(y1+stripHalo, x.H)
		part := untriangle(Plane{x.W, bottom - top, x.Pix[top*x.W : bottom*x.W]}, nil)
		copy(half.Pix[y0/2*half.W:(y1+1)/2*half.W], part.Pix[(y0-top)/2*half.W:])
	})
}

// untriangle returns the halved samples that triangle makes a plane of, but for pixels that are open, or nearly so. It begins
// with what real numbers would be and takes one more or less as long as pixels become what they are.
func untriangle(x Plane, open []bool) Plane {
	half := NewPlane((x.W+1)/2, (x.H+1)/2)
	for i, v := range sharpen(x, half.W, half.H) {
		half.Pix[i] = (v + 1<<7) >> 8
	}
	todo, next := make([]bool, len(half.Pix)), make([]bool, len(half.Pix))
	for i := range todo {
		todo[i] = true
	}
	total := int64(0)
	for k := range todo {
		total += int64(offTriangle(x, open, half, k%half.W, k/half.W, anything))
	}
	if total > hopeless*int64(len(todo)) {
		return half
	}
	const (
		alone  = 3  // sweeps, one sample at a time
		sweeps = 12 // pixels around both of two samples count twice, so that they might go in circles
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
			off := offTriangle(x, open, half, i, j, anything)
			if off == 0 {
				continue
			}
			if nudge(x, open, half, i, j, off, n >= alone) {
				more = true
				for v := max(j-2, 0); v <= min(j+2, half.H-1); v++ {
					for u := max(i-2, 0); u <= min(i+2, half.W-1); u++ {
						next[v*half.W+u] = true
					}
				}
			} else if n < alone {
				more, next[k] = true, true
			}
		}
		todo, next = next, todo
	}
	return half
}

// nudge changes a halved sample by one, or, of pairs, it and one beside it by one each the other way, if that brings pixels nearer to
// what they have to be, and reports whether it did. off is how far those around it are.
func nudge(x Plane, open []bool, half Plane, i, j int, off int32, pairs bool) bool {
	at := &half.Row(j)[i]
	for _, step := range [2]int32{-1, 1} {
		*at += step
		if offTriangle(x, open, half, i, j, off) < off {
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
		before := off + offTriangle(x, open, half, u, v, anything)
		for _, step := range [2]int32{-1, 1} {
			*at, *beside = *at+step, *beside-step
			if now := offTriangle(x, open, half, i, j, before); now < before && now+offTriangle(x, open, half, u, v, before) < before {
				return true
			}
			*at, *beside = *at-step, *beside+step
		}
	}
	return false
}

// hopeless is how many sixteenths pixels have to be off, around a halved sample, for a plane not to be one that triangle
// made. Of those that it made, the first guess is off by one or two.
const hopeless = 12

// anything is more than offTriangle returns.
const anything = 1<<31 - 1

// offTriangle returns by how many sixteenths, in all, the pixels around a halved sample miss what they have to be, or more
// than most.
func offTriangle(x Plane, open []bool, half Plane, i, j int, most int32) (off int32) {
	l, r := max(i-1, 0), min(i+1, half.W-1)
	own, up, down := j*half.W, max(j-1, 0)*half.W, min(j+1, half.H-1)*half.W
	// The pixels' rows, the nearest row of halved samples, and the next.
	for k, rows := range [4][2]int{{up, own}, {own, up}, {own, down}, {down, own}} {
		y := 2*j - 1 + k
		if y < 0 || y >= x.H {
			continue
		}
		near, next := half.Pix[rows[0]:], half.Pix[rows[1]:]
		a, b, c := 3*near[l]+next[l], 3*near[i]+next[i], 3*near[r]+next[r]
		at := y*x.W + 2*i - 1
		for m, sum := range [4]int32{3*a + b + 7, 3*b + a + 8, 3*b + c + 7, 3*c + b + 8} {
			if c := 2*i - 1 + m; c < 0 || c >= x.W || open != nil && open[at+m] {
				continue
			}
			sum -= x.Pix[at+m] << 4
			off += max(0, -sum, sum-15)
		}
		if off > most {
			break
		}
	}
	return off
}

// settleTriangle changes halved samples so that triangle makes just what the plane has at even columns of even rows. Given the
// samples before it, one is known from its pixel but for one of two values at most.
func settleTriangle(x, half Plane) {
	for j := range half.H {
		for i := range half.W {
			want := x.Row(2 * j)[2*i]
			for made := triangle.at(half, 2*i, 2*j); made != want; made = triangle.at(half, 2*i, 2*j) {
				if made < want {
					half.Row(j)[i]++
				} else {
					half.Row(j)[i]--
				}
			}
		}
	}
}

// sharpen returns samples in Q8 of which triangle makes nearly a plane: the means of two by two of its samples, which are the
// halved ones blurred by 1 6 1 both ways, with that undone.
func sharpen(x Plane, w, h int) []int32 {
	mean, sharp, blurred := make([]int32, w*h), make([]int32, w*h), make([]int32, w*h)
	for j := range h {
		for i := range w {
			sum, n := int32(0), int32(0)
			for y := 2 * j; y < min(2*j+2, x.H); y++ {
				for _, v := range x.Row(y)[2*i : min(2*i+2, x.W)] {
					sum, n = sum+v, n+1
				}
			}
			mean[j*w+i] = sum << 8 / n
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
		for i, v := range mean {
			sharp[i] += v - blurred[i]
		}
	}
	return sharp
}
