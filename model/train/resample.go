package train

import "math"

// A filter is a resampling kernel: its weight at distance x, in pixels of the coarser image, and its radius.
type filter struct {
	radius float64
	weight func(x float64) float64
}

// filters are the filters that photographs are commonly scaled down with.
var filters = [...]filter{
	{.5, func(x float64) float64 { return 1 }}, // box
	{2, func(x float64) float64 { // cubic, a = -1/2
		if x = math.Abs(x); x < 1 {
			return (1.5*x-2.5)*x*x + 1
		}
		return ((-.5*x+2.5)*x-4)*x + 2
	}},
	{3, func(x float64) float64 { // Lanczos
		if x == 0 {
			return 1
		}
		x *= math.Pi
		return 3 * math.Sin(x) * math.Sin(x/3) / (x * x)
	}},
}

// resample returns the size x size image that the square of n x n pixels at (x0, y0) becomes.
func resample(m Image, x0, y0, n, size int, f filter) Image {
	ratio := float64(n) / float64(size)
	pitch := max(ratio, 1)            // of the coarser image
	rows := make([]float64, n*size*3) // each of n rows, made narrower
	type tap struct {
		at     int
		weight float64
	}
	taps := make([][]tap, size)
	for i := range taps {
		centre := (float64(i) + .5) * ratio
		sum := 0.0
		for k := max(int(centre-f.radius*pitch), 0); k < min(int(centre+f.radius*pitch+1), n); k++ {
			if d := (float64(k) + .5 - centre) / pitch; math.Abs(d) <= f.radius {
				w := f.weight(d)
				taps[i] = append(taps[i], tap{k, w})
				sum += w
			}
		}
		for j := range taps[i] {
			taps[i][j].weight /= sum
		}
	}
	for y := range n {
		row := m.Pix[((y0+y)*m.W+x0)*3:]
		for i, t := range taps {
			for c := range 3 {
				sum := 0.0
				for _, k := range t {
					sum += k.weight * float64(row[3*k.at+c])
				}
				rows[(y*size+i)*3+c] = sum
			}
		}
	}
	out := Image{W: size, H: size, Pix: make([]uint8, size*size*3)}
	for i, t := range taps {
		for x := range 3 * size {
			sum := 0.0
			for _, k := range t {
				sum += k.weight * rows[k.at*size*3+x]
			}
			out.Pix[i*size*3+x] = sample(sum)
		}
	}
	return out
}

// sample rounds to a sample.
func sample(x float64) uint8 { return uint8(min(max(math.Round(x), 0), 255)) }
