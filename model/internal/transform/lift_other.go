//go:build !amd64 || noasm

package transform

// wideLift adds to the first of some samples, here to none: it returns to how many.
func wideLift(_, _, _, _, _ []int32, _ *[4]int32, _ int32, _, _ uint) int { return 0 }
