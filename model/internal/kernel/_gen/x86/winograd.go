package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The kernels of Winograd's F(2x2, 3x3), whose formulas are in winograd.go.

// inputTransform writes the function that computes V. It goes along the tiles of a row of tiles. A tile's last two
// columns are the next one's first two: their transforms along y stay in registers, so that a column is loaded once.
func inputTransform() {
	TEXT("inputTransformAVX2", NOSPLIT, "func("+
		"tiles int, mask *int32, src *int16, column, row int, v *int16, tile, plane int) bool")
	Doc("inputTransformAVX2 computes V of up to 16 channels of neighbouring tiles, and reports whether all activations are in",
		"their range. Channels that mask leaves out, by pairs, are taken for 0 and not read. Strides are in bytes.")
	Pragma("noescape")
	tiles := Load(Param("tiles"), GP64())
	src := Load(Param("src"), GP64())
	column := Load(Param("column"), GP64())
	row := Load(Param("row"), GP64())
	v := Load(Param("v"), GP64())
	tile := Load(Param("tile"), GP64())
	plane := Load(Param("plane"), GP64())
	row3, plane3, plane4 := GP64(), GP64(), GP64()
	LEAQ(Mem{Base: row, Index: row, Scale: 2}, row3)
	LEAQ(Mem{Base: plane, Index: plane, Scale: 2}, plane3)
	MOVQ(plane, plane4)
	SHLQ(Imm(2), plane4)

	mask := YMM()
	VMOVDQU(Mem{Base: Load(Param("mask"), GP64())}, mask)
	// An activation is in the range if, with half of it added, the upper two bits are 0.
	half, outside := YMM(), YMM()
	VPCMPEQW(half, half, half)
	VPSRLW(Imm(15), half, half)
	VPSLLW(Imm(13), half, half)
	VPXOR(outside, outside, outside)

	// alongY loads the column of four activations at src, and goes on to the next.
	alongY := func() (r [4]reg.VecVirtual) {
		sum := YMM()
		for i, m := range []Mem{{Base: src}, {Base: src, Index: row, Scale: 1}, {Base: src, Index: row, Scale: 2}, {Base: src, Index: row3, Scale: 1}} {
			r[i] = YMM()
			VPMASKMOVD(m, mask, r[i])
			VPADDW(half, r[i], sum)
			VPOR(sum, outside, outside)
		}
		ADDQ(column, src)
		VPSUBW(r[2], r[0], r[0])
		VPSUBW(r[1], r[3], r[3])
		VPADDW(r[1], r[2], sum)
		VPSUBW(r[1], r[2], r[2])
		r[1] = sum
		return r
	}
	r0, r1 := alongY(), alongY()
	Label("tile")
	out := []reg.Register{v, GP64(), GP64(), GP64()} // of V's rows
	for i := 1; i < 4; i++ {
		LEAQ(Mem{Base: out[i-1], Index: plane4, Scale: 1}, out[i])
	}
	r2 := alongY()
	for i := range 4 {
		t := YMM()
		VPSUBW(r2[i], r0[i], t)
		VMOVDQU(t, Mem{Base: out[i]})
		VPADDW(r2[i], r1[i], t)
		VMOVDQU(t, Mem{Base: out[i], Index: plane, Scale: 1})
		VPSUBW(r1[i], r2[i], t)
		VMOVDQU(t, Mem{Base: out[i], Index: plane, Scale: 2})
		VMOVDQA(r2[i], r0[i])
	}
	r3 := alongY()
	for i := range 4 {
		VPSUBW(r1[i], r3[i], r1[i])
		VMOVDQU(r1[i], Mem{Base: out[i], Index: plane3, Scale: 1})
		VMOVDQA(r3[i], r1[i])
	}
	ADDQ(tile, v)
	DECQ(tiles)
	JNE(LabelRef("tile"))

	VPSRLW(Imm(14), outside, outside)
	inside := GP8()
	VPTEST(outside, outside)
	SETEQ(inside)
	Store(inside, ReturnIndex(0))
	VZEROUPPER()
	RET()
}

