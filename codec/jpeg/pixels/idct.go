package pixels

// fractionBits are the fractional bits of the constants of the inverse DCT, extraBits those that are kept between columns and rows.
const (
	fractionBits = 13
	extraBits    = 2
)

// last are the bits by which sums become samples: 3 of them divide by 8. bias makes samples unsigned, and rounds them.
const (
	last = fractionBits + extraBits + 3
	bias = 128<<last + 1<<(last-1)
)

// The products of the transform: round(c * 2^13) of
//
//	c6 = sqrt(2) cos(6pi/16) and the like; two constants added are what one multiplication and additions around make of them.
const (
	k0298 = 2446  // -c1 + c3 + c5 - c7
	k0390 = 3196  // c3 - c5
	k0541 = 4433  // c6
	k0765 = 6270  // c2 - c6
	k0899 = 7373  // c3 - c7
	k1175 = 9633  // c3
	k1501 = 12299 // c1 + c3 - c5 - c7
	k1847 = 15137 // c2 + c6
	k1961 = 16069 // c3 + c5
	k2053 = 16819 // c1 + c3 - c5 + c7
	k2562 = 20995 // c1 + c3
	k3072 = 25172 // c1 + c3 + c5 - c7
)

// line is the inverse DCT of eight coefficients, times sqrt(8) and 2^13: Loeffler, Ligtenberg and Moschytz's figure 1, backwards.
func line(x0, x1, x2, x3, x4, x5, x6, x7 int64) (y0, y1, y2, y3, y4, y5, y6, y7 int64) {
	// Even coefficients: the sums of samples that mirror each other.
	z := (x2 + x6) * k0541
	e2, e3 := z-x6*k1847, z+x2*k0765
	e0, e1 := (x0+x4)<<fractionBits, (x0-x4)<<fractionBits
	s0, s3, s1, s2 := e0+e3, e0-e3, e1+e2, e1-e2

	// Odd ones: their differences.
	z1, z2, z3, z4 := -(x7+x1)*k0899, -(x5+x3)*k2562, x7+x3, x5+x1
	z5 := (z3 + z4) * k1175
	z3, z4 = z5-z3*k1961, z5-z4*k0390
	d3, d2, d1, d0 := x7*k0298+z1+z3, x5*k2053+z2+z4, x3*k3072+z2+z3, x1*k1501+z1+z4

	return s0 + d0, s1 + d1, s2 + d2, s3 + d3, s3 - d3, s2 - d2, s1 - d1, s0 - d0
}

// lineOfLow is line where the last four coefficients are 0.
func lineOfLow(x0, x1, x2, x3 int64) (y0, y1, y2, y3, y4, y5, y6, y7 int64) {
	e, e2, e3 := x0<<fractionBits, x2*k0541, x2*(k0541+k0765)
	s0, s3, s1, s2 := e+e3, e-e3, e+e2, e-e2
	z := (x1 + x3) * k1175
	d3, d2 := z-x1*k0899-x3*k1961, z-x1*k0390-x3*k2562
	d1, d0 := z+x3*(k3072-k2562-k1961), z+x1*(k1501-k0899-k0390)
	return s0 + d0, s1 + d1, s2 + d2, s3 + d3, s3 - d3, s2 - d2, s1 - d1, s0 - d0
}

// invert makes the 64 samples of a block, at dst in rows of the given stride. Coefficients are in row-major order, dequantized, in
// units of 2^-shift, and their magnitudes below 2^31; with the same values in other units the samples are the same. What is out of
// range between columns and rows is limited to 16 bits, and samples to 0 to 255, as libjpeg-turbo's vector code does.
func invert(dst []byte, stride int, coef *[64]int32, shift uint) {
	var work [64]int32 // rows of samples' transforms, with extraBits
	shift = (shift + fractionBits - extraBits) & 31
	half := int64(1) << shift >> 1
	flat := true
	for x := range 8 {
		c0, c1, c2, c3 := int64(coef[x]), int64(coef[x+8]), int64(coef[x+16]), int64(coef[x+24])
		c4, c5, c6, c7 := int64(coef[x+32]), int64(coef[x+40]), int64(coef[x+48]), int64(coef[x+56])
		high := c4 | c5 | c6 | c7
		if c1|c2|c3|high == 0 {
			if c0 == 0 {
				continue
			}
			v := limit((c0<<fractionBits + half) >> shift)
			work[x], work[x+8], work[x+16], work[x+24], work[x+32], work[x+40], work[x+48], work[x+56] = v, v, v, v, v, v, v, v
			flat = flat && x == 0
			continue
		}
		flat = false
		if high == 0 {
			c0, c1, c2, c3, c4, c5, c6, c7 = lineOfLow(c0, c1, c2, c3)
		} else {
			c0, c1, c2, c3, c4, c5, c6, c7 = line(c0, c1, c2, c3, c4, c5, c6, c7)
		}
		work[x], work[x+8] = limit((c0+half)>>shift), limit((c1+half)>>shift)
		work[x+16], work[x+24] = limit((c2+half)>>shift), limit((c3+half)>>shift)
		work[x+32], work[x+40] = limit((c4+half)>>shift), limit((c5+half)>>shift)
		work[x+48], work[x+56] = limit((c6+half)>>shift), limit((c7+half)>>shift)
	}
	if flat {
		v := sample((int64(work[0])<<fractionBits + bias) >> last)
		for y := range 8 {
			row := dst[y*stride : y*stride+8 : y*stride+8]
			row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7] = v, v, v, v, v, v, v, v
		}
		return
	}
	for y := range 8 {
		w := work[8*y : 8*y+8 : 8*y+8]
		y0, y1, y2, y3, y4, y5, y6, y7 := int64(w[0])+bias>>fractionBits, int64(w[1]), int64(w[2]), int64(w[3]), int64(w[4]), int64(w[5]), int64(w[6]), int64(w[7])
		if y4|y5|y6|y7 == 0 {
			y0, y1, y2, y3, y4, y5, y6, y7 = lineOfLow(y0, y1, y2, y3)
		} else {
			y0, y1, y2, y3, y4, y5, y6, y7 = line(y0, y1, y2, y3, y4, y5, y6, y7)
		}
		y0, y1, y2, y3, y4, y5, y6, y7 = y0>>last, y1>>last, y2>>last, y3>>last, y4>>last, y5>>last, y6>>last, y7>>last
		row := dst[y*stride : y*stride+8 : y*stride+8]
		if uint64(y0|y1|y2|y3|y4|y5|y6|y7) > 255 { // one of them
			row[0], row[1], row[2], row[3] = sample(y0), sample(y1), sample(y2), sample(y3)
			row[4], row[5], row[6], row[7] = sample(y4), sample(y5), sample(y6), sample(y7)
			continue
		}
		row[0], row[1], row[2], row[3] = byte(y0), byte(y1), byte(y2), byte(y3)
		row[4], row[5], row[6], row[7] = byte(y4), byte(y5), byte(y6), byte(y7)
	}
}

// limit returns the nearest number to v of 16 bits.
func limit(v int64) int32 {
	if v != int64(int16(v)) {
		v = v>>63 ^ (1<<15 - 1)
	}
	return int32(v)
}

// sample returns the nearest number to v of 0 to 255.
func sample(v int64) byte {
	if uint64(v) > 255 {
		v = ^(v >> 63)
	}
	return byte(v)
}
