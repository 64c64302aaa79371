package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const tapBits = 14

// predict writes the function that predicts groups of eight coefficients, every second one of a row. A register with the 16
// elements from the first on has theirs in the lower halves of its eight lanes.
func predict() {
	TEXT("predictAVX2", NOSPLIT, "func(groups int, dst *int32, magnitudes *uint16, values *int16, "+
		"own *int32, owns int, others *int32, rest int, value *int32, valued int)")
	Doc("predictAVX2 predicts groups of coefficients from taps in the own blocks, in others, and of values. dst has 32 numbers a group.")
	Pragma("noescape")
	groups := Load(Param("groups"), GP64())
	dst := Load(Param("dst"), GP64())
	magnitudes := Load(Param("magnitudes"), GP64())
	values := Load(Param("values"), GP64())
	lower, zero := YMM(), YMM()
	VPCMPEQD(lower, lower, lower)
	VPSRLD(Imm(16), lower, lower)
	VPXOR(zero, zero, zero)

	Label("group")
	all := YMM()
	VPXOR(all, all, all)
	store := func(sum reg.VecVirtual, at int) {
		VPSRAD(Imm(tapBits), sum, sum)
		VPMAXSD(zero, sum, sum)
		VMOVDQU(sum, Mem{Base: dst, Disp: 32 * at})
	}
	for i, names := range [][2]string{{"own", "owns"}, {"others", "rest"}} {
		part := YMM()
		VPXOR(part, part, part)
		loop(names[0], names[1], 12, func(tap reg.Register) {
			from := GP64()
			MOVLQSX(Mem{Base: tap}, from)
			m, a, b := YMM(), YMM(), YMM()
			VPAND(Mem{Base: magnitudes, Index: from, Scale: 2}, lower, m)
			VPBROADCASTD(Mem{Base: tap, Disp: 4}, a)
			VPBROADCASTD(Mem{Base: tap, Disp: 8}, b)
			VPMULLD(m, a, a)
			VPMULLD(m, b, b)
			VPADDD(a, all, all)
			VPADDD(b, part, part)
		})
		store(part, 1+i)
	}
	store(all, 0)

	even, odd := YMM(), YMM() // lanes, of 64 bits
	VPXOR(even, even, even)
	VPXOR(odd, odd, odd)
	loop("value", "valued", 8, func(tap reg.Register) {
		from := GP64()
		MOVLQSX(Mem{Base: tap}, from)
		v, w, p := YMM(), YMM(), YMM()
		VMOVDQU(Mem{Base: values, Index: from, Scale: 2}, v)
		VPBROADCASTD(Mem{Base: tap, Disp: 4}, w)
		VPSLLD(Imm(16), v, v)
		VPSRAD(Imm(16), v, v)
		VPMULDQ(v, w, p)
		VPADDQ(p, even, even)
		VPSRLQ(Imm(32), v, v)
		VPMULDQ(v, w, v)
		VPADDQ(v, odd, odd)
	})
	VPSRLQ(Imm(tapBits), even, even)
	VPSLLQ(Imm(32-tapBits), odd, odd)
	VPBLENDD(Imm(0b1010_1010), odd, even, even)
	VMOVDQU(even, Mem{Base: dst, Disp: 96})

	SUBQ(I8(-128), dst)
	ADDQ(Imm(32), magnitudes)
	ADDQ(Imm(32), values)
	DECQ(groups)
	JNE(LabelRef("group"))
	VZEROUPPER()
	RET()
}

// loop writes a loop over taps of so many bytes, of which there may be none.
func loop(taps, number string, bytes int, body func(tap reg.Register)) {
	tap := Load(Param(taps), GP64())
	n := Load(Param(number), GP64())
	TESTQ(n, n)
	JE(LabelRef(number + "End"))
	Label(number)
	body(tap)
	ADDQ(Imm(uint64(bytes)), tap)
	DECQ(n)
	JNE(LabelRef(number))
	Label(number + "End")
}
