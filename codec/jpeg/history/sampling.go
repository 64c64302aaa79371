package history

// A sampling is how chroma has been made of fewer samples: one for h x v pixels, each 1 or 2, or h is 4. Those of 1 or 2 were filtered
// ("fancy"), unless repeats is set: see package pixels.
type sampling struct {
	h, v    int
	repeats bool
}

// samplings are those that are looked for: the ones with repeated samples first, since these show, and those that repeat more before others.
var samplings = []sampling{
	{4, 2, true}, {4, 1, true}, {2, 2, true}, {2, 1, true}, {1, 2, true}, {2, 2, false}, {2, 1, false}, {1, 1, false}, {1, 2, false},
}

// widestUnit is how many pixels wide a minimum coded unit is at most.
const widestUnit = 32

// filtered reports whether samples were filtered.
func (s sampling) filtered() bool { return !s.repeats && (s.h > 1 || s.v > 1) }

// A half is a plane of chroma before it was upsampled.
type half struct {
	sampling
	wide, high int
	samples    []uint8
}

// upsampled writes the samples at pixels x0 to x1 of row y to dst.
func (p *half) upsampled(dst []uint8, y, x0, x1 int) {
	ya := min(y/p.v, p.high-1)
	near := p.samples[ya*p.wide:][:p.wide]
	next := near
	down, across := p.v == 2 && !p.repeats, p.h == 2 && !p.repeats
	if down {
		yb := min(max(y>>1-1+y&1*2, 0), p.high-1)
		next = p.samples[yb*p.wide:][:p.wide]
	}
	last := p.wide - 1
	switch {
	case across:
		for x := x0; x < x1; x++ {
			a := min(x>>1, last)
			b := min(max(x>>1-1+x&1*2, 0), last)
			if down {
				dst[x-x0] = uint8((3*(3*int32(near[a])+int32(next[a])) + 3*int32(near[b]) + int32(next[b]) + 8 - int32(x&1)) >> 4)
			} else {
				dst[x-x0] = uint8((3*int32(near[a]) + int32(near[b]) + 1 + int32(x&1)) >> 2)
			}
		}
	case down:
		for x := x0; x < x1; x++ {
			dst[x-x0] = uint8((3*int32(near[x]) + int32(next[x]) + 1 + int32(y&1)) >> 2)
		}
	default:
		for x := x0; x < x1; x++ {
			dst[x-x0] = near[min(x/p.h, last)]
		}
	}
}

// meanBits are the fractional bits of samples that are estimated from those they were upsampled to.
const meanBits = 6

// means returns, for every sample before the upsampling, the mean of its pixels, of a function of a pixel's index, with meanBits.
func (s sampling) means(wide, high int, at func(i int) (v int32, ok bool)) (means []int32, w, h int) {
	w, h = (wide+s.h-1)/s.h, (high+s.v-1)/s.v
	means = make([]int32, w*h)
	for y := range h {
		for x := range w {
			sum, n := int32(0), int32(0)
			for j := y * s.v; j < min((y+1)*s.v, high); j++ {
				for i := x * s.h; i < min((x+1)*s.h, wide); i++ {
					if v, ok := at(j*wide + i); ok {
						sum, n = sum+v, n+1
					}
				}
			}
			if n > 0 {
				means[y*w+x] = sum << meanBits / n
			}
		}
	}
	return means, w, h
}

// sharpen undoes the filter in means of pixels: these are samples blurred by the weights 1, 6 and 1, in eighths, the samples at the edge
// repeating.
func (s sampling) sharpen(means []int32, w, h int) {
	if s.repeats {
		return
	}
	if s.h == 2 {
		d := newDeblur(w)
		each(h, func(y int) { d.line(means[y*w:], 1) })
	}
	if s.v == 2 {
		d := newDeblur(h)
		each(w, func(x int) { d.line(means[x:], w) })
	}
}

// A deblur solves the equations of a line of samples, which are tridiagonal: by elimination from the first to the last, and back.
type deblur []int64 // by sample, what the one after it is subtracted with, Q16

func newDeblur(n int) deblur {
	d := make(deblur, n)
	before := int64(0)
	for i := range d {
		own := int64(6)
		if i == 0 {
			own++
		}
		if i == n-1 {
			own++
		}
		before = 1 << 32 / (own<<16 - before)
		d[i] = before
	}
	return d
}

func (d deblur) line(v []int32, stride int) {
	const half = 1 << 15
	before := int64(0)
	for i, c := range d {
		at := &v[i*stride]
		before = ((8*int64(*at)-before)*c + half) >> 16
		*at = int32(before)
	}
	after := before
	for i := len(d) - 2; i >= 0; i-- {
		at := &v[i*stride]
		after = int64(*at) - (after*d[i]+half)>>16
		*at = int32(after)
	}
}

// noise returns what the rounding of the pixels, and of the samples, adds to coefficients.
func (s sampling) noise() (n noise) {
	for f := range n {
		n[f] = unit * unit / 12
		if !s.filtered() {
			continue
		}
		// The rounding of a mean, made stronger by the sharpening: up to two times in either direction.
		gain := int64(1)
		if s.h == 2 {
			gain = gain * int64(16+2*(f%8)*(f%8)) / 16
		}
		if s.v == 2 {
			gain = gain * int64(16+2*(f/8)*(f/8)) / 16
		}
		n[f] += unit * unit * gain / int64(12*s.h*s.v)
	}
	return n
}
