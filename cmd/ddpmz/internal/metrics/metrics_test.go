package metrics

import (
	"context"
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// noisy returns a smooth picture and the same with noise up to amplitude.
func noisy(w, h, amplitude int, seed uint64) (a, b *Raster) {
	rng := rand.New(rand.NewPCG(seed, 1))
	a = &Raster{w, h, make([]uint8, 3*w*h)}
	b = &Raster{w, h, make([]uint8, 3*w*h)}
	for i := range a.Pix {
		x, y := i/3%w, i/3/w
		v := 128 + 60*math.Sin(float64(x)/9) + 40*math.Cos(float64(y*(1+i%3))/13)
		a.Pix[i] = uint8(v)
		b.Pix[i] = uint8(min(max(v+float64(rng.IntN(2*amplitude+1)-amplitude), 0), 255))
	}
	return a, b
}

func TestRaster(t *testing.T) {
	a, _ := noisy(7, 5, 0, 1)
	m := a.Image()
	if b, err := NewRaster(m); err != nil || string(b.Pix) != string(a.Pix) {
		t.Error("comes back otherwise,", err)
	}
	sub, err := NewRaster(m.SubImage(image.Rect(2, 1, 6, 4)))
	if err != nil || sub.Width != 4 || sub.Height != 3 || sub.Pix[0] != a.Pix[3*(7+2)] {
		t.Errorf("a part of the picture is %v, %v", sub, err)
	}
	gray := image.NewGray(image.Rect(0, 0, 2, 1))
	gray.Pix[1] = 77
	if g, err := NewRaster(gray); err != nil || string(g.Pix) != "\x00\x00\x00MMM" {
		t.Errorf("gray is %v, %v", g, err)
	}
	m.SetRGBA(3, 3, color.RGBA{1, 1, 1, 0xfe})
	for _, m := range []image.Image{m, image.NewGray16(gray.Rect), image.NewNRGBA(gray.Rect)} {
		if _, err := NewRaster(m); err == nil {
			t.Errorf("%T is taken", m)
		}
	}
}

func TestPSNR(t *testing.T) {
	a, b := noisy(20, 10, 0, 1)
	if mse, err := MSE(a, b); err != nil || mse != 0 || !math.IsInf(PSNR(mse), 1) {
		t.Error(mse, err)
	}
	b.Pix[17] ^= 1
	if mse, _ := MSE(a, b); PSNR(mse) != NearlyExact(20, 10) {
		t.Errorf("one sample off by one is %.3f dB", PSNR(mse))
	}
	for i := range b.Pix {
		a.Pix[i], b.Pix[i] = 255, 0
	}
	if mse, _ := MSE(a, b); PSNR(mse) != 0 {
		t.Errorf("black for white is %f dB", PSNR(mse))
	}
	if _, err := MSE(a, &Raster{10, 20, b.Pix}); err == nil {
		t.Error("two sizes can be compared")
	}
}

// slowMSSSIM is MSSSIM by its definition: every window a double sum.
func slowMSSSIM(a, b *Raster) float64 {
	plane := func(r *Raster) [][]float64 {
		p := make([][]float64, r.Height)
		for y := range p {
			p[y] = make([]float64, r.Width)
			for x := range p[y] {
				i := 3 * (y*r.Width + x)
				p[y][x] = .299*float64(r.Pix[i]) + .587*float64(r.Pix[i+1]) + .114*float64(r.Pix[i+2])
			}
		}
		return p
	}
	half := func(p [][]float64) [][]float64 {
		q := make([][]float64, len(p)/2)
		for y := range q {
			q[y] = make([]float64, len(p[0])/2)
			for x := range q[y] {
				q[y][x] = (p[2*y][2*x] + p[2*y][2*x+1] + p[2*y+1][2*x] + p[2*y+1][2*x+1]) / 4
			}
		}
		return q
	}
	var window [11][11]float64
	total := 0.0
	for i := range window {
		for j := range window {
			window[i][j] = math.Exp(-float64((i-5)*(i-5)+(j-5)*(j-5)) / 4.5)
			total += window[i][j]
		}
	}
	p, q := plane(a), plane(b)
	result := 1.0
	for scale := range 5 {
		var places, all, contrast float64
		for y := range len(p) - 10 {
			for x := range len(p[0]) - 10 {
				var m, n, pp, qq, pq float64
				for i := range window {
					for j, w := range window[i] {
						w /= total
						u, v := p[y+i][x+j], q[y+i][x+j]
						m += w * u
						n += w * v
						pp += w * u * u
						qq += w * v * v
						pq += w * u * v
					}
				}
				cs := (2*(pq-m*n) + 58.5225) / (pp - m*m + qq - n*n + 58.5225)
				contrast += cs
				all += cs * (2*m*n + 6.5025) / (m*m + n*n + 6.5025)
				places++
			}
		}
		if scale == 4 {
			contrast = all
		}
		result *= math.Pow(contrast/places, []float64{.0448, .2856, .3001, .2363, .1333}[scale])
		p, q = half(p), half(q)
	}
	return result
}

func TestMSSSIM(t *testing.T) {
	previous := 1.0
	for _, amplitude := range []int{0, 5, 20, 80} {
		a, b := noisy(201, 187, amplitude, 3)
		have, ok, err := MSSSIM(a, b)
		if want := slowMSSSIM(a, b); !ok || err != nil || math.Abs(have-want) > 1e-9 {
			t.Errorf("noise up to %d: %.6f, want %.6f; %v, %v", amplitude, have, want, ok, err)
		}
		if amplitude == 0 && math.Abs(have-1) > 1e-12 || amplitude > 0 && have >= previous {
			t.Errorf("noise up to %d: %.6f after %.6f", amplitude, have, previous)
		}
		previous = have
	}
	a, b := noisy(MSSSIMSide, MSSSIMSide, 9, 3)
	if _, ok, err := MSSSIM(a, b); !ok || err != nil {
		t.Error("the smallest picture has none,", err)
	}
	a, b = noisy(300, MSSSIMSide-1, 9, 3)
	if _, ok, err := MSSSIM(a, b); ok || err != nil {
		t.Error("a picture that is too small has one,", err)
	}
	if _, _, err := MSSSIM(a, &Raster{1, 1, make([]uint8, 3)}); err == nil {
		t.Error("two sizes can be compared")
	}
	// Negatives: no NaN.
	for i, v := range a.Pix {
		b.Pix[i] = 255 - v
	}
	if s, _, _ := MSSSIM(a, b); math.IsNaN(s) {
		t.Error("a negative has none")
	}
}

func TestBDRate(t *testing.T) {
	line := func(factor float64, from, to int) (points []RatePoint) {
		for q := from; q <= to; q += 2 {
			points = append(points, RatePoint{factor * math.Exp(float64(q)/6+math.Sin(float64(q))/9), float64(q)})
		}
		return points
	}
	for _, c := range []struct{ factor, want float64 }{{1, 0}, {1.1, 0.1}, {0.5, -0.5}} {
		if d, ok := BDRate(line(1, 20, 40), line(c.factor, 20, 40)); !ok || math.Abs(d-c.want) > 1e-9 {
			t.Errorf("%.2f times the bits are %+.4f, %v", c.factor, d, ok)
		}
	}
	// Curves that share only a part: close, since the cubics differ near ends.
	if d, ok := BDRate(line(1, 20, 40), line(1.3, 26, 60)); !ok || math.Abs(d-0.3) > 0.01 {
		t.Errorf("of a part, %+.4f, %v", d, ok)
	}
	// Ends and order do not matter, nor do points that nobody would use.
	worse := append(line(1.1, 20, 40), RatePoint{1e6, 30}, RatePoint{1e7, math.Inf(1)})
	worse[0], worse[3] = worse[3], worse[0]
	if d, ok := BDRate(line(1, 20, 40), worse); !ok || math.Abs(d-0.1) > 1e-9 {
		t.Errorf("with useless points, %+.4f, %v", d, ok)
	}
	if _, ok := BDRate(line(1, 20, 40), line(1, 50, 60)); ok {
		t.Error("two qualities apart can be compared")
	}
	if _, ok := BDRate(line(1, 20, 40), line(1, 20, 22)); ok {
		t.Error("two points are a curve")
	}
}

// TestExternal runs a program that stands for a metric.
func TestExternal(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "js" {
		t.Skip("no shell scripts here")
	}
	dir := t.TempDir()
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	e := External{"test", "ddpmz-test-metric"}
	if e.Installed() {
		t.Error("there before it is made")
	}
	for _, c := range []struct {
		script string
		want   float64
		ok     bool
	}{{"echo 81.5; echo $1 $2", 81.5, true}, {"exit 0", 0, false}, {"echo none", 0, false}, {"echo 1; exit 3", 0, false}} {
		if err := os.WriteFile(filepath.Join(dir, e.Program), []byte("#!/bin/sh\n"+c.script+"\n"), 0o777); err != nil {
			t.Fatal(err)
		}
		if v, err := e.Measure(context.Background(), "a.png", "b.png"); v != c.want || (err == nil) != c.ok {
			t.Errorf("%s: %f, %v", c.script, v, err)
		}
	}
	if !e.Installed() {
		t.Error("not there")
	}
}
