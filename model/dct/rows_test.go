package dct

import "testing"

// TestActive compares groups with single clocks, for all clocks that there are.
func TestActive(t *testing.T) {
	for k := range uint8(maxClock + 1) {
		for clock := range 256 {
			if clock > maxClock && clock < never || clock > never+maxClock {
				continue
			}
			c := uint8(clock)
			want := c < never || k <= c-never
			if active(c, k) != want {
				t.Fatalf("clock %d at %d is active: %t", c, k, !want)
			}
			for at := range groupBlocks {
				clocks := make([]uint8, groupBlocks)
				for i := range clocks {
					clocks[i] = never // active at 0 only
				}
				clocks[at] = c
				if got := anyActive(clocks, k); got != (k == 0 || want && at%2 == 0) {
					t.Fatalf("clock %d of coefficient %d at %d: %t", c, at, k, got)
				}
			}
		}
	}
}
