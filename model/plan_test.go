package model

import (
	"fmt"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

func TestPasses(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {2, 1}, {1, 2}, {1, 7}, {100, 1}, {1, 4097}, {2, 2}, {3, 5}, {17, 13}, {384, 256}, {1 << 20, 1 << 20}} {
		w, h := size[0], size[1]
		n, passes := transform.Scales(w, h), Passes(w, h)
		if len(passes) != 1+max(n-1, 0)*process.Stages {
			t.Errorf("%v: %d passes for %d scales", size, len(passes), n)
		}
		if want := (Pass{TopLevel(w, h), n, -1}); passes[0] != want {
			t.Errorf("%v: first pass %v, want %v", size, passes[0], want)
		}
		done := map[int]int{n: process.Stages} // stages of a scale that are done
		for i, p := range passes[1:] {
			before := passes[i]
			if p.Scale < 1 || p.Scale >= n || p.Stage != done[p.Scale] {
				t.Fatalf("%v: %v comes after %d stages of its scale", size, p, done[p.Scale])
			}
			done[p.Scale]++
			if p.Level > before.Level || p.Level == before.Level && p.Scale >= before.Scale {
				t.Errorf("%v: %v comes after %v", size, p, before)
			}
			// A scale starts when the coarser one has, and never gets ahead of it.
			ahead := 1
			if p.Scale == 1 {
				ahead = 0
			}
			if done[p.Scale+1] < min(done[p.Scale]+ahead, process.Stages) {
				t.Errorf("%v: %v when the next coarser scale has done %d stages", size, p, done[p.Scale+1])
			}
			// Noise of the same strength: the clock of a scale is less by one than the next finer one's, but
			// the two finest have the same.
			if want := p.Level - max(p.Scale-2, 0); want != max(int(target(p.Stage, 0, 0)), 0) {
				t.Errorf("%v: %v has clock %d, want %d", size, p, target(p.Stage, 0, 0), want)
			}
		}
		for l := 1; l < n; l++ {
			if done[l] != process.Stages {
				t.Errorf("%v: %d stages of scale %d", size, done[l], l)
			}
		}
		if last := passes[len(passes)-1]; n > 1 && last != (Pass{0, 1, process.Stages - 1}) {
			t.Errorf("%v: last pass %v", size, last)
		}
	}
	if got := fmt.Sprint(Passes(1, 1)); got != fmt.Sprint([]Pass{{process.Stages, 0, -1}}) {
		t.Errorf("a single pixel has passes %v", got)
	}
}

func TestTargets(t *testing.T) {
	for _, extraBits := range []int{-1, 0, 8} {
		for i := range process.Coefficients {
			if extraBits < 0 && i < transform.Subbands {
				continue // chroma alone
			}
			last := uint8(process.DitherBits + 1)
			for stage := range process.Stages {
				k := target(stage, i, extraBits)
				if k >= last {
					t.Errorf("coefficient %d goes from clock %d to %d", i, last, k)
				}
				last = k
			}
			if last != 0 {
				t.Errorf("coefficient %d ends at clock %d", i, last)
			}
		}
	}
}

// TestFinestPredicted: the plan says after every pass which scales a chain predicts for a picture, once something is coded.
func TestFinestPredicted(t *testing.T) {
	net := tinyNet(t, 0)
	for _, size := range [][2]int{{1, 1}, {2, 2}, {3, 9}, {70, 4}, {65, 33}} {
		g := Geometry{Width: size[0], Height: size[1], Planes: 3, Depth: 8}
		c := NewChain(net, g, net.Tau())
		c.SetImage(smoothImage(newRand(5), g))
		passes := Passes(g.Width, g.Height)
		for i, p := range passes {
			advance(c, p)
			want := 0 // the finest that is predicted
			for l := len(c.scales) - 1; l >= 1 && c.exactAt > 0; l-- {
				if c.predicts(&c.scales[l]) {
					want = l
				}
			}
			got := FinestPredicted(passes[:i+1])
			if want > 0 && (got > want || c.coded.Load() && got < want) {
				t.Errorf("%v: scale %d after %d passes, the chain predicts down to %d", size, got, i+1, want)
			}
		}
	}
}
