package pixels

// line4 is line for four samples, the inverse DCT of that length, of the four coefficients of lowest frequency: times sqrt(8) and
// 2^13 for them to be of the same size as eight samples, each of which stands for two.
func line4(x0, x1, x2, x3 int64) (y0, y1, y2, y3 int64) {
	const far, near = 10703, 4433 // sqrt(2) cos(pi/8), sqrt(2) cos(3pi/8), times 2^13
	e0, e1 := (x0+x2)<<fractionBits, (x0-x2)<<fractionBits
	o0, o1 := x1*far+x3*near, x1*near-x3*far
	return e0 + o0, e1 + o1, e1 - o1, e0 - o0
}

// lineOf is line for n samples, of the n coefficients of lowest frequency; n is 1, 2, 4 or 8.
func lineOf(n int, v *[8]int64) {
	switch n {
	case 1:
		v[0] <<= fractionBits
	case 2:
		v[0], v[1] = (v[0]+v[1])<<fractionBits, (v[0]-v[1])<<fractionBits // sqrt(2) cos(pi/4) is 1
	case 4:
		v[0], v[1], v[2], v[3] = line4(v[0], v[1], v[2], v[3])
	default:
		v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7] = line(v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7])
	}
}

// invertLow is invert for blocks of fewer samples: wide times high, each 1, 2, 4 or 8, of as many coefficients of lowest frequency.
func invertLow(dst []byte, stride int, coef *[64]int32, shift uint, wide, high int) {
	var work [64]int64
	const down = fractionBits - extraBits
	half := int64(1) << (down + shift) >> 1
	for x := range wide {
		var v [8]int64
		for k := range high {
			v[k] = int64(coef[8*k+x])
		}
		lineOf(high, &v)
		for y := range high {
			work[8*y+x] = int64(limit((v[y] + half) >> (down + shift)))
		}
	}
	for y := range high {
		v := (*[8]int64)(work[8*y:])
		lineOf(wide, v)
		row := dst[y*stride:][:wide]
		for x := range row {
			row[x] = sample((v[x] + bias) >> last)
		}
	}
}

// means returns a picture of the means of squares of n x n pixels, fewer at the edges. Pixels have a number of channels.
func means(pix []byte, width, height, channels, n int) []byte {
	wide, high := ceilDiv(width, n), ceilDiv(height, n)
	out := make([]byte, channels*wide*high)
	sums := make([]uint64, channels*wide)
	for y := range high {
		clear(sums)
		rows := min(n, height-n*y)
		for i := range rows {
			row := pix[channels*width*(n*y+i):][:channels*width]
			for x := 0; x < width; x++ {
				to := sums[channels*(x/n):][:channels]
				for c := range to {
					to[c] += uint64(row[channels*x+c])
				}
			}
		}
		for i, sum := range sums {
			count := uint64(rows * min(n, width-n*(i/channels)))
			out[channels*wide*y+i] = byte((2*sum + count) / (2 * count))
		}
	}
	return out
}
