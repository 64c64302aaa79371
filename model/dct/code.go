package dct

import (
	"math/bits"

	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/internal/dctkernel"
)

// A band is a run of block rows being coded. It has adaptive state of its own.
type band struct {
	dctkernel.Mixer
	components []*component
	encodes    bool // the planes have the coefficients
	level      int  // of the last pass that is complete
	row        row
	contexts   [dctkernel.Lanes]acContext // of a group of the row
	choice     dctkernel.Choice           // of decisions after the first one about a coefficient
	coder      model.Coder
	out        bool            // the coder ran out
	observe    func(*Decision) // or nil
}

// bit codes a decision.
func (b *band) bit(choice *dctkernel.Choice, bit uint32) uint32 {
	bit, ok := b.coder.Bit(bit, b.Predict(choice))
	if !ok {
		b.out = true
		return 0
	}
	b.Learn(choice, bit)
	return bit
}

// evenBit codes a bit that is as often 0 as 1.
func (b *band) evenBit(bit uint32) uint32 {
	bit, ok := b.coder.Bit(bit, 1<<15)
	b.out = b.out || !ok
	return bit & 1
}

// pass codes a pass, and reports whether the coder did not run out.
func (b *band) pass(p model.Pass, coder model.Coder, stopped func() bool) bool {
	b.coder, b.out = coder, false
	for _, f := range order {
		for i, c := range b.components {
			step := c.plane.Quant[f]
			if !in(p, step, c.area) {
				continue
			}
			k := clock(step, c.area, p.Level)
			for phase := range phases {
				if stopped() {
					return false
				}
				b.phase(i, int(f), phase, k, p.Level == TopLevel)
				if b.out {
					return false
				}
			}
		}
	}
	b.level = p.Level
	return true
}

// phase brings the coefficients of a frequency and phase to a clock.
func (b *band) phase(plane, f, phase int, k uint8, first bool) {
	c := b.components[plane]
	if f == 0 && phase == 0 && first {
		b.codeRange(c)
	}
	right := phases[phase][1]
	n := (c.wide - right + 1) / 2
	for y := phases[phase][0]; y < c.high; y += 2 {
		b.lookAt(plane, f, phase, f*c.size+c.at(y, right), n, k)
		for g, coded := range b.row.coded[:(n+dctkernel.Lanes-1)/dctkernel.Lanes] {
			switch x := right + g*groupBlocks; {
			case coded == 0:
			case f == 0:
				b.codeDCs(c, y, x, phase, k, coded, &b.row.predicted[g].Value)
			default:
				b.codeACs(plane, f, y, x, k, coded, &b.row.predicted[g])
			}
			if b.out {
				return
			}
		}
	}
}

// Where in its cell a magnitude of clock k > 0 is expected, Q4 of 2^k: if it is not in the one of zero, and at most if it is.
const (
	expectedLarge = 7
	expectedZero  = 6
)

// codeACs brings coefficients other than DCs to clock k: those of a group that has its first block at x, of which coded has a bit. All
// contexts of first decisions are found before the first is coded: none depends on another one of the group.
func (b *band) codeACs(plane, f, y, x int, k, coded uint8, p *dctkernel.Predictions) {
	c := b.components[plane]
	refined := uint8(0)
	var truth [dctkernel.Lanes]int32 // of an encoder; of a decoder, what is known of those refined. They are far apart, so they are read early.
	first := c.at(y, x)
	for left := coded; left != 0; left &= left - 1 {
		lane := bits.TrailingZeros8(left) % dctkernel.Lanes
		pos := first + 2*lane
		at := f*c.size + pos
		was := c.clocks[at]
		known := was < never && c.values[at] != 0
		if known || b.encodes {
			truth[lane] = int32(*c.truth(f, y, x+2*lane))
		}
		if known {
			refined |= 1 << lane
			continue
		}
		parent := p.Others[lane]
		if c.class != 0 {
			parent = c.parent.magnitude(f, pos, y, x+2*lane)
		}
		d := &b.contexts[lane]
		d.set(c, f, pos, was, k, p.All[lane], p.Own[lane], p.Others[lane], parent, p.Value[lane])
		chooseLarge(c, d)
	}
	for left := coded; left != 0 && !b.out; left &= left - 1 {
		lane := bits.TrailingZeros8(left) % dctkernel.Lanes
		if refined>>lane&1 != 0 {
			b.refine(c, f, y, x+2*lane, k, truth[lane], p.All[lane], p.Value[lane])
		} else {
			b.codeAC(plane, &b.contexts[lane], y, x+2*lane, truth[lane])
		}
	}
}

