package transform

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// Split replaces R, G, B, of 8 bits if c is Derived, by luma and chroma, if they have any: Inverse undoes it.
func (c Colour) Split(x [3]Plane) bool {
	switch {
	case !c.Derived():
		c.Forward(x[0].Pix, x[1].Pix, x[2].Pix)
		return true
	case !c.Halved():
		var failed atomic.Bool
		rowsInParallel(x[0].H, func(y0, y1 int) {
			if rows := strip(x, y0, y1); !failed.Load() && !c.Derive(rows[0].Pix, rows[1].Pix, rows[2].Pix, nil) {
				failed.Store(true)
			}
		})
		return !failed.Load()
	}
	return c.splitStrips(x)
}

// An image is taken apart in strips of stripRows rows, each with stripHalo more on either side, which takes little memory,
// and as many at a time as there are processors. Chroma where samples are clipped may depend on that; what the image is does
// not.
const (
	stripRows = 256
	stripHalo = 16
)

// strip returns rows [y0,y1) of x, which share its storage.
func strip(x [3]Plane, y0, y1 int) [3]Plane {
	for p, v := range x {
		x[p] = Plane{v.W, y1 - y0, v.Pix[y0*v.W : y1*v.W]}
	}
	return x
}

// splitStrips is Split for a Halved colour.
func (c Colour) splitStrips(x [3]Plane) bool {
	w, h := x[0].W, x[0].H
	n := (h + stripRows - 1) / stripRows
	// The rows at the edges of strips, which those on either side need as they are.
	edges := make([][3]Plane, n+1)
	for k := range edges {
		edges[k] = strip(x, max(0, min(k*stripRows, h)-stripHalo), min(k*stripRows+stripHalo, h))
		for p, v := range edges[k] {
			edges[k][p] = v.Clone()
		}
	}
	var failed atomic.Bool
	inParallel(n, func(k int) {
		y0, y1 := k*stripRows, min((k+1)*stripRows, h)
		top, bottom := max(0, y0-stripHalo), min(y1+stripHalo, h)
		own := strip(x, y0, y1)
		var all [3]Plane
		for p := range all {
			all[p] = NewPlane(w, bottom-top)
			copy(all[p].Pix, edges[k][p].Pix)
			copy(all[p].Pix[(y0-top)*w:], own[p].Pix)
			below := edges[k+1][p]
			copy(all[p].Pix[(y1-top)*w:], below.Pix[len(below.Pix)-(bottom-y1)*w:])
		}
		s := newHalving(all, c)
		if s == nil {
			failed.Store(true)
			return
		}
		rest := s.undoOpen
		if s.guess(halvings[c].up) != nil {
			rest = s.settle
		}
		if !rest() {
			failed.Store(true)
			return
		}
		s.put(own, y0-top)
	})
	return !failed.Load()
}

// inParallel calls f with 0 to n-1, by as many goroutines as there are processors.
func inParallel(n int, f func(k int)) {
	var next atomic.Int64
	work := func() {
		for k := int(next.Add(1)) - 1; k < n; k = int(next.Add(1)) - 1 {
			f(k)
		}
	}
	var others sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) - 1 {
		others.Go(work)
	}
	work()
	others.Wait()
}

// rowsInParallel calls f with pieces [y0,y1) of [0,h), of chunkRows rows but for the last, by as many goroutines as there are
// processors.
func rowsInParallel(h int, f func(y0, y1 int)) {
	const chunkRows = 32
	inParallel((h+chunkRows-1)/chunkRows, func(k int) { f(k*chunkRows, min((k+1)*chunkRows, h)) })
}

const (
	// strayShare is the part of the samples of chroma that may have details under a Halved colour that an image is taken to
	// come from.
	strayShare = 16
	// Of large images, so many strips of so many rows are looked at for that.
	lookedStrips, lookedRows = 8, 64
)

