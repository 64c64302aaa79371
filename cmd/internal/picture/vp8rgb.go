package picture

import "image"

// rgbOfVP8 converts what VP8 coded to RGB as libwebp does: chroma, of half the
// resolution, is interpolated, and the colours are those of BT.601 with luma of 16
// to 235. alpha is nil for a picture without.
//
// A chroma sample lies between four luma samples. At each of these it is the
// nearest sample with weight 9, those beside and above or below it with 3, and the
// one across with 1 (libwebp calls it fancy upsampling), each step rounded
// as libwebp's C code does; beyond the edges the nearest sample stands for all.
func rgbOfVP8(m *image.YCbCr, alpha *image.NYCbCrA) image.Image {
	b := m.Rect
	w, h := b.Dx(), b.Dy()
	pix := make([]byte, 4*w*h)
	cw, ch := (w+1)/2, (h+1)/2
	for y := range h {
		near := y / 2
		far := near - 1 + y%2*2 // the chroma row on the other side
		far = min(max(far, 0), ch-1)
		luma := m.Y[y*m.YStride:]
		cb, cr := m.Cb[near*m.CStride:], m.Cr[near*m.CStride:]
		cbFar, crFar := m.Cb[far*m.CStride:], m.Cr[far*m.CStride:]
		out := pix[4*w*y:]
		for x := range w {
			i := x / 2
			j := min(max(i-1+x%2*2, 0), cw-1)
			u := interpolate(cb[i], cb[j], cbFar[i], cbFar[j])
			v := interpolate(cr[i], cr[j], crFar[i], crFar[j])
			r, g, b := bt601(luma[x], u, v)
			out[4*x], out[4*x+1], out[4*x+2], out[4*x+3] = r, g, b, 0xff
		}
	}
	if alpha == nil {
		return &image.RGBA{Pix: pix, Stride: 4 * w, Rect: image.Rect(0, 0, w, h)}
	}
	for y := range h {
		for x := range w {
			pix[4*(y*w+x)+3] = alpha.A[y*alpha.AStride+x]
		}
	}
	return &image.NRGBA{Pix: pix, Stride: 4 * w, Rect: image.Rect(0, 0, w, h)}
}

// interpolate returns (9 near + 3 beside + 3 over + across + 8) / 16 as libwebp
// computes it: through the mean of a diagonal, rounded down.
func interpolate(near, beside, over, across byte) byte {
	a, b, c, d := uint32(near), uint32(beside), uint32(over), uint32(across)
	diagonal := (a + b + c + d + 8 + 2*(b+c)) >> 3
	return byte((diagonal + a) >> 1)
}

// bt601 converts a colour of BT.601 with luma of 16 to 235 and chroma of 16 to 240
// to RGB. The factors are Q14; products are cut to Q6 before they are added, and
// the offsets are of 16, 128 and one half, for rounding.
func bt601(y, u, v byte) (r, g, b byte) {
	times := func(s byte, factor int) int { return int(s) * factor >> 8 }
	luma := times(y, 19077)
	return clipQ6(luma + times(v, 26149) - 14234),
		clipQ6(luma - times(u, 6419) - times(v, 13320) + 8708),
		clipQ6(luma + times(u, 33050) - 17685)
}

// clipQ6 makes a sample of a number in Q6.
func clipQ6(v int) byte { return byte(min(max(v>>6, 0), 255)) }