// codeAC brings a coefficient other than a DC, whose sign is not known, to the clock of its contexts. An encoder has the truth.
func (b *band) codeAC(plane int, d *acContext, y, x int, truth int32) {
	c, k := b.components[plane], d.k
	magnitude := max(truth, -truth) >> k
	if b.bit(&d.large, uint32(min(magnitude, 1))) == 0 {
		if b.out {
			return
		}
		expected := int32(0)
		if k > 0 {
			expected = min(d.all, expectedZero<<k)
		}
		c.know(d.at, k, 0, expected)
		return
	}
	minus := uint32(0)
	if truth < 0 {
		minus = 1
	}
	b.chooseSign(c, d, plane)
	minus = b.bit(&b.choice, minus)
	n := b.codeLarger(d, magnitude)
	if b.out {
		return
	}
	n = min(n<<k, 1<<15-1+int32(minus))
	expected := 16 * n
	if k > 0 {
		expected += expectedLarge << k
	}
	c.large[d.pos] = min(c.large[d.pos]+1, 63)
	if minus == 1 {
		n = -n
	}
	if !b.encodes {
		*c.truth(d.f, y, x) = int16(n)
	}
	c.know(d.at, k, n, expected)
}

// An acContext has what the decisions about a coefficient have contexts of.
type acContext struct {
	f, pos, at int
	class      int32
	k          uint8
	was        int32 // 0 if the coefficient was not coded, 1 if it is one clock from where it was, or 2
	state      int32 // of the clocks, below clockStates
	longest    int32 // the most that the magnitude may be at clock k
	fine       int32 // log of the expected magnitude
	own        int32 // coarse logs of the partial predictions
	others     int32
	parent     int32
	mean       int32 // coarse log of the expected value's magnitude
	all        int32 // the expected magnitude, Q4
	value      int32 // expected, Q3
	large      dctkernel.Choice
}

// set sets all but the choice, by predictions.
func (d *acContext) set(c *component, f, pos int, was, k uint8, all, own, others, parent, value int32) {
	log := func(x int32) int32 { return largeQuarters(x) - 4*int32(k) }
	coarse := func(x int32) int32 { return min(max((log(x)+12)/2, 0), coarseSteps-1) }
	d.f, d.pos, d.at, d.class, d.k = f, pos, f*c.size+pos, int32(c.class), k
	d.all, d.value = all, value
	d.fine = min(max(log(all)+12, 0), fineSteps-1)
	d.own, d.others, d.parent = coarse(own), coarse(others), coarse(parent)
	d.mean = min(max((log(2*max(value, -value))-4)/2, 0), meanSteps-1)
	d.was, d.longest = 0, 1<<15
	if was < never {
		d.was = 1 + min(int32(was-k)-1, 1)
		d.longest = 1<<(was-k) - 1
	}
	d.state = 3*min(int32(k), 3) + d.was
}

// chooseLarge sets the choice for whether a magnitude is more than 0.
func chooseLarge(c *component, d *acContext) {
	choice := &d.large
	f, u, v := int32(d.f), d.f>>3, d.f&7
	exact := min(int32(d.k), 1)
	beside := c.isLarge(d.at-1) + 2*c.isLarge(d.at+1) + 4*c.isLarge(d.at-c.stride) + 8*c.isLarge(d.at+c.stride)
	var left, up, corner, right int32
	if v > 0 && d.f > 1 {
		left = c.sizeClass(d.at-c.size, d.k)
	}
	if u > 0 && d.f > 8 {
		up = c.sizeClass(d.at-8*c.size, d.k)
	}
	if u > 0 && v > 0 && d.f > 9 {
		corner = c.sizeClass(d.at-9*c.size, d.k)
	}
	if u > 0 && v < 7 {
		right = c.sizeClass(d.at-7*c.size, d.k)
	}
	large := min(int32(c.large[d.pos]), 8) + min(max(int32(c.large[d.pos])-8, 0)/2, 7)
	region := int32(min(u, 3)*4 + min(v, 3))
	of := d.class*BlockSize + f // the frequency in its class
	both := d.own*coarseSteps + d.others
	p, first := choose(choice, isLarge, (d.class*2+exact)*BlockSize+f, d.fine*3+d.was, both, of*3+d.was, both)
	p[0] = first[0] + ((d.class*3+d.was)*BlockSize+f)*fineSteps + d.fine
	p[1] = first[1] + (d.class*clockStates+d.state)*coarseSteps*coarseSteps + both
	p[2] = first[2] + ((d.class*2+exact)*BlockSize+f)*coarseSteps + d.own
	p[3] = first[3] + ((d.class*2+exact)*BlockSize+f)*coarseSteps + d.others
	p[4] = first[4] + ((d.class*clockStates+d.state)*coarseSteps+d.parent)*halfSteps + d.fine/2
	p[5] = first[5] + ((f*16+beside)*9+left*3+up)*2 + exact
	p[6] = first[6] + (of*meanSteps+d.mean)*halfSteps + d.fine/2
	p[7] = first[7] + (of*coarseSteps+d.parent)*halfSteps + d.fine/2
	p[8] = first[8] + of*16 + min(large, 15)
	p[9] = first[9] + ((d.class*16+region)*81+left+3*up+9*corner+27*right)*3 + d.was
}

