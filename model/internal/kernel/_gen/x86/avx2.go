package main

import (
	"fmt"

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

// addSitesAVX2 writes a productAdder for 16 n units. The sums stay in registers. An int16 with zeros above it, times a factor with zeros above
// it, in pairs, is the product as an int32.
func addSitesAVX2(n int) {
	name := fmt.Sprintf("addSites%dAVX2", n)
	TEXT(name, NOSPLIT, "func(count int, sites *int32, x *int16, p, q *int32, a, b *int32)")
	Doc(fmt.Sprintf("%s adds p and q times the %d units of count sites to a and b. The upper halves of p and q are 0; sites says where units begin, in elements.", name, 16*n))
	Pragma("noescape")
	count, sites := Load(Param("count"), GP64()), Load(Param("sites"), GP64())
	x := Load(Param("x"), GP64())
	factors := []reg.Register{Load(Param("p"), GP64()), Load(Param("q"), GP64())}
	to := []reg.Register{Load(Param("a"), GP64()), Load(Param("b"), GP64())}
	var sums [2][6]reg.VecVirtual
	for i, t := range to {
		for j := range 2 * n {
			sums[i][j] = YMM()
			VMOVDQU(Mem{Base: t, Disp: 32 * j}, sums[i][j])
		}
	}
	Label("site")
	at := GP64()
	MOVLQSX(Mem{Base: sites}, at)
	var by [2]reg.VecVirtual
	for i, f := range factors {
		by[i] = YMM()
		VPBROADCASTD(Mem{Base: f}, by[i])
	}
	for j := range 2 * n {
		v, product := YMM(), YMM()
		VPMOVZXWD(Mem{Base: x, Index: at, Scale: 2, Disp: 16 * j}, v)
		VPMADDWD(by[0], v, product)
		VPADDD(product, sums[0][j], sums[0][j])
		VPMADDWD(by[1], v, v)
		VPADDD(v, sums[1][j], sums[1][j])
	}
	for _, r := range []reg.Register{sites, factors[0], factors[1]} {
		ADDQ(Imm(4), r)
	}
	DECQ(count)
	JNE(LabelRef("site"))
	for i, t := range to {
		for j := range 2 * n {
			VMOVDQU(sums[i][j], Mem{Base: t, Disp: 32 * j})
		}
	}
	VZEROUPPER()
	RET()
}

// squareSitesAVX2 writes a squareAdder for 16 units.
func squareSitesAVX2() {
	TEXT("squareSitesAVX2", NOSPLIT, "func(count int, sites *int32, x *int16, sum *int32, squares *int64)")
	Doc("squareSitesAVX2 adds the 16 units of count sites to sum, and their squares to squares. sites says where units begin, in elements.")
	Pragma("noescape")
	count, sites := Load(Param("count"), GP64()), Load(Param("sites"), GP64())
	x, sum, squares := Load(Param("x"), GP64()), Load(Param("sum"), GP64()), Load(Param("squares"), GP64())
	var s [2]reg.VecVirtual
	var q [4]reg.VecVirtual
	for i := range s {
		s[i] = YMM()
		VMOVDQU(Mem{Base: sum, Disp: 32 * i}, s[i])
	}
	for i := range q {
		q[i] = YMM()
		VMOVDQU(Mem{Base: squares, Disp: 32 * i}, q[i])
	}
	Label("site")
	at := GP64()
	MOVLQSX(Mem{Base: sites}, at)
	for i := range s {
		v, high := YMM(), XMM()
		VPMOVSXWD(Mem{Base: x, Index: at, Scale: 2, Disp: 16 * i}, v)
		VPADDD(v, s[i], s[i])
		VPMULLD(v, v, v)
		VEXTRACTI128(Imm(1), v, high)
		for j, from := range []reg.VecVirtual{v.AsX().(reg.VecVirtual), high} {
			w := YMM()
			VPMOVZXDQ(from, w)
			VPADDQ(w, q[2*i+j], q[2*i+j])
		}
	}
	ADDQ(Imm(4), sites)
	DECQ(count)
	JNE(LabelRef("site"))
	for i := range s {
		VMOVDQU(s[i], Mem{Base: sum, Disp: 32 * i})
	}
	for i := range q {
		VMOVDQU(q[i], Mem{Base: squares, Disp: 32 * i})
	}
	VZEROUPPER()
	RET()
}
