package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The constants that predict is given, in their order.
const (
	textureGain = iota
	textureHalf
	textureOffset
	textureLow
	activityGain
	activityHalf
	activityOffset
	activityMask
	textureShare
	shareLow
	ditherMask
	one
	lastBit
	widthBits
	logOffset
	mantissaMask
	fractionMask
	scaleHalf
	least
	most
	extraScale
	unknown
	halfBytes
	byteOnes
	wordOnes
	numberBits
)

// ahead is how many sites on, among every second one of a row, what is read next is fetched: as many as are coded at a time (adapt.Interval),
// so it is there when they are. A band's rows do not fit into the second cache.
const ahead = 64

// predict writes the function that predicts a coefficient at every second site of a row, as Bases and Net's callers do it one by one. A
// lane is a site. Cells, dithers and activities are narrow, and those of the sites in between are read with them.
func predict() {
	TEXT("predict"+set(), NOSPLIT, "func(groups int, constants *int32, cells *int16, dither *uint8, texture *uint32, activity *uint16, "+
		"outputs *int16, second int, log2 *int32, down int, mean *int64, scale, cell, u, clock *int32)")
	Doc(fmt.Sprintf("predict%s predicts a coefficient at groups of %d sites, every second one of a row. The head's outputs are 32 bytes apart,", set(), lanes),
		"those for log2 σ second bytes after those for ε; down is by how many bits a product with ε is shifted.")
	Pragma("noescape")
	groups, constants := param("groups"), param("constants")
	cells, dither, texture, activity := param("cells"), param("dither"), param("texture"), param("activity")
	outputs, second, log2 := param("outputs"), param("second"), param("log2")
	mean, scale, cell, u, clock := param("mean"), param("scale"), param("cell"), param("u"), param("clock")
	constant := func(i int) Mem { return Mem{Base: constants, Disp: 4 * i} }
	// with has an instruction combine a constant with v.
	with := func(instruction, broadcasting func(...Op), i int, v, to Op) {
		if wide {
			broadcasting(constant(i), v, to)
		} else {
			c := YMM()
			VPBROADCASTD(constant(i), c)
			instruction(c, v, to)
		}
	}
	vpand := func(o ...Op) { VPAND(o[0], o[1], o[2]) }
	plus := func(i int, v, to Op) { with(VPADDD, VPADDD_BCST, i, v, to) }
	times := func(i int, v, to Op) { with(VPMULLD, VPMULLD_BCST, i, v, to) }
	masked := func(i int, v, to Op) { with(vpand, VPANDD_BCST, i, v, to) }
	spread := func(i int) reg.VecVirtual {
		v := vector()
		VPBROADCASTD(constant(i), v)
		return v
	}
	var table Mem
	if !wide {
		table = halfByteCounts()
	}
	// ones replaces the numbers of v by how many of their bits are 1, with AVX2: by a table of half bytes, whose counts are added up.
	ones := func(v reg.VecVirtual) {
		counts, upper := load(table), vector()
		VPSRLD(Imm(4), v, upper)
		masked(halfBytes, v, v)
		masked(halfBytes, upper, upper)
		VPSHUFB(v, counts, v)
		VPSHUFB(upper, counts, upper)
		VPADDD(upper, v, v)
		VPMADDUBSW(spread(byteOnes), v, v)
		VPMADDWD(spread(wordOnes), v, v)
	}
	down := XMM()
	VMOVQ(address("down"), down)
	odd := odds()

	// 0, 1, 2, ... as a start of indices
	order := GLOBL("lanes", RODATA|NOPTR)
	for i := range lanes {
		DATA(4*i, U32(i))
	}
	index := load(order)
	even, site := vector(), vector() // 0, 2, 4, ...; 0, 32, 64, ...
	if wide {
		VPADDD(index, index, even)
	}
	VPSLLD(Imm(5), index, site)

	Label("group")
	for _, m := range []Mem{{Base: cells, Disp: 4 * ahead}, {Base: dither, Disp: 2 * ahead}, {Base: activity, Disp: 4 * ahead}} {
		PREFETCHT0(m)
	}
	for i := 0; i < 8*lanes; i += 64 {
		PREFETCHT0(Mem{Base: texture, Disp: 8*ahead + i})
	}
	// The cell: k is the number of its lowest bit that is 1.
	v := load(Mem{Base: cells})
	VPSLLD(Imm(16), v, v)
	VPSRAD(Imm(16), v, v)
	nothing := whereZero(v)
	low := zeros()
	VPSUBD(v, low, low)
	and(v, low, low)
	var k reg.VecVirtual
	if wide {
		VPLZCNTD(low, low)
		k = spread(lastBit)
		VPSUBD(low, k, k)
	} else {
		k = low
		VPSUBD(spread(one), k, k)
		ones(k)
	}
	a := vector()
	VPSRAD(Imm(1), v, a)
	VPSRAVD(k, a, a)
	VPSLLVD(k, a, a)
	store(a, Mem{Base: cell})
	d := vector()
	if wide {
		bytes := YMM()
		VMOVDQU(Mem{Base: dither}, bytes)
		VPMOVZXWD(bytes, d)
	} else {
		VPMOVZXWD(Mem{Base: dither}, d)
	}
	masked(ditherMask, d, d)
	store(d, Mem{Base: u})
	unit, width, bits := spread(one), vector(), vector()
	plus(widthBits, k, bits)
	VPSLLVD(bits, unit, width)
	centre, half := vector(), vector()
	VPSUBD(d, a, centre)
	VPSLLD(Imm(6), centre, centre)
	VPSLLVD(k, unit, half)
	VPSUBD(unit, half, half)
	VPSLLD(Imm(5), half, half)
	VPADDD(half, centre, centre)
	nothing.replace(centre, zeros())
	if wide {
		VPBROADCASTD(constant(unknown), nothing.bits, k)
	} else {
		nothing.replace(k, spread(unknown))
	}
	store(k, Mem{Base: clock})

	// The bases: products of more than 32 bits are taken in two parts.
	tex := vector()
	if wide {
		VMOVDQA32(even, tex)
		VPERMI2D(load(Mem{Base: texture, Disp: 4 * lanes}), load(Mem{Base: texture}), tex)
	} else {
		VSHUFPS(Imm(0b10_00_10_00), Mem{Base: texture, Disp: 4 * lanes}, load(Mem{Base: texture}), tex)
		VPERMQ(Imm(0b11_01_10_00), tex, tex)
	}
	local, part := vector(), vector()
	VPSRLD(Imm(12), tex, local)
	times(textureGain, local, local)
	masked(textureLow, tex, part)
	times(textureGain, part, part)
	plus(textureHalf, part, part)
	VPSRLD(Imm(12), part, part)
	VPADDD(part, local, local)
	plus(textureOffset, local, local)
	base := load(Mem{Base: activity})
	masked(activityMask, base, base)
	times(activityGain, base, base)
	plus(activityHalf, base, base)
	VPSRLD(Imm(10), base, base)
	plus(activityOffset, base, base)
	share := vector()
	VPSRLD(Imm(16), local, share)
	times(textureShare, share, share)
	part = vector()
	masked(shareLow, local, part)
	times(textureShare, part, part)
	VPSRLD(Imm(16), part, part)
	VPADDD(part, share, share)
	VPMAXSD(share, base, base)
	VPMINSD(width, base, base)
	meanBase := vector()
	VPADDD(base, base, meanBase)
	VPMINSD(width, meanBase, meanBase)
	nothing.replace(base, local)
	if wide {
		VPADDD(local, local, nothing.bits, meanBase)
	} else {
		VPADDD(local, local, local)
		nothing.replace(meanBase, local)
	}

	// log2 of the base, interpolated between entries of a table.
	zeros, mantissa, fraction := vector(), vector(), vector() // the zeros before the first bit that is 1
	if wide {
		VPLZCNTD(base, zeros)
	} else {
		smeared, more := vector(), vector()
		VPSRLD(Imm(1), base, smeared)
		VPOR(base, smeared, smeared)
		for _, n := range []uint64{2, 4, 8, 16} {
			VPSRLD(Imm(n), smeared, more)
			VPOR(more, smeared, smeared)
		}
		ones(smeared)
		zeros = spread(numberBits)
		VPSUBD(smeared, zeros, zeros)
	}
	VPSLLVD(zeros, base, mantissa)
	VPSRLD(Imm(7), mantissa, fraction)
	masked(fractionMask, fraction, fraction)
	VPSRLD(Imm(23), mantissa, mantissa)
	masked(mantissaMask, mantissa, mantissa)
	x := gathered(Mem{Base: log2, Index: mantissa, Scale: 4})
	y := gathered(Mem{Base: log2, Disp: 4, Index: mantissa, Scale: 4})
	VPSUBD(x, y, y)
	VPMULLD(fraction, y, y)
	VPSRAD(Imm(16), y, y)
	VPADDD(y, x, x)
	n := spread(lastBit)
	VPSUBD(zeros, n, n)
	VPSLLD(Imm(16), n, n)
	VPADDD(n, x, x)
	with(VPSUBD, VPSUBD_BCST, logOffset, x, x)

	// The scale: the network's is Q10.
	output := func(from reg.Register) reg.VecVirtual {
		o := gathered(Mem{Base: from, Index: site, Scale: 1})
		VPSLLD(Imm(16), o, o)
		VPSRAD(Imm(16), o, o)
		return o
	}
	other := GP64()
	LEAQ(Mem{Base: outputs, Index: second, Scale: 1}, other)
	logScale := output(other)
	VPSLLD(Imm(6), logScale, logScale)
	VPADDD(x, logScale, logScale)
	plus(scaleHalf, logScale, logScale)
	VPSRAD(Imm(11), logScale, logScale)
	with(VPMAXSD, VPMAXSD_BCST, least, logScale, logScale)
	with(VPMINSD, VPMINSD_BCST, most, logScale, logScale)
	plus(extraScale, logScale, logScale)
	store(logScale, Mem{Base: scale})

	// The mean: products have 64 bits, of even lanes and of odd ones. Of a product, 32 bits are used after the shift, so that it may bring in
	// zeros instead of signs.
	shiftRight := VPSRLQ
	if wide {
		shiftRight = VPSRAQ
	}
	epsilon := output(outputs)
	p, q := vector(), vector()
	VPMULDQ(meanBase, epsilon, p)
	shiftRight(down, p, p)
	VPSRLQ(Imm(32), meanBase, meanBase)
	VPSRLQ(Imm(32), epsilon, epsilon)
	VPMULDQ(meanBase, epsilon, q)
	shiftRight(down, q, q)
	VPSLLQ(Imm(32), q, q)
	if wide {
		VMOVDQA32(q, odd, p)
	} else {
		VPBLENDD(Imm(0xaa), q, p, p)
	}
	VPADDD(p, centre, centre)
	sums := vector()
	if wide {
		upper := YMM()
		VPMOVSXDQ(centre.AsY(), sums)
		store(sums, Mem{Base: mean})
		VEXTRACTI64X4(Imm(1), centre, upper)
		VPMOVSXDQ(upper, sums)
	} else {
		upper := XMM()
		VPMOVSXDQ(centre.AsX(), sums)
		store(sums, Mem{Base: mean})
		VEXTRACTI128(Imm(1), centre, upper)
		VPMOVSXDQ(upper, sums)
	}
	store(sums, Mem{Base: mean, Disp: 4 * lanes})

	step := func(r reg.Register, bytes int) { ADDQ(I32(int32(bytes)), r) }
	step(cells, 4*lanes)
	step(dither, 2*lanes)
	step(texture, 8*lanes)
	step(activity, 4*lanes)
	step(outputs, 32*lanes)
	step(mean, 8*lanes)
	for _, r := range []reg.Register{scale, cell, u, clock} {
		step(r, 4*lanes)
	}
	DECQ(groups)
	JNE(LabelRef("group"))
	VZEROUPPER()
	RET()
}