// chooseSign sets the contexts of a sign.
func (b *band) chooseSign(c *component, d *acContext, plane int) {
	f, u, v := int32(d.f), d.f>>3, d.f&7
	beside := c.sign(d.at-1) + 3*c.sign(d.at+1) + 9*c.sign(d.at-c.stride) + 27*c.sign(d.at+c.stride)
	two := func(along, step int) int { // the frequency two further on, to where there is one
		if along > 1 {
			return d.at - 2*step*c.size
		}
		return d.at + 2*step*c.size
	}
	within := c.sign(two(u, 8)) + 3*c.sign(two(v, 1))
	if u > 0 && v > 0 && d.f > 9 {
		within += 9 * c.sign(d.at-9*c.size)
	}
	other := int32(0)
	if plane > 0 {
		if o := b.components[plane-1]; o.size == c.size {
			other = o.sign(d.at)
		}
	}
	value := signSteps/2 + signedLog(2*d.value, d.k)
	p, first := choose(&b.choice, isMinus, f, value, 0, f, value)
	p[0] = first[0] + f*signSteps + value
	p[1] = first[1] + f*81 + beside
	p[2] = first[2] + value*halfSteps + d.fine/2
	p[3] = first[3] + f*27 + within
	p[4] = first[4] + ((f*3+other)*classes+d.class)*meanSteps + d.mean
}

// codeLarger codes a magnitude at clock k that is more than 0.
func (b *band) codeLarger(d *acContext, magnitude int32) int32 {
	f := int32(d.f)
	n := int32(1)
	for ; n < min(d.longest, longest); n++ {
		i := n - 1
		p, first := choose(&b.choice, isLarger, f, i, d.fine, f, i)
		p[0] = first[0] + (d.class*longest+i)*BlockSize + f
		p[1] = first[1] + i*fineSteps + d.fine
		p[2] = first[2] + (i*clockStates+d.state)*coarseSteps + d.others
		p[3] = first[3] + (i*coarseSteps+d.own)*coarseSteps + d.others
		p[4] = first[4] + (i*meanSteps+d.mean)*coarseSteps + d.parent
		p[5] = first[5] + ((d.class*longest+i)*halfSteps+d.fine/2)*clockStates + d.state
		larger := uint32(0)
		if magnitude > n {
			larger = 1
		}
		if b.bit(&b.choice, larger) == 0 {
			return n
		}
	}
	if n == longest && d.longest > longest {
		n = min(longest+b.codeDistance(magnitude-longest), d.longest)
	}
	return n
}

// codeDistance codes a number of at most 15 bits, as Elias codes do: how many bits there are of it plus 1, in unary, and those after
// the leading one.
func (b *band) codeDistance(d int32) int32 {
	n := bits.Len32(uint32(max(d, 0) + 1))
	size := 1
	for size < 16 {
		longer := uint32(0)
		if n > size {
			longer = 1
		}
		if b.evenBit(longer) == 0 {
			break
		}
		size++
	}
	v := int32(1)
	for i := size - 2; i >= 0; i-- {
		v = v<<1 | int32(b.evenBit(uint32(d+1)>>uint(i)&1))
	}
	return v - 1
}

// refine brings a coefficient whose sign is known to clock k.
func (b *band) refine(c *component, f, y, x int, k uint8, truth, all, value int32) {
	at := f*c.size + c.at(y, x)
	j := c.clocks[at]
	v := truth
	minus := c.values[at] < 0
	if minus {
		v, value = -v, -value
	}
	m := v >> j << j // known
	for j > k {
		j--
		head := min(m>>(j+1), 15) // at least 1
		fine := min(max(largeQuarters(all)-4*int32(j)+12, 0), fineSteps-1)
		in := min(max((value-(m+1<<j)*8)>>j, -32), 31)/4 + 8 // where the expected value is in the cell
		last, class := 1-min(int32(j), 1), int32(c.class)
		p, first := choose(&b.choice, isUpper, int32(f), head, fine/2, int32(f), head)
		p[0] = first[0] + (int32(f)*16+head)*4 + last*2 + class
		p[1] = first[1] + fine*16 + head
		p[2] = first[2] + (fine/2*16+head)*17 + in
		p[3] = first[3] + int32(f)*17 + in
		p[4] = first[4] + in*halfSteps + fine/2
		m |= int32(b.bit(&b.choice, uint32(v)>>j&1)) << j
		if b.out {
			return
		}
	}
	expected := 16 * m
	if k > 0 {
		expected += expectedLarge << k
	}
	if minus {
		m = -m
	}
	if !b.encodes {
		*c.truth(f, y, x) = int16(m)
	}
	c.know(at, k, m, expected)
}

