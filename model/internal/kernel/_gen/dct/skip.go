package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// skip writes the function that sets the clocks of coefficients that are skipped, and finds those that are not.
func skip() {
	TEXT("skipAVX2", NOSPLIT, "func(groups int, predictions *int32, clocks *uint8, coded *uint8, k int)")
	Doc("skipAVX2 is skip of groups of eight coefficients, of which all are there.")
	Pragma("noescape")
	groups := Load(Param("groups"), GP64())
	predictions := Load(Param("predictions"), GP64())
	clocks := Load(Param("clocks"), GP64())
	coded := Load(Param("coded"), GP64())
	k := Load(Param("k"), GP64())

	one, lastIdle, known, enough, low := YMM(), YMM(), YMM(), YMM(), XMM()
	VPCMPEQD(one, one, one)
	VPSRLD(Imm(25), one, known) // never - 1
	VPSRLD(Imm(31), one, one)
	VPCMPEQW(low, low, low)
	VPSRLW(Imm(8), low, low)
	shift := XMM()
	VMOVQ(k, shift)
	VPSLLD(shift, one, enough)
	VPADDD(enough, enough, enough) // 2 << k
	VMOVQ(k, lastIdle.AsX())
	VPBROADCASTD(lastIdle.AsX(), lastIdle)
	VPADDD(known, lastIdle, lastIdle) // never + k - 1

	Label("group")
	bytes, was := XMM(), YMM()
	VMOVDQU(Mem{Base: clocks}, bytes)
	VPAND(low, bytes, was.AsX())
	VPMOVZXWD(was.AsX(), was)
	m, v := YMM(), YMM()
	VPABSD(Mem{Base: predictions, Disp: 96}, v)
	VPADDD(v, v, v)
	VPMAXSD(Mem{Base: predictions}, v, m)
	awake, small, unknown := YMM(), YMM(), YMM()
	VPCMPGTD(lastIdle, was, awake)
	VPCMPGTD(m, enough, small)
	VPCMPGTD(known, was, unknown)
	idle, mask := YMM(), GP32()
	VPANDN(unknown, awake, idle)
	VPAND(small, awake, awake) // those to be skipped
	VPOR(awake, idle, idle)
	VMOVMSKPS(idle, mask)
	NOTL(mask)
	MOVB(mask.As8(), Mem{Base: coded})
	VPTEST(awake, awake)
	JE(LabelRef("next"))
	clock, power, n := YMM(), YMM(), GP64()
	VPADDD(one, known, clock) // never
	VMOVDQA(one, power)       // 2^j - 1
	MOVQ(k, n)
	DECQ(n)
	JE(LabelRef("found"))
	Label("power")
	at := YMM()
	VPCMPGTD(power, m, at)
	VPSUBD(at, clock, clock)
	VPADDD(power, power, power)
	VPADDD(one, power, power)
	DECQ(n)
	JNE(LabelRef("power"))
	Label("found")
	words := func(x reg.VecVirtual) {
		h := XMM()
		VEXTRACTI128(Imm(1), x, h)
		VPACKUSDW(h, x.AsX(), x.AsX())
	}
	VPSRLD(Imm(24), awake, awake) // a byte of each
	words(awake)
	words(clock)
	// 255 has its highest bit set, which chooses.
	VPBLENDVB(awake.AsX(), clock.AsX(), bytes, bytes)
	VMOVDQU(bytes, Mem{Base: clocks})
	Label("next")
	SUBQ(I8(-128), predictions)
	ADDQ(Imm(16), clocks)
	INCQ(coded)
	DECQ(groups)
	JNE(LabelRef("group"))
	VZEROUPPER()
	RET()
}
