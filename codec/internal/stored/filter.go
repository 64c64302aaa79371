package stored

// A filter predicts each byte of a row from its neighbours and leaves the
// difference, modulo 256. Names, numbers and rules are those of PNG
// (specification, section 9): left is pixelBytes to the left, up is the byte
// above, corner is left of up; outside the raster all are 0.
type filter = byte

const (
	filterNone    filter = iota // 0
	filterSub                   // left
	filterUp                    // up
	filterAverage               // (left + up) / 2, rounded down
	filterPaeth                 // whichever of left, up, corner is nearest left + up - corner
	numFilters
)

// applyFilter writes the filtered cur to dst. up is the unfiltered row above,
// all zeros for the first; the three have one length; bpp is pixelBytes.
func applyFilter(f filter, dst, cur, up []byte, bpp int) {
	n := len(cur)
	dst, up = dst[:n], up[:n]
	head := min(bpp, n) // bytes without a left neighbour
	switch f {
	case filterNone:
		copy(dst, cur)
	case filterSub:
		copy(dst, cur[:head])
		for i := head; i < n; i++ {
			dst[i] = cur[i] - cur[i-bpp]
		}
	case filterUp:
		for i := range cur {
			dst[i] = cur[i] - up[i]
		}
	case filterAverage:
		for i := range head {
			dst[i] = cur[i] - up[i]/2
		}
		for i := head; i < n; i++ {
			dst[i] = cur[i] - byte((int(cur[i-bpp])+int(up[i]))/2)
		}
	case filterPaeth:
		for i := range head {
			dst[i] = cur[i] - up[i]
		}
		for i := head; i < n; i++ {
			dst[i] = cur[i] - paeth(cur[i-bpp], up[i], up[i-bpp])
		}
	}
}

// undoFilter restores cur, which holds a filtered row, in place. f is below
// numFilters.
func undoFilter(f filter, cur, up []byte, bpp int) {
	n := len(cur)
	up = up[:n]
	head := min(bpp, n)
	switch f {
	case filterSub:
		for i := head; i < n; i++ {
			cur[i] += cur[i-bpp]
		}
	case filterUp:
		for i := range cur {
			cur[i] += up[i]
		}
	case filterAverage:
		for i := range head {
			cur[i] += up[i] / 2
		}
		for i := head; i < n; i++ {
			cur[i] += byte((int(cur[i-bpp]) + int(up[i])) / 2)
		}
	case filterPaeth:
		for i := range head {
			cur[i] += up[i]
		}
		for i := head; i < n; i++ {
			cur[i] += paeth(cur[i-bpp], up[i], up[i-bpp])
		}
	}
}

// paeth returns whichever of left, up and corner is nearest to
// left + up - corner; ties go to the first named.
func paeth(left, up, corner byte) byte {
	dLeft := distance(up, corner) // |p - left| where p = left + up - corner
	dUp := distance(left, corner) // |p - up|
	dCorner := int(left) + int(up) - 2*int(corner)
	if dCorner < 0 {
		dCorner = -dCorner
	}
	if dLeft <= dUp && dLeft <= dCorner {
		return left
	}
	if dUp <= dCorner {
		return up
	}
	return corner
}

func distance(a, b byte) int {
	if a > b {
		return int(a - b)
	}
	return int(b - a)
}
