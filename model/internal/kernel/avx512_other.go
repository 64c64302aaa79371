//go:build !amd64 || noasm

package kernel

// AVX512 reports whether assembly may use AVX-512.
func AVX512() bool { return false }
