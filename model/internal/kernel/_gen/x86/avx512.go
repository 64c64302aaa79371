package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// avx512 has one register of sums a site. VPDPWSSD (AVX512_VNNI) is VPMADDWD and
// VPADDD in one instruction, which also broadcasts the activations.
type avx512 struct {
	sums  [12]reg.VecVirtual
	shift reg.VecVirtual
	low   reg.VecVirtual
}

func (v *avx512) begin(sites int, bias reg.Register) {
	for i := range sites {
		v.sums[i] = ZMM()
		if i == 0 {
			VMOVDQU32(Mem{Base: bias}, v.sums[i])
		} else {
			VMOVDQA32(v.sums[0], v.sums[i])
		}
	}
}

func (v *avx512) clear(sites int) {
	for i := range sites {
		v.sums[i] = ZMM()
		VPXORD(v.sums[i], v.sums[i], v.sums[i])
	}
}

func (v *avx512) store(site int, to Mem) { VMOVDQU32(v.sums[site], to) }

func (v *avx512) multiplyAdd(w Mem, activations []Mem) {
	weights := ZMM()
	VMOVDQU32(w, weights)
	for i, m := range activations {
		VPDPWSSD_BCST(m, weights, v.sums[i])
	}
}

func (v *avx512) prepare(shift, low Mem) {
	v.shift, v.low = XMM(), YMM()
	VMOVQ(shift, v.shift)
	VPBROADCASTW(low, v.low)
}

// finish also puts the outputs, which lie in the order that suits AVX2's
// VPACKSSDW, into their own.
func (v *avx512) finish(site int, pre, post, dst Mem) {
	sums, a := v.sums[site], YMM()
	VPSRAD(v.shift, sums, sums)
	VPMOVSDW(sums, a)
	VPERMQ(Imm(0b11_01_10_00), a, a)
	VPADDSW(pre, a, a)
	VPMAXSW(v.low, a, a)
	VPADDSW(post, a, a)
	VMOVDQU(a, dst)
}