// rangeOdds is the probability, Q16, of a plane whose DCs are beyond what a picture's are.
const rangeOdds = 64

// rangeBits returns the number of bits of an interval, from -2^(n-1), that holds the DCs of a plane.
func rangeBits(step uint16, wide bool) uint8 {
	if wide {
		return 16
	}
	return uint8(bits.Len(uint(1032/int(max(step, 1)))) + 1)
}

// codeRange codes whether a plane's DCs are beyond what a picture's are.
func (b *band) codeRange(c *component) {
	wide := uint32(0)
	if b.encodes {
		most := int32(1) << (rangeBits(c.plane.Quant[0], false) - 1)
		for y := range c.high {
			for x := range c.wide {
				if v := int32(*c.truth(0, y, x)); v < -most || v >= most {
					wide = 1
				}
			}
		}
	}
	wide, ok := b.coder.Bit(wide, rangeOdds)
	b.out = b.out || !ok
	c.rangeBits = rangeBits(c.plane.Quant[0], wide != 0)
}

// codeDCs brings DCs to clock k: those of a group that has its first block at x, of which coded has a bit.
func (b *band) codeDCs(c *component, y, x, phase int, k, coded uint8, expected *[dctkernel.Lanes]int32) {
	for left := coded; left != 0 && !b.out; left &= left - 1 {
		lane := bits.TrailingZeros8(left) % dctkernel.Lanes
		b.codeDC(c, y, x+2*lane, phase, k, expected[lane])
	}
}

// besideDC lists the blocks whose DCs the contexts of a DC are of. Those of the first phase have nothing around them that is known as well
// as the ones of the phase that came before.
func besideDC(phase int) [][2]int {
	if phase == 0 {
		return before
	}
	return around8
}

var (
	before  = [][2]int{{0, -2}, {-2, 0}, {-2, -2}, {-2, 2}}
	around8 = append(append([][2]int{}, besides...), diagonal...)
)

// codeDC brings a DC, of which a value is expected, Q3, to clock k.
func (b *band) codeDC(c *component, y, x, phase int, k uint8, value int32) {
	at := c.at(y, x)
	if c.clocks[at] <= k {
		return
	}
	if b.observe != nil {
		b.observe(&Decision{b, c.index, 0, phase, at})
	}
	least, most, sum, n := int32(1<<15), int32(-1<<15), int32(0), int32(0)
	for _, d := range besideDC(phase) {
		if d[0] < -1 && y < 2 || d[1] < -1 && x < 2 || d[1] > 1 && x+2 >= c.wide {
			continue
		}
		if from := at + d[0]*c.stride + d[1]; c.clocks[from] < never {
			v := int32(c.values[from])
			least, most, sum, n = min(least, v), max(most, v), sum+v, n+1
		}
	}
	if n == 0 {
		least, most, n = 0, 0, 1
	}
	sum /= n
	step := func(f int) int64 { return int64(max(c.plane.Quant[f], 1)) }
	activity := int32(min((int64(c.magnitudes[at+c.size])*step(1)+int64(c.magnitudes[at+8*c.size])*step(8))/step(0), beyond))
	class := int32(c.class)
	truth := c.truth(0, y, x)
	j := c.clocks[at]
	low := int32(*truth) >> (j & 15) << (j & 15)
	if j >= never {
		j = c.rangeBits
		low = -1 << (j - 1)
	}
	for j > k {
		j--
		middle := (low + 1<<j) * 8
		in := func(v int32) int32 { return signSteps/2 + offset((v-middle)*2>>j) }
		log := func(v int32) int32 { return min(max((largeQuarters(v)-4*int32(j)-4)/2, 0), 31) }
		spread, active, k := log(most-least+1), log(activity), min(int32(j), clockStates-1)
		p, first := choose(&b.choice, isAbove, class, k, spread, class*clockStates+k, spread)
		p[0] = first[0] + (class*clockStates+k)*signSteps + in(value)
		p[1] = first[1] + (class*signSteps+in(value))*32 + spread
		p[2] = first[2] + in(value)*32 + active
		p[3] = first[3] + in(value)*signSteps + in(sum)
		p[4] = first[4] + in(least)*signSteps + in(most)
		p[5] = first[5] + (class*clockStates+k)*32 + spread
		low += int32(b.bit(&b.choice, uint32(int32(*truth)-low)>>j&1)) << j
		if b.out {
			return
		}
	}
	if !b.encodes {
		*truth = int16(low)
	}
	expected := 8 * low
	if k > 0 {
		expected += 4 << k
	}
	c.clocks[at], c.values[at] = k, int16(min(max(expected, -1<<15), 1<<15-1))
}
