// Package fixed is the fixed-point arithmetic of the model: logarithms, powers, roots and limits in integers alone, so that
// results are the same on every machine. A number in Qn is an integer that stands for itself divided by 2^n.
package fixed

import "math/bits"

// Ln2Q30 is the natural logarithm of 2, Q30.
const Ln2Q30 = 744261118

// Log2Q16 returns log2(x) in Q16, rounded down, for x >= 1. It squares the mantissa once for every bit.
func Log2Q16(x uint64) int32 {
	n := bits.Len64(x) - 1
	m := x << (63 - n) // mantissa in [1,2), Q63
	l := int32(n)
	for range 16 {
		hi, lo := bits.Mul64(m, m) // Q126
		l <<= 1
		if hi>>63 != 0 { // the square is in [2,4)
			l |= 1
			m = hi
		} else {
			m = hi<<1 | lo>>63
		}
	}
	return l
}

// log2Table holds log2(i) in Q16, less 8, for i in [256,512]: what FastLog2Q16 interpolates.
var log2Table = func() (t [257]int32) {
	for i := range t {
		t[i] = Log2Q16(uint64(256+i)) - 8<<16
	}
	return
}()

// Log2Table returns the table of FastLog2Q16, for assembly that does the same. It is read-only.
func Log2Table() *[257]int32 { return &log2Table }

// FastLog2Q16 returns log2(x) in Q16 for x >= 1, interpolated between 256 mantissas in a table. The result is too small by
// less than 3·2^-16, and never decreases as x grows.
func FastLog2Q16(x uint32) int32 {
	n := bits.Len32(x) - 1
	m := x << ((31 - n) & 31) // mantissa, Q31
	i := m >> 23 & 0xff       // the eight bits after its leading one
	f := int32(m >> 7 & 0xffff)
	a, b := log2Table[i], log2Table[i+1]
	return int32(n)<<16 + a + (b-a)*f>>16
}

// Exp2Q30 returns 2^(f/2^16) in Q30 for a fraction 0 <= f < 2^16, as a product of roots of 2: one for every bit of f.
func Exp2Q30(f uint32) uint64 {
	r := uint64(1) << 30
	root := uint64(2) << 60 // 2, Q60
	for b := 15; b >= 0; b-- {
		root = Sqrt(root) << 30 // the square root of the root before, Q60
		if f>>b&1 != 0 {
			r = (r*(root>>30) + 1<<29) >> 30
		}
	}
	return r
}

// Sqrt returns the square root of x, rounded down.
func Sqrt(x uint64) uint64 {
	var r uint64
	for b := uint64(1) << 31; b != 0; b >>= 1 {
		if t := r | b; t*t <= x {
			r = t
		}
	}
	return r
}

// Clamp returns the number in [lo,hi] that is nearest to v, where lo <= hi.
func Clamp[T int | int16 | int32 | int64](v, lo, hi T) T { return min(max(v, lo), hi) }

// Sat16 returns the int16 that is nearest to v.
func Sat16(v int32) int16 { return int16(Clamp(v, -1<<15, 1<<15-1)) }