// inputTransformWide writes the same for AVX-512, of up to 32 channels.
func inputTransformWide() {
	TEXT("inputTransformAVX512", NOSPLIT, "func("+
		"tiles int, mask uint32, src *int16, column, row int, v *int16, tile, plane int) bool")
	Doc("inputTransformAVX512 computes V of up to 32 channels of neighbouring tiles, and reports whether all activations are in",
		"their range. Channels that mask leaves out are taken for 0 and not read. Strides are in bytes.")
	Pragma("noescape")
	tiles := Load(Param("tiles"), GP64())
	src := Load(Param("src"), GP64())
	column := Load(Param("column"), GP64())
	row := Load(Param("row"), GP64())
	v := Load(Param("v"), GP64())
	tile := Load(Param("tile"), GP64())
	plane := Load(Param("plane"), GP64())
	row3, plane3, plane4 := GP64(), GP64(), GP64()
	LEAQ(Mem{Base: row, Index: row, Scale: 2}, row3)
	LEAQ(Mem{Base: plane, Index: plane, Scale: 2}, plane3)
	MOVQ(plane, plane4)
	SHLQ(Imm(2), plane4)

	mask := K()
	KMOVD(Load(Param("mask"), GP32()), mask)
	// An activation is in the range if, with half of it added, the upper two bits are 0.
	half, outside := ZMM(), ZMM()
	VPTERNLOGD(Imm(0xff), half, half, half)
	VPSRLW(Imm(15), half, half)
	VPSLLW(Imm(13), half, half)
	VPXORD(outside, outside, outside)

	// alongY loads the column of four activations at src, and goes on to the next.
	alongY := func() (r [4]reg.VecVirtual) {
		sum := ZMM()
		for i, m := range []Mem{{Base: src}, {Base: src, Index: row, Scale: 1}, {Base: src, Index: row, Scale: 2}, {Base: src, Index: row3, Scale: 1}} {
			r[i] = ZMM()
			VMOVDQU16_Z(m, mask, r[i])
			VPADDW(half, r[i], sum)
			VPORD(sum, outside, outside)
		}
		ADDQ(column, src)
		VPSUBW(r[2], r[0], r[0])
		VPSUBW(r[1], r[3], r[3])
		VPADDW(r[1], r[2], sum)
		VPSUBW(r[1], r[2], r[2])
		r[1] = sum
		return r
	}
	r0, r1 := alongY(), alongY()
	Label("tile")
	out := []reg.Register{v, GP64(), GP64(), GP64()} // of V's rows
	for i := 1; i < 4; i++ {
		LEAQ(Mem{Base: out[i-1], Index: plane4, Scale: 1}, out[i])
	}
	r2 := alongY()
	for i := range 4 {
		t := ZMM()
		VPSUBW(r2[i], r0[i], t)
		VMOVDQU32(t, Mem{Base: out[i]})
		VPADDW(r2[i], r1[i], t)
		VMOVDQU32(t, Mem{Base: out[i], Index: plane, Scale: 1})
		VPSUBW(r1[i], r2[i], t)
		VMOVDQU32(t, Mem{Base: out[i], Index: plane, Scale: 2})
		VMOVDQA32(r2[i], r0[i])
	}
	r3 := alongY()
	for i := range 4 {
		VPSUBW(r1[i], r3[i], r1[i])
		VMOVDQU32(r1[i], Mem{Base: out[i], Index: plane3, Scale: 1})
		VMOVDQA32(r3[i], r1[i])
	}
	ADDQ(tile, v)
	DECQ(tiles)
	JNE(LabelRef("tile"))

	VPSRLW(Imm(14), outside, outside)
	found, inside := K(), GP8()
	VPTESTMD(outside, outside, found)
	KORTESTW(found, found)
	SETEQ(inside)
	Store(inside, ReturnIndex(0))
	VZEROUPPER()
	RET()
}

// products writes a function that computes M: for each of the 16 elements of a tile what the direct kernels do for a
// site of a 1x1 layer.
func products(name string, n int, kernel vectors) {
	TEXT(name, NOSPLIT, "func(tiles, pairs int, u *int16, v *int16, tile, plane int, m *int32)")
	Doc(fmt.Sprintf("%s computes M of 16 outputs of tiles*%d tiles. Strides, of v, are in bytes.", name, n))
	Pragma("noescape")
	u := Load(Param("u"), GP64())
	v := Load(Param("v"), GP64())
	tile := Load(Param("tile"), GP64())
	m := Load(Param("m"), GP64())
	element := GP64()
	MOVQ(U32(16), element)

	Label("element")
	tiles := Load(Param("tiles"), GP64())
	from, to, w := GP64(), GP64(), GP64()
	MOVQ(v, from)
	MOVQ(m, to)
	Label("tile")
	kernel.clear(n)
	MOVQ(u, w)
	dotProducts(n, kernel, w, newTaps(n, from, tile), tile, Load(Param("pairs"), GP64()))
	for i := range n {
		kernel.store(i, Mem{Base: to, Disp: 1024 * i})
		ADDQ(tile, from)
	}
	ADDQ(I32(1024*n), to)
	DECQ(tiles)
	JNE(LabelRef("tile"))
	MOVQ(w, u)
	ADDQ(Imm(64), m)
	plane := Load(Param("plane"), GP64())
	ADDQ(plane, v)
	DECQ(element)
	JNE(LabelRef("element"))
	VZEROUPPER()
	RET()
}

