//go:build !noasm

package kernel

import "slices"

// assembly returns what of the assembly runs here: every 64-bit Arm processor that
// Go runs on has NEON.
func assembly() []implementation {
	return []implementation{{"NEON", rowNEON, nil, layoutAssembly, productsBySites(addPortable), squaresBySites(squaresPortable)}}
}

var tileKernels = [...]tileKernel{
	1: tiles1NEON, 2: tiles2NEON, 3: tiles3NEON, 4: tiles4NEON, 5: tiles5NEON, 6: tiles6NEON,
}

func rowNEON(c *Conv, b int, r row) { rowTiles(tileKernels[:], c, b, r) }

// asmBlock holds the weights of 16 outputs for the assembly.
type asmBlock struct {
	bias [block]int32
	w    []int16
}

func (p asmBlock) clone() asmBlock { return asmBlock{p.bias, slices.Clone(p.w)} }

// newAsmBlock returns a block of n weights an output, all 0.
func newAsmBlock(n int) asmBlock { return asmBlock{w: make([]int16, block*n)} }

// set lays out the weights w[n] and the bias of output o. All of the block's lie as [n][16]: the assembly multiplies
// one input channel's weights by its activation at a time.
func (p *asmBlock) set(o int, w []int16, bias int32) {
	p.bias[o] = bias
	for j, v := range w {
		p.w[j*block+o] = v
	}
}
