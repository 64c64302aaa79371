package train

import (
	"math"

	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/process/reals"
)

// unknown is the clock of a coefficient of which nothing is known.
const unknown = process.Unknown

// A cell is the quantization interval of a coefficient v with dither u at a clock k: all values in (lo, hi), which are those
// for which v+u differs in the lowest k bits only.
type cell struct {
	lo, hi float32 // edges; half-integers, or ±far where nothing is known
	clock  uint8
}

// doubled returns the cell in units half as large, for a coefficient whose steps are twice those of the network's units.
func (c cell) doubled() cell {
	if c.clock == unknown {
		return c
	}
	if c.clock > 0 {
		c.clock++ // an exact value has clock 0 in any units
	}
	return cell{2 * c.lo, 2 * c.hi, c.clock}
}

const far = 1e5

// ditherBits is the width of a dither in training: more than any clock needs, and so few that v+u is exact in float32.
const ditherBits = 14

func cellOf(v int32, u uint16, k uint8) cell {
	if k == unknown {
		return cell{-far, far, k}
	}
	lo := float32((v+int32(u))>>k<<k-int32(u)) - .5
	return cell{lo, lo + float32(int32(1)<<k), k}
}

// centre returns the centre of the cell, or 0 if nothing is known. Predicted means are relative to it.
func (c cell) centre() float32 { return (c.lo + c.hi) / 2 }

// precision returns the network's input for a clock.
func precision(k uint8) float32 {
	if k == unknown {
		return 0
	}
	return reals.PrecisionAtZero - float32(k)/reals.PrecisionSteps
}

// compressed holds asinh(x/reals.CompressScale) of half-integers x >= 0.
var compressed = func() (t [1 << 12]float32) {
	for i := range t {
		t[i] = float32(math.Asinh(float64(i) / 2 / reals.CompressScale))
	}
	return t
}()

// compress returns the network's input for a cell's centre, given twice the centre.
func compress(twice int32) float32 {
	if twice < 0 {
		return -compressed[min(-twice, int32(len(compressed))-1)]
	}
	return compressed[min(twice, int32(len(compressed))-1)]
}

// target returns the clock that a stage brings coefficient i to, from clock k. coarse is the number of bits by which its steps
// are coarser than the network's units.
func target(stage, i int, k, coarse uint8) uint8 {
	if stage == process.Stages-1 {
		return 0
	}
	return min(process.StageClocks[stage]+process.SubbandClocks[i]-coarse, k)
}
