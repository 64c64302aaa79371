package train

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/thumbnail"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// TestGaussians draws from a mixture and fits another to it, which has to be as likely: each of the two Gaussians that were drawn from is found, with its
// weight, means, factors and variances.
func TestGaussians(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var truth [2]gaussian
	for c := range truth {
		for i := range dimensions {
			truth[c].mean[i] = float64(100*c) + 20*r.NormFloat64()
			truth[c].variance[i] = 4 + 100*r.Float64()
			for j := range i {
				truth[c].factor[i][j] = .4 * r.NormFloat64()
			}
		}
	}
	all := make([]observation, 6000)
	for k := range all {
		g := &truth[0]
		if k%4 == 0 {
			g = &truth[1]
		}
		var d observation
		for i := range d {
			d[i] = math.Sqrt(g.variance[i]) * r.NormFloat64()
			for j := range i {
				d[i] += g.factor[i][j] * d[j]
			}
			all[k][i] = g.mean[i] + d[i]
		}
	}
	m := newGaussians(all, 3, r)
	m.components[0].mean, m.components[1].mean = all[1], all[0] // one of each: from others, a mixture may come to another optimum
	for range 25 {
		m.improve(all)
	}
	for c := range truth {
		want, found := &truth[c], &m.components[0]
		if other := &m.components[1]; math.Abs(other.mean[0]-want.mean[0]) < math.Abs(found.mean[0]-want.mean[0]) {
			found = other
		}
		if w := math.Exp(found.logWeight); math.Abs(w-[]float64{.75, .25}[c]) > .02 {
			t.Errorf("the weight of %d is %.3f", c, w)
		}
		for i := range dimensions {
			sigma := math.Sqrt(want.variance[i])
			if math.Abs(found.mean[i]-want.mean[i]) > 5 || math.Abs(math.Sqrt(found.variance[i])/sigma-1) > .1 {
				t.Errorf("value %d of %d: %.1f and %.1f, want %.1f and %.1f", i, c, found.mean[i], math.Sqrt(found.variance[i]), want.mean[i], sigma)
			}
			for j := range i {
				if off := (found.factor[i][j] - want.factor[i][j]) * math.Sqrt(want.variance[j]) / sigma; math.Abs(off) > .15 {
					t.Errorf("factor %d of value %d of %d is %.2f, want %.2f", j, i, c, found.factor[i][j], want.factor[i][j])
				}
			}
		}
	}
}

// blobs returns pictures of 32x32 whose halves have one of three palettes each, and some noise.
func blobs(n int, seed uint64) (images []Image) {
	r := rand.New(rand.NewPCG(seed, 9))
	palette := [][3]float64{{200, 60, 40}, {40, 90, 190}, {120, 125, 118}}
	for range n {
		m := Image{W: 32, H: 32}
		a, b := palette[r.IntN(3)], palette[r.IntN(3)]
		for i := range m.W * m.H {
			c := a
			if i >= m.W*m.H/2 {
				c = b
			}
			for p := range c {
				m.Pix = append(m.Pix, uint8(c[p]+20*(r.Float64()-.5)))
			}
		}
		images = append(images, m)
	}
	return images
}

// TestFitPrior: under a prior that is fitted to pictures, thumbnails of others of the kind take far fewer bits than under the fixed ones, and those of
// pictures unlike these do not take many more. The result depends on nothing but pictures and seed.
func TestFitPrior(t *testing.T) {
	ctx := context.Background()
	learn, held := blobs(150, 1), blobs(40, 2)
	p, err := FitPrior(ctx, learn, 0, PriorOptions{Whole: true, Threads: 1})
	if err != nil || len(p.Components) != defaultComponents || !p.Valid() {
		t.Fatalf("%+v, %v", p, err)
	}
	if again, err := FitPrior(ctx, learn, 0, PriorOptions{Whole: true, Threads: 3}); err != nil || !reflect.DeepEqual(p, again) {
		t.Errorf("with more threads, the prior is another: %v", err)
	}
	before, after := ThumbnailBits(nil, 0, held), ThumbnailBits(p, 0, held)
	t.Logf("%.1f bits, fixed %.1f", after, before)
	if after > .6*before {
		t.Errorf("%.1f bits, fixed %.1f", after, before)
	}
	r := rand.New(rand.NewPCG(7, 7))
	unlike := []Image{texture8(32, 32, r), texture8(32, 16, r), texture8(1, 1, r), texture8(20, 3, r)}
	if before, after = ThumbnailBits(nil, 0, unlike), ThumbnailBits(p, 0, unlike); after > 2*before {
		t.Errorf("of other pictures: %.1f bits, fixed %.1f", after, before)
	}
	if _, err := FitPrior(ctx, unlike[2:3], 0, PriorOptions{}); !errors.Is(err, ErrNoImages) {
		t.Errorf("of a pixel: %v", err)
	}
	for _, o := range []PriorOptions{{Components: 1}, {Components: thumbnail.MaxComponents + 1}} {
		if _, err := FitPrior(ctx, learn, 0, o); !errors.Is(err, ErrOptions) {
			t.Errorf("%+v: %v", o, err)
		}
	}
	if _, err := FitPrior(ctx, learn, len(transform.Liftings), PriorOptions{}); !errors.Is(err, ErrOptions) {
		t.Errorf("no wavelet: %v", err)
	}
	done, stop := context.WithCancel(ctx)
	stop()
	if _, err := FitPrior(done, learn, 0, PriorOptions{Whole: true, Threads: 1}); !errors.Is(err, context.Canceled) {
		t.Errorf("after its context: %v", err)
	}
}

// texture8 returns a picture of noise.
func texture8(w, h int, r *rand.Rand) Image {
	m := Image{W: w, H: h}
	for range 3 * w * h {
		m.Pix = append(m.Pix, uint8(r.IntN(256)))
	}
	return m
}

// TestObserve: a picture and its mirror image have the same two observations, in another order. Of squares within a picture there are as many as fit.
func TestObserve(t *testing.T) {
	m := blobs(1, 3)[0]
	for y := range m.H {
		clear(m.Pix[3*m.W*y:][:3*m.W/2]) // black on the left
	}
	l := &transform.Liftings[0]
	a, b := observe(m, l, true, nil), observe(m.mirrored(), l, true, nil)
	if len(a) != 2 || len(b) != 2 || a[0] != b[1] || a[1] != b[0] {
		t.Errorf("%v, mirrored %v", a, b)
	}
	if a[0][3] < 5 || a[1][3] > -5 {
		t.Errorf("black on the left, and the difference across is %v, mirrored %v", a[0][3], a[1][3])
	}
	if c := observe(Image{W: 100, H: 60, Pix: make([]uint8, 3*100*60)}, l, false, rand.New(rand.NewPCG(0, 0))); len(c) != 2*(16+4) {
		t.Errorf("%d squares in a picture of 100x60", len(c))
	}
}
