package main

import (
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
)

// ahead is how many sites on, among every second one of a row, what is read next is fetched: as many as are coded at a time (adapt.Interval),
// so it is there when they are. A band's rows do not fit into the second cache.
const ahead = 64

// predict writes the function that predicts a coefficient at every second site of a row, as Bases and Net's callers do it one by one. A
// lane is a site. Cells, dithers and activities are narrow, and those of the sites in between are read with them.
func predict() {
	TEXT("predictAVX512", NOSPLIT, "func(groups int, constants *int32, cells *int16, dither *uint8, texture *uint32, activity *uint16, "+
		"outputs *int16, second int, log2 *int32, down int, mean *int64, scale, cell, u, clock *int32)")
	Doc("predictAVX512 predicts a coefficient at groups of 16 sites, every second one of a row. The head's outputs are 32 bytes apart, those",
		"for log2 σ second bytes after those for ε; down is by how many bits a product with ε is shifted.")
	Pragma("noescape")
	groups, constants := param("groups"), param("constants")
	cells, dither, texture, activity := param("cells"), param("dither"), param("texture"), param("activity")
	outputs, second, log2 := param("outputs"), param("second"), param("log2")
	mean, scale, cell, u, clock := param("mean"), param("scale"), param("cell"), param("u"), param("clock")
	constant := func(i int) Mem { return Mem{Base: constants, Disp: 4 * i} }
	down := XMM()
	VMOVQ(address("down"), down)
	odd := oddLanes()

	// 0, 1, 2, ... as a start of indices
	index := ZMM()
	order := GLOBL("lanes", RODATA|NOPTR)
	for i := range 16 {
		DATA(4*i, U32(i))
	}
	VMOVDQU32(order, index)
	even, site := ZMM(), ZMM() // 0, 2, 4, ...; 0, 32, 64, ...
	VPADDD(index, index, even)
	VPSLLD(Imm(5), index, site)

	Label("group")
	for _, m := range []Mem{
		{Base: cells, Disp: 4 * ahead}, {Base: dither, Disp: 2 * ahead}, {Base: activity, Disp: 4 * ahead},
		{Base: texture, Disp: 8 * ahead}, {Base: texture, Disp: 8*ahead + 64},
	} {
		PREFETCHT0(m)
	}
	// The cell: k is the number of its lowest bit that is 1.
	v, low, k := load(Mem{Base: cells}), ZMM(), ZMM()
	VPSLLD(Imm(16), v, v)
	VPSRAD(Imm(16), v, v)
	nothing := K()
	VPTESTNMD(v, v, nothing)
	VPXORD(low, low, low)
	VPSUBD(v, low, low)
	VPANDD(v, low, low)
	VPLZCNTD(low, low)
	VPBROADCASTD(constant(lastBit), k)
	VPSUBD(low, k, k)
	a := ZMM()
	VPSRAD(Imm(1), v, a)
	VPSRAVD(k, a, a)
	VPSLLVD(k, a, a)
	VMOVDQU32(a, Mem{Base: cell})
	bytes, d := YMM(), ZMM()
	VMOVDQU(Mem{Base: dither}, bytes)
	VPMOVZXWD(bytes, d)
	VPANDD_BCST(constant(ditherMask), d, d)
	VMOVDQU32(d, Mem{Base: u})
	ones, width, bits := ZMM(), ZMM(), ZMM()
	VPBROADCASTD(constant(one), ones)
	VPADDD_BCST(constant(widthBits), k, bits)
	VPSLLVD(bits, ones, width)
	centre, half := ZMM(), ZMM()
	VPSUBD(d, a, centre)
	VPSLLD(Imm(6), centre, centre)
	VPSLLVD(k, ones, half)
	VPSUBD(ones, half, half)
	VPSLLD(Imm(5), half, half)
	VPADDD(half, centre, centre)
	zero := ZMM()
	VPXORD(zero, zero, zero)
	VMOVDQA32(zero, nothing, centre)
	VPBROADCASTD(constant(unknown), nothing, k)
	VMOVDQU32(k, Mem{Base: clock})

	// The bases: products of more than 32 bits are taken in two parts.
	tex := ZMM()
	VMOVDQA32(even, tex)
	VPERMI2D(load(Mem{Base: texture, Disp: 4 * lanes}), load(Mem{Base: texture}), tex)
	local, part := ZMM(), ZMM()
	VPSRLD(Imm(12), tex, local)
	VPMULLD_BCST(constant(textureGain), local, local)
	VPANDD_BCST(constant(textureLow), tex, part)
	VPMULLD_BCST(constant(textureGain), part, part)
	VPADDD_BCST(constant(textureHalf), part, part)
	VPSRLD(Imm(12), part, part)
	VPADDD(part, local, local)
	VPADDD_BCST(constant(textureOffset), local, local)
	base := load(Mem{Base: activity})
	VPANDD_BCST(constant(activityMask), base, base)
	VPMULLD_BCST(constant(activityGain), base, base)
	VPADDD_BCST(constant(activityHalf), base, base)
	VPSRLD(Imm(10), base, base)
	VPADDD_BCST(constant(activityOffset), base, base)
	share := ZMM()
	VPSRLD(Imm(16), local, share)
	VPMULLD_BCST(constant(textureShare), share, share)
	part = ZMM()
	VPANDD_BCST(constant(shareLow), local, part)
	VPMULLD_BCST(constant(textureShare), part, part)
	VPSRLD(Imm(16), part, part)
	VPADDD(part, share, share)
	VPMAXSD(share, base, base)
	VPMINSD(width, base, base)
	meanBase := ZMM()
	VPADDD(base, base, meanBase)
	VPMINSD(width, meanBase, meanBase)
	VMOVDQA32(local, nothing, base)
	VPADDD(local, local, nothing, meanBase)

	// log2 of the base, interpolated between entries of a table.
	zeros, mantissa, fraction := ZMM(), ZMM(), ZMM()
	VPLZCNTD(base, zeros)
	VPSLLVD(zeros, base, mantissa)
	VPSRLD(Imm(7), mantissa, fraction)
	VPANDD_BCST(constant(fractionMask), fraction, fraction)
	VPSRLD(Imm(23), mantissa, mantissa)
	VPANDD_BCST(constant(mantissaMask), mantissa, mantissa)
	x, y := ZMM(), ZMM()
	VPGATHERDD(Mem{Base: log2, Index: mantissa, Scale: 4}, all(), x)
	VPGATHERDD(Mem{Base: log2, Disp: 4, Index: mantissa, Scale: 4}, all(), y)
	VPSUBD(x, y, y)
	VPMULLD(fraction, y, y)
	VPSRAD(Imm(16), y, y)
	VPADDD(y, x, x)
	n := ZMM()
	VPBROADCASTD(constant(lastBit), n)
	VPSUBD(zeros, n, n)
	VPSLLD(Imm(16), n, n)
	VPADDD(n, x, x)
	VPSUBD_BCST(constant(logOffset), x, x)

	// The scale: the network's is Q10.
	output := func(from reg.Register) reg.VecVirtual {
		o := ZMM()
		VPGATHERDD(Mem{Base: from, Index: site, Scale: 1}, all(), o)
		VPSLLD(Imm(16), o, o)
		VPSRAD(Imm(16), o, o)
		return o
	}
	other := GP64()
	LEAQ(Mem{Base: outputs, Index: second, Scale: 1}, other)
	logScale := output(other)
	VPSLLD(Imm(6), logScale, logScale)
	VPADDD(x, logScale, logScale)
	VPADDD_BCST(constant(scaleHalf), logScale, logScale)
	VPSRAD(Imm(11), logScale, logScale)
	VPMAXSD_BCST(constant(least), logScale, logScale)
	VPMINSD_BCST(constant(most), logScale, logScale)
	VPADDD_BCST(constant(extraScale), logScale, logScale)
	VMOVDQU32(logScale, Mem{Base: scale})

	// The mean: products have 64 bits, of even lanes and of odd ones.
	epsilon := output(outputs)
	p, q := ZMM(), ZMM()
	VPMULDQ(meanBase, epsilon, p)
	VPSRAQ(down, p, p)
	VPSRLQ(Imm(32), meanBase, meanBase)
	VPSRLQ(Imm(32), epsilon, epsilon)
	VPMULDQ(meanBase, epsilon, q)
	VPSRAQ(down, q, q)
	VPSLLQ(Imm(32), q, q)
	VMOVDQA32(q, odd, p)
	VPADDD(p, centre, centre)
	wide, upper := ZMM(), YMM()
	VPMOVSXDQ(centre.AsY(), wide)
	VMOVDQU32(wide, Mem{Base: mean})
	VEXTRACTI64X4(Imm(1), centre, upper)
	VPMOVSXDQ(upper, wide)
	VMOVDQU32(wide, Mem{Base: mean, Disp: 64})

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

// address is where a parameter lies on the stack.
func address(name string) Mem {
	b, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return b.Addr
}
