package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

type sums [6][2]reg.VecVirtual

// multiplyAdd adds to every sum a float32, broadcast, times a row of 16.
func multiplyAdd(n int, s *sums, row Mem, factor func(i int) Mem) {
	r0, r1 := YMM(), YMM()
	VMOVUPS(row, r0)
	VMOVUPS(row.Offset(32), r1)
	for i := range n {
		f := YMM()
		VBROADCASTSS(factor(i), f)
		VFMADD231PS(f, r0, s[i][0])
		VFMADD231PS(f, r1, s[i][1])
	}
}

// third returns the address i steps from p, given p3 = p + 3 steps.
func third(p, p3, step reg.Register, i int) Mem {
	m := Mem{Base: p}
	if i >= 3 {
		m.Base = p3
	}
	if i%3 > 0 {
		m.Index, m.Scale = step, uint8(i%3)
	}
	return m
}

// apply writes applyNAVX2: a tile is N neighbouring sites by 16 outputs. Its sums are 2*N registers; with 6 sites
// they, two registers of weights and one of activations are 15 of the 16 there are.
func apply(sites int) {
	TEXT(fmt.Sprintf("apply%dAVX2", sites), NOSPLIT, "func("+
		"tiles, rows, taps int, w *float32, wStride int, bias *float32, low float32, "+
		"src *float32, srcStride, srcRow int, dst *float32, dstStride int, "+
		"pre *float32, preStride int, post *float32, postStride int)")
	Doc(fmt.Sprintf("apply%dAVX2 computes 16 outputs of tiles*%d sites of a row. Strides are in bytes.", sites, sites))
	Pragma("noescape")

	tiles := Load(Param("tiles"), GP64())
	src := Load(Param("src"), GP64())
	srcStride := Load(Param("srcStride"), GP64())
	wStride := Load(Param("wStride"), GP64())
	dst := Load(Param("dst"), GP64())

	// From the end of one row of taps to the start of the next.
	skip := Load(Param("srcRow"), GP64())
	n := Load(Param("taps"), GP64())
	SHLQ(Imm(2), n)
	SUBQ(n, skip)

	Label("tile")
	bias := Load(Param("bias"), GP64())
	var s sums
	for i := range sites {
		for j := range 2 {
			s[i][j] = YMM()
			if i == 0 {
				VMOVUPS(Mem{Base: bias, Disp: 32 * j}, s[i][j])
			} else {
				VMOVAPS(s[0][j], s[i][j])
			}
		}
	}
	w := Load(Param("w"), GP64())
	rows := Load(Param("rows"), GP64())
	p, p3 := GP64(), GP64()
	MOVQ(src, p)
	LEAQ(Mem{Base: srcStride, Index: srcStride, Scale: 2}, p3)
	ADDQ(p, p3)
	Label("row")
	Load(Param("taps"), n)
	Label("tap") // two a turn
	for t := range 2 {
		multiplyAdd(sites, &s, Mem{Base: w}, func(i int) Mem { return third(p, p3, srcStride, i).Offset(4 * t) })
		ADDQ(wStride, w)
	}
	ADDQ(Imm(8), p)
	ADDQ(Imm(8), p3)
	SUBQ(Imm(2), n)
	JNE(LabelRef("tap"))
	ADDQ(skip, p)
	ADDQ(skip, p3)
	DECQ(rows)
	JNE(LabelRef("row"))

	low := YMM()
	VBROADCASTSS(address("low"), low)
	pre := Load(Param("pre"), GP64())
	post := Load(Param("post"), GP64())
	dstStride := Load(Param("dstStride"), GP64())
	preStride := Load(Param("preStride"), GP64())
	postStride := Load(Param("postStride"), GP64())
	for i := range sites {
		for j := range 2 {
			v := s[i][j]
			VADDPS(Mem{Base: pre, Disp: 32 * j}, v, v)
			VMAXPS(low, v, v)
			VADDPS(Mem{Base: post, Disp: 32 * j}, v, v)
			VMOVUPS(v, Mem{Base: dst, Disp: 32 * j})
		}
		ADDQ(preStride, pre)
		ADDQ(postStride, post)
		ADDQ(dstStride, dst)
	}
	Store(pre, Param("pre"))
	Store(post, Param("post"))
	for range sites {
		ADDQ(srcStride, src)
	}
	DECQ(tiles)
	JNE(LabelRef("tile"))
	VZEROUPPER()
	RET()
}

// outer writes outerNAVX2: N neighbouring taps by 16 outputs of a gradient, summed over sites in registers.
func outer(taps int) {
	TEXT(fmt.Sprintf("outer%dAVX2", taps), NOSPLIT,
		"func(sites int, a *float32, aStride int, b *float32, bStride int, c *float32, cStride int)")
	Doc(fmt.Sprintf("outer%dAVX2 adds to c, %d rows of 16, the sum over sites of a's %d floats times b's 16. Strides are in bytes.", taps, taps, taps))
	Pragma("noescape")
	n := Load(Param("sites"), GP64())
	a := Load(Param("a"), GP64())
	aStride := Load(Param("aStride"), GP64())
	b := Load(Param("b"), GP64())
	bStride := Load(Param("bStride"), GP64())
	c := Load(Param("c"), GP64())
	cStride := Load(Param("cStride"), GP64())
	c3 := GP64()
	LEAQ(Mem{Base: cStride, Index: cStride, Scale: 2}, c3)
	ADDQ(c, c3)
	var s sums
	for i := range taps {
		for j := range 2 {
			s[i][j] = YMM()
			VMOVUPS(third(c, c3, cStride, i).Offset(32*j), s[i][j])
		}
	}
	Label("site")
	multiplyAdd(taps, &s, Mem{Base: b}, func(i int) Mem { return Mem{Base: a, Disp: 4 * i} })
	ADDQ(aStride, a)
	ADDQ(bStride, b)
	DECQ(n)
	JNE(LabelRef("site"))
	for i := range taps {
		for j := range 2 {
			VMOVUPS(s[i][j], third(c, c3, cStride, i).Offset(32*j))
		}
	}
	VZEROUPPER()
	RET()
}

// mask writes maskAVX2, a loop for x and one for zeros.
func mask() {
	TEXT("maskAVX2", NOSPLIT, "func(n int, dst, y, x, grad *float32)")
	Doc("maskAVX2 sets dst to grad where y > x, and to 0 elsewhere; a nil x is zeros. n is a positive multiple of 8.")
	Pragma("noescape")
	n := Load(Param("n"), GP64())
	dst := Load(Param("dst"), GP64())
	y := Load(Param("y"), GP64())
	x := Load(Param("x"), GP64())
	g := Load(Param("grad"), GP64())
	i, v, m := GP64(), YMM(), YMM()
	XORQ(i, i)
	loop := func(label string, load func()) {
		Label(label)
		load()
		VCMPPS(Imm(1), Mem{Base: y, Index: i, Scale: 4}, v, m) // v < y
		VANDPS(Mem{Base: g, Index: i, Scale: 4}, m, m)
		VMOVUPS(m, Mem{Base: dst, Index: i, Scale: 4})
		ADDQ(Imm(8), i)
		CMPQ(i, n)
		JLT(LabelRef(label))
		VZEROUPPER()
		RET()
	}
	TESTQ(x, x)
	JNE(LabelRef("masks"))
	VXORPS(v, v, v)
	loop("zeros", func() {})
	loop("masks", func() { VMOVUPS(Mem{Base: x, Index: i, Scale: 4}, v) })
}
