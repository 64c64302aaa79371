package logistic

import (
	"math/bits"

	"github.com/ddpmz/ddpmz/model/internal/fixed"
)

// A Coder joins the model and an entropy coder. An encoder codes what it is given and returns it; a decoder ignores what it is
// given and returns what it decodes. ok is false when a decoder has no more bytes, or an encoder shall stop; the model makes no
// more calls then.
type Coder interface {
	// Symbol codes symbol s of d.
	Symbol(d *Distribution, s int32) (t int32, ok bool)
	// Bits codes the n <= 16 bits of v, all values of which have the same probability.
	Bits(v uint32, n uint) (w uint32, ok bool)
	// Bit codes a bit that is 1 with probability p/65536, 0 < p < 65536. A 1 has the interval [0, p), a 0 the rest.
	Bit(b, p uint32) (c uint32, ok bool)
}

// BitInterval returns the interval of a bit that is 1 with probability p/65536.
func BitInterval(b, p uint32) (start, freq uint32) {
	if b != 0 {
		return 0, p
	}
	return p, 1<<ProbBits - p
}

// escapeBits bounds the distances that CodeDistance codes, in bits.
const escapeBits = 20

// CodeCell codes the cell, at the clock that d was set for, of a coefficient whose value plus dither is truth, and returns it:
// first the symbol; if the symbol stands for all cells on one side, then the distance of the cell; then the raw low bits. A
// decoder ignores truth.
func CodeCell(coder Coder, d *Distribution, raw uint8, truth int32) (a int32, ok bool) {
	n := truth >> (d.clock & 31)
	last := d.count - 1
	s, ok := coder.Symbol(d, fixed.Clamp(n-d.origin, 0, last))
	if !ok {
		return 0, false
	}
	cell := d.origin + s
	switch {
	case s == 0 && d.below:
		r, ok := CodeDistance(coder, cell-n)
		if !ok {
			return 0, false
		}
		cell -= r
	case s == last && d.above:
		r, ok := CodeDistance(coder, n-cell)
		if !ok {
			return 0, false
		}
		cell += r
	}
	low := uint32(0)
	if raw > 0 {
		if low, ok = coder.Bits(uint32(truth)>>(d.clock-raw)&(1<<raw-1), uint(raw)); !ok {
			return 0, false
		}
	}
	return cell<<(d.clock&31) | int32(low<<((d.clock-raw)&31)), true
}

// CodeDistance codes an integer 0 <= r < 2^escapeBits - 1 and returns it, as an Elias code does: the length of r+1 in binary,
// then its bits after the leading one.
func CodeDistance(coder Coder, r int32) (int32, bool) {
	n := uint32(bits.Len32(uint32(fixed.Clamp(r, 0, 1<<escapeBits-2)+1))) - 1
	n, ok := coder.Bits(n, 5)
	if !ok {
		return 0, false
	}
	n = min(n, escapeBits)
	v := uint32(r + 1)
	hi, lo := uint32(0), uint32(0)
	if n > 16 {
		if hi, ok = coder.Bits(v>>16&(1<<(n-16)-1), uint(n-16)); !ok {
			return 0, false
		}
	}
	if m := min(n, 16); m > 0 {
		if lo, ok = coder.Bits(v&(1<<m-1), uint(m)); !ok {
			return 0, false
		}
	}
	return int32(1<<n|hi<<16|lo) - 1, true
}
