//go:build unix

package train

import (
	"context"
	"fmt"
	"syscall"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/process"
)

// BenchmarkStep measures training of the default network, on crops of photographs and on whole small images: useful
// arithmetic by the clock, and by processor time, which other processes disturb less; crops a second.
func BenchmarkStep(b *testing.B) {
	for _, class := range []struct {
		name    string
		images  []Image
		o       Options
		experts int
	}{
		{"128x128", textures(4, 200), Options{}, 1},
		{"128x128-experts", textures(4, 200), Options{}, process.Experts},
		{"whole-32x32", textures(64, 32), Options{Batch: 64, Crop: 32, Whole: true}, 1},
		{"whole-32x32-experts", textures(64, 32), Options{Batch: 64, Crop: 32, Whole: true}, process.Experts},
	} {
		for _, threads := range []int{1, 2} {
			b.Run(fmt.Sprint(class.name, "/threads=", threads), func(b *testing.B) {
				shape := DefaultShape
				shape.Experts = class.experts
				net, err := NewNet(shape, 1)
				if err != nil {
					b.Fatal(err)
				}
				o := class.o
				o.Steps, o.Threads = 1<<30, threads
				t, err := New(net, class.images, o)
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
				before, start, used := t.Work(), t.Elapsed(), processorTime(b)
				for b.Loop() {
					step()
				}
				seconds := (t.Elapsed() - start).Seconds()
				operations := 2 * (t.Work() - before) / 1e9
				b.ReportMetric(operations/seconds, "GFLOP/s")
				b.ReportMetric(operations/(processorTime(b)-used), "GFLOP/cpu-s")
				b.ReportMetric(float64(t.Options().Batch*b.N)/seconds, "crops/s")
			})
		}
	}
}

// processorTime returns the seconds that this process has used.
func processorTime(b *testing.B) float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}
