package main

import (
	"fmt"
	"image"
	"math"

	"gonum.org/v1/gonum/dsp/fourier"
)

const (
	haarScales = 4 // of the wavelet that details are those of
	bins       = 41
	binWidth   = 8 // grey levels
)

// statistics are sums over pictures.
type statistics struct {
	pixels     float64
	sum        [3]float64
	products   [3][3]float64
	pictures   float64
	power      []float64 // of luma, by octave, from the coarsest
	squares    [haarScales]float64
	magnitudes [haarScales]float64
	details    [haarScales]float64
	histograms [haarScales][bins]float64
}

func (s *statistics) add(m *image.RGBA) {
	for i := 0; i < len(m.Pix); i += 4 {
		c := m.Pix[i : i+3]
		for p := range 3 {
			s.sum[p] += float64(c[p])
			for q := range 3 {
				s.products[p][q] += float64(c[p]) * float64(c[q])
			}
		}
	}
	s.pixels += float64(len(m.Pix) / 4)
	s.pictures++
	x := luma(m)
	for i, v := range x.octaves() {
		if i == len(s.power) {
			s.power = append(s.power, 0)
		}
		s.power[i] += v
	}
	for scale := range haarScales {
		var d [3]plane
		x, d = x.haar()
		for _, band := range d {
			for _, v := range band.pix {
				s.squares[scale] += v * v
				s.magnitudes[scale] += math.Abs(v)
				s.details[scale]++
				s.histograms[scale][min(max(int(math.Round(v/binWidth))+bins/2, 0), bins-1)]++
			}
		}
	}
}

// A row is a statistic.
type row struct {
	name  string
	value float64
}

func (s *statistics) rows() (list []row) {
	add := func(value float64, name string, a ...any) { list = append(list, row{fmt.Sprintf(name, a...), value}) }
	names := [3]string{"red", "green", "blue"}
	covariance := func(p, q int) float64 { return s.products[p][q]/s.pixels - s.sum[p]*s.sum[q]/s.pixels/s.pixels }
	for p, name := range names {
		add(s.sum[p]/s.pixels, "mean of %s", name)
	}
	for p, name := range names {
		add(math.Sqrt(covariance(p, p)), "standard deviation of %s", name)
	}
	for p, name := range names {
		for q := p + 1; q < 3; q++ {
			add(covariance(p, q)/math.Sqrt(covariance(p, p)*covariance(q, q)), "correlation of %s and %s", name, names[q])
		}
	}
	for i, v := range s.power {
		cycles := 1 << i
		add(math.Sqrt(v/s.pictures), "amplitude of luma at %d to %d cycles a picture", cycles, 2*cycles)
	}
	for scale := range haarScales {
		add(math.Sqrt(s.squares[scale]/s.details[scale]), "standard deviation of details of scale %d", scale+1)
		add(s.magnitudes[scale]/s.details[scale], "mean magnitude of details of scale %d", scale+1)
	}
	return list
}

// difference returns the total variation between two histograms: the share of one that would have to move to make the other.
func difference(a, b *[bins]float64) float64 {
	var na, nb, sum float64
	for i := range a {
		na, nb = na+a[i], nb+b[i]
	}
	for i := range a {
		sum += math.Abs(a[i]/na-b[i]/nb) / 2
	}
	return sum
}

// A plane has the samples of a picture.
type plane struct {
	w, h int
	pix  []float64
}

// luma returns the luma of a picture.
func luma(m *image.RGBA) plane {
	x := plane{m.Rect.Dx(), m.Rect.Dy(), nil}
	for i := 0; i < len(m.Pix); i += 4 {
		x.pix = append(x.pix, .299*float64(m.Pix[i])+.587*float64(m.Pix[i+1])+.114*float64(m.Pix[i+2]))
	}
	return x
}

// octaves returns the power of the plane without its mean, by octave of the frequency in the direction where it is larger, from the
// lowest to that below half a cycle a pixel.
func (x plane) octaves() (power []float64) {
	rows, columns := fourier.NewCmplxFFT(x.w), fourier.NewCmplxFFT(x.h)
	f := make([]complex128, len(x.pix))
	for i, v := range x.pix {
		f[i] = complex(v, 0)
	}
	for y := range x.h {
		rows.Coefficients(f[y*x.w:(y+1)*x.w], f[y*x.w:(y+1)*x.w])
	}
	column := make([]complex128, x.h)
	side := max(x.w, x.h)
	for px := range x.w {
		for y := range x.h {
			column[y] = f[y*x.w+px]
		}
		columns.Coefficients(column, column)
		for y, v := range column {
			// in cycles a picture of the longer side
			fx, fy := float64(min(px, x.w-px))*float64(side)/float64(x.w), float64(min(y, x.h-y))*float64(side)/float64(x.h)
			if k := max(fx, fy); k >= 1 {
				octave := min(int(math.Log2(k)), int(math.Log2(float64(side)))-2)
				for len(power) <= octave {
					power = append(power, 0)
				}
				n := float64(len(x.pix))
				power[octave] += (real(v)*real(v) + imag(v)*imag(v)) / n / n
			}
		}
	}
	return power
}

// haar returns a plane of half the width and height, and the details HL, LH and HH, all orthonormal but for a factor of two.
func (x plane) haar() (half plane, details [3]plane) {
	w, h := x.w/2, x.h/2
	half = plane{w, h, make([]float64, w*h)}
	for b := range details {
		details[b] = plane{w, h, make([]float64, w*h)}
	}
	for i := range w * h {
		at := i/w*2*x.w + i%w*2
		a, b, c, d := x.pix[at], x.pix[at+1], x.pix[at+x.w], x.pix[at+x.w+1]
		half.pix[i] = (a + b + c + d) / 4
		details[0].pix[i], details[1].pix[i], details[2].pix[i] = (a-b+c-d)/2, (a+b-c-d)/2, (a-b-c+d)/2
	}
	return half, details
}

// localVariance returns the mean variance of blocks of 8x8.
func (x plane) localVariance() float64 {
	const side = 8
	total, blocks := 0., 0.
	for y0 := 0; y0+side <= x.h; y0 += side {
		for x0 := 0; x0+side <= x.w; x0 += side {
			var sum, squares float64
			for i := range side * side {
				v := x.pix[(y0+i/side)*x.w+x0+i%side]
				sum, squares = sum+v, squares+v*v
			}
			total += squares/side/side - sum*sum/(side*side)/(side*side)
			blocks++
		}
	}
	return total / blocks
}
