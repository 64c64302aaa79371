//go:build (amd64 || (js && wasmsimd)) && !noasm

package kernel

import "sync"

// Winograd's minimal filtering F(2x2, 3x3) computes a tile of two by two
// neighbouring outputs with 16 products for an input channel instead of 36
// (Winograd 1980; Lavin & Gray, "Fast Algorithms for Convolutional Neural
// Networks", 2016). With d the 4x4 activations around the tile and g the 3x3 weights,
//
//	4 y = Aᵀ M A    M = sum over input channels of U ⊙ V    U = G g Gᵀ    V = Bᵀ d B
//
//	    | 2  0  0 |         | 1  0 -1  0 |         | 1  1  1  0 |
//	G = | 1  1  1 |    Bᵀ = | 0  1  1  0 |    Aᵀ = | 0  1 -1  1 |
//	    | 1 -1  1 |         | 0 -1  1  0 |
//	    | 0  0  2 |         | 0 -1  0  1 |
//
// where G is twice the usual one, so that it holds integers. The bits are those of
// the direct kernels:
//
//   - V fits into int16 if all d are in [-8192, 8191]. Its elements are e - f or e + f of an
//     e and an f that are themselves differences, in [-16383, 16383], or sums, in [-16384, 16382]; both are of one kind.
//     The input transform tells whether all d are, and where not, the direct kernels compute these tiles.
//   - That U fits depends on the weights alone: see [winogradBlock].
//   - M may overflow int32, and so may what becomes of it on the way to 4y. But all that is additions and subtractions
//     of products, which are right modulo 2^32, and what they come to fits: by then, 4y with four times the
//     bias is at most 4 |bias| + 4 * 8192 * sum |w|, and a [winogradBlock] is made only where
//     that is at most 2^31 - 1. (VPMADDWD overflows for -32768 four times only, and is right modulo 2^32 too.)
//   - 4 (y + bias) >> (shift + 2) is (y + bias) >> shift, the bias being part of the sum. By 32 bits and more,
//     VPSRAD shifts as by 31.

// tilesAtOnce is how many tiles are transformed before their products are computed. V is then 12 kB for 32 channels, and M 12 kB: most of
// that is still in the first cache when it is read. With 18 or 24, rows of 384 sites are some percent slower, and rows of 1500 as
// much faster; with 6, rows of 1500 are a tenth slower.
const tilesAtOnce = 12

// activationBits is how many bits beside the sign an activation may have.
const activationBits = 13

// leastIn is how many channels a layer has at least for which it pays. One of 6 is 1.2 times as fast as by AVX2's direct kernels, one
// of 4 as fast, one of 2 slower.
const leastIn = 6

// winogradBlock holds U of 16 outputs, if it is exact. It is computed when it is first asked for: of layers that look at
// every second site only it never is, and it is larger than their weights.
type winogradBlock struct {
	once sync.Once
	bias [block]int32 // four times that of the asmBlock, in the same places
	u    []int16      // [4][4][in/2][16][2]; nil: these weights have no exact U
}

// transformed returns U of a 3x3 layer's block, or nil.
func (p *asmBlock) transformed() *winogradBlock {
	t := p.winograd
	t.once.Do(func() { t.set(p) })
	if t.u == nil {
		return nil
	}
	return t
}

// set computes U from the block's weights [3][3][in/2][16][2], if it is exact.
func (t *winogradBlock) set(p *asmBlock) {
	n := len(p.w) / 9
	var sums [block]int64
	for i, w := range p.w {
		sums[i/2%block] += max(int64(w), -int64(w))
	}
	for o, b := range p.bias {
		if 4*max(int64(b), -int64(b))+4*sums[o]<<activationBits > 1<<31-1 {
			return
		}
		t.bias[o] = 4 * b
	}
	u, lost := make([]int16, 16*n), int32(0)
	for i := range n {
		g, to := p.w[i:], u[i:]
		var columns [4][3]int32 // of g Gᵀ
		for ky := range 3 {
			g0, g1, g2 := int32(g[3*ky*n]), int32(g[(3*ky+1)*n]), int32(g[(3*ky+2)*n])
			columns[0][ky], columns[1][ky], columns[2][ky], columns[3][ky] = timesG(g0, g1, g2)
		}
		for kx, c := range columns {
			u0, u1, u2, u3 := timesG(c[0], c[1], c[2])
			to[kx*n], to[(4+kx)*n], to[(8+kx)*n], to[(12+kx)*n] = int16(u0), int16(u1), int16(u2), int16(u3)
			for _, v := range [...]int32{u0, u1, u2, u3} {
				lost |= v ^ int32(int16(v))
			}
		}
	}
	if lost != 0 {
		return
	}
	t.u = u
}

// timesG returns G (a, b, c)ᵀ.
func timesG(a, b, c int32) (int32, int32, int32, int32) { return 2 * a, a + b + c, a - b + c, 2 * c }

