package history

import (
	"math/bits"
	"sync"
)

// probes are frequencies that are looked at first: low ones, which hardly any block is without, and others, whose steps are larger. If
// none of the first probesFirst tells anything, the others are left out.
var probes = [...]int{1, 8, 9, 12, 33, 20, 27, 34, 2, 16, 10, 17, 3, 24, 4, 32, 11, 25, 18, 19, 26, 5, 40, 48, 41, 28, 35}

const probesFirst = 8

// firstBlocks is how many blocks of a place are looked at first, and firstNonzero how many of their coefficients of a frequency are evidence if they are not 0.
const (
	firstBlocks  = 24
	firstNonzero = 8
)

// A probing has what is looked at first of grids that begin in a column: of each row of 0 to 7 in which they may begin, a few blocks. Those of
// neighbouring rows overlap, and have most of the transform in common.
type probing struct {
	*plane
	places [8]place
	full   int // places that have all blocks
}

// A place has blocks of a grid, and their coefficients of the first probes.
type place struct {
	n    int
	at   [firstBlocks][2]int // where they begin
	coef [probesFirst][firstBlocks]int32
}

// probe looks at grids that begin in column x0.
func (s *probing) probe(x0 int) {
	for i := range s.places {
		s.places[i].n = 0
	}
	s.full = 0
	spread((s.wide-x0)/8, s.high/8, firstBlocks, func(x, y int) (more bool) {
		s.add(x0+8*x, 8*y)
		return s.full < len(s.places)
	})
}

// stripRows is how many rows the blocks take that begin in one of eight.
const stripRows = 8 + 7

// A strip has what a line transform makes of the rows of eight columns, for frequencies 0 to 4, with coefBits fractional bits.
type strip [5][stripRows]int32

// add adds the blocks that begin in column x, and in row y or one of the seven below it, to the places that have too few, if they have texture.
func (s *probing) add(x, y int) {
	high := min(stripRows, s.high-y)
	var least, most [stripRows]uint8
	known := 0 // bit by bit, which rows are
	for i := range high {
		at := (y+i)*s.wide + x
		if *(*[8]bool)(s.known[at:]) == [8]bool{true, true, true, true, true, true, true, true} {
			known |= 1 << i
		}
		q := (*[8]uint8)(s.samples[at:])
		least[i] = min(q[0], q[1], q[2], q[3], q[4], q[5], q[6], q[7])
		most[i] = max(q[0], q[1], q[2], q[3], q[4], q[5], q[6], q[7])
	}
	var rows strip
	transformed := false
	for y0 := range high - 7 {
		to := &s.places[y0]
		if to.n == firstBlocks || known>>y0&0xff != 0xff || !ranges((*[8]uint8)(least[y0:]), (*[8]uint8)(most[y0:])) {
			continue
		}
		if !transformed {
			rows.transform(s.plane, x, y, high)
			transformed = true
		}
		to.at[to.n] = [2]int{x, y + y0}
		for k, v := range rows.first(y0) {
			to.coef[k][to.n] = v
		}
		if to.n++; to.n == firstBlocks {
			s.full++
		}
	}
}

// ranges reports whether samples, of which these are the least and the most of rows, are as far apart as those of blocks with texture.
func ranges(least, most *[8]uint8) bool {
	low, high := least[0], most[0]
	for i := 1; i < 8 && high-low < leastRange; i++ {
		low, high = min(low, least[i]), max(high, most[i])
	}
	return high-low >= leastRange
}

// transform transforms so many rows of eight columns, which begin at (x, y), as block.forward does.
func (t *strip) transform(p *plane, x, y, high int) {
	const (
		shift = 12 - coefBits
		half  = 1 << shift >> 1
	)
	for i := range high {
		var v [8]int32
		for k, s := range (*[8]uint8)(p.samples[(y+i)*p.wide+x:]) {
			v[k] = int32(s) - 128
		}
		t[0][i] = (line0(&v) + half) >> shift
		t[1][i] = (line1(&v) + half) >> shift
		t[2][i] = (line2(&v) + half) >> shift
		t[3][i] = (line3(&v) + half) >> shift
		t[4][i] = (line4(&v) + half) >> shift
	}
}

