package history

import "github.com/ddpmz/ddpmz/codec/jpeg/pixels"

// Programs in Go that write what image/jpeg reads, without a conversion, make pictures of 16 bits a sample: these are luma and chroma of 8
// bits, as package image/color converts them. The high bytes are the samples of 8 bits that Go makes of the same.

// ByteOfWide returns the sample of 8 bits for one of 16.
func ByteOfWide(v uint16) uint8 { return uint8(v >> 8) }

// IsWide reports whether a pixel of 16 bits a sample may be one that Go makes of luma and chroma of 8 bits: none that is clipped is looked at.
func IsWide(rgb [3]uint16) bool {
	r, g, b := ByteOfWide(rgb[0]), ByteOfWide(rgb[1]), ByteOfWide(rgb[2])
	if clipped(r) || clipped(g) || clipped(b) {
		return true
	}
	y, cb, cr, ok := ofGo.undo(int32(r), int32(g), int32(b))
	return ok && pixels.WideOfGo(y, cb, cr) == rgb
}

// UndoWide returns luma and chroma, the nearest to some, of which Go makes a pixel of 16 bits a sample; ok is false if there is none.
func UndoWide(rgb [3]uint16, near [3]uint8) (found [3]uint8, ok bool) {
	best := int32(1 << 10) // the distance
	outward(int32(near[0]), func(y, far int32) bool {
		if far >= best {
			return false
		}
		luma := ofGo.luma * y
		fromCr, toCr := wideChroma(rgb[0], luma, redOfCr)
		fromCb, toCb := wideChroma(rgb[2], luma, blueOfCb)
		if fromCr > toCr || fromCb > toCb {
			return true
		}
		outward(min(max(int32(near[2]), fromCr), toCr), func(cr, _ int32) bool {
			farther := far + distance(cr, int32(near[2]))
			if farther >= best {
				return false
			}
			if cr < fromCr || cr > toCr {
				return true
			}
			from, to := fromCb, toCb // of which green leaves some
			if rest := luma + greenOfCr*(cr-128) - int32(rgb[1])<<8; rgb[1] > 0 {
				to = min(to, 128-ceilDiv(-rest, -greenOfCb))
			}
			if rest := luma + greenOfCr*(cr-128) - int32(rgb[1])<<8 - 255; rgb[1] < 1<<16-1 {
				from = max(from, 128+ceilDiv(rest, -greenOfCb))
			}
			if from > to {
				return true
			}
			cb := min(max(int32(near[1]), from), to)
			if all := farther + distance(cb, int32(near[1])); all < best {
				best, found, ok = all, [3]uint8{uint8(y), uint8(cb), uint8(cr)}, true
			}
			return true
		})
		return true
	})
	return found, ok
}

// wideChroma returns the chroma, from least to most, of which times a constant, and something else, a sample of 16 bits is made; the least
// exceeds the most if there is none.
func wideChroma(v uint16, rest, constant int32) (least, most int32) {
	least, most = 0, 255
	if v > 0 {
		least = max(least, ceilDiv(int32(v)<<8-rest, constant)+128)
	}
	if v < 1<<16-1 {
		most = min(most, ceilDiv((int32(v)+1)<<8-rest, constant)+127)
	}
	return least, most
}

// outward calls do for the bytes from one outward, with their distances, until it returns false on both sides.
func outward(from int32, do func(v, far int32) bool) {
	up, down := true, true
	for far := int32(0); (up || down) && far < 256; far++ {
		if v := from + far; up && v < 256 {
			up = do(v, far)
		}
		if v := from - far; down && far > 0 && v >= 0 {
			down = do(v, far)
		}
	}
}

func distance(a, b int32) int32 { return max(a-b, b-a) }

// ceilDiv returns a/b, b being positive, rounded up.
func ceilDiv(a, b int32) int32 {
	if a < 0 {
		return -(-a / b)
	}
	return (a + b - 1) / b
}
