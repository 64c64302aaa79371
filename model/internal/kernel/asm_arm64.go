//go:build !noasm

package kernel

// assembly returns what of the assembly runs here: every 64-bit Arm processor that
// Go runs on has NEON.
func assembly() []implementation { return []implementation{{"NEON", rowNEON, layoutAssembly}} }

var tileKernels = [...]tileKernel{
	1: tiles1NEON, 2: tiles2NEON, 3: tiles3NEON, 4: tiles4NEON, 5: tiles5NEON, 6: tiles6NEON,
}

func rowNEON(c *Conv, b int, r row) { rowTiles(tileKernels[:], c, b, r) }

// newAsmBlock lays out w[16][n] and bias[16] as [n][16]: the assembly multiplies
// one input channel's weights by its activation at a time.
func newAsmBlock(w []int16, bias []int32) asmBlock {
	n := len(w) / block
	p := asmBlock{bias: [block]int32(bias), w: make([]int16, len(w))}
	for o := range block {
		for j, v := range w[o*n : (o+1)*n] {
			p.w[j*block+o] = v
		}
	}
	return p
}
