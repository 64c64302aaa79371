package model

import "github.com/ddpmz/ddpmz/model/internal/process"

// unknown is short for process.Unknown.
const unknown = process.Unknown

// A cell is what is known of a coordinate v with dither u at clock k: a = v+u with its low k bits cleared,
// so that v lies in [a-u, a-u+2^k). Cells nest: the cell at a coarser clock is a with more bits cleared.

// centreQ6 returns the middle of the cell's values, Q6; 0 where nothing is known.
func centreQ6(a int32, u uint16, k uint8) int32 {
	if k == unknown {
		return 0
	}
	return (a-int32(u))<<6 + (1<<(k&31)-1)<<5
}
