//go:build !noasm

package kernel

// filters are those of implementations by their names.
var filters = map[string]*filter{"AVX2 Winograd": &filterAVX2, "AVX-512 Winograd": &filterAVX512}
