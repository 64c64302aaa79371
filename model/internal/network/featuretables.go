package network

import (
	"github.com/ddpmz/ddpmz/model/internal/fixed"
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/storage"
)

// featureTables hold the functions that compress what the network reads to its inputs, in activations.
//
// A coefficient has as many extra bits as samples have beyond 8, but one less if it is of chroma whose steps are twice as coarse as
// those of other chroma: -1 to 8.
type featureTables struct {
	frac    uint                                      // fractional bits of activations
	asinh   [2*asinhEnd + 1]int16                     // asinh(x/1.5) for x in Q3, from -asinhEnd on
	precise [process.Unknown + 1]int16                // 1.2 - k/6 by clock; 0 where nothing is known
	clocks  [mostExtra + 2][process.Unknown + 1]int16 // what precision returns, by extraBits + 1 and clock
	logs    [1 << 13]int16                            // what log returns
}

const (
	asinhEnd  = 1<<13 - 1 // from where on compress returns the same, Q3
	mostExtra = 8         // extra bits of a coefficient
)

func newFeatureTables(frac uint) *featureTables {
	t := &featureTables{frac: frac}
	for i := range asinhEnd + 1 {
		y := uint64(i) << 16 / 12 // x/1.5, Q16
		v := t.ln(fixed.Log2Q16(y+fixed.Sqrt(y*y+1<<32)) - 16<<16)
		t.asinh[asinhEnd+i], t.asinh[asinhEnd-i] = v, -v
	}
	for i := range t.logs {
		t.logs[i] = t.logOf(uint32(i))
	}
	for k := range int32(process.DitherBits + 1) {
		t.precise[k] = int16((36<<frac - 5*k<<frac + 15) / 30)
	}
	for i := range t.clocks {
		for k := range t.clocks[i] {
			t.clocks[i][k] = t.precise[k]
			if k > 0 && k < process.Unknown { // the feature of what is exact does not depend on its steps
				t.clocks[i][k] = t.precise[max(k-i+1, 0)]
			}
		}
	}
	return t
}

// ln turns a logarithm to base 2 in Q16 into a natural one as an activation.
func (t *featureTables) ln(log2 int32) int16 {
	return int16((int64(log2)*fixed.Ln2Q30>>30 + 1<<(15-t.frac)) >> (16 - t.frac))
}

// log returns ln(v/256 + 1/2) for v in Q8.
func (t *featureTables) log(v uint32) int16 {
	if v < uint32(len(t.logs)) {
		return t.logs[v]
	}
	return t.logOf(v)
}

func (t *featureTables) logOf(v uint32) int16 { return t.ln(fixed.FastLog2Q16(v+128) - 8<<16) }

// compress returns asinh(x/1.5) for x in Q3.
func (t *featureTables) compress(x int32) int16 {
	return t.asinh[asinhEnd+fixed.Clamp(x, -asinhEnd, asinhEnd)] // without a branch, which would be mispredicted
}

// cell returns the features of a cell of a coefficient with some extra bits: its centre, compressed, and its clock.
func (t *featureTables) cell(a int32, u uint16, k uint8, extraBits int) (centre, precision int16) {
	if k == process.Unknown {
		return 0, 0
	}
	return t.compress(shallowCentre(a, u, k, extraBits) >> 3), t.precision(k, extraBits)
}

// precision returns the feature of a clock.
func (t *featureTables) precision(k uint8, extraBits int) int16 { return t.clocks[extraBits+1][k] }

// shifts returns by how many bits to shift up, then down, to take extraBits bits from a value, or add some.
func shifts(extraBits int) (up, down uint) {
	return uint(max(-extraBits, 0)) & 31, uint(max(extraBits, 0)) & 31
}

// shallow takes extraBits bits from v, or adds some.
func shallow(v int32, extraBits int) int32 {
	up, down := shifts(extraBits)
	return v << up >> down
}

// shallowCentre returns the centre of a cell, Q6 of 8-bit grey levels, within what 8-bit images can reach.
func shallowCentre(a int32, u uint16, k uint8, extraBits int) int32 {
	return fixed.Clamp(shallow(fixed.Clamp(storage.CentreQ6(a, u, k), -1<<30, 1<<30-1), extraBits), -1<<17, 1<<17)
}

// The methods below write the features of a row of sites to the first of n channels of each site. They are not inlined, so
// that their loops have the registers for themselves.

// encodeLevels writes the features of the brightness of the coarser image, Q4.
//
//go:noinline
func (t *featureTables) encodeLevels(to []int16, n int, level []int32) {
	frac, j := t.frac&31, 0
	for _, v := range level {
		to[j] = fixed.Sat16((v - 128<<4) << frac >> 11)
		j += n
	}
}

// encodeDeviations writes the features of deviations, which are 25 times those, Q4.
//
//go:noinline
func (t *featureTables) encodeDeviations(to []int16, n int, deviation []int32) {
	j := 0
	for _, e := range deviation {
		to[j] = t.compress((e + 25) / 50)
		j += n
	}
}

// encodeCells writes the features of the centres of cells, Q6, and on channels further those of their clocks.
//
//go:noinline
func (t *featureTables) encodeCells(to []int16, n, on int, centre []int32, clock []uint8, extraBits int) {
	precise, j := &t.clocks[extraBits+1], 0
	clock = clock[:len(centre)]
	for x, z := range centre {
		to[j], to[j+on] = t.compress(z>>3), precise[clock[x]]
		j += n
	}
}

// encodeLogs writes the logarithms of values in Q8; see log.
//
//go:noinline
func (t *featureTables) encodeLogs(to []int16, n int, values []int32) {
	const last = int32(len(t.logs)) - 1
	most, j := int32(0), 0
	for _, v := range values {
		to[j] = t.logs[min(v, last)]
		most = max(most, v)
		j += n
	}
	if most <= last {
		return
	}
	for x, v := range values {
		if v > last {
			to[x*n] = t.logOf(uint32(v))
		}
	}
}
