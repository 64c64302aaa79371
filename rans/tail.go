package rans

import "math/bits"

// The far end of a single lane, where the state is a 1 and sixteen bits of an
// arithmetic code (see the package comment). There x'/total is 1, so that popping
// a symbol is x = freq + x'%total - start, in [freq, 2*freq), and the decoder
// then fills x up with zero bits.

// maxFill is the most zero bits that a stream may want: sixteen between the
// last symbols, sixteen before them. A decoder that wants more has lost its way.
const maxFill = 2 * ProbBits

// fill returns how many zero bits, if shifted into x, take it to total or
// above.
func fill(x uint64) int {
	return max(0, ProbBits+1-bits.Len64(x))
}

// codeTail codes as many of the last symbols as the fraction has room for. It
// returns the state that decodes to them, and how many symbols are left.
func codeTail(syms []symbol) (x uint64, left int) {
	// All states in [lo, hi] decode to the symbols so far. Before the first,
	// that is every state there is.
	left = len(syms)
	lo, hi := uint64(total), uint64(2*total-1)
	filled := 0
	for ; left > 0; left-- {
		s := syms[left-1]
		f := s.freq()
		l, h := f, 2*f-1
		if left < len(syms) {
			var z int
			l, h, z = unfill(lo, hi, f)
			if filled += z; l > h || filled > ProbBits {
				break
			}
		}
		lo = total + l - f + s.start()
		hi = total + h - f + s.start()
	}

	// The roundest state of all: its trailing zeros need not be sent. But if
	// another symbol follows it must not get lost, and a state below its
	// frequency would: the quotient in push would be 0.
	least := uint64(1)
	if left > 0 {
		least = syms[left-1].freq()
	}
	x = roundest(lo, hi)
	for x&1 == 0 && x>>1 >= least {
		x >>= 1
	}
	return x, left
}

// unfill returns a range of states in [f, 2*f) that z zero bits take into
// [lo, hi]. If there are two, it is the larger one, which gives some precision
// away, about half a byte in a run of likely symbols. If there is none, l > h.
func unfill(lo, hi, f uint64) (l, h uint64, z int) {
	// The upper states are short of z bits, the lower (there are none if f is a
	// power of two) of one more. Division by a power of two, up and down.
	z = fill(2*f - 1)
	l, h = (lo+1<<z-1)>>z, min(hi>>z, 2*f-1)
	z1 := z + 1
	l1, h1 := max((lo+1<<z1-1)>>z1, f), hi>>z1
	if h1+l > h+l1 {
		return l1, h1, z1
	}
	return l, h, z
}

// roundest returns the number in [lo, hi] with most trailing zeros.
func roundest(lo, hi uint64) uint64 {
	// lo-1 and hi first differ in the bit that some number in between has as
	// its last one.
	return hi &^ (1<<(bits.Len64((lo-1)^hi)-1) - 1)
}