// Halve returns the Halved colour that an image of which c is found comes from, or else c. It may have to be mirrored, or
// turned upside down, first: then its chroma is given at even columns and rows.
func (c Colour) Halve(x [3]Plane) (h Colour, mirror, turn bool) {
	var strips []*halving
	if x[0].H <= lookedStrips*lookedRows {
		strips = append(strips, newHalving(x, c))
	} else {
		for k := range lookedStrips {
			y := (x[0].H - lookedRows) * k / (lookedStrips - 1) &^ 1
			strips = append(strips, newHalving(strip(x, y, y+lookedRows), c))
		}
	}
	// strays returns what f counts, in all strips, or something above most.
	strays := func(most int, f func(s *halving, most int) int) int {
		counts := make([]int, len(strips))
		inParallel(len(strips), func(k int) { counts[k] = f(strips[k], most) })
		sum := 0
		for _, n := range counts {
			sum += n
		}
		return sum
	}
	least := 0
	for _, s := range strips {
		if s == nil {
			return c, false, false
		}
		least += 2 * len(s.open) / strayShare
	}
	h = c
	for k := Colours - 1; k > c; k-- { // triangle, the slowest, last
		switch up := halvings[k].up; {
		case !k.Halved() || halvings[k].of != c || h != c && up == triangle:
		case up == linear:
			for d := range 4 {
				dx, dy := d&1, d>>1
				if dx > x[0].W&1^1 || dy > x[0].H&1^1 {
					continue // turned, it is as it is
				}
				if n := strays(least, func(s *halving, most int) int { return s.straysOfLinear(dx, dy, most) }); n < least {
					h, mirror, turn, least = k, dx > 0, dy > 0, n
				}
			}
		default:
			n := strays(least, func(s *halving, most int) int {
				if known := s.guess(up); known != nil {
					return s.strays(known)
				}
				return most
			})
			if n < least {
				h, mirror, turn, least = k, false, false, n
			}
		}
	}
	return h, mirror, turn
}

// A halving looks for the luma and chroma that an image was made from, chroma upsampled. Where a sample is clipped, several
// will do: there, chroma is what upsampling makes of its surroundings, or what is nearest to that.
type halving struct {
	rgb    [3]Plane
	k      *conversion
	w, h   int
	chroma [2][]int16
	open   []bool // clipped

	up   upsampling
	half [2]Plane // what chroma is made of, nearly
}

