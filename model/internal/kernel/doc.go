// Package kernel computes the network's convolutions in integers.
//
// Activations and weights are int16, sums are int32, and a layer's output is
// its sum shifted right and saturated to int16. No rounding mode, no float and
// no order of summation enters: the accumulator cannot overflow ([NewConv]
// refuses weights with which it could), so every implementation computes the
// same bits. There are two: AVX2 assembly, used where the processor has it, and
// plain Go, used everywhere else and always with the build tag noasm. The tests
// compare them exactly.
//
// The package starts no goroutines. [Conv.Rows] computes a range of rows, and
// ranges that do not overlap may be computed at the same time.
package kernel

//go:generate sh -c "cd _gen && go run . -out ../tiles_amd64.s -stubs ../tiles_amd64.go -pkg kernel"
