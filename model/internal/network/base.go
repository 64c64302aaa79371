package network

import (
	"github.com/ddpmz/ddpmz/model/internal/fixed"
	"github.com/ddpmz/ddpmz/model/internal/process"
)

// The constants of package process that the base of the scale is made of, in fixed point.
const (
	textureGain    = 26214 // reals.TextureGain, Q16
	textureOffset  = 1229  // reals.TextureOffset, Q12
	activityGain   = 9830  // reals.ActivityGain, Q14
	activityOffset = 819   // reals.ActivityOffset, Q12
	textureShare   = 19661 // reals.TextureShare, Q16
)

// Bases returns what the network's outputs are relative to: the base of the scale, as log2 in Q16 of 8-bit grey levels, and that of
// the mean, Q12. texture and activity are the mean absolute deviations of the coarser image and of the cells around, Q8; k is the
// clock of the coefficient, which has some extra bits. Activities of more than 16 bits make no difference: they give more than the
// width of any cell.
func Bases(texture, activity uint32, k uint8, extraBits int) (logScale, mean int32) {
	local := LocalBase(texture)
	if k == process.Unknown {
		return fixed.FastLog2Q16(uint32(local)) - 12<<16, int32(2 * local)
	}
	base := CellBase(local, activity, k, extraBits)
	return fixed.FastLog2Q16(uint32(base)) - 12<<16, int32(min(CellWidth(k, extraBits), 2*base))
}

// LocalBase returns the base of the scale where nothing is known, Q12: gain · texture + offset.
func LocalBase(texture uint32) uint64 { return (uint64(texture)*textureGain+1<<11)>>12 + textureOffset }

// CellBase returns the base of the scale of what is known to be in a cell, Q12: gain · activity + offset, but at least a share of
// local, which is LocalBase, and at most the width of the cell.
func CellBase(local uint64, activity uint32, k uint8, extraBits int) uint64 {
	base := (uint64(activity)*activityGain+1<<9)>>10 + activityOffset
	return min(max(base, local*textureShare>>16), CellWidth(k, extraBits))
}

// CellWidth returns the width of a cell in 8-bit grey levels, Q12.
func CellWidth(k uint8, extraBits int) uint64 { return 1 << (12 - extraBits + int(k)) }
