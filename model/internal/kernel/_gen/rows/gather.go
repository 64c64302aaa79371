package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// gather writes the function that adds up what residual records around every second site of a row say. A lane is a site x and the one to
// its right, whose records are the lower and the upper half.
func gather() {
	TEXT("gather"+set(), NOSPLIT, "func(groups int, above, north, middle, south, below *uint16, scores, residuals *int32, plane int)")
	Doc("gather"+set()+" is Row.Gather for groups of sites, every second one of a row. The records are those of the five rows around, from",
		"the one two before the first site on; sums of residuals are plane bytes apart.")
	Pragma("noescape")
	groups := param("groups")
	above, north, middle, south, below := param("above"), param("north"), param("middle"), param("south"), param("below")
	scores, residuals, plane := param("scores"), param("residuals"), param("plane")
	plane3, plane4 := GP64(), GP64()
	LEAQ(Mem{Base: plane, Index: plane, Scale: 2}, plane3)
	MOVQ(plane, plane4)
	SHLQ(Imm(2), plane4)
	counted := broadcast(1<<15 | 0x7f)

	Label("group")
	for _, row := range []reg.Register{above, north, middle, south, below} {
		PREFETCHT0(Mem{Base: row, Disp: 4 * ahead})
	}
	sum := zeros()
	// low and high return the residuals, and add the counted scores.
	low := func(records reg.VecVirtual) reg.VecVirtual {
		r := vector()
		and(counted, records, r)
		VPADDD(r, sum, sum)
		r = vector()
		VPSLLD(Imm(17), records, r)
		VPSRAD(Imm(24), r, r)
		return r
	}
	high := func(records reg.VecVirtual) reg.VecVirtual {
		r, s := vector(), vector()
		VPSRLD(Imm(16), records, s)
		and(counted, s, r)
		VPADDD(r, sum, sum)
		VPSLLD(Imm(17), s, s)
		VPSRAD(Imm(24), s, s)
		return s
	}
	at := func(row reg.Register, site int) reg.VecVirtual { return load(Mem{Base: row, Disp: 2 * site}) }
	put := func(v reg.VecVirtual, i int) {
		m := Mem{Base: residuals}
		switch i {
		case 1, 2:
			m.Index, m.Scale = plane, uint8(i)
		case 3:
			m.Index, m.Scale = plane3, 1
		case 4:
			m.Index, m.Scale = plane4, 1
		}
		store(v, m)
	}
	add := func(a, b reg.VecVirtual) reg.VecVirtual {
		VPADDD(b, a, a)
		return a
	}
	m0, m2, m4 := at(middle, 0), at(middle, 2), at(middle, 4)
	put(add(high(m0), high(m2)), 0)
	low(m2) // counts; its residual is near's
	low(m4)
	n0, n2 := at(north, 0), at(north, 2)
	s0, s2 := at(south, 0), at(south, 2)
	put(add(low(n2), low(s2)), 1)
	put(add(high(n0), high(s2)), 2)
	put(add(high(n2), high(s0)), 3)
	put(low(at(above, 2)), 4)
	low(at(below, 2))
	store(sum, Mem{Base: scores})
	for _, row := range []reg.Register{above, north, middle, south, below} {
		ADDQ(Imm(uint64(4*lanes)), row)
	}
	ADDQ(Imm(uint64(4*lanes)), scores)
	ADDQ(Imm(uint64(4*lanes)), residuals)
	DECQ(groups)
	JNE(LabelRef("group"))
	VZEROUPPER()
	RET()
}

// rounded writes the function that rounds weights of a last layer to its format.
func rounded() {
	TEXT("roundAVX512", NOSPLIT, "func(blocks int, weight *int32, half int32, down int, centre *int32, w *int16) (dot int64)")
	Doc("roundAVX512 shifts blocks of 16 weights right, rounded, saturates them to int16, and returns the sum of their products with centres.")
	Pragma("noescape")
	blocks, weight, centre, w := param("blocks"), param("weight"), param("centre"), param("w")
	half, down := ZMM(), XMM()
	VPBROADCASTD(Load(Param("half"), GP32()), half)
	VMOVQ(address("down"), down)
	even, odd := ZMM(), ZMM()
	VPXORD(even, even, even)
	VPXORD(odd, odd, odd)
	Label("block")
	v, c, narrow, p := ZMM(), ZMM(), YMM(), ZMM()
	VPADDD(Mem{Base: weight}, half, v)
	VPSRAD(down, v, v)
	VPMOVSDW(v, narrow)
	VMOVDQU(narrow, Mem{Base: w})
	VPMOVSXWD(narrow, v)
	VMOVDQU32(Mem{Base: centre}, c)
	VPMULDQ(c, v, p)
	VPADDQ(p, even, even)
	VPSRLQ(Imm(32), v, v)
	VPSRLQ(Imm(32), c, c)
	VPMULDQ(c, v, p)
	VPADDQ(p, odd, odd)
	ADDQ(Imm(64), weight)
	ADDQ(Imm(64), centre)
	ADDQ(Imm(32), w)
	DECQ(blocks)
	JNE(LabelRef("block"))
	// The eight sums together.
	VPADDQ(odd, even, even)
	upper, low := YMM(), XMM()
	VEXTRACTI64X4(Imm(1), even, upper)
	VPADDQ(even.AsY(), upper, upper)
	VEXTRACTI128(Imm(1), upper, low)
	VPADDQ(upper.AsX(), low, low)
	other, dot := XMM(), GP64()
	VPSHUFD(Imm(0b01_00_11_10), low, other)
	VPADDQ(low, other, other)
	VMOVQ(other, dot)
	Store(dot, ReturnIndex(0))
	VZEROUPPER()
	RET()
}
