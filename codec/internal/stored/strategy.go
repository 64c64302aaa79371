package stored

import "math/bits"

// A strategy says how the encoder filters rows. The decoder need not know it:
// each row names its filter.
type strategy int

const (
	unfiltered strategy = iota // no filter bytes at all
	allSub                     // every row filterSub
	allUp                      // every row filterUp
	allPaeth                   // every row filterPaeth
	leastSum                   // each row the filter that leaves the least sum of absolute values
	leastBits                  // each row the filter whose bytes have the least entropy
	leastPairs                 // each row the filter that leaves the fewest distinct pairs of bytes
	numStrategies
)

// fixed returns the filter of the strategies that use one for all rows.
func (s strategy) fixed() (f filter, ok bool) {
	switch s {
	case allSub:
		return filterSub, true
	case allUp:
		return filterUp, true
	case allPaeth:
		return filterPaeth, true
	}
	return 0, false
}

// A scorer rates filtered rows. It holds scratch memory only.
type scorer struct {
	counts [256]int
	pairs  [1 << 16 / 64]uint64 // one bit for each pair of bytes
}

// score returns how costly a filtered row looks to the strategy; only
// comparisons between the filters of one row mean anything.
func (c *scorer) score(s strategy, row []byte) int64 {
	switch s {
	case leastSum:
		return sumOfMagnitudes(row)
	case leastBits:
		return c.entropy(row)
	default:
		return c.distinctPairs(row)
	}
}

// sumOfMagnitudes adds up the bytes' distances from 0 modulo 256.
func sumOfMagnitudes(row []byte) int64 {
	var sum int64
	for _, b := range row {
		sum += int64(min(b, -b))
	}
	return sum
}

// entropy returns the zero-order entropy of the row in bits, Q16, less a
// constant that depends only on the row's length: with counts c of n bytes the
// entropy is n log n - sum c log c.
func (c *scorer) entropy(row []byte) int64 {
	clear(c.counts[:])
	for _, b := range row {
		c.counts[b]++
	}
	var sum int64
	for _, n := range c.counts {
		if n > 0 {
			sum -= int64(n) * log2(n)
		}
	}
	return sum
}

// distinctPairs counts the different pairs of neighbouring bytes: few pairs
// are a sign of repetition, which the match finder likes.
func (c *scorer) distinctPairs(row []byte) int64 {
	clear(c.pairs[:])
	for i := 1; i < len(row); i++ {
		pair := int(row[i-1])<<8 | int(row[i])
		c.pairs[pair/64] |= 1 << (pair % 64)
	}
	var n int64
	for _, word := range c.pairs {
		n += int64(bits.OnesCount64(word))
	}
	return n
}

// log2 returns the logarithm to base 2 of n > 0 in Q16, within 0.008: the
// mantissa 1+x is taken as x + 0.3436 x (1-x). It guides a choice and touches
// no format.
func log2(n int) int64 {
	e := bits.Len64(uint64(n)) - 1
	x := int64(uint64(n)<<16>>e) - 1<<16
	return int64(e)<<16 + x + (22518*x>>16)*(1<<16-x)>>16
}
