package coding

import (
	"slices"
	"testing"
)

// TestHeapGrowth: the heap of small pictures doubles, as it does elsewhere, and that of large ones hardly grows.
func TestHeapGrowth(t *testing.T) {
	for _, test := range []struct {
		pixels int64
		want   int
	}{{0, 100}, {1, 100}, {768 * 512, 100}, {6 << 20, 11}, {24 << 20, 3}, {1 << 62 / 48, 3}} {
		if got := heapGrowth(test.pixels); got != test.want {
			t.Errorf("%d pixels: %d%%, want %d%%", test.pixels, got, test.want)
		}
	}
}

// TestReleasingMemory: progress is reported all the same.
func TestReleasingMemory(t *testing.T) {
	for _, side := range []int{100, 4000} {
		var got []int
		report := releasingMemory(side, side, func(permille int) { got = append(got, permille) })
		want := []int{0, 49, 50, 51, 100, 700, 1000}
		for _, p := range want {
			report(p)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d pixels a side: %v, want %v", side, got, want)
		}
	}
}
