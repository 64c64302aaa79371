//go:build !noasm

package transform

import "github.com/ddpmz/ddpmz/model/internal/kernel"

//go:generate sh -c "cd ../kernel/_gen && go run ./rows -what lift -out ../../transform/liftwide_amd64.s -stubs ../../transform/liftwide_amd64.go -pkg transform"

var liftIsWide = kernel.AVX512()

// wideLift adds sign times the rounded sum of taps times the samples of four rows to the first of some samples: it returns to how many.
func wideLift(to, r0, r1, r2, r3 []int32, taps *[4]int32, sign int32, shift, frac uint) int {
	n := len(to) &^ 15
	if !liftIsWide || n == 0 {
		return 0
	}
	liftAVX512(n/16, &to[0], &r0[:n][0], &r1[:n][0], &r2[:n][0], &r3[:n][0], &taps[0], sign>>31, int(shift), int(frac))
	return n
}
