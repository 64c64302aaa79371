package metrics

import "math"

// MS-SSIM is that of Wang, Simoncelli and Bovik, Multi-scale structural similarity for image quality
// assessment, 2003: contrast and structure are compared at five scales, luminance at the coarsest only.
var scaleWeights = [5]float64{0.0448, 0.2856, 0.3001, 0.2363, 0.1333}

const (
	windowRadius = 5                           // the window is 11x11,
	windowSigma  = 1.5                         // Gaussian, and stays inside the picture
	ssimC1       = (0.01 * 255) * (0.01 * 255) // keep quotients of dark and
	ssimC2       = (0.03 * 255) * (0.03 * 255) // flat places in bounds
)

// MSSSIMSide is the least width and height for MSSSIM: the window must fit into the coarsest scale.
const MSSSIMSide = (2*windowRadius + 1) << (len(scaleWeights) - 1)

// MSSSIM returns the multi-scale structural similarity of the lumas (BT.601, not rounded) of a and b. 1 is
// equality. It reports false if they are smaller than MSSSIMSide.
func MSSSIM(a, b *Raster) (float64, bool, error) {
	if err := sameSize(a, b); err != nil {
		return 0, false, err
	}
	if min(a.Width, a.Height) < MSSSIMSide {
		return 0, false, nil
	}
	x, y := luma(a), luma(b)
	product := 1.0
	for scale, weight := range scaleWeights {
		ssim, structure := similarity(x, y)
		if scale == len(scaleWeights)-1 {
			structure = ssim
		} else {
			x, y = x.half(), y.half()
		}
		product *= math.Pow(max(structure, 0), weight) // of a negative number there is no such power
	}
	return product, true, nil
}

// MSSSIMdB spreads out similarities near 1: 0.9 is 10 dB, 0.99 is 20 dB.
func MSSSIMdB(similarity float64) float64 { return -10 * math.Log10(1-similarity) }

// A field is a plane of numbers, row by row.
type field struct {
	w, h int
	v    []float64
}

func newField(w, h int) field { return field{w, h, make([]float64, w*h)} }

func luma(r *Raster) field {
	f := newField(r.Width, r.Height)
	for i := range f.v {
		p := r.Pix[3*i : 3*i+3]
		f.v[i] = 0.299*float64(p[0]) + 0.587*float64(p[1]) + 0.114*float64(p[2])
	}
	return f
}

// half returns the means of 2x2 samples. An odd last row or column is left out.
func (f field) half() field {
	g := newField(f.w/2, f.h/2)
	for y := range g.h {
		top, bottom := f.v[2*y*f.w:], f.v[(2*y+1)*f.w:]
		for x := range g.w {
			g.v[y*g.w+x] = (top[2*x] + top[2*x+1] + bottom[2*x] + bottom[2*x+1]) / 4
		}
	}
	return g
}

// similarity returns the means over all places of the window: of the similarity of contrast and structure, and
// of that times the similarity of luminance, which is SSIM.
func similarity(x, y field) (ssim, structure float64) {
	n := len(x.v)
	xx, yy, xy := newField(x.w, x.h), newField(x.w, x.h), newField(x.w, x.h)
	for i := range n {
		xx.v[i], yy.v[i], xy.v[i] = x.v[i]*x.v[i], y.v[i]*y.v[i], x.v[i]*y.v[i]
	}
	mx, my := x.window(), y.window()
	xx, yy, xy = xx.window(), yy.window(), xy.window()
	for i, a := range mx.v {
		b := my.v[i]
		s := (2*(xy.v[i]-a*b) + ssimC2) / (xx.v[i] - a*a + yy.v[i] - b*b + ssimC2)
		structure += s
		ssim += s * (2*a*b + ssimC1) / (a*a + b*b + ssimC1)
	}
	places := float64(len(mx.v))
	return ssim / places, structure / places
}

// windowTaps is the window in one direction; it sums to 1.
var windowTaps = func() (taps [2*windowRadius + 1]float64) {
	sum := 0.0
	for i := range taps {
		d := float64(i - windowRadius)
		taps[i] = math.Exp(-d * d / (2 * windowSigma * windowSigma))
		sum += taps[i]
	}
	for i := range taps {
		taps[i] /= sum
	}
	return taps
}()

// window returns the weighted means of f in the window at every place where it fits.
func (f field) window() field {
	rows := newField(f.w-2*windowRadius, f.h)
	for y := range f.h {
		in, out := f.v[y*f.w:(y+1)*f.w], rows.v[y*rows.w:(y+1)*rows.w]
		for i, t := range windowTaps {
			for x := range out {
				out[x] += t * in[x+i]
			}
		}
	}
	g := newField(rows.w, f.h-2*windowRadius)
	for y := range g.h {
		out := g.v[y*g.w : (y+1)*g.w]
		for i, t := range windowTaps {
			for x, v := range rows.v[(y+i)*rows.w : (y+i+1)*rows.w] {
				out[x] += t * v
			}
		}
	}
	return g
}
