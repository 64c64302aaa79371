//go:build !noasm

package kernel

import (
	"slices"

	"golang.org/x/sys/cpu"
)

// AVX512 reports whether assembly may use AVX-512: on processors from Ice Lake and Zen 4 on. The first that
// had the instructions lowered their clock for all code around; BITALG,
// which nothing here needs, tells them apart.
func AVX512() bool {
	x := &cpu.X86
	return x.HasAVX2 && x.HasAVX512F && x.HasAVX512BW && x.HasAVX512CD && x.HasAVX512VL && x.HasAVX512VNNI && x.HasAVX512BITALG
}

// assembly returns what of the assembly runs here, the fastest last.
func assembly() (list []implementation) {
	if cpu.X86.HasAVX2 {
		list = append(list,
			implementation{"AVX2", rowAVX2, nil, layoutAssembly, addAVX2, squaresAVX2},
			implementation{"AVX2 Winograd", rowAVX2, pairAVX2, layoutAssembly, addAVX2, squaresAVX2})
	}
	if AVX512() {
		list = append(list,
			implementation{"AVX-512", rowAVX512, nil, layoutAssembly, addAVX2, squaresAVX2},
			implementation{"AVX-512 Winograd", rowAVX512, pairAVX512, layoutAssembly, addAVX2, squaresAVX2})
	}
	return list
}

// tileKernels are of AVX2 up to six sites. From seven on there are enough sums to
// keep AVX-512 busy.
var tileKernels = [...]tileKernel{
	1: tiles1AVX2, 2: tiles2AVX2, 3: tiles3AVX2, 4: tiles4AVX2, 5: tiles5AVX2, 6: tiles6AVX2,
	7: tiles7AVX512, 8: tiles8AVX512, 9: tiles9AVX512, 10: tiles10AVX512, 11: tiles11AVX512, 12: tiles12AVX512,
}

func rowAVX2(c *Conv, b int, r row)   { rowTiles(tileKernels[:7], c, b, r) }
func rowAVX512(c *Conv, b int, r row) { rowTiles(tileKernels[:], c, b, r) }

// addAVX2 is a productAdder.
func addAVX2(a, b []int32, x []int16, p, q int16) {
	if len(x) > 0 {
		addProductsAVX2(len(x)/block, &x[0], &a[:len(x)][0], &b[:len(x)][0], int32(uint16(p)), int32(uint16(q)))
	}
}

// squaresAVX2 is a squareAdder.
func squaresAVX2(sum []int32, squares []int64, x []int16) {
	if len(x) > 0 {
		addSquaresAVX2(len(x)/block, &x[0], &sum[:len(x)][0], &squares[:len(x)][0])
	}
}

// outputPlace is where the sum of an output lies in AVX2's two registers. Packing two
// registers to int16 interleaves their halves; from these places, it comes out
// sorted.
var outputPlace = [block]int{0, 1, 2, 3, 8, 9, 10, 11, 4, 5, 6, 7, 12, 13, 14, 15}

// asmBlock holds the weights of 16 outputs for the assembly.
type asmBlock struct {
	bias     [block]int32
	w        []int16
	winograd *winogradBlock
}

// newAsmBlock returns a block of n weights an output, n even, all 0.
func newAsmBlock(n int) asmBlock {
	return asmBlock{w: make([]int16, block*n), winograd: new(winogradBlock)}
}

func (p asmBlock) clone() asmBlock {
	return asmBlock{p.bias, slices.Clone(p.w), new(winogradBlock)}
}

// set lays out the weights w[n] and the bias of output o. All of the block's lie as [n/2][16][2], outputs in
// their outputPlace: the assembly adds two products at a time, of an input
// channel of even number and the one after it.
func (p *asmBlock) set(o int, w []int16, bias int32) {
	*p.winograd = winogradBlock{}
	place := outputPlace[o]
	p.bias[place] = bias
	for j, v := range w {
		p.w[j>>1<<5|place<<1|j&1] = v
	}
}
