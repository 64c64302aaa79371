package train

import (
	"math"
	"math/rand/v2"
)

// randomCrop returns size x size pixels of one of the images, changed as photographs differ: in scale, orientation,
// edges, noise, resolution of chroma, contrast.
func randomCrop(r *rand.Rand, images []Image, size int) Image {
	m := images[r.IntN(len(images))]
	if min(m.W, m.H) < size {
		m = reflectTo(m, max(m.W, size), max(m.H, size))
	}
	n, first := size, 0 // how many pixels across become a crop, and the first filter they may
	switch x, most := r.Float64(), float64(min(m.W, m.H))/float64(size); {
	case x < .25 && most > 1.25: // smaller is sharper and noisier
		n = int(float64(size) * (1.2 + r.Float64()*(most-1.2)))
	case x > .8: // larger is as soft as what comes straight from a camera or a scanner
		n, first = int(float64(size)/(1.1+.7*r.Float64())), 1 // a box would repeat pixels
	}
	var c Image
	if x, y := r.IntN(m.W-n+1), r.IntN(m.H-n+1); n == size {
		c = cut(m, x, y, size, size)
	} else {
		c = resample(m, x, y, n, size, filters[first+r.IntN(len(filters)-first)])
	}
	turn(c, r.IntN(8))
	if r.Float64() < .2 {
		addFrame(r, c)
	}
	switch x := r.Float64(); {
	case x < .4:
		addNoise(r, c)
	case x < .6:
		smoothChroma(c)
	}
	if r.Float64() < .15 { // less contrast
		a := .5 + .5*r.Float64()
		b := r.Float64() * 255 * (1 - a)
		for i, v := range c.Pix {
			c.Pix[i] = sample(float64(v)*a + b)
		}
	}
	return c
}

// randomWhole returns one of the images, all of it, mirrored or not: where images are small, whatever else would change
// their statistics is a loss.
func randomWhole(r *rand.Rand, images []Image) Image {
	m := images[r.IntN(len(images))]
	m.Pix = append([]uint8(nil), m.Pix...)
	turn(m, r.IntN(2))
	return m
}

// cut returns the w x h pixels at (x0, y0).
func cut(m Image, x0, y0, w, h int) Image {
	c := Image{W: w, H: h, Pix: make([]uint8, 0, 3*w*h)}
	for y := range h {
		c.Pix = append(c.Pix, m.Pix[((y0+y)*m.W+x0)*3:][:3*w]...)
	}
	return c
}

// reflectTo returns m on w x h pixels, mirrored at its right and lower edges.
func reflectTo(m Image, w, h int) Image {
	mirror := func(i, n int) int {
		if n == 1 {
			return 0
		}
		if i %= 2*n - 2; i >= n {
			i = 2*n - 2 - i
		}
		return i
	}
	c := Image{Name: m.Name, W: w, H: h, Pix: make([]uint8, 0, 3*w*h)}
	for y := range h {
		for x := range w {
			c.Pix = append(c.Pix, m.Pix[(mirror(y, m.H)*m.W+mirror(x, m.W))*3:][:3]...)
		}
	}
	return c
}

// turn gives a square image one of its eight orientations.
func turn(m Image, which int) {
	n := m.W
	old := append([]uint8(nil), m.Pix...)
	for y := range n {
		for x := range n {
			u, v := x, y
			if which&1 != 0 {
				u = n - 1 - u
			}
			if which&2 != 0 {
				v = n - 1 - v
			}
			if which&4 != 0 {
				u, v = v, u
			}
			copy(m.Pix[(y*n+x)*3:][:3], old[(v*n+u)*3:])
		}
	}
}

