// Package dctkernel is the arithmetic of package dct that takes most of its time: the mixing that predicts binary decisions, and
// the linear predictions of many coefficients at a time.
//
// All of it is integers, and exact: assembly with AVX2, where an amd64 processor has it, computes the same bits as plain Go, which
// runs everywhere else and always with the build tag noasm. The tests compare them.
package dctkernel

//go:generate sh -c "cd ../kernel/_gen && go run ./dct -out ../../dctkernel/avx2_amd64.s -stubs ../../dctkernel/avx2_amd64.go -pkg dctkernel"
