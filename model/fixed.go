package model

import "math/bits"

// ln2Q30 is the natural logarithm of 2, Q30.
const ln2Q30 = 744261118

// log2Q16 returns log2(x) in Q16 for x >= 1, by repeated squaring; the last bit is truncated.
func log2Q16(x uint64) int32 {
	n := bits.Len64(x) - 1
	m := x << (63 - n) // mantissa in [1,2) as Q63
	l := int32(n)
	for range 16 {
		hi, lo := bits.Mul64(m, m) // Q126
		l <<= 1
		if hi>>63 != 0 { // square in [2,4)
			l |= 1
			m = hi
		} else {
			m = hi<<1 | lo>>63
		}
	}
	return l
}

// exp2Q30 returns 2^(f/2^16) in Q30 for a fraction 0 <= f < 2^16, as a product of square roots of 2.
func exp2Q30(f uint32) uint64 {
	r := uint64(1) << 30
	root := uint64(2) << 60 // 2 as Q60
	for b := 15; b >= 0; b-- {
		root = sqrt(root) << 30 // next root of 2, Q60
		if f>>b&1 != 0 {
			r = (r*(root>>30) + 1<<29) >> 30
		}
	}
	return r
}

// sqrt returns floor(sqrt(x)).
func sqrt(x uint64) uint64 {
	var r uint64
	for b := uint64(1) << 31; b != 0; b >>= 1 {
		if t := r | b; t*t <= x {
			r = t
		}
	}
	return r
}

// log2Table holds log2(i) in Q16 for i in [256,512], for log2Fast.
var log2Table = func() (t [257]int32) {
	for i := range t {
		t[i] = log2Q16(uint64(256+i)) - 8<<16
	}
	return
}()

// log2Fast returns log2(x) in Q16 for x >= 1, interpolating a table of 256 mantissas: it falls
// short by less than 3·2^-16, and never decreases with x.
func log2Fast(x uint32) int32 {
	n := bits.Len32(x) - 1
	m := x << ((31 - n) & 31) // mantissa, Q31
	i := m >> 23 & 0xff       // its eight bits after the leading one
	f := int32(m >> 7 & 0xffff)
	a, b := log2Table[i], log2Table[i+1]
	return int32(n)<<16 + a + (b-a)*f>>16
}

func clamp[T int | int16 | int32 | int64](v, lo, hi T) T { return min(max(v, lo), hi) }

func sat16(v int32) int16 { return int16(clamp(v, -1<<15, 1<<15-1)) }
