package parallel

import (
	"sync/atomic"
	"testing"
)

// TestRanges: every row is done once, whatever their number, and no worker is called while it works.
func TestRanges(t *testing.T) {
	for _, rows := range []int{0, 1, 2, 3, 7, 64, 1001} {
		for _, work := range []int{0, 1 << 30} {
			done := make([]int32, rows)
			var busy [4]atomic.Bool
			Ranges(len(busy), rows, work, func(worker, y0, y1 int) {
				if busy[worker].Swap(true) {
					t.Errorf("%d rows: worker %d does two things at a time", rows, worker)
				}
				for y := y0; y < y1; y++ {
					done[y]++
				}
				busy[worker].Store(false)
			})
			for y, n := range done {
				if n != 1 {
					t.Errorf("%d rows: row %d is done %d times", rows, y, n)
				}
			}
		}
	}
}

// TestChunks: every row is done once, in ranges of 32 rows.
func TestChunks(t *testing.T) {
	for _, rows := range []int{0, 1, 31, 32, 33, 1001} {
		done := make([]atomic.Int32, rows)
		Chunks(rows, func(y0, y1 int) {
			if y0%32 != 0 || y1 != min(y0+32, rows) {
				t.Errorf("%d rows: a range from %d to %d", rows, y0, y1)
			}
			for y := y0; y < y1; y++ {
				done[y].Add(1)
			}
		})
		for y := range done {
			if n := done[y].Load(); n != 1 {
				t.Errorf("%d rows: row %d is done %d times", rows, y, n)
			}
		}
	}
}
