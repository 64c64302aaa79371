package jpegs

import "math"

// basisBits is the number of fraction bits of basis.
const basisBits = 14

// basis is the orthonormal cosine basis of 8 samples, Q1.14: basis[u][x] is the value of frequency u at sample x.
var basis = func() (b [8][8]int64) {
	for u := range b {
		scale := .5
		if u == 0 {
			scale = math.Sqrt(.125)
		}
		for x := range b[u] {
			b[u][x] = int64(math.Round(scale * math.Cos(float64((2*x+1)*u)*math.Pi/16) * (1 << basisBits)))
		}
	}
	return b
}()

// transformBlock transforms 8x8 samples, less 128, and rounds the coefficients to multiples of the steps, halves away from zero,
// as JPEG encoders do. The sums are exact: nothing is rounded before. All is in natural order.
func transformBlock(samples *[64]int64, steps *[64]uint16, out []int16) {
	var half [64]int64 // [y][u], Q14
	for y := range 8 {
		row := samples[8*y:][:8]
		for u := range 8 {
			b := &basis[u]
			half[8*y+u] = row[0]*b[0] + row[1]*b[1] + row[2]*b[2] + row[3]*b[3] + row[4]*b[4] + row[5]*b[5] + row[6]*b[6] + row[7]*b[7]
		}
	}
	for v := range 8 {
		b := &basis[v]
		for u := range 8 {
			sum := int64(0) // Q28
			for y := range 8 {
				sum += half[8*y+u] * b[y]
			}
			i := 8*v + u
			step := int64(steps[i]) << (2 * basisBits)
			if sum >= 0 {
				out[i] = int16((sum + step/2) / step)
			} else {
				out[i] = -int16((step/2 - sum) / step)
			}
		}
	}
}
