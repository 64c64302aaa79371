package dct

import (
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/dctkernel"
)

// TestAwake compares groups with single clocks, for all clocks that there are.
func TestAwake(t *testing.T) {
	for k := range uint8(maxClock + 1) {
		for clock := range 256 {
			if clock > maxClock && clock < never || clock > never+maxClock {
				continue
			}
			c := uint8(clock)
			want := c < never || k <= c-never
			if dctkernel.Awake(c, k) != want {
				t.Fatalf("clock %d at %d is awake: %t", c, k, !want)
			}
			for at := range groupBlocks {
				clocks := make([]uint8, groupBlocks)
				for i := range clocks {
					clocks[i] = never // awake at 0 only
				}
				clocks[at] = c
				if got := anyAwake(clocks, k); got != (k == 0 || want && at%2 == 0) {
					t.Fatalf("clock %d of coefficient %d at %d: %t", c, at, k, got)
				}
			}
		}
	}
}
