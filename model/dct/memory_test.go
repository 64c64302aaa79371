package dct

import (
	"math/rand/v2"
	"runtime"
	"testing"
)

// TestMemory compares Memory with what chains take.
func TestMemory(t *testing.T) {
	w := untrained()
	r := rand.New(rand.NewPCG(1, 2))
	for _, im := range []*Image{testImage(samplings[0], 1, 1, 9, 9, r), testImage(samplings[3], 30, 40, 9, 9, r), testImage(samplings[9], 5, 2*bandRows, 9, 9, r)} {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		c := NewChain(w, im)
		runtime.GC()
		runtime.ReadMemStats(&after)
		took, bound := int64(after.HeapAlloc)-int64(before.HeapAlloc), Memory(im)
		if took > bound || took < bound/4 {
			t.Errorf("%d bands take %d bytes, and Memory returns %d", len(c.bands), took, bound)
		}
		runtime.KeepAlive(c)
	}
}
