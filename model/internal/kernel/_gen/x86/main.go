// Command x86 writes the AVX2 or the AVX-512 kernels of package kernel; its doc.go
// has the command lines. It is in a module of its own, so that the codec depends on
// none of what it needs.
package main

import (
	"flag"
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func main() {
	wide := flag.Bool("avx512", false, "write the AVX-512 kernels, not the AVX2 ones")
	flag.Parse()
	ConstraintExpr("amd64,!noasm")
	if *wide {
		for sites := 7; sites <= 12; sites++ {
			generate(fmt.Sprintf("tiles%dAVX512", sites), sites, new(avx512))
		}
		inputTransformWide()
		for tiles := 7; tiles <= 12; tiles++ {
			products(fmt.Sprintf("products%dAVX512", tiles), tiles, new(avx512))
		}
		inverseTransformWide()
		addSites(1)
		addSites(3)
		squareSites()
	} else {
		for sites := 1; sites <= 6; sites++ {
			generate(fmt.Sprintf("tiles%dAVX2", sites), sites, new(avx2))
		}
		inputTransform()
		for tiles := 1; tiles <= 6; tiles++ {
			products(fmt.Sprintf("products%dAVX2", tiles), tiles, new(avx2))
		}
		inverseTransform()
		addSitesAVX2(1)
		addSitesAVX2(3)
		squareSitesAVX2()
	}
	Generate()
}

// vectors is what differs between the two: the sums, one of 16 int32 a site.
type vectors interface {
	// begin sets the sums of all sites to the bias.
	begin(sites int, bias reg.Register)
	// clear sets the sums of all sites to 0.
	clear(sites int)
	// store writes a site's sums.
	store(site int, to Mem)
	// multiplyAdd adds to all sums the products of the 16 outputs' weights for a pair of input channels with
	// the sites' activations.
	multiplyAdd(w Mem, activations []Mem)
	// prepare loads what finish needs for all sites: shift and least value.
	prepare(shift, low Mem)
	// finish shifts and saturates a site's sums, adds pre, applies the least value, adds post, and stores.
	finish(site int, pre, post, dst Mem)
}

// generate writes a function. A tile is that many neighbouring sites by 16 outputs.
func generate(name string, sites int, v vectors) {
	TEXT(name, NOSPLIT, "func("+
		"tiles int, rows, pairs int, w *int16, bias *int32, shift uint64, low int16, "+
		"src *int16, srcStride, srcRow int, dst *int16, dstStride int, "+
		"pre *int16, preStride int, post *int16, postStride int)")
	Doc(fmt.Sprintf("%s computes 16 outputs of tiles*%d sites of a row. Strides are in bytes.", name, sites))
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
	v.begin(sites, Load(Param("bias"), GP64()))
	w := Load(Param("w"), GP64())
	rows := Load(Param("rows"), GP64())
	taps := newTaps(sites, src, srcStride)
	Label("row")
	dotProducts(sites, v, w, taps, srcStride, Load(Param("pairs"), GP64()))
	for _, t := range taps {
		ADDQ(skip, t)
	}
	DECQ(rows)
	JNE(LabelRef("row"))

	v.prepare(address("shift"), address("low"))
	dstStride := Load(Param("dstStride"), GP64())
	preStride := Load(Param("preStride"), GP64())
	postStride := Load(Param("postStride"), GP64())
	for i := range sites {
		v.finish(i, Mem{Base: pre}, Mem{Base: post}, Mem{Base: dst})
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

// newTaps returns what dotProducts begins with: pointers to sites 0, 3, ... of those that are stride apart from src on.
func newTaps(sites int, src, stride reg.Register) []reg.Register {
	taps := []reg.Register{GP64()}
	MOVQ(src, taps[0])
	for i := 3; i < sites; i += 3 {
		t := GP64()
		LEAQ(Mem{Base: stride, Index: stride, Scale: 2}, t)
		ADDQ(taps[i/3-1], t)
		taps = append(taps, t)
	}
	return taps
}

// dotProducts writes the loop that adds to the sums of all sites the products of n pairs of channels with their weights. The
// pair of a site i is at taps[i/3] + i%3 * stride. Both taps and w go on to behind the last pair; n is lost.
func dotProducts(sites int, v vectors, w reg.Register, taps []reg.Register, stride, n reg.Register) {
	multiplyAdd := func(pair int) {
		activations := make([]Mem, sites)
		for i := range activations {
			m := Mem{Base: taps[i/3], Disp: 4 * pair}
			if i%3 > 0 {
				m.Index, m.Scale = stride, uint8(i%3)
			}
			activations[i] = m
		}
		v.multiplyAdd(Mem{Base: w, Disp: 64 * pair}, activations)
	}

	// Two pairs a turn. If their number is odd, the first turn starts in the
	// middle, with the pointers set back by the pair it leaves out.
	BTQ(Imm(0), n)
	JCC(LabelRef("even"))
	for _, t := range taps {
		SUBQ(Imm(4), t)
	}
	SUBQ(Imm(64), w)
	INCQ(n)
	JMP(LabelRef("odd"))
	Label("even")
	multiplyAdd(0)
	Label("odd")
	multiplyAdd(1)
	for _, t := range taps {
		ADDQ(Imm(8), t)
	}
	SUBQ(I32(-128), w) // adds 128, which as an immediate is longer
	SUBQ(Imm(2), n)
	JNE(LabelRef("even"))
}

// address is where the parameter lies on the stack.
func address(name string) Mem {
	b, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return b.Addr
}
