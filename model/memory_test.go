package model

import (
	"fmt"
	"os"
	"runtime"
	"sync"
	"testing"
)

// memoryCoders look at what is in memory when a band of a pass has been coded.
type memoryCoders struct{ look func() }

func (m memoryCoders) Open(int) Coder { return new(length) }
func (m memoryCoders) Close(int)      { m.look() }

// TestMemory: Memory is at least what is there, in the middle of any pass and of a picture, and not much more, whatever
// the shape and however many processors: at most a quarter and 200 kB.
func TestMemory(t *testing.T) {
	if os.Getenv("DDPMZ_LONG") != "1" {
		t.Skip("set DDPMZ_LONG=1: it takes seconds")
	}
	if testing.Short() {
		t.Skip("takes a minute with the race detector, of which it has no need")
	}
	net := tinyNet(t, 0)
	for _, g := range []Geometry{{97, 97, 3, 8}, {97, 97, 1, 8}, {96, 96, 3, 8}} { // layers, and what a layer makes when it is first used, are the network's own
		liveMemory(net, g, false, Reduction{})
	}
	for _, test := range []struct {
		g     Geometry
		procs int
	}{
		{Geometry{1, 1, 3, 8}, 1},
		{Geometry{3, 2, 3, 8}, 2},
		{Geometry{301, 283, 3, 8}, 1},
		{Geometry{301, 611, 3, 8}, 3},
		{Geometry{301, 411, 1, 8}, 2},
		{Geometry{301, 411, 3, 16}, 2},
		{Geometry{2001, 31, 3, 8}, 4},
		{Geometry{17, 1203, 3, 8}, 4},
	} {
		if test.g.Width*test.g.Height > 150_000 && os.Getenv("DDPMZ_LONG") != "1" {
			continue // it takes as long as all others
		}
		for _, encoder := range []bool{false, true} {
			t.Run(fmt.Sprintf("%v, %d processors, %v", test.g, test.procs, encoder), func(t *testing.T) {
				defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(test.procs))
				got, want := liveMemory(net, test.g, encoder, Reduction{}), Memory(net, test.g, test.procs, encoder)
				t.Logf("%d bytes at most, %d foreseen, %.3f of it", got, want, float64(want)/float64(got))
				if want < got || want > got*5/4+200<<10 {
					t.Errorf("%d bytes, %d foreseen", got, want)
				}
			})
		}
	}
}

// TestReducedMemory is TestMemory for reduced pictures.
func TestReducedMemory(t *testing.T) {
	if os.Getenv("DDPMZ_LONG") != "1" {
		t.Skip("set DDPMZ_LONG=1: it takes seconds")
	}
	net := tinyNet(t, 0)
	liveMemory(net, Geometry{97, 97, 3, 8}, false, Reduction{})
	for _, g := range []Geometry{{301, 611, 3, 8}, {800, 700, 1, 8}, {801, 300, 3, 16}, {2001, 31, 3, 8}} {
		for _, r := range []Reduction{{1, 2}, {2, 3}, {1, 1}, {4, 3}, {3, 4}} {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
			got, want := liveMemory(net, g, false, r), ReducedMemory(net, g, r, 2)
			t.Logf("%v, %+v: %d bytes at most, %d foreseen, %.3f of it", g, r, got, want, float64(want)/float64(got))
			if want < got || want > got*5/4+200<<10 {
				t.Errorf("%v, %+v: %d bytes, %d foreseen", g, r, got, want)
			}
		}
	}
}

// liveMemory returns the most memory that a chain holds.
func liveMemory(net *Net, g Geometry, encoder bool, reduction Reduction) int64 {
	var mu sync.Mutex
	live := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	var before, most int64
	calls, on := 0, false
	look := func() { // now and then, since it takes time
		mu.Lock()
		defer mu.Unlock()
		if calls++; on && calls%3 == 1 {
			most = max(most, live()-before)
		}
	}
	passes := Passes(g.Width, g.Height)
	before = live()
	c := NewChain(net, g, net.Tau())
	c.Reduction = reduction
	if encoder {
		c.SetImage(randomImage(newRand(61), g))
	}
	for _, p := range passes {
		if p.Scale < reduction.Finest && p.Stage >= 0 {
			continue
		}
		on = p.Scale <= max(1, reduction.Finest) && p.Stage%6 == 0
		calls = 0
		c.start(p)(memoryCoders{look})
		if calls = 0; on {
			c.Strips(func(int, []Plane) { look() })
		}
	}
	runtime.KeepAlive(c)
	return most
}
