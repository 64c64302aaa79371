// Package conv computes convolutions, and the gradients of their weights, in float32.
//
// Sites lie in memory as rows of sites of channels (NHWC, one image at a time), with a border of zeros one site
// wide where a 3x3 kernel needs one. All three products of training are here the same two loops:
//
//   - [Layer.Apply] is the convolution itself. The gradient of its input is a convolution too, of the gradient
//     with the kernel turned around and transposed ([Layer.Transpose]).
//   - [Layer.Gradient] is the gradient of the weights: the sum over sites of taps times gradients.
//
// There are three implementations of each: assembly for processors with AVX-512, assembly for those with AVX2 and
// FMA, and plain Go, used everywhere else and always with the build tag noasm. They differ by rounding. The package
// starts no goroutines: the trainer has a crop for every core.
package conv

//go:generate sh -c "cd _gen && go run . -out ../tiles_amd64.s -stubs ../tiles_amd64.go -pkg conv"
//go:generate sh -c "cd _gen && go run . -avx512 -out ../tiles512_amd64.s -stubs ../tiles512_amd64.go -pkg conv"
