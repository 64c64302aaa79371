//go:build js && wasmsimd && !noasm

package kernel

import "slices"

// The kernels of simd.wasm work on Go's memory. Whoever starts a program with these imports instantiates that module, too, with Go's
// memory as its own; where it cannot, for lack of SIMD, supported says so, and the portable kernels do the work. web/kernels.js is what
// does this.

//go:wasmimport ddpmz supported
func supported() bool

// A wasmTiles is a tileKernel of simd.wasm, whose numbers have 32 bits.
type wasmTiles func(tiles, rows, pairs int32, w *int16, bias *int32, shift, low int32, src *int16, srcStride, srcRow int32,
	dst *int16, dstStride int32, pre *int16, preStride int32, post *int16, postStride int32)

//go:wasmimport ddpmz tiles1
//go:noescape
func tiles1WASM(tiles, rows, pairs int32, w *int16, bias *int32, shift, low int32, src *int16, srcStride, srcRow int32,
	dst *int16, dstStride int32, pre *int16, preStride int32, post *int16, postStride int32)

//go:wasmimport ddpmz tiles2
//go:noescape
func tiles2WASM(tiles, rows, pairs int32, w *int16, bias *int32, shift, low int32, src *int16, srcStride, srcRow int32,
	dst *int16, dstStride int32, pre *int16, preStride int32, post *int16, postStride int32)

//go:wasmimport ddpmz tiles3
//go:noescape
func tiles3WASM(tiles, rows, pairs int32, w *int16, bias *int32, shift, low int32, src *int16, srcStride, srcRow int32,
	dst *int16, dstStride int32, pre *int16, preStride int32, post *int16, postStride int32)

//go:wasmimport ddpmz tiles4
//go:noescape
func tiles4WASM(tiles, rows, pairs int32, w *int16, bias *int32, shift, low int32, src *int16, srcStride, srcRow int32,
	dst *int16, dstStride int32, pre *int16, preStride int32, post *int16, postStride int32)

//go:wasmimport ddpmz addProducts
//go:noescape
func addProductsWASM(blocks int32, x *int16, a, b *int32, p, q int32)

//go:wasmimport ddpmz addSquares
//go:noescape
func addSquaresWASM(blocks int32, x *int16, sum *int32, squares *int64)

// assembly returns what of the kernels in WebAssembly's SIMD runs here.
func assembly() []implementation {
	if !supported() {
		return nil
	}
	return []implementation{
		{"WebAssembly SIMD", rowWASM, nil, layoutAssembly, productsBySites(addWASM), squaresBySites(squaresWASM)},
		{"WebAssembly SIMD Winograd", rowWASM, pairWASM, layoutAssembly, productsBySites(addWASM), squaresBySites(squaresWASM)},
	}
}

var tileKernels = [...]tileKernel{
	1: tilesWASM(tiles1WASM), 2: tilesWASM(tiles2WASM), 3: tilesWASM(tiles3WASM), 4: tilesWASM(tiles4WASM),
}

// tilesWASM makes a tileKernel of one whose numbers have 32 bits, as all in Go's memory have.
func tilesWASM(f wasmTiles) tileKernel {
	return func(tiles, rows, pairs int, w *int16, bias *int32, shift uint64, low int16,
		src *int16, srcStride, srcRow int, dst *int16, dstStride int,
		pre *int16, preStride int, post *int16, postStride int) {
		f(int32(tiles), int32(rows), int32(pairs), w, bias, int32(shift), int32(low),
			src, int32(srcStride), int32(srcRow), dst, int32(dstStride), pre, int32(preStride), post, int32(postStride))
	}
}

func rowWASM(c *Conv, b int, r row) { rowTiles(tileKernels[:], c, b, r) }

// addWASM adds the products of one site.
func addWASM(a, b []int32, x []int16, p, q int16) {
	if len(x) > 0 {
		addProductsWASM(int32(len(x)/block), &x[0], &a[:len(x)][0], &b[:len(x)][0], int32(p), int32(q))
	}
}

// squaresWASM adds the squares of one site.
func squaresWASM(sum []int32, squares []int64, x []int16) {
	if len(x) > 0 {
		addSquaresWASM(int32(len(x)/block), &x[0], &sum[:len(x)][0], &squares[:len(x)][0])
	}
}

// asmBlock holds the weights of 16 outputs for the kernels.
type asmBlock struct {
	bias     [block]int32
	w        []int16
	winograd *winogradBlock
}

func (p asmBlock) clone() asmBlock { return asmBlock{p.bias, slices.Clone(p.w), new(winogradBlock)} }

// newAsmBlock returns a block of n weights an output, n even, all 0.
func newAsmBlock(n int) asmBlock {
	return asmBlock{w: make([]int16, block*n), winograd: new(winogradBlock)}
}

// set lays out the weights w[n] and the bias of output o. All of the block's lie as [n/2][16][2]: a dot product takes an input channel
// of even number and the one after it.
func (p *asmBlock) set(o int, w []int16, bias int32) {
	*p.winograd = winogradBlock{}
	p.bias[o] = bias
	for j, v := range w {
		p.w[j>>1<<5|o<<1|j&1] = v
	}
}
