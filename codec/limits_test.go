package codec

import (
	"errors"
	"runtime"
	"testing"

	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// scratch knows how many bands there are at most to be coded side by side, and how long: its constants are those of
// package model.
func TestScratchKnowsBands(t *testing.T) {
	net, err := zoo.ByName("")
	if err != nil {
		t.Fatal(err)
	}
	for h := 1; h < 1200; h++ {
		const w = 10
		n := 1
		if c := model.NewChain(net, model.Geometry{Width: w, Height: h, Planes: 3, Depth: 8}, 0); len(model.Passes(w, h)) > 1 {
			n = c.Bands(model.Pass{Scale: 1})
		}
		rows := (h + 1) / 2
		for procs := 1; procs < 9; procs++ {
			workers := min(procs, n)
			got := scratch(w, int64(h), int64(procs))
			longest := rows // of a band: its share, up to the next even row, and what the network sees on either side
			if n > 1 {
				longest = min(rows, (rows+n-1)/n+1+2*7)
			}
			least := int64(workers * w / 2 * longest * memorySite)
			if got < least || got > least+int64(workers*w/2*2*memorySite) {
				t.Fatalf("%d rows, %d processors: %d bytes, want %d", h, procs, got, least)
			}
		}
	}
}

// More processors need more memory, up to one for every band; what a stored file needs does not depend on them.
func TestLimitsOfProcessors(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	need := func(w, h, procs int, modelled bool) int64 {
		runtime.GOMAXPROCS(procs)
		var limit *LimitError
		if err := (Limits{MaxMemory: 1}).check(w, h, modelled); !errors.As(err, &limit) || limit.What != "bytes of memory" {
			t.Fatal(err)
		}
		have := limit.Have
		if err := (Limits{MaxMemory: have}).check(w, h, modelled); err != nil {
			t.Fatal(err)
		}
		return have
	}
	const w, h = 768, 512 // four bands
	one := need(w, h, 1, true)
	each := need(w, h, 2, true) - one
	if each < w/2*(64+14)*520 || need(w, h, 4, true) != one+3*each || need(w, h, 8, true) != one+3*each {
		t.Errorf("%d bytes for one processor, %d for two, %d for four, %d for eight", one, one+each, need(w, h, 4, true), need(w, h, 8, true))
	}
	if a, b := need(w, h, 1, false), need(w, h, 8, false); a != b || a >= one {
		t.Errorf("stored, %d bytes for one processor, %d for eight", a, b)
	}
	if err := (Limits{}).check(6000, 4000, true); (err == nil) != (DefaultMaxMemory >= 16<<30) {
		t.Errorf("24 megapixels by default: %v", err)
	}
}