// gathered returns the int32 at an address for each lane.
func gathered(m Mem) reg.VecVirtual {
	v := vector()
	if wide {
		VPGATHERDD(m, all(), v)
	} else {
		mask := YMM()
		VPCMPEQD(mask, mask, mask)
		VPGATHERDD(mask, m, v)
	}
	return v
}

// halfByteCounts returns where the numbers of bits that are 1 in a half byte are, for VPSHUFB.
func halfByteCounts() Mem {
	table := GLOBL("ones", RODATA|NOPTR)
	for i, four := range []uint32{0x02010100, 0x03020201, 0x03020201, 0x04030302, 0x02010100, 0x03020201, 0x03020201, 0x04030302} {
		DATA(4*i, U32(four))
	}
	return table
}

// A laneMask says something of each lane.
type laneMask struct {
	bits  reg.OpmaskVirtual // with AVX-512
	lanes reg.VecVirtual    // with AVX2
}

// whereZero returns the mask of the lanes in which v is 0.
func whereZero(v reg.VecVirtual) (m laneMask) {
	if wide {
		m.bits = K()
		VPTESTNMD(v, v, m.bits)
	} else {
		m.lanes = zeros()
		VPCMPEQD(m.lanes, v, m.lanes)
	}
	return m
}

// replace replaces the lanes of v that are set by those of another.
func (m laneMask) replace(v, by reg.VecVirtual) {
	if wide {
		VMOVDQA32(by, m.bits, v)
	} else {
		VPBLENDVB(m.lanes, by, v, v)
	}
}

// address is where a parameter lies on the stack.
func address(name string) Mem {
	b, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return b.Addr
}
