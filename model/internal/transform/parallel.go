package transform

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// inParallel calls f with 0 to n-1, in as many goroutines as there are processors.
func inParallel(n int, f func(k int)) {
	var next atomic.Int64
	work := func() {
		for k := int(next.Add(1)) - 1; k < n; k = int(next.Add(1)) - 1 {
			f(k)
		}
	}
	var others sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) - 1 {
		others.Go(work)
	}
	work()
	others.Wait()
}

// rowsInParallel divides [0,h) into ranges [y0,y1) of chunkRows rows, of which the last may have fewer, and calls f with each,
// in as many goroutines as there are processors.
func rowsInParallel(h int, f func(y0, y1 int)) {
	const chunkRows = 32
	inParallel((h+chunkRows-1)/chunkRows, func(k int) { f(k*chunkRows, min((k+1)*chunkRows, h)) })
}
