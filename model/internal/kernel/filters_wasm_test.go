//go:build js && wasmsimd && !noasm

package kernel

// filters are those of implementations by their names.
var filters = map[string]*filter{"WebAssembly SIMD Winograd": &filterWASM}
