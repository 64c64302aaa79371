//go:build !noasm

package kernel

import "golang.org/x/sys/cpu"

// bestKernel returns the fastest kernel there is here.
func bestKernel() rowKernel {
	if cpu.X86.HasAVX2 {
		return rowAVX2
	}
	return rowPortable
}

// pairBlock holds the weights of 16 outputs for the assembly, which adds two
// products at a time, of an input channel of even number and the one after it.
type pairBlock struct {
	bias [block]int32
	w    []int16 // [pair][output][2], outputs in the order of outputOrder
}

// outputOrder is the order in which sums lie in the assembly's two registers.
// Packing two registers to int16 interleaves their halves; from this order, it
// comes out sorted.
var outputOrder = [block]int{0, 1, 2, 3, 8, 9, 10, 11, 4, 5, 6, 7, 12, 13, 14, 15}

// newPairBlock lays out w[16][n] and bias[16]; n is even.
func newPairBlock(w []int16, bias []int32) pairBlock {
	n := len(w) / block
	p := pairBlock{w: make([]int16, 0, len(w))}
	for i := 0; i < n; i += 2 {
		for _, o := range outputOrder {
			p.w = append(p.w, w[o*n+i], w[o*n+i+1])
		}
	}
	for i, o := range outputOrder {
		p.bias[i] = bias[o]
	}
	return p
}

// maxTile is the most sites that the assembly computes together.
const maxTile = 6

var tileKernels = [maxTile + 1]func(tiles, rows, pairs int, w *int16, bias *int32, shift uint64, low int16,
	src *int16, srcStride, srcRow int, dst *int16, dstStride int,
	pre *int16, preStride int, post *int16, postStride int){
	1: tiles1AVX2, 2: tiles2AVX2, 3: tiles3AVX2, 4: tiles4AVX2, 5: tiles5AVX2, 6: tiles6AVX2,
}

// zeros stand in for a pre or post that is not given.
var zeros [block]int16

// rowAVX2 is the kernel in assembly. It cuts the row into as few tiles as
// possible, of two sizes that differ by one site, so that none is very small.
func rowAVX2(c *Conv, b int, r row) {
	const elem = 2 // bytes
	tiles := (r.sites + maxTile - 1) / maxTile
	small := r.sites / tiles
	large := r.sites % tiles // this many have one site more

	low := int16(-1 << 15)
	if r.relu {
		low = 0
	}
	p := &c.pairs[b]
	x := 0
	run := func(tiles, sites int) {
		if tiles == 0 {
			return
		}
		pre, post := &zeros[0], &zeros[0]
		if r.pre != nil {
			pre = &r.pre[x*r.preStride+b*block]
		}
		if r.post != nil {
			post = &r.post[x*r.postStride+b*block]
		}
		tileKernels[sites](tiles, c.size, c.size*c.in/2, &p.w[0], &p.bias[0], uint64(c.shift), low,
			&r.src[x*r.srcStride], elem*r.srcStride, elem*r.srcRow,
			&r.dst[x*r.dstStride+b*block], elem*r.dstStride,
			pre, elem*r.preStride, post, elem*r.postStride)
		x += tiles * sites
	}
	run(large, small+1)
	run(tiles-large, small)
}