// inverseTransform writes the function that computes the outputs from M.
func inverseTransform() {
	TEXT("inverseTransformAVX2", NOSPLIT, "func("+
		"tiles int, m *int32, bias *int32, shift uint64, low int16, dst *int16, dstStride, dstRow int, "+
		"pre *int16, preStride, preRow int, post *int16, postStride, postRow int)")
	Doc("inverseTransformAVX2 computes 16 outputs of the sites of tiles neighbouring tiles from M. Strides are in bytes.")
	Pragma("noescape")
	tiles := Load(Param("tiles"), GP64())
	m := Load(Param("m"), GP64())
	bias := []reg.VecVirtual{YMM(), YMM()}
	from := Load(Param("bias"), GP64())
	for j := range bias {
		VMOVDQU(Mem{Base: from, Disp: 32 * j}, bias[j])
	}
	v := new(avx2)
	v.prepare(address("shift"), address("low"))
	var first, stride, second [3]reg.Register // of dst, pre and post: sites of the upper row and of the lower
	for i, name := range []string{"dst", "pre", "post"} {
		first[i] = Load(Param(name), GP64())
		stride[i] = Load(Param(name+"Stride"), GP64())
		second[i] = Load(Param(name+"Row"), GP64())
		ADDQ(first[i], second[i])
	}

	Label("tile")
	for j := range bias {
		at := func(y, x int) Mem { return Mem{Base: m, Disp: 64*(4*y+x) + 32*j} }
		var upper, lower [4]reg.VecVirtual
		for x := range 4 {
			a, b := YMM(), YMM()
			VMOVDQU(at(1, x), b)
			if x == 1 {
				VPADDD(bias[j], b, b) // reaches all four
			}
			VPADDD(at(2, x), b, a)
			VPSUBD(at(2, x), b, b)
			VPADDD(at(0, x), a, a)
			VPADDD(at(3, x), b, b)
			upper[x], lower[x] = a, b
		}
		for i, r := range [][4]reg.VecVirtual{upper, lower} {
			VPADDD(r[1], r[0], r[0])
			VPADDD(r[2], r[0], r[0])
			VPADDD(r[1], r[3], r[3])
			VPSUBD(r[2], r[3], r[3])
			v.sums[2*i][j], v.sums[2*i+1][j] = r[0], r[3]
		}
	}
	for i := range 4 {
		row := first
		if i >= 2 {
			row = second
		}
		v.finish(i, Mem{Base: row[1]}, Mem{Base: row[2]}, Mem{Base: row[0]})
		for k := range row {
			ADDQ(stride[k], row[k])
		}
	}
	ADDQ(I32(1024), m)
	DECQ(tiles)
	JNE(LabelRef("tile"))
	VZEROUPPER()
	RET()
}

// inverseTransformWide writes the same for AVX-512, where a register holds the sums of 16 outputs.
func inverseTransformWide() {
	TEXT("inverseTransformAVX512", NOSPLIT, "func("+
		"tiles int, m *int32, bias *int32, shift uint64, low int16, dst *int16, dstStride, dstRow int, "+
		"pre *int16, preStride, preRow int, post *int16, postStride, postRow int)")
	Doc("inverseTransformAVX512 computes 16 outputs of the sites of tiles neighbouring tiles from M. Strides are in bytes.")
	Pragma("noescape")
	tiles := Load(Param("tiles"), GP64())
	m := Load(Param("m"), GP64())
	bias := ZMM()
	VMOVDQU32(Mem{Base: Load(Param("bias"), GP64())}, bias)
	v := new(avx512)
	v.prepare(address("shift"), address("low"))
	var first, stride, second [3]reg.Register // of dst, pre and post: sites of the upper row and of the lower
	for i, name := range []string{"dst", "pre", "post"} {
		first[i] = Load(Param(name), GP64())
		stride[i] = Load(Param(name+"Stride"), GP64())
		second[i] = Load(Param(name+"Row"), GP64())
		ADDQ(first[i], second[i])
	}

	Label("tile")
	at := func(y, x int) Mem { return Mem{Base: m, Disp: 64 * (4*y + x)} }
	var upper, lower [4]reg.VecVirtual
	for x := range 4 {
		a, b := ZMM(), ZMM()
		VMOVDQU32(at(1, x), b)
		if x == 1 {
			VPADDD(bias, b, b) // reaches all four
		}
		VPADDD(at(2, x), b, a)
		VPSUBD(at(2, x), b, b)
		VPADDD(at(0, x), a, a)
		VPADDD(at(3, x), b, b)
		upper[x], lower[x] = a, b
	}
	for i, r := range [][4]reg.VecVirtual{upper, lower} {
		VPADDD(r[1], r[0], r[0])
		VPADDD(r[2], r[0], r[0])
		VPADDD(r[1], r[3], r[3])
		VPSUBD(r[2], r[3], r[3])
		v.sums[2*i], v.sums[2*i+1] = r[0], r[3]
	}
	for i := range 4 {
		row := first
		if i >= 2 {
			row = second
		}
		v.finish(i, Mem{Base: row[1]}, Mem{Base: row[2]}, Mem{Base: row[0]})
		for k := range row {
			ADDQ(stride[k], row[k])
		}
	}
	ADDQ(I32(1024), m)
	DECQ(tiles)
	JNE(LabelRef("tile"))
	VZEROUPPER()
	RET()
}
