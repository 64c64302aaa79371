package history

// coefBits are the fractional bits of the coefficients of the forward transform, in units of an orthonormal one.
const coefBits = 6

// half of a cosine, Q12: of k pi/16.
var cosines = [9]int32{2048, 2009, 1892, 1703, 1448, 1138, 784, 400, 0}

// basis has the forward transform of a line, by frequency and sample, Q12.
var basis = func() (b [8][8]int32) {
	for u := range b {
		for x := range b[u] {
			k := (2*x + 1) * u % 32
			sign := int32(1)
			if k > 16 {
				k = 32 - k
			}
			if k > 8 {
				k, sign = 16-k, -1
			}
			b[u][x] = sign * cosines[k]
			if u == 0 {
				b[u][x] = cosines[4]
			}
		}
	}
	return b
}()

// A block has the samples or coefficients of a block in row-major order. Samples are less 128.
type block [64]int32

// forward replaces samples with so many fractional bits, at most 6, by coefficients.
func (b *block) forward(frac uint) {
	for y := 0; y < 64; y += 8 {
		line(b[y:y+8:y+8], 1, 12+frac-coefBits)
	}
	for x := range 8 {
		line(b[x:], 8, 12)
	}
}

// line transforms eight numbers, as basis does: its even functions see sums of those that mirror each other, the odd ones differences.
func line(v []int32, stride int, shift uint) {
	const c1, c2, c3, c4, c5, c6, c7 = 2009, 1892, 1703, 1448, 1138, 784, 400
	v0, v1, v2, v3 := int64(v[0]), int64(v[stride]), int64(v[2*stride]), int64(v[3*stride])
	v4, v5, v6, v7 := int64(v[4*stride]), int64(v[5*stride]), int64(v[6*stride]), int64(v[7*stride])
	s0, s1, s2, s3 := v0+v7, v1+v6, v2+v5, v3+v4
	d0, d1, d2, d3 := v0-v7, v1-v6, v2-v5, v3-v4
	round := int64(1) << (shift & 31) >> 1
	shift &= 31
	v[0] = int32((c4*(s0+s1+s2+s3) + round) >> shift)
	v[stride] = int32((c1*d0 + c3*d1 + c5*d2 + c7*d3 + round) >> shift)
	v[2*stride] = int32((c2*(s0-s3) + c6*(s1-s2) + round) >> shift)
	v[3*stride] = int32((c3*d0 - c7*d1 - c1*d2 - c5*d3 + round) >> shift)
	v[4*stride] = int32((c4*(s0-s1-s2+s3) + round) >> shift)
	v[5*stride] = int32((c5*d0 - c1*d1 + c7*d2 + c3*d3 + round) >> shift)
	v[6*stride] = int32((c6*(s0-s3) - c2*(s1-s2) + round) >> shift)
	v[7*stride] = int32((c7*d0 - c5*d1 + c3*d2 - c1*d3 + round) >> shift)
}