// newHalving returns nil where samples that are not clipped do not come from c's luma and chroma. Chroma of the others is not
// known yet.
func newHalving(rgb [3]Plane, c Colour) *halving {
	s := &halving{rgb: rgb, k: c.conversion(), w: rgb[0].W, h: rgb[0].H}
	n := s.w * s.h
	s.chroma, s.open = [2][]int16{make([]int16, n), make([]int16, n)}, make([]bool, n)
	var failed atomic.Bool
	rowsInParallel(s.h, func(y0, y1 int) {
		for y := y0; y < y1 && !failed.Load(); y++ {
			red, green, blue := rgb[0].Row(y), rgb[1].Row(y), rgb[2].Row(y)
			open, first, second := s.open[y*s.w:][:s.w], s.chroma[0][y*s.w:][:s.w], s.chroma[1][y*s.w:][:s.w]
			for x, r := range red {
				r, g, b := int64(r), int64(green[x]), int64(blue[x])
				if open[x] = clipped(r, g, b); open[x] {
					continue
				}
				_, d, e, _, ok := s.k.undoWithin(r, g, b)
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

// samples returns those of a pixel.
func (s *halving) samples(i int) (r, g, b int64) {
	return int64(s.rgb[0].Pix[i]), int64(s.rgb[1].Pix[i]), int64(s.rgb[2].Pix[i])
}

// undoOpen has chroma be any that will do where samples are clipped, and reports whether there is some.
func (s *halving) undoOpen() bool {
	for i, open := range s.open {
		if !open {
			continue
		}
		_, d, e, _, ok := s.k.undoClipped(s.samples(i))
		if !ok {
			return false
		}
		s.chroma[0][i], s.chroma[1][i] = int16(d), int16(e)
	}
	return true
}

// guess finds the halved samples that an upsampling makes the image's chroma of, as far as it is known, and returns which of
// them have pixels beside them that are. The others become the means of those around. It returns nil if there is none.
func (s *halving) guess(up upsampling) (known []bool) {
	s.up = up
	known = s.near()
	filled := slices.Clone(known)
	if up == linear {
		s.extend(filled)
	}
	if !fill(filled, s.half[0], s.half[1]) {
		return nil
	}
	if up == triangle {
		whole := NewPlane(s.w, s.h)
		for p, chroma := range s.chroma {
			s.eachRow(p, func(y int, made []int32) {
				for x, v := range made {
					if i := y*s.w + x; !s.open[i] {
						v = int32(chroma[i])
					}
					whole.Row(y)[x] = v
				}
			})
			s.half[p] = untriangle(whole, s.open)
		}
	}
	return known
}

// near has the halved samples be the pixels that they are, or the means of those nearest to them, as far as these are not
// open, and returns which are known so.
func (s *halving) near() (known []bool) {
	for p := range s.half {
		s.half[p] = NewPlane((s.w+1)/2, (s.h+1)/2)
	}
	w := s.half[0].W
	known = make([]bool, len(s.half[0].Pix))
	rowsInParallel(s.half[0].H, func(j0, j1 int) {
		for k := j0 * w; k < j1*w; k++ {
			j, i := k/w, k%w
			if s.up == linear {
				at := 2*j*s.w + 2*i
				if known[k] = !s.open[at]; known[k] {
					s.half[0].Pix[k], s.half[1].Pix[k] = int32(s.chroma[0][at]), int32(s.chroma[1][at])
				}
				continue
			}
			var sum [2]int32
			n := int32(0)
			for y := 2 * j; y < min(2*j+2, s.h); y++ {
				for x := 2 * i; x < min(2*i+2, s.w); x++ {
					if at := y*s.w + x; !s.open[at] {
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

// extend gives unknown halved samples that linear upsampling begins with what pixels tell of them that are the means of one
// and a known one, from these outwards: the mean of what all such pixels beside it tell, as far as mostExtended. Errors may
// grow from one to the next, and files hold no chroma of any size.
func (s *halving) extend(known []bool) {
	w, h := s.half[0].W, s.half[0].H
	unknown := missing(known)
	var found []int
	for {
		found = found[:0]
		for _, k := range unknown {
			x, y := k%w, k/w
			var sum [2]int32
			n := int32(0)
			for _, d := range [4][2]int{{-1, 0}, {1, 0}, {0, -1}, {0, 1}} {
				u, v, between := x+d[0], y+d[1], (2*y+d[1])*s.w+2*x+d[0]
				if u < 0 || v < 0 || u >= w || v >= h || !known[v*w+u] || s.open[between] {
					continue
				}
				for p := range sum { // 2 means - other, or one less
					sum[p] += 2*int32(s.chroma[p][between]) - s.half[p].Pix[v*w+u]
				}
				n++
			}
			if n > 0 {
				for p := range sum {
					s.half[p].Pix[k] = min(max(mean(sum[p], n), -mostExtended), mostExtended)
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

// mostExtended is twice what chroma of 8 bits may be, around any centre, and more.
const mostExtended = 512

// missing returns which are not known.
func missing(known []bool) (list []int) {
	for k, is := range known {
		if !is {
			list = append(list, k)
		}
	}
	return list
}

// mean returns sum/n to the nearest integer.
func mean(sum, n int32) int32 { return int32(floorDiv(int64(2*sum+n), int64(2*n))) }

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// fill gives unknown samples of two planes the means of known ones beside them, from these outwards. It reports whether any
// is known.
func fill(known []bool, a, b Plane) bool {
	unknown := missing(known)
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

// eachRow calls f with every row of what upsampling makes of a plane's halved samples, some side by side.
func (s *halving) eachRow(p int, f func(y int, made []int32)) {
	rowsInParallel(s.h, func(y0, y1 int) {
		made, sums := make([]int32, s.w), make([]int32, s.half[p].W)
		for y := y0; y < y1; y++ {
			s.up.row(made, y, s.half[p], sums, true)
			f(y, made)
		}
	})
}

// strays counts the samples of chroma that are not what upsampling makes of known halved samples, where they are not clipped.
func (s *halving) strays(known []bool) int {
	var all atomic.Int64
	for p, chroma := range s.chroma {
		s.eachRow(p, func(y int, made []int32) {
			n := 0
			ya, yb, _ := s.up.taps(y, s.half[p].H)
			for x, v := range made {
				if i := y*s.w + x; v == int32(chroma[i]) || s.open[i] {
					continue
				}
				xa, xb, _ := s.up.taps(x, s.half[p].W)
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

// straysOfLinear is strays for linear upsampling from samples at columns from dx and rows from dy on, or something above most.
func (s *halving) straysOfLinear(dx, dy, most int) int {
	// Between a sample and the next, or the last one and the edge.
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
	rowsInParallel(s.h, func(y0, y1 int) {
		for y := y0; y < y1 && all.Load() <= int64(most); y++ {
			ya, yb := beside(y, dy, s.h)
			x, step := 0, 1
			if y == ya { // halved samples themselves are what they are
				x, step = 1-dx, 2
			}
			n := 0
			for ; x < s.w; x += step {
				xa, xb := beside(x, dx, s.w)
				at := y*s.w + x
				a, b, c, d := ya*s.w+xa, ya*s.w+xb, yb*s.w+xa, yb*s.w+xb
				if s.open[at] || s.open[a] || s.open[b] || s.open[c] || s.open[d] {
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

// A part is a pixel that a halved sample is part of: upsampling makes it of weight sixteenths of that, and of d and e, of other
// halved samples and what is added for rounding.
type part struct {
	pixel        int
	weight, d, e int32
}

// parts appends to list the pixels that a halved sample is part of.
func (s *halving) parts(list []part, i, j int) []part {
	before, after := 1, 1 // columns and rows that the sample is part of, beside the nearest
	switch s.up {
	case triangle:
		after = 2
	case repeated:
		before = 0
	}
	first, second, w := s.half[0].Pix, s.half[1].Pix, s.half[0].W
	own := j*w + i
	for y := max(2*j-before, 0); y <= min(2*j+after, s.h-1); y++ {
		ya, yb, v := s.up.taps(y, s.half[0].H)
		for x := max(2*i-before, 0); x <= min(2*i+after, s.w-1); x++ {
			xa, xb, u := s.up.taps(x, w)
			p := part{y*s.w + x, 0, s.up.half(x), s.up.half(x)}
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

// misfits counts the pixels that cannot be what upsampling makes of them if the halved sample that they are parts of is d and
// e, up to more than most.
func (s *halving) misfits(parts []part, d, e int32, most int) (n int) {
	for _, p := range parts {
		d, e := (p.d+p.weight*d)>>4, (p.e+p.weight*e)>>4
		if k := p.pixel; !s.open[k] {
			if int32(s.chroma[0][k]) != d || int32(s.chroma[1][k]) != e {
				n++
			}
		} else if !s.fits(k, d, e) {
			n++
		}
		if n > most {
			return n
		}
	}
	return n
}

// fit changes halved samples that no pixel tells, a little, so that more of the pixels around can be what upsampling makes.
func (s *halving) fit() {
	const sweeps, steps = 8, 29 // of spiral
	told := func(i, j int) bool {
		for y := 2 * j; y < min(2*j+2, s.h); y++ {
			for x := 2 * i; x < min(2*i+2, s.w); x++ {
				if !s.open[y*s.w+x] && (s.up == repeated || s.up == linear && x&1 == 0 && y&1 == 0) {
					return true
				}
				if s.up == triangle && s.open[y*s.w+x] {
					return false
				}
			}
		}
		return s.up == triangle
	}
	todo := make([]bool, len(s.half[0].Pix)) // unless nothing around has changed since it was looked at
	for j := range s.half[0].H {
		if slices.Contains(s.open[2*j*s.w:min(2*j+2, s.h)*s.w], true) {
			for i := range s.half[0].W {
				todo[j*s.half[0].W+i] = !told(i, j)
			}
		}
	}
	var parts []part
	for range sweeps {
		changed := false
		for j := range s.half[0].H {
			for i := range s.half[0].W {
				k := j*s.half[0].W + i
				if !todo[k] {
					continue
				}
				todo[k] = false
				parts = s.parts(parts[:0], i, j)
				d, e := &s.half[0].Pix[k], &s.half[1].Pix[k]
				least := s.misfits(parts, *d, *e, len(parts))
				if least == 0 {
					continue
				}
				best := spiral[0]
				for _, o := range spiral[1:steps] {
					if n := s.misfits(parts, *d+int32(o[0]), *e+int32(o[1]), least-1); n < least {
						if best, least = o, n; n == 0 {
							break
						}
					}
				}
				if best == spiral[0] {
					continue
				}
				*d, *e = *d+int32(best[0]), *e+int32(best[1])
				changed = true
				const reach = 1 // of those that are part of a pixel with it
				for v := max(j-reach, 0); v <= min(j+reach, s.half[0].H-1); v++ {
					for u := max(i-reach, 0); u <= min(i+reach, s.half[0].W-1); u++ {
						todo[v*s.half[0].W+u] = todo[v*s.half[0].W+u] || !told(u, v)
					}
				}
			}
		}
		if !changed {
			return
		}
	}
}

// settle finds chroma where samples are clipped, and reports whether there is some.
func (s *halving) settle() bool {
	s.fit()
	var failed atomic.Bool
	// First the pixels that are halved samples themselves: the others depend on them.
	for _, own := range []bool{true, false} {
		rowsInParallel(s.h, func(y0, y1 int) {
			for y := y0; y < y1; y++ {
				for x, open := range s.open[y*s.w:][:s.w] {
					if !open || own != (s.up != triangle && x&1 == 0 && y&1 == 0) {
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
						s.half[0].Row(y / 2)[x/2], s.half[1].Row(y / 2)[x/2] = d, e
					}
				}
			}
		})
	}
	return !failed.Load()
}

// put writes, to x, rows from row y on of chroma and the luma that goes with it: where several will do, the one nearest to
// that to the left.
func (s *halving) put(x [3]Plane, y int) {
	k := s.k
	for r := range x[0].H {
		last := int32(128)
		luma, first, second := x[0].Row(r), x[1].Row(r), x[2].Row(r)
		for c := range s.w {
			i := (y+r)*s.w + c
			d, e := int32(s.chroma[0][i]), int32(s.chroma[1][i])
			if s.open[i] {
				from, to := s.bounds(i, d, e)
				last = min(max(last, from), to)
			} else { // only one will do, the least that makes red
				last = int32(k.byLuma.ceil(int64(s.rgb[0].Pix[i])<<16 - k.half - k.red*int64(d)))
			}
			luma[c], first[c], second[c] = last, d, e
		}
	}
}

// nearest returns the chroma nearest to what upsampling makes of a pixel, i, in column x of row y, with which there is luma that
// makes its samples, and whether there is any.
func (s *halving) nearest(i, x, y int) (d, e int32, ok bool) {
	d, e = s.up.pair(s.half[0], s.half[1], x, y)
	for _, o := range spiral {
		if s.fits(i, d+int32(o[0]), e+int32(o[1])) {
			return d + int32(o[0]), e + int32(o[1]), true
		}
	}
	_, p, q, _, ok := s.k.undoClipped(s.samples(i))
	return int32(p), int32(q), ok
}

// spiral are the steps to what is around, the shortest first.
var spiral = func() (steps [][2]int8) {
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

// lumaBeyond is by how much luma may leave the range of 8 bits, for what is black or white whatever its chroma, as lines that
// were drawn later are.
const lumaBeyond = 256

// bounds returns the least and the greatest luma with which a pixel is what it is, given its chroma. If there is none, the
// least is more.
func (s *halving) bounds(i int, d, e int32) (from, to int32) {
	lo, hi := s.span(i, d, e)
	if lo > hi {
		return 1, 0
	}
	return int32(s.k.byLuma.ceil(lo)), int32(s.k.byLuma.floor(hi))
}

// fits reports whether bounds has any.
func (s *halving) fits(i int, d, e int32) bool {
	lo, hi := s.span(i, d, e)
	return hi-lo >= s.k.luma-1 || lo <= hi && s.k.byLuma.floor(hi)*s.k.luma >= lo
}

// span returns the least and the greatest that luma, times its gain, may be for a pixel to be what it is, given its chroma. If
// there is none, the least is more.
func (s *halving) span(i int, d, e int32) (lo, hi int64) {
	k := s.k
	p, q := int64(d), int64(e)
	red, blue := k.red*p, k.blue*q
	if k.whole {
		p, q = red>>16, blue>>16
	}
	lo, hi = -lumaBeyond*k.luma, (255+lumaBeyond)*k.luma
	r, g, b := s.samples(i)
	lo, hi = narrow(lo, hi, r, red+k.half)
	lo, hi = narrow(lo, hi, g, k.half-k.greenRed*p-k.greenBlue*q)
	return narrow(lo, hi, b, blue+k.half)
}

// narrow leaves, of a span, what makes a sample v with the rest of what it is a sum of.
func narrow(lo, hi, v, rest int64) (int64, int64) {
	if v > 0 {
		lo = max(lo, v<<16-rest)
	}
	if v < 255 {
		hi = min(hi, (v+1)<<16-1-rest)
	}
	return lo, hi
}
