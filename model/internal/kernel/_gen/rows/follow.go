package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// follow writes the function that moves weights of a last layer along a gradient. A lane is a weight, in 64 bits.
func follow() {
	TEXT("followAVX2", NOSPLIT, "func(fours int, weight, gradient *int32, before, rate *int64, all, step int64)")
	Doc("followAVX2 is followPortable for groups of four weights, where all and step are of 32 bits.")
	Pragma("noescape")
	fours, weight, gradient, before, rate := param("fours"), param("weight"), param("gradient"), param("before"), param("rate")
	spread64 := func(r reg.Register) reg.VecVirtual {
		v := YMM()
		VMOVQ(r, v.AsX())
		VPBROADCASTQ(v.AsX(), v)
		return v
	}
	number := func(v int64) reg.VecVirtual {
		r := GP64()
		MOVQ(I64(v), r)
		return spread64(r)
	}
	all, step := spread64(param("all")), spread64(param("step"))
	sign := number(-1 << 63)
	centreSign, shiftedSign := number(1<<(63-6)), number(1<<(63-16))
	least, most := number(-1<<30), number(1<<30)
	// shiftRight shifts signed numbers: as unsigned ones, 2^63 higher.
	shiftRight := func(v reg.VecVirtual, n uint64, signShifted reg.VecVirtual) {
		VPXOR(sign, v, v)
		VPSRLQ(Imm(n), v, v)
		VPSUBQ(signShifted, v, v)
	}

	Label("four")
	centred, g := YMM(), YMM()
	VPMULDQ(Mem{Base: before}, all, centred)
	shiftRight(centred, 6, centreSign)
	VPMOVSXDQ(Mem{Base: gradient}, g)
	VPSUBQ(centred, g, g)
	r := YMM()
	VPMULDQ(Mem{Base: rate}, step, r)
	VPSRLQ(Imm(20), r, r)
	upper, w := YMM(), YMM()
	VPSRLQ(Imm(32), g, upper)
	VPMULUDQ(r, g, g)
	VPMULUDQ(r, upper, upper)
	VPSLLQ(Imm(32), upper, upper)
	VPADDQ(upper, g, g)
	shiftRight(g, 16, shiftedSign)
	VPMOVSXDQ(Mem{Base: weight}, w)
	VPADDQ(g, w, w)
	over := YMM()
	VPCMPGTQ(most, w, over)
	VPBLENDVB(over, most, w, w)
	VPCMPGTQ(w, least, over)
	VPBLENDVB(over, least, w, w)
	high, narrow := XMM(), XMM()
	VEXTRACTI128(Imm(1), w, high)
	VSHUFPS(Imm(0b10_00_10_00), high, w.AsX(), narrow)
	VMOVDQU(narrow, Mem{Base: weight})
	ADDQ(Imm(16), weight)
	ADDQ(Imm(16), gradient)
	ADDQ(Imm(32), before)
	ADDQ(Imm(32), rate)
	DECQ(fours)
	JNE(LabelRef("four"))
	VZEROUPPER()
	RET()
}

// roundedAVX2 writes what rounded does for AVX-512.
func roundedAVX2() {
	TEXT("roundAVX2", NOSPLIT, "func(blocks int, weight *int32, half int32, down int, centre *int32, w *int16) (dot int64)")
	Doc("roundAVX2 shifts blocks of 16 weights right, rounded, saturates them to int16, and returns the sum of their products with centres.")
	Pragma("noescape")
	blocks, weight, centre, w := param("blocks"), param("weight"), param("centre"), param("w")
	half, down := parameter("half"), XMM()
	VMOVQ(address("down"), down)
	sum := zeros()
	Label("block")
	var v [2]reg.VecVirtual
	for i := range v {
		v[i] = YMM()
		VPADDD(Mem{Base: weight, Disp: 32 * i}, half, v[i])
		VPSRAD(down, v[i], v[i])
	}
	narrow := YMM()
	VPACKSSDW(v[1], v[0], narrow)
	VPERMQ(Imm(0b11_01_10_00), narrow, narrow)
	VMOVDQU(narrow, Mem{Base: w})
	for i := range v {
		c, x, p := YMM(), YMM(), YMM()
		half := narrow.AsX()
		if i == 1 {
			half = XMM()
			VEXTRACTI128(Imm(1), narrow, half)
		}
		VPMOVSXWD(half, x)
		VMOVDQU(Mem{Base: centre, Disp: 32 * i}, c)
		VPMULDQ(c, x, p)
		VPADDQ(p, sum, sum)
		VPSRLQ(Imm(32), x, x)
		VPSRLQ(Imm(32), c, c)
		VPMULDQ(c, x, p)
		VPADDQ(p, sum, sum)
	}
	ADDQ(Imm(64), weight)
	ADDQ(Imm(64), centre)
	ADDQ(Imm(32), w)
	DECQ(blocks)
	JNE(LabelRef("block"))
	Store(sumOfFour(sum), ReturnIndex(0))
	VZEROUPPER()
	RET()
}

// sumOfFour returns the sum of the four int64 of a register.
func sumOfFour(v reg.VecVirtual) reg.Register {
	low, sum := XMM(), GP64()
	VEXTRACTI128(Imm(1), v.AsY(), low)
	VPADDQ(v.AsX(), low, low)
	other := XMM()
	VPSHUFD(Imm(0b01_00_11_10), low, other)
	VPADDQ(low, other, other)
	VMOVQ(other, sum)
	return sum
}