// first returns the coefficients that the first probes need of the block that begins in a row.
func (t *strip) first(y0 int) [probesFirst]int32 {
	const half = 1 << 11
	u0, u1, u2, u3, u4 := (*[8]int32)(t[0][y0:]), (*[8]int32)(t[1][y0:]), (*[8]int32)(t[2][y0:]), (*[8]int32)(t[3][y0:]), (*[8]int32)(t[4][y0:])
	return [probesFirst]int32{
		(line0(u1) + half) >> 12,
		(line1(u0) + half) >> 12,
		(line1(u1) + half) >> 12,
		(line1(u4) + half) >> 12,
		(line4(u1) + half) >> 12,
		(line2(u4) + half) >> 12,
		(line3(u3) + half) >> 12,
		(line4(u2) + half) >> 12,
	}
}

// line0 to line4 are the frequencies 0 to 4 that basis has of eight numbers, with 12 fractional bits more.

func line0(v *[8]int32) int32 {
	return 1448 * (v[0] + v[1] + v[2] + v[3] + v[4] + v[5] + v[6] + v[7])
}

func line1(v *[8]int32) int32 {
	return 2009*(v[0]-v[7]) + 1703*(v[1]-v[6]) + 1138*(v[2]-v[5]) + 400*(v[3]-v[4])
}

func line2(v *[8]int32) int32 {
	return 1892*(v[0]+v[7]-v[3]-v[4]) + 784*(v[1]+v[6]-v[2]-v[5])
}

func line3(v *[8]int32) int32 {
	return 1703*(v[0]-v[7]) - 400*(v[1]-v[6]) - 2009*(v[2]-v[5]) - 1138*(v[3]-v[4])
}

func line4(v *[8]int32) int32 {
	return 1448 * (v[0] - v[1] - v[2] + v[3] + v[4] - v[5] - v[6] + v[7])
}

// evidence returns how many bits speak for the grid that begins in a row: by the first probes, and by all if these tell anything, or if all are wanted.
func (s *probing) evidence(y0 int, all bool) (bits int) {
	q := &s.places[y0]
	if q.n < firstNonzero {
		return 0
	}
	for k := range q.coef {
		bits += firstEvidence(&q.coef[k], q.n)
	}
	if bits == 0 && !all {
		return 0
	}
	var blocks [firstBlocks]block
	for i, at := range q.at[:q.n] {
		blocks[i] = s.blockAt(at[0], at[1])
		blocks[i].forward(0)
	}
	for _, f := range probes[probesFirst:] {
		for i := range blocks[:q.n] {
			q.coef[0][i] = blocks[i][f]
		}
		bits += firstEvidence(&q.coef[0], q.n)
	}
	return bits
}

// roundingReach is the reach of rounding, and roundingNear how far what is not 0 is from it: see stepOf.
var (
	roundingReach = int32(4 * root(roundingVariance))
	roundingNear  = roundingReach + 4
)

