// Package parallel shares work out among processors.
package parallel

import "sync"

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
