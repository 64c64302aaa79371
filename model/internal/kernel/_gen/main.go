// Command _gen writes the AVX2 kernels of package kernel; its doc.go has the
// command line. It is a module of its own, so that the codec depends on none of
// what it needs.
package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func main() {
	ConstraintExpr("amd64,!noasm")
	for sites := 1; sites <= 6; sites++ {
		generate(sites)
	}
	Generate()
}

// generate writes tiles<sites>AVX2: a tile is that many neighbouring sites by
// 16 outputs. Its sums are 2*sites registers; with 6 sites they, two registers
// of weights, one of activations and one for products are the 16 there are.
//
// VPMADDWD multiplies the 16 int16 of two registers and adds neighbours: eight
// int32, each the sum over a pair of input channels. One factor is eight
// outputs' weights for the pair, the other the pair's activations, broadcast.
func generate(sites int) {
	TEXT(fmt.Sprintf("tiles%dAVX2", sites), NOSPLIT, "func("+
		"tiles int, rows, pairs int, w *int16, bias *int32, shift uint64, low int16, "+
		"src *int16, srcStride, srcRow int, dst *int16, dstStride int, "+
		"pre *int16, preStride int, post *int16, postStride int)")
	Doc(fmt.Sprintf("tiles%dAVX2 computes 16 outputs of tiles*%d sites of a row. Strides are in bytes.", sites, sites))
	Pragma("noescape")

	tiles := Load(Param("tiles"), GP64())
	src := Load(Param("src"), GP64())
	srcStride := Load(Param("srcStride"), GP64())
	dst := Load(Param("dst"), GP64())
	pre := Load(Param("pre"), GP64())
	post := Load(Param("post"), GP64())

	// From the end of one row of taps to the start of the next.
	pairs := GP64()
	skip := Load(Param("srcRow"), GP64())
	Load(Param("pairs"), pairs)
	SHLQ(Imm(2), pairs)
	SUBQ(pairs, skip)

	Label("tile")
	bias := Load(Param("bias"), GP64())
	var sums [6][2]reg.VecVirtual
	for j := range 2 {
		for i := range sites {
			sums[i][j] = YMM()
			if i == 0 {
				VMOVDQU(Mem{Base: bias, Disp: 32 * j}, sums[i][j])
			} else {
				VMOVDQA(sums[0][j], sums[i][j])
			}
		}
	}
	w := Load(Param("w"), GP64())
	rows := Load(Param("rows"), GP64())
	taps, taps3 := GP64(), GP64() // of sites 0 to 2 and 3 to 5
	MOVQ(src, taps)
	LEAQ(Mem{Base: srcStride, Index: srcStride, Scale: 2}, taps3)
	ADDQ(taps, taps3)

	// Two pairs a turn. If their number is odd, the first turn starts in the
	// middle, with the pointers set back by the pair it leaves out.
	Label("row")
	n := Load(Param("pairs"), GP64())
	BTQ(Imm(0), n)
	JCC(LabelRef("even"))
	SUBQ(Imm(4), taps)
	SUBQ(Imm(4), taps3)
	SUBQ(Imm(64), w)
	INCQ(n)
	JMP(LabelRef("odd"))
	Label("even")
	multiplyAdd(sites, 0, sums, taps, taps3, srcStride, w)
	Label("odd")
	multiplyAdd(sites, 1, sums, taps, taps3, srcStride, w)
	ADDQ(Imm(8), taps)
	ADDQ(Imm(8), taps3)
	SUBQ(I32(-128), w) // adds 128, which as an immediate is longer
	SUBQ(Imm(2), n)
	JNE(LabelRef("even"))
	ADDQ(skip, taps)
	ADDQ(skip, taps3)
	DECQ(rows)
	JNE(LabelRef("row"))

	shift, low := XMM(), YMM()
	VMOVQ(address("shift"), shift)
	VPBROADCASTW(address("low"), low)
	dstStride := Load(Param("dstStride"), GP64())
	preStride := Load(Param("preStride"), GP64())
	postStride := Load(Param("postStride"), GP64())
	for i := range sites {
		v := sums[i][0]
		VPSRAD(shift, v, v)
		VPSRAD(shift, sums[i][1], sums[i][1])
		VPACKSSDW(sums[i][1], v, v)
		VPADDSW(Mem{Base: pre}, v, v)
		VPMAXSW(low, v, v)
		VPADDSW(Mem{Base: post}, v, v)
		VMOVDQU(v, Mem{Base: dst})
		ADDQ(preStride, pre)
		ADDQ(postStride, post)
		ADDQ(dstStride, dst)
	}
	for range sites {
		ADDQ(srcStride, src)
	}
	DECQ(tiles)
	JNE(LabelRef("tile"))
	VZEROUPPER()
	RET()
}

// multiplyAdd adds the products of one pair of input channels to all sums.
func multiplyAdd(sites, pair int, sums [6][2]reg.VecVirtual, taps, taps3, stride, w reg.Register) {
	w0, w1 := YMM(), YMM()
	VMOVDQU(Mem{Base: w, Disp: 64 * pair}, w0)
	VMOVDQU(Mem{Base: w, Disp: 64*pair + 32}, w1)
	for i := range sites {
		a, product := YMM(), YMM()
		m := Mem{Base: taps, Disp: 4 * pair}
		if i >= 3 {
			m.Base = taps3
		}
		if i%3 > 0 {
			m.Index, m.Scale = stride, uint8(i%3)
		}
		VPBROADCASTD(m, a)
		VPMADDWD(a, w0, product)
		VPADDD(product, sums[i][0], sums[i][0])
		VPMADDWD(a, w1, a)
		VPADDD(a, sums[i][1], sums[i][1])
	}
}

// address is where the parameter lies on the stack.
func address(name string) Mem {
	b, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return b.Addr
}
