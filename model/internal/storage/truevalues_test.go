package storage

import (
	"slices"
	"testing"
)

// TestTrueValues: rows of any values come back, zeros where there were none, in no more bytes than the largest value of a run takes.
func TestTrueValues(t *testing.T) {
	r := newRand(96)
	for _, w := range []int{1, 2, 7, RunSites - 1, RunSites, RunSites + 1, 3*RunSites + 5} {
		for _, bits := range []uint{0, 7, 8, 15, 16, 30} {
			const h = 3
			for _, there := range []int{w, w - 1, 0} {
				s, want := NewTrueValues(w, h), make([][]int32, h)
				for y := range h {
					values := make([]int32, 2*w)
					want[y] = make([]int32, w)
					for x := range there {
						v := int32(r.Uint32()) >> (31 - bits)
						if x == there/2 { // the outermost
							v = -1 << bits
						}
						values[2*x], values[2*x+1], want[y][x] = v, -1<<31, v
					}
					s.SetRow(y, values, there)
				}
				for y, row := range want {
					got := make([]int32, w)
					for x := range got {
						got[x] = 1<<31 - 1
					}
					s.LoadRow(got, y)
					if !slices.Equal(got, row) {
						t.Fatalf("%d bits, %d of %d sites: row %d is %v, want %v", bits, there, w, y, got, row)
					}
				}
				for y, values := range want {
					row := s.Row(y)
					for x, v := range values {
						if got := row.At(x); got != v || !row.Known() {
							t.Fatalf("%d bits, %d of %d sites: site %d, %d is %d, want %d", bits, there, w, y, x, got, v)
						}
					}
				}
				for k, run := range s.runs {
					from := k % s.runsInRow * RunSites
					n, most := min(w-from, RunSites), int32(0)
					for _, v := range want[k/s.runsInRow][from : from+n] {
						most = max(most, v, -1-v)
					}
					size := 4
					if most < 1<<7 {
						size = 1
					} else if most < 1<<15 {
						size = 2
					}
					if len(run) != size*n {
						t.Errorf("%d bits: %d bytes for %d values up to %d", bits, len(run), n, most)
					}
				}
			}
		}
	}
}
