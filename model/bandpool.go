package model

import (
	"runtime"
	"sync"
)

// eachBand has the bands of a scale coded, by as many goroutines as there are processors, and returns whether all
// of them returned true. If keep is set, what they did to cells and records is kept.
func (c *Chain) eachBand(s *scale, stage int, seen parent, keep bool, code func(b *band, number int) bool) bool {
	if s.cells[0].Empty() {
		c.begin(s)
	}
	n := bandsOf(s.h)
	procs := runtime.GOMAXPROCS(0)
	workers := min(n, procs)
	scratch := c.workOf(s.number)
	for len(scratch.bands) < workers {
		scratch.bands = append(scratch.bands, new(band))
	}
	var (
		mu   sync.Mutex
		next int
		all  = true
	)
	last := &scratch.above
	work := func(b *band) {
		for {
			// In order, so that the rows below are still as they were, and those above in last.
			mu.Lock()
			number := next
			if next++; number >= n || c.stopped() {
				all = all && number >= n
				mu.Unlock()
				return
			}
			b.take(c, s, stage, &seen, number, last)
			mu.Unlock()
			b.procs = max(1, procs/workers)
			ok := code(b, number)
			if keep && (ok || b.advanced >= minAdvanced) {
				b.putRecords()
				if b.advanced > 0 {
					c.coded.Store(true)
				}
			} else {
				b.undo(s)
			}
			if !ok {
				mu.Lock()
				all = false
				mu.Unlock()
			}
		}
	}
	var wg sync.WaitGroup
	for i := 1; i < workers; i++ {
		wg.Go(func() { work(scratch.bands[i]) })
	}
	work(scratch.bands[0])
	wg.Wait()
	return all
}
