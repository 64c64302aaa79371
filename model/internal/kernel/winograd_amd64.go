//go:build !noasm

package kernel

var (
	filterAVX2   = filter{inputAVX2, productKernels[:7], inverseTransformAVX2, rowAVX2, 6}
	filterAVX512 = filter{inputAVX512, productKernels[:], inverseTransformAVX512, rowAVX512, 14}
)

func pairAVX2(c *Conv, r row) bool   { return pairWinograd(&filterAVX2, c, r) }
func pairAVX512(c *Conv, r row) bool { return pairWinograd(&filterAVX512, c, r) }

// masks from index 8-n on selects n of 8 pairs of channels.
var masks = [16]int32{-1, -1, -1, -1, -1, -1, -1, -1}

func inputAVX2(s *scratch, c *Conv, r row, channel int) (n int, fits bool) {
	tiles, tile := r.sites/2, c.channels()
	n = min(c.in-channel, 16)
	return n, inputTransformAVX2(tiles, &masks[8-n/2], &r.src[channel], elem*r.srcStride, elem*r.srcRow, &s.v[channel], elem*tile, elem*tiles*tile)
}

// inputAVX512 leaves 16 channels and fewer to AVX2: V has no room for more.
func inputAVX512(s *scratch, c *Conv, r row, channel int) (n int, fits bool) {
	if c.in-channel <= 16 {
		return inputAVX2(s, c, r, channel)
	}
	tiles, tile := r.sites/2, c.channels()
	n = min(c.in-channel, 32)
	return n, inputTransformAVX512(tiles, 1<<n-1, &r.src[channel], elem*r.srcStride, elem*r.srcRow, &s.v[channel], elem*tile, elem*tiles*tile)
}

// productKernels are of AVX2 up to six tiles, as tileKernels are up to six sites.
var productKernels = [...]productKernel{
	1: products1AVX2, 2: products2AVX2, 3: products3AVX2, 4: products4AVX2, 5: products5AVX2, 6: products6AVX2,
	7: products7AVX512, 8: products8AVX512, 9: products9AVX512, 10: products10AVX512, 11: products11AVX512, 12: products12AVX512,
}
