//go:build (amd64 || arm64 || (js && wasmsimd)) && !noasm

package kernel

// tileKernel computes 16 outputs of tiles*n neighbouring sites of a row, in
// assembly, n sites at a time:
//
//   - rows of taps, each of pairs*2 neighbouring elements, the first at src for
//     the first site, srcRow further on from row to row;
//   - weights w and bias as in an asmBlock; shift as for [NewConv];
//   - low is the least value a site may have before post is added: 0 with ReLU;
//   - dst, pre and post as in a row.
//
// Strides are in bytes.
type tileKernel func(tiles, rows, pairs int, w *int16, bias *int32, shift uint64, low int16,
	src *int16, srcStride, srcRow int, dst *int16, dstStride int,
	pre *int16, preStride int, post *int16, postStride int)

// zeros stand in for a pre or post that is not given.
var zeros [block]int16

// elem is the size of an int16 in bytes.
const elem = 2

// rowTiles is a rowKernel by assembly of which kernels[n] computes tiles of n sites.
// It cuts the row into as few tiles as possible, of two sizes that differ by one
// site, so that none is very small.
func rowTiles(kernels []tileKernel, c *Conv, b int, r row) {
	largest := len(kernels) - 1
	tiles := (r.sites + largest - 1) / largest
	small := r.sites / tiles
	large := r.sites % tiles // this many have one site more

	low := int16(-1 << 15)
	if r.relu {
		low = 0
	}
	p := &c.asm[b]
	x := 0
	run := func(tiles, sites int) {
		if tiles == 0 {
			return
		}
		pre, post := &zeros[0], &zeros[0]
		if r.pre != nil {
			pre = &r.pre[x*r.preStride+b*block]
		}
		if r.post != nil {
			post = &r.post[x*r.postStride+b*block]
		}
		kernels[sites](tiles, c.size, c.size*c.in/2, &p.w[0], &p.bias[0], uint64(c.shift), low,
			&r.src[x*r.srcStride], elem*r.srcStride, elem*r.srcRow,
			&r.dst[x*r.dstStride+b*block], elem*r.dstStride,
			pre, elem*r.preStride, post, elem*r.postStride)
		x += tiles * sites
	}
	run(large, small+1)
	run(tiles-large, small)
}
