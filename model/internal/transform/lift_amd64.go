//go:build !noasm

package transform

import "github.com/ddpmz/ddpmz/model/internal/kernel"

var lanes = kernel.Lanes()

// wideLift adds sign times the rounded sum of taps times the samples of four rows to the first of some samples: it returns to how many.
func wideLift(to, r0, r1, r2, r3 []int32, taps *[4]int32, sign int32, shift, frac uint) int {
	if lanes == 0 || len(to) < lanes {
		return 0
	}
	lift := liftAVX2
	if lanes == 16 {
		lift = liftAVX512
	}
	groups := len(to) / lanes
	n := groups * lanes
	lift(groups, &to[0], &r0[:n][0], &r1[:n][0], &r2[:n][0], &r3[:n][0], &taps[0], sign>>31, int(shift), int(frac))
	return n
}