// scratch is what pairWinograd needs for tilesAtOnce tiles.
type scratch struct {
	m [tilesAtOnce * 16 * block]int32 // [tiles][16][16]
	v []int16                         // [16][tiles][in]; in is rounded up to 16
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// A productKernel computes M of 16 outputs of groups of tiles; see products6AVX2.
type productKernel func(groups, pairs int, u, v *int16, tile, plane int, m *int32)

// A filter is the assembly for an instruction set.
type filter struct {
	// input computes V of channels from the given one to the layer's last, or 32 at most, and returns how many these are. It
	// reports false if V does not fit.
	input    func(s *scratch, c *Conv, r row, channel int) (n int, fits bool)
	products []productKernel // by the number of tiles in a group
	inverse  func(tiles int, m, bias *int32, shift uint64, low int16, dst *int16, dstStride, dstRow int,
		pre *int16, preStride, preRow int, post *int16, postStride, postRow int)
	row rowKernel // for what is not exact

	// The least sites of a row for which it pays. With AVX2, a row of 5 sites is between 0.9 and 1.1 times as fast as by the direct
	// kernels, of 6 between 1.4 and 1.7; with AVX-512, one of 12 is 0.93 times as fast, of 14 1.6 times.
	leastSites int
}

// pairWinograd is a pairKernel by a filter.
func pairWinograd(f *filter, c *Conv, r row) bool {
	if c.in < leastIn || r.sites < f.leastSites || !c.anyTransformed() {
		return false
	}
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	// Where the number of sites is odd, the first two groups of tiles share one, which is computed twice.
	odd := r.sites % 2
	tiles := (r.sites + odd) / 2
	for groups := max((tiles+tilesAtOnce-1)/tilesAtOnce, 1+odd); groups > 0; groups-- {
		n := tiles / groups
		tiles -= n
		s.tiles(f, c, r.part(max(0, 2*tiles-odd), 2*n))
	}
	return true
}

// anyTransformed reports whether any block has U.
func (c *Conv) anyTransformed() bool {
	for b := range c.asm {
		if c.asm[b].transformed() != nil {
			return true
		}
	}
	return false
}

// tiles computes the tiles of a row and the one below it, of an even number of sites.
func (s *scratch) tiles(f *filter, c *Conv, r row) {
	inside := s.transform(f, c, r)
	for b := range c.asm {
		if t := c.asm[b].transformed(); inside && t != nil {
			s.block(f, c, b, t, r)
		} else {
			f.row(c, b, r)
			f.row(c, b, r.below())
		}
	}
}

// part returns n sites of the row from site x on.
func (r row) part(x, n int) row {
	r.sites = n
	return r.moved(x*r.srcStride, x*r.dstStride, x*r.preStride, x*r.postStride)
}

// below returns the row below one of which the taps are neighbouring sites.
func (r row) below() row { return r.moved(r.srcRow, r.dstRow, r.preRow, r.postRow) }

func (r row) moved(src, dst, pre, post int) row {
	r.src, r.dst = r.src[src:], r.dst[dst:]
	if r.pre != nil {
		r.pre = r.pre[pre:]
	}
	if r.post != nil {
		r.post = r.post[post:]
	}
	return r
}

// channels returns how many channels of V a tile has room for.
func (c *Conv) channels() int { return (c.in + 15) &^ 15 }

// transform computes V, or returns false if it does not fit.
func (s *scratch) transform(f *filter, c *Conv, r row) bool {
	if n := 16 * tilesAtOnce * c.channels(); len(s.v) < n {
		s.v = make([]int16, n)
	}
	for i := 0; i < c.in; {
		n, fits := f.input(s, c, r, i)
		if !fits {
			return false
		}
		i += n
	}
	return true
}

// block computes 16 outputs from V.
func (s *scratch) block(f *filter, c *Conv, b int, t *winogradBlock, r row) {
	tiles, tile := r.sites/2, c.channels()
	x := 0
	run := func(groups, n int) {
		if groups > 0 {
			f.products[n](groups, c.in/2, &t.u[0], &s.v[x*tile], elem*tile, elem*tiles*tile, &s.m[x*16*block])
			x += groups * n
		}
	}
	largest := len(f.products) - 1
	groups := (tiles + largest - 1) / largest // of two sizes that differ by a tile, as in rowTiles
	run(tiles%groups, tiles/groups+1)
	run(groups-tiles%groups, tiles/groups)
	low := int16(-1 << 15)
	if r.relu {
		low = 0
	}
	pre, post := &zeros[0], &zeros[0]
	if r.pre != nil {
		pre = &r.pre[b*block]
	}
	if r.post != nil {
		post = &r.post[b*block]
	}
	f.inverse(tiles, &s.m[0], &t.bias[0], uint64(c.shift)+2, low,
		&r.dst[b*block], elem*r.dstStride, elem*r.dstRow,
		pre, elem*r.preStride, elem*r.preRow, post, elem*r.postStride, elem*r.postRow)
}
