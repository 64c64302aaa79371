package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// avx2 has two registers of sums a site; with 6 sites they, two registers of
// weights, one of activations and one for products are the 16 there are.
//
// VPMADDWD multiplies the 16 int16 of two registers and adds neighbours: eight
// int32, each the sum over a pair of input channels. One factor is eight
// outputs' weights for the pair, the other the pair's activations, broadcast.
type avx2 struct {
	sums  [6][2]reg.VecVirtual
	shift reg.VecVirtual
	low   reg.VecVirtual
}

func (v *avx2) begin(sites int, bias reg.Register) {
	for j := range 2 {
		for i := range sites {
			v.sums[i][j] = YMM()
			if i == 0 {
				VMOVDQU(Mem{Base: bias, Disp: 32 * j}, v.sums[i][j])
			} else {
				VMOVDQA(v.sums[0][j], v.sums[i][j])
			}
		}
	}
}

func (v *avx2) clear(sites int) {
	for i := range sites {
		for j := range 2 {
			v.sums[i][j] = YMM()
			VPXOR(v.sums[i][j], v.sums[i][j], v.sums[i][j])
		}
	}
}

func (v *avx2) store(site int, to Mem) {
	for j, sum := range v.sums[site] {
		VMOVDQU(sum, to.Offset(32*j))
	}
}

func (v *avx2) multiplyAdd(w Mem, activations []Mem) {
	w0, w1 := YMM(), YMM()
	VMOVDQU(w, w0)
	VMOVDQU(w.Offset(32), w1)
	for i, m := range activations {
		a, product := YMM(), YMM()
		VPBROADCASTD(m, a)
		VPMADDWD(a, w0, product)
		VPADDD(product, v.sums[i][0], v.sums[i][0])
		VPMADDWD(a, w1, a)
		VPADDD(a, v.sums[i][1], v.sums[i][1])
	}
}

func (v *avx2) prepare(shift, low Mem) {
	v.shift, v.low = XMM(), YMM()
	VMOVQ(shift, v.shift)
	VPBROADCASTW(low, v.low)
}

func (v *avx2) finish(site int, pre, post, dst Mem) {
	a, b := v.sums[site][0], v.sums[site][1]
	VPSRAD(v.shift, a, a)
	VPSRAD(v.shift, b, b)
	VPACKSSDW(b, a, a)
	VPADDSW(pre, a, a)
	VPMAXSW(v.low, a, a)
	VPADDSW(post, a, a)
	VMOVDQU(a, dst)
}
