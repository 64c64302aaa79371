//go:build !noasm

package kernel

import "golang.org/x/sys/cpu"

// assembly returns what of the assembly runs here, the fastest last.
//
// The larger tiles are for processors from Ice Lake and Zen 4 on. The first that
// had the instructions they need lowered their clock for all code around; BITALG,
// which they do not need, tells them apart.
func assembly() (list []implementation) {
	x := &cpu.X86
	if x.HasAVX2 {
		list = append(list, implementation{"AVX2", rowAVX2, layoutAssembly})
	}
	if x.HasAVX2 && x.HasAVX512F && x.HasAVX512BW && x.HasAVX512VL && x.HasAVX512VNNI && x.HasAVX512BITALG {
		list = append(list, implementation{"AVX-512", rowAVX512, layoutAssembly})
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

// outputOrder is the order in which sums lie in AVX2's two registers. Packing two
// registers to int16 interleaves their halves; from this order, it comes out
// sorted.
var outputOrder = [block]int{0, 1, 2, 3, 8, 9, 10, 11, 4, 5, 6, 7, 12, 13, 14, 15}

// newAsmBlock lays out w[16][n] and bias[16], n even, as [n/2][16][2], outputs in
// the order of outputOrder: the assembly adds two products at a time, of an input
// channel of even number and the one after it.
func newAsmBlock(w []int16, bias []int32) asmBlock {
	n := len(w) / block
	p := asmBlock{w: make([]int16, len(w))}
	for i, o := range outputOrder {
		p.bias[i] = bias[o]
		for j, v := range w[o*n : (o+1)*n] {
			p.w[j>>1<<5|i<<1|j&1] = v
		}
	}
	return p
}
