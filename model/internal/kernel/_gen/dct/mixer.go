package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Where the fields of a decision are. A test compares them with the compiler's.
const (
	probsAt   = 0
	weightsAt = 8
	oddsAt    = 16
	stepsAt   = 24
	inputsAt  = 32
	oldAt     = 36
	probAt    = 84
	inputAt   = 132
	setAt     = 156
	mixedAt   = 168
	errorsAt  = 184
)

const (
	countBits  = 10
	maxInputs  = 10
	maxOdds    = 12<<8 - 1
	maxWeight  = 4<<16 - 1
	weightSets = 3
)

// constant returns a number of 32 bits in memory.
func constant(name string, v int32) Mem {
	m := GLOBL(name, RODATA|NOPTR)
	DATA(0, I32(v))
	return m
}

// eachInput writes code for every input, 5, 6 or 10 of them.
func eachInput(d reg.Register, one func(i int)) {
	n := GP32()
	MOVL(Mem{Base: d, Disp: inputsAt}, n)
	for i := range maxInputs {
		if i == 5 || i == 6 {
			CMPL(n, Imm(uint64(i)))
			JE(LabelRef("inputs"))
		}
		one(i)
	}
	Label("inputs")
}

// weightsOf returns a register that points to the weights of a set.
func weightsOf(d, weights reg.Register, j int) reg.Register {
	at := GP64()
	MOVLQSX(Mem{Base: d, Disp: setAt + 4*j}, at)
	LEAQ(Mem{Base: at, Index: at, Scale: 2}, at)
	SHLQ(Imm(4), at) // of 48 bytes
	ADDQ(weights, at)
	return at
}

// mix writes the function that computes the log odds of a decision by each set of weights. A product has less than 31 bits, the sum
// of two fits into 32, and that of more into 64.
func mix() {
	TEXT("mixAVX2", NOSPLIT, "func(d *byte)")
	Doc("mixAVX2 is Mixer.mix.")
	Pragma("noescape")
	d := Load(Param("d"), GP64())
	probs, weights, odds := GP64(), GP64(), GP64()
	MOVQ(Mem{Base: d, Disp: probsAt}, probs)
	MOVQ(Mem{Base: d, Disp: weightsAt}, weights)
	MOVQ(Mem{Base: d, Disp: oddsAt}, odds)
	words := []reg.VecVirtual{XMM(), XMM(), XMM()} // four inputs each
	VPXOR(words[0], words[0], words[0])
	VPXOR(words[1], words[1], words[1])
	one := GP64()
	MOVQ(U64(1<<8<<48), one) // the constant
	VMOVQ(one, words[2])
	eachInput(d, func(i int) {
		at, p := GP64(), GP64()
		MOVLQSX(Mem{Base: d, Disp: probAt + 4*i}, at)
		MOVL(Mem{Base: probs, Index: at, Scale: 4}, p.As32())
		MOVL(p.As32(), Mem{Base: d, Disp: oldAt + 4*i})
		SHRL(Imm(20), p.As32())
		VPINSRW(Imm(uint64(i%4)), Mem{Base: odds, Index: p, Scale: 2}, words[i/4], words[i/4])
	})
	low, x, y := XMM(), YMM(), XMM()
	VPUNPCKLQDQ(words[1], words[0], low)
	VMOVDQU(low, Mem{Base: d, Disp: inputAt})
	VMOVQ(words[2], Mem{Base: d, Disp: inputAt + 16})
	VPMOVSXWD(low, x)
	VPMOVSXWD(words[2], y)
	var sums [weightSets]reg.VecVirtual // four of 64 bits
	for j := range sums {
		w := weightsOf(d, weights, j)
		a, b, c := YMM(), XMM(), YMM()
		VPMULLD(Mem{Base: w}, x, a)
		VPMULLD(Mem{Base: w, Disp: 32}, y, b)
		VPADDD(a.AsX(), b, b)
		VEXTRACTI128(Imm(1), a, a.AsX())
		VPMOVSXDQ(b, c)
		VPMOVSXDQ(a.AsX(), a)
		VPADDQ(a, c, c)
		sums[j] = c
	}
	// add adds the four of two sums, to one of 64 bits each.
	add := func(a, b reg.VecVirtual) reg.VecVirtual {
		l, h, s := YMM(), YMM(), XMM()
		VPUNPCKLQDQ(b, a, l)
		VPUNPCKHQDQ(b, a, h)
		VPADDQ(h, l, l)
		VEXTRACTI128(Imm(1), l, s)
		VPADDQ(l.AsX(), s, s)
		VPSRLQ(Imm(16), s, s) // in the low 32 bits the same as by an arithmetic shift
		return s
	}
	s, t := add(sums[0], sums[1]), add(sums[2], sums[2])
	mixed := XMM()
	VSHUFPS(Imm(0b10_00_10_00), t, s, mixed)
	least, most := XMM(), XMM()
	VPBROADCASTD(constant("leastOdds", -maxOdds), least)
	VPBROADCASTD(constant("mostOdds", maxOdds), most)
	VPMAXSD(least, mixed, mixed)
	VPMINSD(most, mixed, mixed)
	VMOVDQU(mixed, Mem{Base: d, Disp: mixedAt})
	VZEROUPPER()
	RET()
}

