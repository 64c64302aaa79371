// Package transform has the reversible integer transforms between samples and coefficients: a colour transform (Colour)
// and a pyramid of wavelet splits (Wavelet). The coefficients are nearly independent of each other, and noise that is
// independent and equally strong in all of them is nearly so in the samples.
//
// Many images were made from 8-bit luma and chroma, often from chroma of half the resolution. For these there are colour
// transforms that undo the conversion (matrix.go, videomatrix.go, undomatrix.go) and the upsampling of chroma (findupsampling.go,
// invertupsampling.go, clippedchroma.go, triangle.go, invertlines.go).
package transform

//go:generate sh -c "cd ../kernel/_gen && go run ./rows -what lift -out ../../transform/avx2_amd64.s -stubs ../../transform/avx2_amd64.go -pkg transform"
//go:generate sh -c "cd ../kernel/_gen && go run ./rows -avx512 -what lift -out ../../transform/avx512_amd64.s -stubs ../../transform/avx512_amd64.go -pkg transform"
