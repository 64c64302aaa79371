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
	logs    [lastLog + 1]int16                        // what log returns
}

const (
	asinhEnd  = 1<<13 - 1 // from where on compress returns the same, Q3
	mostExtra = 8         // extra bits of a coefficient
	lastLog   = 1<<13 - 1 // the last logarithm in a table
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
	if v <= lastLog {
		return t.logs[v]
	}
	return t.logOf(v)
}

func (t *featureTables) logOf(v uint32) int16 { return t.ln(fixed.FastLog2Q16(v+128) - 8<<16) }

// asinhIndex returns the index of asinh(x/1.5) for x in Q3, without a branch, which would be mispredicted.
func asinhIndex(x int32) int32 { return asinhEnd + fixed.Clamp(x, -asinhEnd, asinhEnd) }

// shifts returns by how many bits to shift up, then down, to take extraBits bits from a value, or add some.
func shifts(extraBits int) (up, down uint) {
	return uint(max(-extraBits, 0)) & 31, uint(max(extraBits, 0)) & 31
}

// eightBitCentre returns the centre of a cell, Q6 of 8-bit grey levels, within what 8-bit images can reach. up and down are those of shifts.
func eightBitCentre(a int32, u uint16, k uint8, up, down uint) int32 {
	return fixed.Clamp(fixed.Clamp(storage.CentreQ6(a, u, k), -1<<30, 1<<30-1)<<(up&31)>>(down&31), -1<<17, 1<<17)
}

// The functions below write the features of a row of sites to the first of n channels of each site. They are not inlined, so
// that their loops have the registers for themselves.

// spreadOut writes features.
//
//go:noinline
func spreadOut(to []int16, n int, features []int32) {
	x := wideSpread(to, n, features)
	j := x * n
	for _, v := range features[x:] {
		to[j] = int16(v)
		j += n
	}
}

// lookUp writes what a table has at indices.
//
//go:noinline
func lookUp(to []int16, n int, index []int32, table []int16) {
	x := wideLookUp(to, n, index, table)
	j := x * n
	for _, i := range index[x:] {
		to[j] = table[i]
		j += n
	}
}

// lookUpClocks writes what a table has for clocks.
//
//go:noinline
func lookUpClocks(to []int16, n int, clock []uint8, table *[process.Unknown + 1]int16) {
	x := wideLookUpClocks(to, n, clock, table)
	j := x * n
	for _, k := range clock[x:] {
		to[j] = table[k]
		j += n
	}
}

// encodeCells writes the features of the centres of cells, which are given as indices, and on channels further those of their clocks.
func (t *featureTables) encodeCells(to []int16, n, on int, centre []int32, clock []uint8, extraBits int) {
	lookUp(to, n, centre, t.asinh[:])
	lookUpClocks(to[on:], n, clock, &t.clocks[extraBits+1])
}

// encodeLogs writes the logarithms of values in Q8, which index has as far as they are in the table; above says that one is not.
func (t *featureTables) encodeLogs(to []int16, n int, values, index []int32, above bool) {
	lookUp(to, n, index, t.logs[:])
	if !above {
		return
	}
	for x, v := range values {
		if v > lastLog {
			to[x*n] = t.logOf(uint32(v))
		}
	}
}
