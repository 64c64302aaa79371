package main

import (
	"fmt"

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

// addSites writes a productAdder for 16 n units. The sums stay in registers.
func addSites(n int) {
	name := fmt.Sprintf("addSites%dAVX512", n)
	TEXT(name, NOSPLIT, "func(count int, sites *int32, x *int16, p, q *int32, a, b *int32)")
	Doc(fmt.Sprintf("%s adds p and q times the %d units of count sites to a and b. The upper halves of p and q are 0; sites says where units begin, in elements.", name, 16*n))
	Pragma("noescape")
	count, sites := Load(Param("count"), GP64()), Load(Param("sites"), GP64())
	x, p, q := Load(Param("x"), GP64()), Load(Param("p"), GP64()), Load(Param("q"), GP64())
	to := []reg.Register{Load(Param("a"), GP64()), Load(Param("b"), GP64())}
	var sums [2][3]reg.VecVirtual
	for i, t := range to {
		for j := range n {
			sums[i][j] = ZMM()
			VMOVDQU32(Mem{Base: t, Disp: 64 * j}, sums[i][j])
		}
	}
	Label("site")
	at := GP64()
	MOVLQSX(Mem{Base: sites}, at)
	for j := range n {
		v := ZMM()
		VPMOVZXWD(Mem{Base: x, Index: at, Scale: 2, Disp: 32 * j}, v)
		VPDPWSSD_BCST(Mem{Base: p}, v, sums[0][j])
		VPDPWSSD_BCST(Mem{Base: q}, v, sums[1][j])
	}
	for _, r := range []reg.Register{sites, p, q} {
		ADDQ(Imm(4), r)
	}
	DECQ(count)
	JNE(LabelRef("site"))
	for i, t := range to {
		for j := range n {
			VMOVDQU32(sums[i][j], Mem{Base: t, Disp: 64 * j})
		}
	}
	VZEROUPPER()
	RET()
}

// squareSites writes a squareAdder for 16 units.
func squareSites() {
	TEXT("squareSitesAVX512", NOSPLIT, "func(count int, sites *int32, x *int16, sum *int32, squares *int64)")
	Doc("squareSitesAVX512 adds the 16 units of count sites to sum, and their squares to squares. sites says where units begin, in elements.")
	Pragma("noescape")
	count, sites := Load(Param("count"), GP64()), Load(Param("sites"), GP64())
	x, sum, squares := Load(Param("x"), GP64()), Load(Param("sum"), GP64()), Load(Param("squares"), GP64())
	s, low, high := ZMM(), ZMM(), ZMM()
	VMOVDQU32(Mem{Base: sum}, s)
	VMOVDQU32(Mem{Base: squares}, low)
	VMOVDQU32(Mem{Base: squares, Disp: 64}, high)
	Label("site")
	at := GP64()
	MOVLQSX(Mem{Base: sites}, at)
	v, square, upper, wide := ZMM(), ZMM(), YMM(), ZMM()
	VPMOVSXWD(Mem{Base: x, Index: at, Scale: 2}, v)
	VPADDD(v, s, s)
	VPMOVZXWD(Mem{Base: x, Index: at, Scale: 2}, square)
	VPMADDWD(square, square, square)
	VPMOVZXDQ(square.AsY(), wide)
	VPADDQ(wide, low, low)
	VEXTRACTI64X4(Imm(1), square, upper)
	VPMOVZXDQ(upper, wide)
	VPADDQ(wide, high, high)
	ADDQ(Imm(4), sites)
	DECQ(count)
	JNE(LabelRef("site"))
	VMOVDQU32(s, Mem{Base: sum})
	VMOVDQU32(low, Mem{Base: squares})
	VMOVDQU32(high, Mem{Base: squares, Disp: 64})
	VZEROUPPER()
	RET()
}
