package transform

import "github.com/ddpmz/ddpmz/model/internal/parallel"

// A Lifting is a reversible wavelet of one predict and one update step over whole-sample symmetric
// signals: odd samples become details d = o - P(e), even samples averages s = e + U(d), every sum rounded
// to an integer, so that the inverse is exact (Calderbank, Daubechies, Sweldens, Yeo 1998).
type Lifting struct {
	name         string
	predict      [4]int32 // taps over the even samples at -3, -1, +1, +3 from an odd one
	predictShift uint
	update       [4]int32 // taps over the odd samples at -3, -1, +1, +3 from an even one
	updateShift  uint
}

// Liftings has the wavelets by their number in the header of weights files.
var Liftings = [...]Lifting{
	0: {"5/3", [4]int32{0, 1, 1, 0}, 1, [4]int32{0, 1, 1, 0}, 2},
	1: {"9/7-M", [4]int32{-1, 9, 9, -1}, 4, [4]int32{0, 1, 1, 0}, 2},
	2: {"13/7-T", [4]int32{-1, 9, 9, -1}, 4, [4]int32{-1, 9, 9, -1}, 5},
}

// String returns the usual name of the wavelet.
func (l *Lifting) String() string { return l.name }

// Taps returns the filters of both steps: taps over the samples at -3, -1, +1 and +3, whose sum is divided by 2^shift.
func (l *Lifting) Taps() (predict [4]int32, predictShift uint, update [4]int32, updateShift uint) {
	return l.predict, l.predictShift, l.update, l.updateShift
}

// mirror reflects position p into [0,n) with whole-sample symmetry: ..., 1, 0, 1, ..., n-1, n-2, ...
// The period is even, so p keeps its parity. n is at least 2.
func mirror(p, n int) int {
	period := 2 * (n - 1)
	p %= period
	if p < 0 {
		p += period
	}
	if p >= n {
		p = period - p
	}
	return p
}

// divide returns x/2^shift rounded to the nearest integer, a half up. If frac > 0, x is an estimate with frac fractional
// bits: then the result is interpolated linearly between those of the two integers next to x, also with frac fractional
// bits, so that estimates that are integers give exact results.
func divide(x int32, shift, frac uint) int32 {
	shift, frac = shift&31, frac&31 // unchanged, but the compiler learns their range
	half := int32(1) << shift >> 1
	n := x>>frac + half
	a := n >> shift
	if frac == 0 {
		return a
	}
	return a<<frac + x&(1<<frac-1)*((n+1)>>shift-a)
}

// around returns the rounded sum of taps times the samples at p-3, p-1, p+1, p+3 of a signal of n samples
// whose samples of that parity are a.
func around(a []int32, p, n int, taps *[4]int32, shift, frac uint) int32 {
	sum := int32(0)
	if p >= 3 && p+3 < n {
		i := (p - 3) >> 1
		a := a[i : i+4 : i+4]
		sum = taps[0]*a[0] + taps[1]*a[1] + taps[2]*a[2] + taps[3]*a[3]
	} else {
		for j, t := range taps {
			if t != 0 {
				sum += t * a[mirror(p-3+2*j, n)>>1]
			}
		}
	}
	return divide(sum, shift, frac)
}

// split turns the row x into averages s (the first ceil(n/2) samples' worth) and details d.
func (l *Lifting) split(x, s, d []int32) {
	n := len(x)
	for i := range s {
		s[i] = x[2*i]
	}
	for i := range d {
		d[i] = x[2*i+1]
	}
	if n > 1 {
		lift(d, s, 1, n, -1, &l.predict, l.predictShift, 0)
		lift(s, d, 0, n, 1, &l.update, l.updateShift, 0)
	}
}

// lift adds sign times what around returns to samples from the first on, which is 0 or 1, of a signal of n; a are the others.
func lift(to, a []int32, first, n int, sign int32, taps *[4]int32, shift, frac uint) {
	from := min(2-first, len(to)) // where three samples are on the left, and until three are on the right
	until := max(from, (n-2-first)/2)
	for i := range from {
		to[i] += sign * around(a, 2*i+first, n, taps, shift, frac)
	}
	t := *taps
	if n := until - from; n > 0 {
		b := a[from+first-2:]
		from += wideLift(to[from:until], b, b[1:], b[2:], b[3:], taps, sign, shift, frac)
	}
	for i := from; i < until; i++ {
		b := a[i+first-2:][:4]
		to[i] += sign * divide(t[0]*b[0]+t[1]*b[1]+t[2]*b[2]+t[3]*b[3], shift, frac)
	}
	for i := until; i < len(to); i++ {
		to[i] += sign * around(a, 2*i+first, n, taps, shift, frac)
	}
}

// merge undoes split, of samples with frac fractional bits. It overwrites s with the even samples, d with the odd ones.
func (l *Lifting) merge(x, s, d []int32, frac uint) {
	n := len(x)
	if n > 1 {
		lift(s, d, 0, n, -1, &l.update, l.updateShift, frac)
		lift(d, s, 1, n, 1, &l.predict, l.predictShift, frac)
	}
	for i := range s {
		x[2*i] = s[i]
	}
	for i := range d {
		x[2*i+1] = d[i]
	}
}

// addRows adds sign times the rounded sum of taps times the rows around row p, at p-3, p-1, p+1 and p+3, to row p.
func addRows(x Plane, sign int32, p int, taps *[4]int32, shift, frac uint) {
	row := x.Row(p)
	var r [4][]int32
	for j := range r {
		r[j] = x.Row(mirror(p-3+2*j, x.H))[:len(row)]
	}
	done := wideLift(row, r[0], r[1], r[2], r[3], taps, sign, shift, frac)
	row = row[done:]
	for j := range r {
		r[j] = r[j][done:]
	}
	t := *taps
	if t[0] == 0 && t[3] == 0 {
		for x := range row {
			row[x] += sign * divide(t[1]*r[1][x]+t[2]*r[2][x], shift, frac)
		}
		return
	}
	for x := range row {
		row[x] += sign * divide(t[0]*r[0][x]+t[1]*r[1][x]+t[2]*r[2][x]+t[3]*r[3][x], shift, frac)
	}
}

// splitColumns is split down the columns of x, in place: averages in even rows, details in odd ones.
func (l *Lifting) splitColumns(x Plane) {
	if x.H < 2 {
		return
	}
	parallel.Chunks(x.H, func(y0, y1 int) {
		for y := y0 | 1; y < y1; y += 2 {
			addRows(x, -1, y, &l.predict, l.predictShift, 0)
		}
	})
	parallel.Chunks(x.H, func(y0, y1 int) {
		for y := y0 + y0&1; y < y1; y += 2 {
			addRows(x, 1, y, &l.update, l.updateShift, 0)
		}
	})
}

// mergeColumns undoes splitColumns, of samples with frac fractional bits.
func (l *Lifting) mergeColumns(x Plane, frac uint) {
	if x.H < 2 {
		return
	}
	for y := 0; y < x.H; y += 2 {
		addRows(x, -1, y, &l.update, l.updateShift, frac)
	}
	for y := 1; y < x.H; y += 2 {
		addRows(x, 1, y, &l.predict, l.predictShift, frac)
	}
}
