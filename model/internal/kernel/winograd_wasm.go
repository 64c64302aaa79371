//go:build js && wasmsimd && !noasm

package kernel

//go:wasmimport ddpmz inputTransform1
//go:noescape
func inputTransform1WASM(tiles int32, src *int16, column, row int32, v *int16, tile, plane int32) bool

//go:wasmimport ddpmz inputTransform2
//go:noescape
func inputTransform2WASM(tiles int32, src *int16, column, row int32, v *int16, tile, plane int32) bool

//go:wasmimport ddpmz inputTransform3
//go:noescape
func inputTransform3WASM(tiles int32, src *int16, column, row int32, v *int16, tile, plane int32) bool

//go:wasmimport ddpmz inputTransform4
//go:noescape
func inputTransform4WASM(tiles int32, src *int16, column, row int32, v *int16, tile, plane int32) bool

//go:wasmimport ddpmz products1
//go:noescape
func products1WASM(groups, pairs int32, u, v *int16, tile, plane int32, m *int32)

//go:wasmimport ddpmz products2
//go:noescape
func products2WASM(groups, pairs int32, u, v *int16, tile, plane int32, m *int32)

//go:wasmimport ddpmz products3
//go:noescape
func products3WASM(groups, pairs int32, u, v *int16, tile, plane int32, m *int32)

//go:wasmimport ddpmz products4
//go:noescape
func products4WASM(groups, pairs int32, u, v *int16, tile, plane int32, m *int32)

//go:wasmimport ddpmz inverseTransform
//go:noescape
func inverseTransformWASM(tiles int32, m, bias *int32, shift, low int32, dst *int16, dstStride, dstRow int32,
	pre *int16, preStride, preRow int32, post *int16, postStride, postRow int32)

// filterWASM is the filter of WebAssembly's SIMD.
var filterWASM = filter{inputWASM, productKernels[:], inverseWASM, rowWASM, 6}

func pairWASM(c *Conv, r row) bool { return pairWinograd(&filterWASM, c, r) }

// inputTransforms are by the number of pairs of channels.
var inputTransforms = [...]func(tiles int32, src *int16, column, row int32, v *int16, tile, plane int32) bool{
	1: inputTransform1WASM, 2: inputTransform2WASM, 3: inputTransform3WASM, 4: inputTransform4WASM,
}

// inputWASM takes up to eight channels.
func inputWASM(s *scratch, c *Conv, r row, channel int) (n int, fits bool) {
	tiles, tile := r.sites/2, c.channels()
	n = min(c.in-channel, 8)
	return n, inputTransforms[n/2](int32(tiles), &r.src[channel], int32(elem*r.srcStride), int32(elem*r.srcRow), &s.v[channel],
		int32(elem*tile), int32(elem*tiles*tile))
}

var productKernels = [...]productKernel{
	1: productsWASM(products1WASM), 2: productsWASM(products2WASM), 3: productsWASM(products3WASM), 4: productsWASM(products4WASM),
}

// productsWASM makes a productKernel of one whose numbers have 32 bits.
func productsWASM(f func(groups, pairs int32, u, v *int16, tile, plane int32, m *int32)) productKernel {
	return func(groups, pairs int, u, v *int16, tile, plane int, m *int32) {
		f(int32(groups), int32(pairs), u, v, int32(tile), int32(plane), m)
	}
}

// inverseWASM is a filter's inverse. WebAssembly shifts by the lower five bits of a number: by 31 and more is by 31.
func inverseWASM(tiles int, m, bias *int32, shift uint64, low int16, dst *int16, dstStride, dstRow int,
	pre *int16, preStride, preRow int, post *int16, postStride, postRow int) {
	inverseTransformWASM(int32(tiles), m, bias, int32(min(shift, 31)), int32(low), dst, int32(dstStride), int32(dstRow),
		pre, int32(preStride), int32(preRow), post, int32(postStride), int32(postRow))
}
