package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A wide tile is sites, or taps, by one to three vectors of 16 outputs. Per vector it needs 8 sums or more: so many
// multiply-adds are under way at a time. With two or three vectors, a factor that is broadcast serves as many
// multiply-adds, and the two loads a cycle that there are suffice.
type wideSums [16][3]reg.VecVirtual

// outerTaps is the most taps of a tile, by vectors: 16, 24 and 24 of the 32 registers are sums.
var outerTaps = [4]int{1: 16, 2: 12, 3: 8}

// multiplyAddWide adds to every sum a float32, broadcast, times the vectors of a row.
func multiplyAddWide(vectors, n int, s *wideSums, row Mem, factor func(i int) Mem) {
	var r [3]reg.VecVirtual
	for j := range vectors {
		r[j] = ZMM()
		VMOVUPS(row.Offset(64*j), r[j])
	}
	for i := range n {
		if vectors == 1 {
			VFMADD231PS_BCST(factor(i), r[0], s[i][0])
			continue
		}
		f := ZMM()
		VBROADCASTSS(factor(i), f)
		for j := range vectors {
			VFMADD231PS(f, r[j], s[i][j])
		}
	}
}

// applyWide writes applyVxNAVX512: a tile is N neighbouring sites by V vectors of outputs.
func applyWide(vectors, sites int) {
	name := fmt.Sprintf("apply%dx%dAVX512", vectors, sites)
	TEXT(name, NOSPLIT, "func("+
		"tiles, rows, taps int, w *float32, wStride int, bias *float32, low float32, "+
		"src *float32, srcStride, srcRow int, dst *float32, dstStride int, "+
		"pre *float32, preStride int, post *float32, postStride int)")
	Doc(fmt.Sprintf("%s computes %d outputs of tiles*%d sites of a row. Strides are in bytes.", name, 16*vectors, sites))
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
	var s wideSums
	for i := range sites {
		for j := range vectors {
			s[i][j] = ZMM()
			if i == 0 {
				VMOVUPS(Mem{Base: bias, Disp: 64 * j}, s[i][j])
			} else {
				VMOVAPS(s[0][j], s[i][j])
			}
		}
	}
	w := Load(Param("w"), GP64())
	rows := Load(Param("rows"), GP64())
	p := []reg.Register{GP64()} // of sites 0 to 2, 3 to 5, ...
	MOVQ(src, p[0])
	for i := 3; i < sites; i += 3 {
		q := GP64()
		LEAQ(Mem{Base: srcStride, Index: srcStride, Scale: 2}, q)
		ADDQ(p[i/3-1], q)
		p = append(p, q)
	}
	Label("row")
	Load(Param("taps"), n)
	Label("tap") // two a turn
	for t := range 2 {
		multiplyAddWide(vectors, sites, &s, Mem{Base: w}, func(i int) Mem {
			m := Mem{Base: p[i/3], Disp: 4 * t}
			if i%3 > 0 {
				m.Index, m.Scale = srcStride, uint8(i%3)
			}
			return m
		})
		ADDQ(wStride, w)
	}
	for _, q := range p {
		ADDQ(Imm(8), q)
	}
	SUBQ(Imm(2), n)
	JNE(LabelRef("tap"))
	for _, q := range p {
		ADDQ(skip, q)
	}
	DECQ(rows)
	JNE(LabelRef("row"))

	low := ZMM()
	VBROADCASTSS(address("low"), low)
	pre := Load(Param("pre"), GP64())
	post := Load(Param("post"), GP64())
	dstStride := Load(Param("dstStride"), GP64())
	preStride := Load(Param("preStride"), GP64())
	postStride := Load(Param("postStride"), GP64())
	for i := range sites {
		for j := range vectors {
			v := s[i][j]
			VADDPS(Mem{Base: pre, Disp: 64 * j}, v, v)
			VMAXPS(low, v, v)
			VADDPS(Mem{Base: post, Disp: 64 * j}, v, v)
			VMOVUPS(v, Mem{Base: dst, Disp: 64 * j})
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

// outerWide writes outerVxNAVX512: N neighbouring taps by V vectors of a gradient's outputs, summed in registers over
// rows of sites.
func outerWide(vectors, taps int) {
	name := fmt.Sprintf("outer%dx%dAVX512", vectors, taps)
	TEXT(name, NOSPLIT, "func(rows, sites int, a *float32, aStride, aRow int, "+
		"b *float32, bStride, bRow int, c *float32, cStride int)")
	Doc(fmt.Sprintf("%s adds to c, %d rows of %d, the sum over rows*sites of a's %d floats times b's %d. Strides are in bytes.",
		name, taps, 16*vectors, taps, 16*vectors))
	Pragma("noescape")
	rows := Load(Param("rows"), GP64())
	a := Load(Param("a"), GP64())
	aStride := Load(Param("aStride"), GP64())
	aRow := Load(Param("aRow"), GP64())
	b := Load(Param("b"), GP64())
	bStride := Load(Param("bStride"), GP64())
	bRow := Load(Param("bRow"), GP64())
	cStride := Load(Param("cStride"), GP64())
	var s wideSums
	// each calls f for every sum and where it lies.
	each := func(f func(v reg.VecVirtual, m Mem)) {
		c := Load(Param("c"), GP64())
		for i := range taps {
			for j := range vectors {
				f(s[i][j], Mem{Base: c, Disp: 64 * j})
			}
			ADDQ(cStride, c)
		}
	}
	for i := range taps {
		for j := range vectors {
			s[i][j] = ZMM()
		}
	}
	each(func(v reg.VecVirtual, m Mem) { VMOVUPS(m, v) })
	Label("row")
	n := Load(Param("sites"), GP64())
	p, q := GP64(), GP64()
	MOVQ(a, p)
	MOVQ(b, q)
	Label("site")
	multiplyAddWide(vectors, taps, &s, Mem{Base: q}, func(i int) Mem { return Mem{Base: p, Disp: 4 * i} })
	ADDQ(aStride, p)
	ADDQ(bStride, q)
	DECQ(n)
	JNE(LabelRef("site"))
	ADDQ(aRow, a)
	ADDQ(bRow, b)
	DECQ(rows)
	JNE(LabelRef("row"))
	each(func(v reg.VecVirtual, m Mem) { VMOVUPS(v, m) })
	VZEROUPPER()
	RET()
}
