//go:build !noasm

package transform

import (
	"slices"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/kernel"
)

// TestWideLift compares with divide, sample by sample, with every wavelet's taps.
func TestWideLift(t *testing.T) {
	for _, lanes = range []int{8, 16} {
		if lanes <= kernel.Lanes() {
			testWideLift(t)
		}
	}
	lanes = kernel.Lanes()
}

func testWideLift(t *testing.T) {
	r := newRand(9)
	for n := range 70 {
		var rows [5][]int32
		for j := range rows {
			rows[j] = make([]int32, n)
			for x := range rows[j] {
				rows[j][x] = r.Int32N(1<<20) - 1<<19
			}
		}
		for number := range Liftings {
			predict, predictShift, update, updateShift := Liftings[number].Taps()
			for _, frac := range []uint{0, 4} {
				for _, sign := range []int32{-1, 1} {
					taps, shift := predict, predictShift
					if sign > 0 {
						taps, shift = update, updateShift
					}
					got := slices.Clone(rows[0])
					done := wideLift(got, rows[1], rows[2], rows[3], rows[4], &taps, sign, shift, frac)
					if done <= n-lanes || done > n {
						t.Fatalf("%d of %d", done, n)
					}
					want := slices.Clone(rows[0])
					for x := range done {
						sum := taps[0]*rows[1][x] + taps[1]*rows[2][x] + taps[2]*rows[3][x] + taps[3]*rows[4][x]
						want[x] += sign * divide(sum, shift, frac)
					}
					if !slices.Equal(got, want) {
						t.Fatalf("%v, sign %d, %d fractional bits: %v, want %v", &Liftings[number], sign, frac, got, want)
					}
				}
			}
		}
	}
}