// firstEvidence returns how many bits n coefficients of a frequency speak for a step. Of most pictures, they are no multiples of any: that is found for
// all steps below maskedSteps at once. It is as stepOf, but for firstNonzero, and takes one coefficient fewer that is no multiple where two could be.
func firstEvidence(coef *[firstBlocks]int32, n int) int {
	var once, twice uint32 // steps of which so many are no multiples
	masks := othersMasks()
	nonzero, between, largest := 0, 0, int32(0)
	for _, v := range coef[:n] {
		v = max(v, -v)
		largest = max(largest, v)
		nonzero += int(uint32(roundingNear-v) >> 31)
		between += int(uint32(farthest-v) & uint32(v-(maskedSteps*unit-farthest)) >> 31)
		others := masks[min(v/maskUnit, maskCells-1)]
		twice |= once & others
		once |= others
	}
	if nonzero < firstNonzero {
		return 0
	}
	mostOthers := min(nonzero/11, 1) // see tooMany
	last := min((largest+roundingNear)/unit, largestStep)
	left := ^[2]uint32{once, twice}[mostOthers] >> 2 << 2
	if last < maskedSteps-1 {
		left &= 1<<(last+1) - 1
	}
	larger := last >= maskedSteps && between <= mostOthers
	if left == 0 && !larger {
		return 0
	}
	var large [firstBlocks]int32
	k := 0
	for _, v := range coef[:n] {
		if v = max(v, -v); v > roundingNear {
			large[k] = v
			k++
		}
	}
	step := int32(0)
	if larger {
		step = mostStep(large[:k], last, roundingReach)
		for step >= maskedSteps && combs[step].rulesOut(&large, k) {
			step--
		}
	}
	if step < maskedSteps {
		for left != 0 && combs[bits.Len32(left)-1].rulesOut(&large, k) {
			left &^= 1 << (bits.Len32(left) - 1)
		}
		if left == 0 {
			return 0
		}
		step = int32(bits.Len32(left)) - 1
	}
	_, count, evidence := gain(large[:k], step, roundingReach, roundingVariance)
	if count < firstNonzero {
		return 0
	}
	return evidence
}

const (
	maskedSteps = 32        // those below are in masks
	maskUnit    = unit / 16 // of coefficients
	maskCells   = 2048      // of so much; larger coefficients say nothing
)

// othersMasks returns, by coefficients that are not 0, of which steps, by bit, none of these is a multiple.
var othersMasks = sync.OnceValue(func() *[maskCells]uint32 {
	masks := new([maskCells]uint32)
	for step := int32(2); step < maskedSteps; step++ {
		c := &combs[step]
		for multiple := int32(0); multiple < maskCells*maskUnit; multiple += c.width {
			from := max(multiple+c.far+1, roundingNear+1)
			for i := (from + maskUnit - 1) / maskUnit; i < min((multiple+c.width-c.far)/maskUnit, maskCells-1); i++ {
				masks[i] |= 1 << step
			}
		}
	}
	return masks
})

// A comb is what multiples needs to know of a step.
type comb struct {
	width, far int32  // between multiples, and how far a coefficient may be from one
	inverse    uint64 // of the width: a product is faster than a quotient, and the same for what is below 2^18
	most       int64  // of the mean squared distance; 0 if the noise hides the step
}

func combOf(step, reach int32, variance int64) comb {
	width := step * unit
	even := int64(width) * int64(width) / 12 // the mean square distance of what is not quantized
	if 2*variance > even {
		return comb{}
	}
	most := min(8*variance, even/4) // the noise of small changes is not even
	if step <= 3 {
		most = min(3*variance/2, even*3/5)
	}
	return comb{width, min(max(farthest, reach), width*2/5), 1<<32/uint64(width) + 1, most}
}

// combs are by steps, for the noise of rounding.
var combs = func() (c [largestStep + 1]comb) {
	for step := int32(2); step <= largestStep; step++ {
		c[step] = combOf(step, roundingReach, roundingVariance)
	}
	return c
}()

// rulesOut reports whether multiples is not ok for some coefficients, of which there are n, and zeros after them: as far as that shows by how many
// are no multiples, and by how far the others are from these. It does not branch on every coefficient, which is faster.
func (c *comb) rulesOut(coef *[firstBlocks]int32, n int) bool {
	mostOthers, mostSum := int32(n/11), c.most*int64(n) // see tooMany
	others, sum := int32(0), int64(0)
	for i := 0; i < n; i += 8 {
		for _, v := range (*[8]int32)(coef[i:]) {
			m := int32(uint64(v+c.width/2) * c.inverse >> 32)
			d := v - m*c.width
			d = max(d, -d)
			other := (c.far - d) >> 31 // all bits, or none
			others -= other
			sum += int64(d * d &^ other & (-m >> 31))
		}
		if others > mostOthers || sum > mostSum {
			return true
		}
	}
	return false
}
