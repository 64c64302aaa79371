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

// line transforms eight numbers.
func line(v []int32, stride int, shift uint) {
	var s, d [4]int32
	for i := range s {
		a, b := v[i*stride], v[(7-i)*stride]
		s[i], d[i] = a+b, a-b
	}
	round := int32(1) << shift >> 1
	for u := 0; u < 8; u += 2 {
		e, o := &basis[u], &basis[u+1]
		v[u*stride] = int32((int64(e[0])*int64(s[0]) + int64(e[1])*int64(s[1]) + int64(e[2])*int64(s[2]) + int64(e[3])*int64(s[3]) + int64(round)) >> shift)
		v[(u+1)*stride] = int32((int64(o[0])*int64(d[0]) + int64(o[1])*int64(d[1]) + int64(o[2])*int64(d[2]) + int64(o[3])*int64(d[3]) + int64(round)) >> shift)
	}
}