// addFrame gives one or more of a square image's edges the line or two that scanners and cropping leave there: up to
// three rows or columns, darker, brighter or of one colour, the innermost perhaps less so.
func addFrame(r *rand.Rand, m Image) {
	n := m.W
	colour := [3]float64{}
	switch r.IntN(4) {
	case 0, 1: // black, or nearly so
		for c := range colour {
			colour[c] = 20 * r.Float64() * r.Float64()
		}
	case 2:
		colour = [3]float64{255, 255, 255}
	case 3:
		for c := range colour {
			colour[c] = 255 * r.Float64()
		}
	}
	edges := 1 + r.IntN(15) // a bit for each
	for e := range 4 {
		if edges>>e&1 == 0 {
			continue
		}
		lines, share := 1+r.IntN(3), 1.0
		if r.IntN(3) == 0 {
			share = .3 + .7*r.Float64()
		}
		inner := 1.0 // share of share in the last line
		if r.IntN(2) == 0 {
			inner = r.Float64()
		}
		for i := range lines {
			a := share
			if i == lines-1 && lines > 1 {
				a *= inner
			}
			for j := range n {
				x, y := j, i
				if e&2 != 0 {
					y = n - 1 - i
				}
				if e&1 != 0 {
					x, y = y, x
				}
				for c := range 3 {
					p := &m.Pix[(y*n+x)*3+c]
					*p = sample(float64(*p)*(1-a) + colour[c]*a)
				}
			}
		}
	}
}

// addNoise adds noise of a sensor or of film: Gaussian, white or slightly blurred, perhaps stronger where it is
// bright, partly common to the channels.
func addNoise(r *rand.Rand, m Image) {
	strength := []float64{.5, .5, .5, .5, .5, .5, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 4, 4}[r.IntN(20)] * (.6 + .8*r.Float64())
	share := .8 * r.Float64()
	own, common := math.Sqrt(1-share), math.Sqrt(share)
	n := make([]float64, len(m.Pix))
	for i := 0; i < len(n); i += 3 {
		c := common * r.NormFloat64()
		for p := range 3 {
			n[i+p] = own*r.NormFloat64() + c
		}
	}
	if r.IntN(2) == 0 { // over 2x2 pixels, so that the variance stays
		white := n
		n = make([]float64, len(white))
		for y := range m.H {
			for x := range m.W {
				left, up := (x+m.W-1)%m.W, (y+m.H-1)%m.H
				for p := range 3 {
					at := func(x, y int) float64 { return white[(y*m.W+x)*3+p] }
					n[(y*m.W+x)*3+p] = (at(x, y) + at(left, y) + at(x, up) + at(left, up)) / 2
				}
			}
		}
	}
	bright := r.IntN(2) == 0
	for i, v := range m.Pix {
		e := strength * n[i]
		if bright {
			e *= math.Sqrt(float64(v)/128 + .1)
		}
		m.Pix[i] = sample(float64(v) + e)
	}
}

// smoothChroma halves the resolution of chroma, as most JPEG files have it, and interpolates linearly.
func smoothChroma(m Image) {
	w, h := m.W/2, m.H/2
	if w == 0 || h == 0 {
		return
	}
	luma := func(i int) float64 {
		return .299*float64(m.Pix[i]) + .587*float64(m.Pix[i+1]) + .114*float64(m.Pix[i+2])
	}
	chroma := make([][2]float64, w*h) // B - Y and R - Y, means of 2x2 pixels
	for y := range h {
		for x := range w {
			c := &chroma[y*w+x]
			for k := range 4 {
				i := ((2*y+k/2)*m.W + 2*x + k%2) * 3
				c[0] += (float64(m.Pix[i+2]) - luma(i)) / 4
				c[1] += (float64(m.Pix[i]) - luma(i)) / 4
			}
		}
	}
	for y := range m.H {
		for x := range m.W {
			i := (y*m.W + x) * 3
			v := luma(i)
			var c [2]float64
			// A pixel is three quarters of a chroma sample's pitch from one sample and a quarter from the other.
			for k, weight := range [4]float64{.5625, .1875, .1875, .0625} {
				cx, cy := x/2+k%2*(2*(x%2)-1), y/2+k/2*(2*(y%2)-1)
				s := chroma[min(max(cy, 0), h-1)*w+min(max(cx, 0), w-1)]
				c[0] += weight * s[0]
				c[1] += weight * s[1]
			}
			b, r := v+c[0], v+c[1]
			g := (v - .299*r - .114*b) / .587
			m.Pix[i], m.Pix[i+1], m.Pix[i+2] = sample(r), sample(g), sample(b)
		}
	}
}