// learn writes the function that adapts probs and weights.
func learn() {
	TEXT("learnAVX2", NOSPLIT, "func(d *byte, bit uint32)")
	Doc("learnAVX2 is Mixer.learn.")
	Pragma("noescape")
	d := Load(Param("d"), GP64())
	probs, weights, steps := GP64(), GP64(), GP64()
	MOVQ(Mem{Base: d, Disp: probsAt}, probs)
	MOVQ(Mem{Base: d, Disp: weightsAt}, weights)
	MOVQ(Mem{Base: d, Disp: stepsAt}, steps)
	target := Load(Param("bit"), GP32())
	NEGL(target)
	ANDL(U32(1<<22-1), target)

	x, y := YMM(), XMM()
	VPMOVSXWD(Mem{Base: d, Disp: inputAt}, x)
	VPMOVSXWD(Mem{Base: d, Disp: inputAt + 16}, y)
	half, least, most := YMM(), YMM(), YMM()
	VPBROADCASTD(constant("half", 1<<17), half)
	VPBROADCASTD(constant("leastWeight", -maxWeight), least)
	VPBROADCASTD(constant("mostWeight", maxWeight), most)
	for j := range weightSets {
		w := weightsOf(d, weights, j)
		e, a, b := YMM(), YMM(), XMM()
		VPBROADCASTD(Mem{Base: d, Disp: errorsAt + 4*j}, e)
		VPMULLD(e, x, a)
		VPMULLD(e.AsX(), y, b)
		VPADDD(half, a, a)
		VPADDD(half.AsX(), b, b)
		VPSRAD(Imm(18), a, a)
		VPSRAD(Imm(18), b, b)
		VPADDD(Mem{Base: w}, a, a)
		VPADDD(Mem{Base: w, Disp: 32}, b, b)
		VPMAXSD(least, a, a)
		VPMAXSD(least.AsX(), b, b)
		VPMINSD(most, a, a)
		VPMINSD(most.AsX(), b, b)
		VMOVDQU(a, Mem{Base: w})
		VMOVDQU(b, Mem{Base: w, Disp: 32})
	}
	VZEROUPPER()
	eachInput(d, func(i int) {
		at, p, n, by := GP64(), GP64(), GP64(), GP64()
		MOVLQSX(Mem{Base: d, Disp: probAt + 4*i}, at)
		MOVL(Mem{Base: d, Disp: oldAt + 4*i}, p.As32())
		MOVL(p.As32(), n.As32())
		ANDL(U32(1<<countBits-1), n.As32())
		SHRL(Imm(countBits), p.As32())
		MOVL(Mem{Base: steps, Index: n, Scale: 4}, n.As32())
		MOVWQZX(n.As16(), by)
		SHRL(Imm(16), n.As32())
		off := GP64()
		MOVL(target, off.As32())
		SUBQ(p, off)
		IMULQ(by, off)
		SARQ(Imm(16), off)
		ADDL(off.As32(), p.As32())
		SHLL(Imm(countBits), p.As32())
		ORL(n.As32(), p.As32())
		MOVL(p.As32(), Mem{Base: probs, Index: at, Scale: 4})
	})
	RET()
}
