package model

import "testing"

// TestParallel: every row is done once, whatever their number.
func TestParallel(t *testing.T) {
	for _, rows := range []int{0, 1, 2, 3, 7, 64, 1001} {
		for _, work := range []int{0, 1 << 30} {
			done := make([]int32, rows)
			(&band{procs: 4}).parallel(rows, work, func(y0, y1 int) {
				for y := y0; y < y1; y++ {
					done[y]++
				}
			})
			for y, n := range done {
				if n != 1 {
					t.Errorf("%d rows: row %d is done %d times", rows, y, n)
				}
			}
		}
	}
}
