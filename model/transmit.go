package model

import (
	"math/bits"

	"github.com/ddpmz/ddpmz/model/internal/fixed"
)

// escapeBits bounds the distance, in cells, of an escape.
const escapeBits = 20

// transmit codes the cell of truth (v+u) and returns it: the symbol, the distance if the symbol stands for
// many cells, then the raw low bits.
func transmit(coder Coder, d *Distribution, raw uint8, truth int32) (a int32, ok bool) {
	n := truth >> (d.clock & 31)
	last := d.count - 1
	s, ok := coder.Symbol(d, fixed.Clamp(n-d.origin, 0, last))
	if !ok {
		return 0, false
	}
	cell := d.origin + s
	switch {
	case s == 0 && d.below:
		r, ok := distance(coder, cell-n)
		if !ok {
			return 0, false
		}
		cell -= r
	case s == last && d.above:
		r, ok := distance(coder, n-cell)
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

// distance codes r >= 0 by the length of r+1 in binary, then its bits below the first.
func distance(coder Coder, r int32) (int32, bool) {
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
