// Package parallel shares work out among processors.
package parallel

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// WorthSharing is the least work that Ranges shares out.
const WorthSharing = 50_000

// Ranges calls f on consecutive ranges [y0,y1) that cover [0,rows), from as many goroutines as there are
// processors, if the work (in any unit of about a nanosecond) is worth it, and waits for them. A worker, numbered
// from 0, does one thing at a time.
func Ranges(procs, rows, work int, f func(worker, y0, y1 int)) {
	n := min(procs, rows)
	if n < 2 || work < WorthSharing {
		f(0, 0, rows)
		return
	}
	// More pieces than processors, so that one that is held up does not hold up all.
	pieces := min(rows, 4*n)
	next := make(chan int, pieces)
	for i := range pieces {
		next <- i
	}
	close(next)
	var wg sync.WaitGroup
	for worker := range n {
		wg.Go(func() {
			for i := range next {
				f(worker, rows*i/pieces, rows*(i+1)/pieces)
			}
		})
	}
	wg.Wait()
}

// Each calls f with 0 to n-1, from as many goroutines as there are processors, and waits for them.
func Each(n int, f func(k int)) {
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

// Chunks calls f on ranges [y0,y1) of 32 rows, of which the last may have fewer, that cover [0,rows), as Each does. Where the
// ranges end does not depend on the number of processors.
func Chunks(rows int, f func(y0, y1 int)) {
	const chunk = 32
	Each((rows+chunk-1)/chunk, func(k int) { f(k*chunk, min((k+1)*chunk, rows)) })
}
