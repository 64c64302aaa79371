package main

import "testing"

// TestGrowth: the heap of small pictures doubles, as it does elsewhere, and that of large ones hardly grows.
func TestGrowth(t *testing.T) {
	for _, test := range []struct {
		pixels int64
		want   int
	}{{0, 100}, {1, 100}, {768 * 512, 100}, {6 << 20, 11}, {24 << 20, 3}, {1 << 62 / 48, 3}} {
		if got := growth(test.pixels); got != test.want {
			t.Errorf("%d pixels: %d%%, want %d%%", test.pixels, got, test.want)
		}
	}
}
