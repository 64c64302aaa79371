package model

import (
	"math"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// alphaBar is ᾱ_t by eq. 4 and section 4 of the paper: the product of 1-β_s, β linear from 1e-4 to 0.02.
func alphaBar(t int) float64 {
	a := 1.0
	for s := range t {
		a *= 1 - (1e-4 + (0.02-1e-4)*float64(s)/(T-1))
	}
	return a
}

func TestAlphaBar(t *testing.T) {
	for s := range T + 1 {
		want := alphaBar(s)
		if got := float64(alphaBarQ60(s)) / (1 << 60); math.Abs(got-want) > 1e-12*want+1e-15 {
			t.Errorf("ᾱ_%d = %v, want %v", s, got, want)
		}
	}
	if alphaBarQ60(0) != 1<<60 {
		t.Error("ᾱ_0 is not 1")
	}
}

func TestLevelTimestep(t *testing.T) {
	if LevelTimestep(0) != 0 || LevelTimestep(-1) != 0 || LevelNoise(0) != 0 {
		t.Error("level 0 is not the image")
	}
	last := 0
	for m := 1; m <= 40; m++ {
		got := LevelTimestep(m)
		if got < last || got > T {
			t.Errorf("level %d is at timestep %d, level %d at %d", m, got, m-1, last)
		}
		last = got
		noise := float64(LevelNoise(m)) / 1000
		want := T
		for s := T; s >= 1; s-- { // on the way down, the last that is noisy enough
			if a := alphaBar(s); 127.5*math.Sqrt((1-a)/a) >= noise {
				want = s
			} else {
				break
			}
		}
		if got != want {
			t.Errorf("level %d, noise %.3f: timestep %d, want %d", m, noise, got, want)
		}
	}
	if last != T {
		t.Errorf("the noise of level 40 is at timestep %d", last)
	}
}

// impulse returns the sum of squares of what a unit coefficient becomes, far from any edge: the average
// (high false) or the detail (high true) of the l-th of l splits of a signal. Its amplitude is so large
// that rounding is negligible.
func impulse(lift *transform.Lifting, l int, high bool) float64 {
	const amplitude = 1 << 20
	x := NewPlane(16, 1)
	var detail [transform.Subbands]Plane // of a single row, which has nothing across rows
	reset := func() {
		detail = [transform.Subbands]Plane{transform.HL: NewPlane(x.W, 1), transform.LH: NewPlane(x.W, 0), transform.HH: NewPlane(x.W, 0)}
	}
	reset()
	if high {
		detail[transform.HL].Pix[x.W/2] = amplitude
	} else {
		x.Pix[x.W/2] = amplitude
	}
	for range l {
		x = transform.Synthesize(lift, 2*x.W, 1, x, detail, 0)
		reset()
	}
	sum := 0.0
	for _, v := range x.Pix {
		sum += float64(v) * float64(v) / (amplitude * amplitude)
	}
	return sum
}

// TestLevelNoise derives the table from the transforms: in the state after level m, every coefficient of scale
// l has the noise of the clock that its last stage brought it to, and the synthesis carries that to R, G, B.
func TestLevelNoise(t *testing.T) {
	lift := &transform.Liftings[0]
	ycocg, other := [process.Planes]float64{1, 1. / 6, 1. / 4}, [process.Planes]float64{1, 1. / 6, 1. / 3} // mean over R, G, B of squares: TestColourNoise
	derive := func(m int, colour [process.Planes]float64) float64 {
		sum := 0.0
		for l := 1; l <= m+1; l++ {
			lo, hi := impulse(lift, l, false), impulse(lift, l, true)
			norm := [transform.Subbands]float64{transform.HL: hi * lo, transform.LH: lo * hi, transform.HH: hi * hi}
			share := math.Exp2(float64(-2 * l))
			stage := process.Stages - 1 - m + process.Lead(l)
			for i := range process.Coefficients {
				k := float64(target(stage, i, 0))
				sum += share * colour[i/transform.Subbands] * norm[i%transform.Subbands] * (math.Exp2(2*k) - 1) / 12
			}
		}
		return sum * 1e6
	}
	for m := 1; m < len(levelNoise); m++ {
		want := derive(m, ycocg)
		if math.Abs(float64(levelNoise[m])/want-1) > 1e-5 {
			t.Errorf("levelNoise[%d] = %d, derived %.0f", m, levelNoise[m], want)
		}
		if r := derive(m, other) / want; math.Abs(r-1.125) > .02 {
			t.Errorf("level %d: the other transforms have %.3f times the variance", m, r)
		}
	}
	// A level as coarse as its scales allow goes on by the factor of 4.
	last := len(levelNoise) - 1
	if r := float64(levelVariance(last+1)) / float64(levelVariance(last)); r != 4 {
		t.Errorf("the noise of level %d is %v times that of level %d", last+1, r, last)
	}
	if r := derive(last, ycocg) / derive(last-1, ycocg); math.Abs(r/4-1) > .005 {
		t.Errorf("from level %d to %d the noise grows by %.4f", last-1, last, r)
	}
	for m := range 40 {
		v := float64(LevelNoise(m))
		if w := float64(levelVariance(m)); v*v > w || (v+1)*(v+1) <= w {
			t.Errorf("LevelNoise(%d) = %v for a variance of %v", m, v, w)
		}
	}
}
