package render

import (
	"bytes"
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"testing"
)

func TestFixedArithmetic(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		x := fix(rng.Uint64N(1 << (1 + rng.Uint64N(47))))
		r := sqrt(x)
		if n := x << fracBits; r*r > n || (r+1)*(r+1) <= n {
			t.Fatalf("sqrt(%d/65536) = %d/65536", x, r)
		}
	}
	for turn := fix(-2 * one); turn < 2*one; turn += 77 {
		want := math.Sin(2 * math.Pi * float64(turn) / float64(one))
		if got := float64(wave(turn)) / float64(one); math.Abs(got-want) > 0.0012 {
			t.Fatalf("wave(%d/65536) = %.5f, sine %.5f", turn, got, want)
		}
	}
	if mil(250) != one/4 || div(one, 0) != 0 || step(0, one, half) != half || power(half, 3) != one/8 {
		t.Error("a constant is off")
	}
	if v := (vec{num(3), num(-4), 0}).unit(); v.dot(v) < one-8 || v.dot(v) > one {
		t.Errorf("a unit vector's square is %d/65536", v.dot(v))
	}
}

// Noise stays in range, averages to nothing, and the bell has sigma 1.
func TestNoiseRange(t *testing.T) {
	const n = 200
	var sum, bells, squares float64
	for j := range int64(n) {
		for i := range int64(n) {
			x, y := fix(i)*one*37/100, fix(j)*one*41/100
			for _, v := range []fix{noise2(3, x, y), noise3(3, vec{x, y, x - y}), fbm(3, x, y, 6)} {
				if v < -one*3/2 || v > one*3/2 {
					t.Fatalf("noise %d/65536 at %d, %d", v, i, j)
				}
			}
			if r := ridges(3, x, y, 6); r < 0 || r > one {
				t.Fatalf("ridge %d/65536", r)
			}
			sum += float64(noise2(3, x, y)) / float64(one)
			b := float64(bell(3, i, j)) / float64(one)
			bells += b
			squares += b * b
		}
	}
	if m := sum / n / n; math.Abs(m) > 0.02 {
		t.Errorf("noise2 averages %.3f", m)
	}
	if m, v := bells/n/n, squares/n/n; math.Abs(m) > 0.02 || math.Abs(v-1) > 0.03 {
		t.Errorf("bell has mean %.3f and variance %.3f", m, v)
	}
}

// Grain is one to two grey levels in brightness and less in colour.
func TestGrain(t *testing.T) {
	f := expose(StillLife, 96, 96, 3)
	with, without := f.develop(3, true), f.develop(3, false)
	var luma, chroma, n float64
	for y := range 96 {
		for x := range 96 {
			a, b := with.RGBA64At(x, y), without.RGBA64At(x, y)
			r := (float64(a.R) - float64(b.R)) / 257
			g := (float64(a.G) - float64(b.G)) / 257
			u := (float64(a.B) - float64(b.B)) / 257
			grey := 0.299*r + 0.587*g + 0.114*u
			luma += grey * grey
			chroma += (r-g)*(r-g) + (u-g)*(u-g)
			n++
		}
	}
	// Each difference of channels carries the noise of two: hence 4.
	l, c := math.Sqrt(luma/n), math.Sqrt(chroma/n/4)
	t.Logf("grain: brightness %.2f, colour %.2f grey levels", l, c)
	if l < 0.9 || l > 2 || c > 0.8*l || c < 0.2 {
		t.Errorf("grain: brightness %.2f, colour %.2f grey levels", l, c)
	}
}

// Photographs have amplitude near 1/f, that is power near f^-2 along a row
// (Field, 1987).
func TestSpectrum(t *testing.T) {
	for _, name := range []string{"landscape.png", "still-life.png", "street.png"} {
		m, err := load(name)
		if err != nil {
			t.Fatal(err)
		}
		const n = 240
		var rows [n][n]float64 // windowed, so that the two ends meet
		for y := range n {
			for x := range n {
				v := color.Gray16Model.Convert(m.At(x, y)).(color.Gray16).Y
				rows[y][x] = float64(v) * (1 - math.Cos(2*math.Pi*(float64(x)+0.5)/n))
			}
		}
		var xs, ys []float64
		for f := 2; f <= 32; f++ {
			var power float64
			for _, row := range rows {
				var re, im float64
				for x, v := range row {
					s, c := math.Sincos(2 * math.Pi * float64(f*x%n) / n)
					re += v * c
					im += v * s
				}
				power += re*re + im*im
			}
			xs = append(xs, math.Log(float64(f)))
			ys = append(ys, math.Log(power))
		}
		s := trend(xs, ys)
		t.Logf("%s: power falls as f^%.2f", name, s)
		if s > -1.2 || s < -3 {
			t.Errorf("%s: power falls as f^%.2f, want f^-1.2 to f^-3", name, s)
		}
	}
}

// trend is the slope of the least-squares line.
func trend(xs, ys []float64) float64 {
	var sx, sy, sxx, sxy float64
	for i := range xs {
		sx += xs[i]
		sy += ys[i]
		sxx += xs[i] * xs[i]
		sxy += xs[i] * ys[i]
	}
	n := float64(len(xs))
	return (n*sxy - sx*sy) / (n*sxx - sx*sx)
}

// Every size draws, also sizes that make no sense; a seed is a picture.
func TestSceneSizesAndSeeds(t *testing.T) {
	for _, k := range []Kind{Landscape, StillLife, Street} {
		for _, s := range []image.Point{{0, 0}, {-1, 3}, {1, 1}, {1, 20}, {20, 1}, {9, 4}} {
			want := image.Rect(0, 0, max(s.X, 1), max(s.Y, 1))
			if got := Scene(k, s.X, s.Y, 1).Rect; got != want {
				t.Errorf("%v at %v is %v", k, s, got)
			}
		}
		a, b, c := Scene(k, 16, 12, 1), Scene(k, 16, 12, 1), Scene(k, 16, 12, 2)
		if !bytes.Equal(a.Pix, b.Pix) {
			t.Errorf("%v: one seed, two pictures", k)
		}
		if bytes.Equal(a.Pix, c.Pix) {
			t.Errorf("%v: two seeds, one picture", k)
		}
	}
}
