// Package kernel computes the network's convolutions in integers.
//
// Activations and weights are int16, sums are int32, and a layer's output is
// its sum shifted right and saturated to int16. The results depend neither on a rounding mode nor on
// the order of summation: the accumulator cannot overflow ([NewConv]
// refuses weights with which it could), so every implementation computes the
// same bits. Assembly with AVX2 and with AVX-512 is used where an amd64 processor has
// it, with NEON on arm64, WebAssembly's SIMD in a program for js/wasm that is built with the tag wasmsimd, and plain Go everywhere
// else and always with the build tag noasm. The tests compare them exactly.
//
// On amd64 and in WebAssembly, two rows and more of a 3x3 layer are computed by Winograd's minimal
// filtering where that is exact, in less than half as many products. It is exact where
// weights and activations leave some bits of int16 unused, which the kernels test. So the results
// do not depend on whether it is used.
//
// The package starts no goroutines. [Conv.Rows] computes a range of rows, and
// ranges that do not overlap may be computed at the same time.
package kernel

//go:generate sh -c "cd _gen && go run ./x86 -out ../avx2_amd64.s -stubs ../avx2_amd64.go -pkg kernel"
//go:generate sh -c "cd _gen && go run ./x86 -avx512 -out ../avx512_amd64.s -stubs ../avx512_amd64.go -pkg kernel"
//go:generate sh -c "cd _gen && go run ./neon -out ../neon_arm64.s -stubs ../neon_arm64.go"
//go:generate sh -c "cd _gen && go run ./wasm -out ../simd.wasm"
