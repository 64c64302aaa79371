package jpegs

import "math"

// A plane is w x h samples, row by row, of 0 to 255 or about that.
type plane struct {
	w, h int
	pix  []float32
}

func newPlane(w, h int) plane { return plane{w, h, make([]float32, w*h)} }

// at returns a sample; those outside are those of the nearest edge.
func (p plane) at(x, y int) float32 {
	return p.pix[min(max(y, 0), p.h-1)*p.w+min(max(x, 0), p.w-1)]
}

// crop returns the w x h samples at (x, y).
func (p plane) crop(x, y, w, h int) plane {
	c := newPlane(w, h)
	for i := range h {
		copy(c.pix[i*w:][:w], p.pix[(y+i)*p.w+x:])
	}
	return c
}

// transpose exchanges rows and columns.
func (p plane) transpose() plane {
	const side = 32 // of squares whose rows and columns are both in the cache
	t := newPlane(p.h, p.w)
	for y0 := 0; y0 < p.h; y0 += side {
		for x0 := 0; x0 < p.w; x0 += side {
			for y := y0; y < min(y0+side, p.h); y++ {
				for x := x0; x < min(x0+side, p.w); x++ {
					t.pix[x*p.h+y] = p.pix[y*p.w+x]
				}
			}
		}
	}
	return t
}

// cubic is the weight of Keys' cubic convolution, a = -1/2, at distance x.
func cubic(x float64) float64 {
	switch x = math.Abs(x); {
	case x < 1:
		return (1.5*x-2.5)*x*x + 1
	case x < 2:
		return ((-.5*x+2.5)*x-4)*x + 2
	}
	return 0
}

// enlarge returns the plane on w x h samples, each no fewer than it has, by cubic convolution.
func (p plane) enlarge(w, h int) plane { return p.widen(w).transpose().widen(h).transpose() }

// widen returns the plane on rows of w samples.
func (p plane) widen(w int) plane {
	type taps struct {
		at     [4]int
		weight [4]float32
	}
	columns := make([]taps, w)
	for x := range columns {
		centre := (float64(x)+.5)*float64(p.w)/float64(w) - .5
		first := int(math.Floor(centre)) - 1
		for i := range 4 {
			columns[x].at[i] = min(max(first+i, 0), p.w-1)
			columns[x].weight[i] = float32(cubic(float64(first+i) - centre))
		}
	}
	out := newPlane(w, p.h)
	for y := range p.h {
		in, row := p.pix[y*p.w:][:p.w], out.pix[y*w:][:w]
		for x := range columns {
			c := &columns[x]
			row[x] = c.weight[0]*in[c.at[0]] + c.weight[1]*in[c.at[1]] + c.weight[2]*in[c.at[2]] + c.weight[3]*in[c.at[3]]
		}
	}
	return out
}

// shrink returns the plane at 1/h of its width and 1/v of its height, as chroma is scaled down: by a mean of h x v samples, or by a
// cubic filter, which keeps more of the edges. Samples that are missing at the right and below are those of the edge.
func (p plane) shrink(h, v int, sharp bool) plane {
	return p.narrow(h, sharp).transpose().narrow(v, sharp).transpose()
}

// narrow returns the plane at 1/n of its width.
func (p plane) narrow(n int, sharp bool) plane {
	if n == 1 {
		return p
	}
	first, weights := 0, make([]float32, n) // of the samples that become sample 0
	for i := range weights {
		weights[i] = 1 / float32(n)
	}
	if sharp {
		first = -2*n + (n+1)/2
		weights = make([]float32, 4*n)
		sum := float32(0)
		for i := range weights {
			weights[i] = float32(cubic((float64(first+i) - float64(n-1)/2) / float64(n)))
			sum += weights[i]
		}
		for i := range weights {
			weights[i] /= sum
		}
	}
	out := newPlane((p.w+n-1)/n, p.h)
	for y := range p.h {
		for x := range out.w {
			sum := float32(0)
			for i, k := range weights {
				sum += k * p.at(n*x+first+i, y)
			}
			out.pix[y*out.w+x] = sum
		}
	}
	return out
}

// blur returns the plane smoothed by the binomial filter 1 2 1, both ways.
func (p plane) blur() plane { return p.blurRows().transpose().blurRows().transpose() }

func (p plane) blurRows() plane {
	out := newPlane(p.w, p.h)
	for y := range p.h {
		in, row := p.pix[y*p.w:][:p.w], out.pix[y*p.w:][:p.w]
		for x, v := range in {
			row[x] = (in[max(x-1, 0)] + 2*v + in[min(x+1, p.w-1)]) / 4
		}
	}
	return out
}

// round rounds all samples to 0 ... 255.
func (p plane) round() {
	for i, v := range p.pix {
		p.pix[i] = min(max(float32(math.Round(float64(v))), 0), 255)
	}
}

// mirror exchanges left and right.
func (p plane) mirror() plane {
	m := newPlane(p.w, p.h)
	for y := range p.h {
		for x := range p.w {
			m.pix[y*p.w+x] = p.pix[y*p.w+p.w-1-x]
		}
	}
	return m
}
