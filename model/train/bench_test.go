package train

import (
	"context"
	"fmt"
	"testing"
)

// BenchmarkStep measures training of the default network: useful arithmetic, crops of 128x128 a second.
func BenchmarkStep(b *testing.B) {
	images := textures(4, 200)
	for _, threads := range []int{1, 2} {
		b.Run(fmt.Sprint("threads=", threads), func(b *testing.B) {
			net, err := NewNet(DefaultShape, 1)
			if err != nil {
				b.Fatal(err)
			}
			t, err := New(net, images, Options{Steps: 1 << 30, Threads: threads})
			if err != nil {
				b.Fatal(err)
			}
			step := func() {
				if _, err := t.Step(context.Background()); err != nil {
					b.Fatal(err)
				}
			}
			for range 3 { // builds the graphs
				step()
			}
			before, start := t.Work(), t.Elapsed()
			for b.Loop() {
				step()
			}
			seconds := (t.Elapsed() - start).Seconds()
			b.ReportMetric(2*(t.Work()-before)/seconds/1e9, "GFLOP/s")
			b.ReportMetric(float64(4*b.N)/seconds, "crops/s")
		})
	}
}
