package model

import "sync"

// parallel calls f on consecutive ranges [y0,y1) that cover [0,rows), from as many goroutines as there are
// processors for the band, if the work (in any unit of about a nanosecond) is worth it, and waits for them.
func (b *band) parallel(rows, work int, f func(y0, y1 int)) {
	n := min(b.procs, rows)
	if n < 2 || work < 50_000 {
		f(0, rows)
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
	for range n {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range next {
				f(rows*i/pieces, rows*(i+1)/pieces)
			}
		}()
	}
	wg.Wait()
}
