package train

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// TestBatch: images that a graph takes at once come out as those it takes one by one, and their gradients add up; so
// do two images in a graph that has room for three.
func TestBatch(t *testing.T) {
	net, err := NewNet(Shape{Channels: 16, Layers: 1, Hidden: 16}, 5)
	if err != nil {
		t.Fatal(err)
	}
	perturb(net)
	tau := []float32{.2, .3, .4}
	// run takes the images through the process, n at a time, and returns the gradients and the chains.
	run := func(images, n int) (into [][]float32, chains []*chain, loss float64) {
		r := rand.New(rand.NewPCG(8, 8))
		for range images {
			chains = append(chains, newChain(ycocg(texture(10, 14, r)), 1, 3, transform.YCoCg, &transform.Liftings[0], false, r))
		}
		q, err := newGraph(net, 0, n, 5, 7, 3, true)
		if err != nil {
			t.Fatal(err)
		}
		q.into = zeroGradients(net)
		for _, s := range q.room {
			s.weight, s.side = .7, .1
		}
		for stage := range stages {
			for k := 0; k < images; k += n {
				end := min(k+n, images)
				if err := advanceAll(chains[k:end], q, 1, stage, tau[k:end]); err != nil {
					t.Fatal(err)
				}
				for _, s := range q.steps {
					loss += s.bits
				}
			}
		}
		return q.into, chains, loss
	}
	for _, images := range []int{2, 3} {
		want, single, wantBits := run(images, 1)
		got, batched, bits := run(images, 3)
		if math.Abs(bits-wantBits) > 1e-6*wantBits {
			t.Errorf("%d images: %v bits, one by one %v", images, bits, wantBits)
		}
		for k, c := range batched {
			for i := range coefficients {
				for j, v := range c.scales[1].mean[i] {
					if v != single[k].scales[1].mean[i][j] {
						t.Fatalf("%d images: in image %d a mean is %v, one by one %v", images, k, v, single[k].scales[1].mean[i][j])
					}
				}
			}
		}
		for i, p := range net.Params {
			largest := 0.
			for _, v := range want[i] {
				largest = max(largest, math.Abs(float64(v)))
			}
			for j, v := range want[i] {
				if math.Abs(float64(got[i][j]-v)) > 1e-5*largest {
					t.Fatalf("%d images: %s[%d] has the gradient %v, one by one %v", images, p.Name, j, got[i][j], v)
				}
			}
		}
	}
}
