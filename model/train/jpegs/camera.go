package jpegs

import (
	"math"
	"math/rand/v2"
)

// A camera is what stands between a scene and the luma and chroma that a camera compresses.
type camera struct {
	mosaic         bool    // whether each pixel of the sensor sees one colour
	noise, perGrey float64 // variance of the noise, at black and for each grey level above
	smooth         float32 // details of luma up to this contrast are taken for noise
	smoothChroma   int     // how often chroma is blurred
	sharpen        float32 // how much of the details are added to luma
}

// randomCamera draws a camera.
func randomCamera(r *rand.Rand) camera {
	c := camera{mosaic: r.Float64() < .7, smoothChroma: r.IntN(3)}
	c.noise = 4 * r.Float64() * r.Float64()
	c.perGrey = .06 * r.Float64() * r.Float64()
	if r.IntN(2) == 0 {
		c.smooth = 3 * r.Float32()
	}
	if r.IntN(3) != 0 {
		c.sharpen = 1.6 * r.Float32()
	}
	return c
}

// take returns luma and chroma, 8 bits each, of a scene.
func (c camera) take(r *rand.Rand, scene [3]plane) (ycc [3]plane) {
	for _, p := range scene {
		for i, v := range p.pix {
			p.pix[i] = v + float32(math.Sqrt(c.noise+c.perGrey*max(float64(v), 0))*r.NormFloat64())
		}
	}
	if c.mosaic {
		scene = demosaic(scene)
	}
	for i := range ycc {
		ycc[i] = newPlane(scene[0].w, scene[0].h)
	}
	for i := range ycc[0].pix { // JFIF's formula, without rounding
		r, g, b := scene[0].pix[i], scene[1].pix[i], scene[2].pix[i]
		y := .299*r + .587*g + .114*b
		ycc[0].pix[i], ycc[1].pix[i], ycc[2].pix[i] = y, 128+(b-y)/1.772, 128+(r-y)/1.402
	}
	for range c.smoothChroma {
		ycc[1], ycc[2] = ycc[1].blur(), ycc[2].blur()
	}
	c.develop(ycc[0])
	for _, p := range ycc {
		p.round()
	}
	return ycc
}

// develop reduces luma's noise and sharpens it, in place.
func (c camera) develop(luma plane) {
	if c.smooth > 0 {
		for i, low := range luma.blur().pix {
			detail := luma.pix[i] - low
			luma.pix[i] -= min(max(detail, -c.smooth), c.smooth)
		}
	}
	if c.sharpen > 0 {
		for i, low := range luma.blur().pix {
			luma.pix[i] += c.sharpen * (luma.pix[i] - low)
		}
	}
}

// demosaic keeps of each pixel the one colour that a Bayer sensor would see (R G / G B), and fills in the others: green along the
// direction in which the picture changes least, with a correction by the pixel's own colour; red and blue by the means of their
// differences from green.
func demosaic(scene [3]plane) (full [3]plane) {
	w, h := scene[0].w, scene[0].h
	colour := func(x, y int) int { return x&1 + y&1 } // 0: R, 1: G, 2: B
	seen := newPlane(w, h)
	for y := range h {
		for x := range w {
			seen.pix[y*w+x] = scene[colour(x, y)].pix[y*w+x]
		}
	}
	columns, rows := mirrored(w), mirrored(h)
	at := func(p plane, x, y int) float32 { return p.pix[rows[y+2]*w+columns[x+2]] }
	green := newPlane(w, h)
	for y := range h {
		for x := range w {
			v := seen.pix[y*w+x]
			if colour(x, y) != 1 {
				l, r, u, d := at(seen, x-1, y), at(seen, x+1, y), at(seen, x, y-1), at(seen, x, y+1)
				bendX, bendY := 2*v-at(seen, x-2, y)-at(seen, x+2, y), 2*v-at(seen, x, y-2)-at(seen, x, y+2)
				switch changeX, changeY := abs(l-r)+abs(bendX), abs(u-d)+abs(bendY); {
				case changeX < changeY:
					v = (l+r)/2 + bendX/4
				case changeX > changeY:
					v = (u+d)/2 + bendY/4
				default:
					v = (l+r+u+d)/4 + (bendX+bendY)/8
				}
			}
			green.pix[y*w+x] = v
		}
	}
	full[1] = green
	for _, c := range []int{0, 2} {
		p := newPlane(w, h)
		for y := range h {
			for x := range w {
				// Pixels of colour c next to this one: itself, two, or four at the corners.
				i, here := y*w+x, colour(x, y)
				difference := float32(0)
				switch {
				case here == c:
					difference = seen.pix[i] - green.pix[i]
				case here == 1 && y&1 == c/2: // red is in even rows, blue in odd ones
					difference = (at(seen, x-1, y) - at(green, x-1, y) + at(seen, x+1, y) - at(green, x+1, y)) / 2
				case here == 1:
					difference = (at(seen, x, y-1) - at(green, x, y-1) + at(seen, x, y+1) - at(green, x, y+1)) / 2
				default:
					for _, dy := range []int{-1, 1} {
						for _, dx := range []int{-1, 1} {
							difference += (at(seen, x+dx, y+dy) - at(green, x+dx, y+dy)) / 4
						}
					}
				}
				p.pix[i] = green.pix[i] + difference
			}
		}
		full[c] = p
	}
	return full
}

// mirrored returns where the samples -2 ... n+1 are taken from: beyond its edges the mosaic is mirrored about its last pixels, so
// that colours stay where they are.
func mirrored(n int) []int {
	at := make([]int, n+4)
	for i := range at {
		j := i - 2
		if j < 0 {
			j = -j
		}
		if j >= n {
			j = 2*n - 2 - j
		}
		at[i] = min(max(j, 0), n-1)
	}
	return at
}

func abs(x float32) float32 { return float32(math.Abs(float64(x))) }
