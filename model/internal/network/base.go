package network

import (
	"github.com/ddpmz/ddpmz/model/internal/fixed"
	"github.com/ddpmz/ddpmz/model/internal/process"
)

// Bases returns what the network's outputs are relative to: the base of the scale, as log2 in Q16 of 8-bit
// grey levels, and that of the mean, Q12. texture and activity are the mean absolute deviations of the
// coarser image and of the cells around, Q8. Above 16 bits an activity makes no difference: 0.6 of it are more than
// the width of any cell. The constants are those the weights were trained with.
func Bases(texture, activity uint32, k uint8, extraBits int) (logScale, mean int32) {
	local := LocalBase(texture)
	if k == process.Unknown {
		return fixed.FastLog2Q16(uint32(local)) - 12<<16, int32(2 * local)
	}
	base := CellBase(local, activity, k, extraBits)
	return fixed.FastLog2Q16(uint32(base)) - 12<<16, int32(min(CellWidth(k, extraBits), 2*base))
}

// LocalBase returns the base of the scale where nothing is known, Q12: 0.4·texture + 0.3.
func LocalBase(texture uint32) uint64 { return (uint64(texture)*26214+1<<11)>>12 + 1229 }

// CellBase returns the base of the scale of what is known to be in a cell, Q12: 0.6·activity + 0.2, but at least 0.3·local and
// at most the cell's width.
func CellBase(local uint64, activity uint32, k uint8, extraBits int) uint64 {
	base := (uint64(activity)*9830+1<<9)>>10 + 819
	return min(max(base, local*19661>>16), CellWidth(k, extraBits))
}

// CellWidth returns the width of a cell in 8-bit grey levels, Q12.
func CellWidth(k uint8, extraBits int) uint64 { return 1 << (12 - extraBits + int(k)) }
