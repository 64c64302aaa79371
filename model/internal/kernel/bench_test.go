package kernel

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
)

// Rates are multiplications by a weight per second, of one goroutine.

// planes are the sizes measured: one that stays in the caches, some rows as wide as
// the finest scale of a photograph of 3000 columns, and the few rows of a smaller
// one's that the model has computed at a time.
var planes = []struct{ h, w int }{{64, 64}, {16, 1500}, {4, 384}}

// bench is a layer and its destination.
type bench struct {
	*layer
	conv *Conv
	dst  *Tensor
}

func newBench(b *testing.B, name string, h, w int) *bench {
	r := rand.New(rand.NewPCG(7, 8))
	l := uses[name](r, h, w, kinds["small"])
	for i := range l.weights { // like the network's, these are small
		l.weights[i] = kinds["small"](r)
	}
	c, err := newConv(l.size, l.in, l.out, l.weights, l.bias, 12, everyLayout)
	if err != nil {
		b.Fatal(err)
	}
	return &bench{l, c, NewTensor(l.h, l.w, l.out)}
}

// run computes the layer and returns how many products that took.
func (l *bench) run(kernel *implementation) float64 {
	l.conv.rows(kernel, l.dst, l.src, l.pre, l.post, l.relu, 0, l.h, 0, l.w)
	return float64(l.h*l.w) * float64(len(l.weights))
}

// BenchmarkRows measures each layer of its own.
func BenchmarkRows(b *testing.B) {
	for _, name := range slices.Sorted(maps.Keys(uses)) {
		for _, p := range planes {
			for _, kernel := range implementations() {
				b.Run(fmt.Sprintf("%s/%dx%d/%s", name, p.h, p.w, kernel.name), func(b *testing.B) {
					l, products := newBench(b, name, p.h, p.w), 0.0
					for b.Loop() {
						products += l.run(&kernel)
					}
					b.ReportMetric(products/1e9/b.Elapsed().Seconds(), "GMAC/s")
				})
			}
		}
	}
}

// BenchmarkNetwork measures the layers of the default network in the proportions
// of one reverse step: a trunk, then sixteen heads at a quarter of the sites each.
func BenchmarkNetwork(b *testing.B) {
	for _, p := range planes {
		for _, kernel := range implementations() {
			b.Run(fmt.Sprintf("%dx%d/%s", p.h, p.w, kernel.name), func(b *testing.B) {
				trunk := []*bench{newBench(b, "stem 3x3 36-32", p.h, p.w)}
				for range 3 {
					trunk = append(trunk, newBench(b, "block 3x3 32-32", p.h, p.w))
				}
				trunk = append(trunk, newBench(b, "site 1x1 32-192", p.h, p.w))
				head := []*bench{newBench(b, "near 3x3 18-48", p.h/2, p.w/2), newBench(b, "out 1x1 48-16", p.h/2, p.w/2)}
				products := 0.0
				for b.Loop() {
					for _, l := range trunk {
						products += l.run(&kernel)
					}
					for range 16 {
						for _, l := range head {
							products += l.run(&kernel)
						}
					}
				}
				b.ReportMetric(products/1e9/b.Elapsed().Seconds(), "GMAC/s")
			})
		}
	}
}

// BenchmarkPlain is a block of the default network in the loop that comes to mind first: one product at a time. The
// portable kernels take two in a multiplication.
func BenchmarkPlain(b *testing.B) {
	const h, w, in, out = 64, 64, 32, 32
	r := rand.New(rand.NewPCG(7, 8))
	src, weights, dst := make([]int16, (h+2)*(w+2)*in), make([]int16, out*9*in), make([]int16, h*w*out)
	for i := range src {
		src[i] = int16(r.IntN(512) - 256)
	}
	for i := range weights {
		weights[i] = int16(r.IntN(512) - 256)
	}
	products := 0.0
	for b.Loop() {
		for y := range h {
			for x := range w {
				for o := range out {
					sum := int32(1 << 11)
					for ky := range 3 {
						row, k := src[((y+ky)*(w+2)+x)*in:][:3*in], weights[(o*3+ky)*3*in:][:3*in]
						for i, v := range row {
							sum += int32(v) * int32(k[i])
						}
					}
					dst[(y*w+x)*out+o] = int16(max(0, min(sum>>12, 1<<15-1)))
				}
			}
		}
		products += h * w * out * 9 * in
	}
	b.ReportMetric(products/1e9/b.Elapsed().Seconds(), "GMAC/s")
}
