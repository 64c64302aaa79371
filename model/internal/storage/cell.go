package storage

import (
	"github.com/ddpmz/ddpmz/model/internal/fixed"
	"github.com/ddpmz/ddpmz/model/internal/process"
)

// A cell is what is known of a coefficient v with dither u at clock k: a = v+u with its low k bits cleared, so that v lies in
// [a-u, a-u+2^k). At clock process.Unknown nothing is known of v. Cells nest: the cell at a coarser clock is a with more bits
// cleared.

// CentreQ6 returns the centre of the values in a cell, Q6; 0 where nothing is known.
func CentreQ6(a int32, u uint16, k uint8) int32 {
	if k == process.Unknown {
		return 0
	}
	return (a-int32(u))<<6 + (1<<(k&31)-1)<<5
}

// pack returns cell a at clock k as one integer: cell number n at clock k is (2n+1)·2^k, and 0 says that nothing is known. A
// cell outside [-bound, bound) becomes the outermost at its clock.
func pack(a int32, k uint8, bound int32) int32 {
	if k == process.Unknown {
		return 0
	}
	k &= 31 // as it is, but so that the compiler knows
	return fixed.Clamp(a, -bound, bound-1)>>k<<k<<1 | 1<<k
}

// unpack returns the cell and the clock that v is packed from.
func unpack(v int32) (a int32, k uint8) {
	k = PackedClock(v)
	return v >> 1 >> (k & 31) << (k & 31), k // nothing is left of 0 either way
}

// PackedClock returns the clock of a packed cell: the number of zeros below its lowest one, or process.Unknown. A table of what
// a multiplication makes of that one takes no branch, which would be mispredicted, and no more time than the instruction.
func PackedClock(v int32) uint8 { return packedClocks[uint32(v&-v)*clockHash>>26] }

// clockHash times any power of 2 has other highest 6 bits, and none of them are 0.
const clockHash = 0x2265b1f5

var packedClocks = func() (t [64]uint8) {
	t[0] = process.Unknown
	for k := range 32 {
		t[uint32(1)<<k*clockHash>>26] = uint8(k)
	}
	return
}()

// unpackRow unpacks a row of cells to the beginning of cell and clock.
func unpackRow[T int16 | int32](cell []int32, clock []uint8, from []T) {
	cell, clock = cell[:len(from)], clock[:len(from)]
	for j, v := range from {
		cell[j], clock[j] = unpack(int32(v))
	}
}
