package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Where the fields of a decision are, and of a Choice. A test compares them with the compiler's.
const (
	probsAt         = 0
	weightsAt       = 8
	refinersAt      = 16
	oddsAt          = 24
	probabilitiesAt = 32
	stepsAt         = 40
	inputAt         = 48
	mixedAt         = 72
	pointAt         = 88

	inputsAt  = 0
	probAt    = 4
	setAt     = 44
	refinerAt = 56
)

const (
	countBits  = 10
	maxInputs  = 10
	maxOdds    = 12<<8 - 1
	maxWeight  = 4<<16 - 1
	weightSets = 3
	refiners   = 2
	points     = 33
	mixRate    = 3
	minProb    = 12
)

// constant returns a number of 32 bits in memory.
func constant(name string, v int32) Mem {
	m := GLOBL(name, RODATA|NOPTR)
	DATA(0, I32(v))
	return m
}

// eachInput writes code for every input, 5, 6 or 10 of them.
func eachInput(choice reg.Register, one func(i int)) {
	n := GP32()
	MOVL(Mem{Base: choice, Disp: inputsAt}, n)
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
func weightsOf(choice, weights reg.Register, j int) reg.Register {
	at := GP64()
	MOVLQSX(Mem{Base: choice, Disp: setAt + 4*j}, at)
	LEAQ(Mem{Base: at, Index: at, Scale: 2}, at)
	SHLQ(Imm(4), at) // of 48 bytes
	ADDQ(weights, at)
	return at
}

// mix writes the function that predicts a decision. A product of an input and a weight has less than 31 bits, the sum
// of two fits into 32, and that of more into 64.
func mix() {
	TEXT("mixAVX2", NOSPLIT, "func(d *byte, choice *byte) uint32")
	Doc("mixAVX2 is Mixer.mix.")
	Pragma("noescape")
	d := Load(Param("d"), GP64())
	choice := Load(Param("choice"), GP64())
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
	eachInput(choice, func(i int) {
		at, p := GP64(), GP64()
		MOVLQSX(Mem{Base: choice, Disp: probAt + 4*i}, at)
		MOVL(Mem{Base: probs, Index: at, Scale: 4}, p.As32())
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
		w := weightsOf(choice, weights, j)
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
	none := YMM()
	VPXOR(none, none, none)
	s, t := add(sums[0], sums[1]), add(sums[2], none)
	mixed := XMM()
	VSHUFPS(Imm(0b10_00_10_00), t, s, mixed)
	least, most := XMM(), XMM()
	VPBROADCASTD(constant("leastOdds", -maxOdds), least)
	VPBROADCASTD(constant("mostOdds", maxOdds), most)
	VPMAXSD(least, mixed, mixed)
	VPMINSD(most, mixed, mixed)
	VMOVDQU(mixed, Mem{Base: d, Disp: mixedAt})
	other, sum := XMM(), GP64()
	VPSHUFD(Imm(0b01_00_11_10), mixed, other)
	VPADDD(other, mixed, mixed)
	VPSHUFD(Imm(0b10_11_00_01), mixed, other)
	VPADDD(other, mixed, mixed)
	VMOVD(mixed, sum.As32())
	VZEROUPPER()
	Store(refine(d, choice, sum), ReturnIndex(0))
	RET()
}

// refine writes code that makes a probability of a sum of log odds by all sets.
func refine(d, choice reg.Register, sum reg.GPVirtual) reg.Register {
	// The mean, rounded towards 0: multiplied by the upper half of (2^32 + 2) / 3, and 1 more if it is negative.
	x := GP64()
	MOVLQSX(sum.As32(), x)
	IMUL3Q(U32((1<<32+2)/3), x, x)
	SARQ(Imm(32), x)
	SHRL(Imm(31), sum.As32())
	ADDL(sum.As32(), x.As32())
	ADDL(U32(maxOdds), x.As32())
	p := GP64()
	MOVQ(Mem{Base: d, Disp: probabilitiesAt}, p)
	MOVWLZX(Mem{Base: p, Index: x, Scale: 2}, p.As32())
	ADDL(p.As32(), p.As32())

	// low = min(32 x / (2 maxOdds), 31), between = 32 x - 2 maxOdds low; x is at most 2 maxOdds.
	low, between := GP64(), GP64()
	IMUL3L(U32((16<<lowBits)/maxOdds+1), x.As32(), low.As32())
	SHRL(Imm(lowBits), low.As32())
	last := GP32()
	MOVL(U32(points-2), last)
	CMPL(low.As32(), last)
	CMOVLHI(last, low.As32())
	SHLL(Imm(5), x.As32())
	IMUL3L(U32(2*maxOdds), low.As32(), between.As32())
	SUBL(between.As32(), x.As32())
	MOVL(x.As32(), between.As32())

	at := GP64()
	MOVQ(Mem{Base: d, Disp: refinersAt}, at)
	for j := range refiners {
		i, a, b := GP64(), GP64(), GP64()
		IMUL3L(U32(points), Mem{Base: choice, Disp: refinerAt + 4*j}, i.As32())
		ADDL(low.As32(), i.As32())
		// Apart: a load of both would have to wait until what learn has stored of one is in the cache.
		MOVWLZX(Mem{Base: at, Index: i, Scale: 2}, a.As32())
		MOVWLZX(Mem{Base: at, Index: i, Scale: 2, Disp: 2}, b.As32())
		SUBL(a.As32(), b.As32())
		IMULL(between.As32(), b.As32())
		IMUL3L(U32(2*maxOdds), a.As32(), a.As32())
		ADDL(b.As32(), a.As32())
		// Over 2 maxOdds, for a number of less than 29 bits.
		IMUL3Q(U32((1<<43)/(2*maxOdds)+1), a, a)
		SHRQ(Imm(43), a)
		ADDL(a.As32(), p.As32())
		CMPL(between.As32(), U32(maxOdds+1))
		SBBL(I8(-1), i.As32()) // 1 more unless it is less
		MOVL(i.As32(), Mem{Base: d, Disp: pointAt + 4*j})
	}
	SHRL(Imm(2), p.As32())
	least, most := GP32(), GP32()
	MOVL(U32(minProb), least)
	MOVL(U32(1<<16-minProb), most)
	CMPL(p.As32(), least)
	CMOVLCS(least, p.As32())
	CMPL(p.As32(), most)
	CMOVLHI(most, p.As32())
	return p.As32()
}

// lowBits is the precision of the division for low, which a test of all log odds shows to be enough.
const lowBits = 26

// learn writes the function that adapts probs, weights and refiners.
func learn() {
	TEXT("learnAVX2", NOSPLIT, "func(d *byte, choice *byte, bit uint32)")
	Doc("learnAVX2 is Mixer.learn.")
	Pragma("noescape")
	d := Load(Param("d"), GP64())
	choice := Load(Param("choice"), GP64())
	probs, weights, steps := GP64(), GP64(), GP64()
	MOVQ(Mem{Base: d, Disp: probsAt}, probs)
	MOVQ(Mem{Base: d, Disp: weightsAt}, weights)
	MOVQ(Mem{Base: d, Disp: stepsAt}, steps)
	bit := Load(Param("bit"), GP32())
	probabilities := GP64()
	MOVQ(Mem{Base: d, Disp: probabilitiesAt}, probabilities)
	target := GP64() // Q22
	MOVL(bit, target.As32())
	NEGL(target.As32())
	ANDL(U32(1<<22-1), target.As32())
	full := GP32() // Q16
	MOVL(bit, full)
	SHLL(Imm(16), full)

	x, y := YMM(), XMM()
	VPMOVSXWD(Mem{Base: d, Disp: inputAt}, x)
	VPMOVSXWD(Mem{Base: d, Disp: inputAt + 16}, y)
	half, least, most := YMM(), YMM(), YMM()
	VPBROADCASTD(constant("half", 1<<17), half)
	VPBROADCASTD(constant("leastWeight", -maxWeight), least)
	VPBROADCASTD(constant("mostWeight", maxWeight), most)
	for j := range weightSets {
		w := weightsOf(choice, weights, j)
		e, a, b := YMM(), YMM(), XMM()
		miss, was := GP64(), GP64()
		MOVLQSX(Mem{Base: d, Disp: mixedAt + 4*j}, was)
		MOVWLZX(Mem{Base: probabilities, Index: was, Scale: 2, Disp: 2 * maxOdds}, was.As32())
		MOVL(full, miss.As32())
		SUBL(was.As32(), miss.As32())
		IMUL3L(Imm(mixRate), miss.As32(), miss.As32())
		VMOVD(miss.As32(), e.AsX())
		VPBROADCASTD(e.AsX(), e)
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
	eachInput(choice, func(i int) {
		at, p, n, by := GP64(), GP64(), GP64(), GP64()
		MOVLQSX(Mem{Base: choice, Disp: probAt + 4*i}, at)
		MOVL(Mem{Base: probs, Index: at, Scale: 4}, p.As32())
		MOVL(p.As32(), n.As32())
		ANDL(U32(1<<countBits-1), n.As32())
		SHRL(Imm(countBits), p.As32())
		MOVL(Mem{Base: steps, Index: n, Scale: 4}, n.As32())
		MOVWQZX(n.As16(), by)
		SHRL(Imm(16), n.As32())
		off := GP64()
		MOVL(target.As32(), off.As32())
		SUBQ(p, off)
		IMULQ(by, off)
		SARQ(Imm(16), off)
		ADDL(off.As32(), p.As32())
		SHLL(Imm(countBits), p.As32())
		ORL(n.As32(), p.As32())
		MOVL(p.As32(), Mem{Base: probs, Index: at, Scale: 4})
	})
	to := GP64()
	MOVQ(Mem{Base: d, Disp: refinersAt}, to)
	SUBL(bit, full) // 65535 for a 1
	for j := range refiners {
		i, r, off := GP64(), GP32(), GP32()
		MOVL(Mem{Base: d, Disp: pointAt + 4*j}, i.As32())
		MOVWLZX(Mem{Base: to, Index: i, Scale: 2}, r)
		MOVL(full, off)
		SUBL(r, off)
		SARL(Imm(6), off)
		ADDL(off, r)
		MOVW(r.As16(), Mem{Base: to, Index: i, Scale: 2})
	}
	RET()
}
