package model

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/fixed"
	"github.com/ddpmz/ddpmz/model/internal/logistic"
	"github.com/ddpmz/ddpmz/model/internal/logistic/logistictest"
)

// newRand returns a source that is the same in every run.
func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0xdd)) }

var photo = sync.OnceValues(func() (*Net, error) {
	file, err := os.ReadFile(filepath.Join("zoo", "photo.ddpw"))
	if err != nil {
		return nil, err
	}
	return Load(file)
})

// photoNet returns the network of the zoo, which this package cannot import.
func photoNet(t testing.TB) *Net {
	t.Helper()
	net, err := photo()
	if err != nil {
		t.Fatal(err)
	}
	return net
}

// Coders that count, and that record and play back.
type (
	length = logistictest.Length
	tape   = logistictest.Tape
)

// symbols returns how many symbols d has.
func symbols(d *Distribution) int32 {
	last, _, _ := d.Find(1<<logistic.ProbBits - 1)
	return last + 1
}

// median returns the symbol of d that holds half of the probability.
func median(d *Distribution) int32 {
	s, _, _ := d.Find(1 << (logistic.ProbBits - 1))
	return s
}

// tinyNet returns a network that has learned nothing: small random weights. What it predicts is useless, but
// everything must work with it.
func tinyNet(t testing.TB, wavelet int) *Net {
	t.Helper()
	r := newRand(uint64(wavelet))
	w := &Weights{Channels: 16, Layers: 1, Hidden: 16, Wavelet: wavelet, ActivationBits: 9, Tau: -40, Experts: 1}
	for _, s := range w.Shapes() {
		x := Tensor{Frac: 12, Data: make([]int16, s.Size())}
		for i := range x.Data {
			x.Data[i] = int16(r.IntN(601) - 300)
		}
		w.Tensors = append(w.Tensors, x)
	}
	file, err := w.Encode()
	if err != nil {
		t.Fatal(err)
	}
	net, err := Load(file)
	if err != nil {
		t.Fatal(err)
	}
	return net
}

// randomImage returns planes of uniform noise: the worst that can be coded.
func randomImage(r *rand.Rand, g Geometry) []Plane {
	image := make([]Plane, g.Planes)
	for p := range image {
		image[p] = NewPlane(g.Width, g.Height)
		for i := range image[p].Pix {
			image[p].Pix[i] = int32(r.IntN(1 << g.Depth))
		}
	}
	return image
}

// smoothImage returns planes that look a little like a photograph: slopes, edges and some grain.
func smoothImage(r *rand.Rand, g Geometry) []Plane {
	image := make([]Plane, g.Planes)
	ax, ay := r.IntN(7)-3, r.IntN(7)-3
	ex, ey := r.IntN(g.Width), r.IntN(g.Height)
	for p := range image {
		image[p] = NewPlane(g.Width, g.Height)
		for y := range g.Height {
			for x := range g.Width {
				v := 100 + 20*p + ax*x + ay*y + r.IntN(5)
				if x > ex && y > ey {
					v += 60
				}
				image[p].Row(y)[x] = int32(fixed.Clamp(v, 0, 255)) << (g.Depth - 8)
			}
		}
	}
	return image
}

func clonePlanes(p []Plane) []Plane {
	q := make([]Plane, len(p))
	for i := range p {
		q[i] = p[i].Clone()
	}
	return q
}

// whole returns the only band of a scale, about to be coded.
func whole(t testing.TB, c *Chain, s *scale, stage int) *band {
	t.Helper()
	if bandsOf(s.h) != 1 {
		t.Fatalf("a scale of %d rows has %d bands", s.h, bandsOf(s.h))
	}
	b := &band{procs: 1}
	if c.ll[s.number].W == 0 { // nothing is known of the coarser image
		c.ll[s.number] = *c.newImage(s.w, s.h, c.planes)
	}
	seen := c.parentOf(s)
	b.take(c, s, stage, &seen, 0, new(above))
	return b
}

// advance takes a chain through a pass, every band with a coder of its own that only counts.
func advance(c *Chain, p Pass) {
	c.CodePass(p, func(int) Coder { return new(length) })
}

// codePass takes a chain through a pass with coders for its bands, and returns whether it is complete.
func codePass(c *Chain, p Pass, coders ...Coder) bool {
	return c.CodePass(p, func(band int) Coder { return coders[band] })
}

// cellOf is the forward process (eq. 4): v+u without its low k bits.
func cellOf(v int32, u uint16, k uint8) int32 { return (v + int32(u)) >> k << k }
