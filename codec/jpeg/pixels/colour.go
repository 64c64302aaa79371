package pixels

import "encoding/binary"

// Chroma's part in red, green and blue, for values of 0 to 255 less 128 and by constants of 16 fractional bits: JFIF's matrix.
var (
	redOfCr, blueOfCb    [256]int32
	greenOfCr, greenOfCb [256]int32 // with 16 fractional bits; the half that rounds is in greenOfCb
)

func init() {
	const half = 1 << 15
	for i := range 256 {
		x := int32(i) - 128
		redOfCr[i] = (91881*x + half) >> 16   // 1.402
		blueOfCb[i] = (116130*x + half) >> 16 // 1.772
		greenOfCr[i] = -46802 * x             // 0.71414
		greenOfCb[i] = -22554*x + half        // 0.34414
	}
}

// paint converts a row of pixels to RGBA. rows holds the components' samples.
func (c Colours) paint(dst []byte, rows [4][]byte) {
	a, b, d := rows[0], rows[1], rows[2]
	n := len(dst) / 4
	switch c {
	case YCbCr:
		a, b, d = a[:n], b[:n], d[:n]
		for i, y := range a {
			y, cb, cr := int32(y), b[i], d[i]
			red, green, blue := y+redOfCr[cr], y+(greenOfCb[cb]+greenOfCr[cr])>>16, y+blueOfCb[cb]
			if uint32(red|green|blue) > 255 { // one of them
				red, green, blue = int32(clip(red)), int32(clip(green)), int32(clip(blue))
			}
			binary.LittleEndian.PutUint32(dst[4*i:], uint32(red|green<<8|blue<<16)|255<<24)
		}
	case RGB:
		a, b, d = a[:n], b[:n], d[:n]
		for i := range a {
			p := dst[4*i : 4*i+4 : 4*i+4]
			p[0], p[1], p[2], p[3] = a[i], b[i], d[i], 255
		}
	case CMYK:
		for i := range n {
			k := rows[3][i]
			p := dst[4*i : 4*i+4 : 4*i+4]
			p[0], p[1], p[2], p[3] = print(a[i], k), print(b[i], k), print(d[i], k), 255
		}
	case YCCK:
		for i := range n {
			y, cb, cr, k := int32(a[i]), b[i], d[i], rows[3][i]
			p := dst[4*i : 4*i+4 : 4*i+4]
			p[0] = print(255-clip(y+redOfCr[cr]), k)
			p[1] = print(255-clip(y+(greenOfCb[cb]+greenOfCr[cr])>>16), k)
			p[2], p[3] = print(255-clip(y+blueOfCb[cb]), k), 255
		}
	}
}

// paintOfGo is paint for luma and chroma, as Go's package image/color converts them: what rounds is not 1/2 but luma over 255.
func paintOfGo(dst []byte, rows [4][]byte) {
	for i, v := range rows[0][:len(dst)/4] {
		y, cb, cr := (1<<16+257)*int32(v), int32(rows[1][i])-128, int32(rows[2][i])-128
		p := dst[4*i : 4*i+4 : 4*i+4]
		p[0], p[1], p[2], p[3] = clip((y+91881*cr)>>16), clip((y-22554*cb-46802*cr)>>16), clip((y+116130*cb)>>16), 255
	}
}

// WideOfGo returns red, green and blue of luma and chroma as Go's package image/color converts them to 16 bits a sample.
func WideOfGo(luma, cb, cr uint8) (rgb [3]uint16) {
	y, b, r := (1<<16+257)*int32(luma), int32(cb)-128, int32(cr)-128
	for i, v := range [3]int32{y + 91881*r, y - 22554*b - 46802*r, y + 116130*b} {
		rgb[i] = uint16(min(max(v>>8, 0), 1<<16-1))
	}
	return rgb
}

// print returns the light that an ink and black leave, both inverted: their product, of 255, rounded.
func print(ink, black byte) byte {
	return byte((2*uint32(ink)*uint32(black) + 255) / 510)
}

// clip returns the nearest number to v of 0 to 255.
func clip(v int32) byte {
	if uint32(v) > 255 {
		v = ^(v >> 31)
	}
	return byte(v)
}
