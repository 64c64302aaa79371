package codec

import (
	"errors"
	"runtime"
	"testing"

	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// More processors need more memory, up to one for every band; what a stored file needs does not depend on them.
func TestLimitsOfProcessors(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	net, err := zoo.ByName("")
	if err != nil {
		t.Fatal(err)
	}
	of := func(w, h int, modelled bool) func(int64) int64 {
		if modelled {
			return decodingMemory(net, model.Geometry{Width: w, Height: h, Planes: 3, Depth: 8}, model.Reduction{}, false)
		}
		return (&picture{info: info{format: formatRGB, w: w, h: h, depth: 8}}).storedMemory(0)
	}
	need := func(w, h, procs int, modelled bool) int64 {
		runtime.GOMAXPROCS(procs)
		var limit *LimitError
		if err := (Limits{MaxMemory: 1}).check(w, h, of(w, h, modelled), 0); !errors.As(err, &limit) || limit.What != "bytes of memory" {
			t.Fatal(err)
		}
		have := limit.Have
		if err := (Limits{MaxMemory: have}).check(w, h, of(w, h, modelled), 0); err != nil {
			t.Fatal(err)
		}
		return have
	}
	const w, h = 768, 512 // four bands
	one := need(w, h, 1, true)
	each := need(w, h, 2, true) - one
	if each < slack*w/2*64*2*32 || // what the trunk makes of a band, alone
		need(w, h, 4, true) < one+2*each || need(w, h, 8, true) > need(w, h, 4, true)*9/8 {
		t.Errorf("%d bytes for one processor, %d for two, %d for four, %d for eight", one, one+each, need(w, h, 4, true), need(w, h, 8, true))
	}
	if a, b := need(w, h, 1, false), need(w, h, 8, false); a != b || a >= one {
		t.Errorf("stored, %d bytes for one processor, %d for eight", a, b)
	}
	if err := (Limits{}).check(6000, 4000, of(6000, 4000, true), 0); (err == nil) != (DefaultMaxMemory >= 16<<30) {
		t.Errorf("24 megapixels by default: %v", err)
	}
}
