package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// lift writes the function that adds the rounded sum of taps times four rows to another.
func lift() {
	_, end := function("lift", "adds to samples the rounded sum of taps times those of four rows: see divide. minus is -1 to subtract it, or 0.",
		"to, r0, r1, r2, r3 *int32, taps *int32, minus int32, shift, frac int")
	to := param("to")
	rows := []reg.Register{param("r0"), param("r1"), param("r2"), param("r3")}
	taps := param("taps")
	minus, shift, frac := parameter("minus"), XMM(), XMM()
	VMOVQ(address("shift"), shift)
	VMOVQ(address("frac"), frac)
	var tap [4]reg.VecVirtual
	for i := range tap {
		tap[i] = vector()
		VPBROADCASTD(Mem{Base: taps, Disp: 4 * i}, tap[i])
	}
	one, half, fraction := broadcast(1), vector(), vector()
	VPSLLD(shift, one, half)
	VPSRLD(Imm(1), half, half)
	VPSLLD(frac, one, fraction)
	VPSUBD(one, fraction, fraction)
	Label("group")
	sum := vector()
	VPMULLD(Mem{Base: rows[0]}, tap[0], sum)
	for i := 1; i < 4; i++ {
		p := vector()
		VPMULLD(Mem{Base: rows[i]}, tap[i], p)
		VPADDD(p, sum, sum)
	}
	n, a, b := vector(), vector(), vector()
	VPSRAD(frac, sum, n)
	VPADDD(half, n, n)
	VPSRAD(shift, n, a)
	VPADDD(one, n, n)
	VPSRAD(shift, n, b)
	VPSUBD(a, b, b)
	and(fraction, sum, sum)
	VPMULLD(sum, b, b)
	VPSLLD(frac, a, a)
	VPADDD(b, a, a)
	xor(minus, a, a)
	VPSUBD(minus, a, a)
	VPADDD(Mem{Base: to}, a, a)
	store(a, Mem{Base: to})
	next(4*lanes, append(rows, to)...)
	end()
	finish()
}
