package jpegs

import (
	"math"
	"math/bits"

	"github.com/ddpmz/ddpmz/model/dct"
)

// zigzag lists the frequencies of a block in the order of JPEG's code.
var zigzag = func() (order [dct.BlockSize]uint8) {
	at := 0
	for sum := range 15 {
		for i := range sum + 1 {
			y, x := i, sum-i // downwards along the diagonal
			if sum%2 == 0 {
				y, x = x, y
			}
			if y < 8 && x < 8 {
				order[at] = uint8(8*y + x)
				at++
			}
		}
	}
	return order
}()

// Plain returns the bits that sequential JPEG would need for the coefficients if the codes of its symbols could be as long as
// their entropy says, for luma and chroma each: a little less than an optimized file has.
func Plain(im *dct.Image) int64 {
	var dc, ac [2][256]int
	raw := int64(0)
	for i := range im.Planes {
		p, class, last := &im.Planes[i], min(i, 1), int16(0)
		for b := range p.Wide * p.High {
			block := p.Coef[b*dct.BlockSize:][:dct.BlockSize]
			n := size(block[0] - last)
			last = block[0]
			dc[class][n]++
			raw += int64(n)
			run := 0
			for _, f := range zigzag[1:] {
				if block[f] == 0 {
					run++
					continue
				}
				for ; run > 15; run -= 16 {
					ac[class][0xf0]++
				}
				n := size(block[f])
				ac[class][run<<4|n]++
				raw += int64(n)
				run = 0
			}
			if run > 0 {
				ac[class][0]++
			}
		}
	}
	sum := float64(raw)
	for class := range 2 {
		sum += entropy(dc[class][:]) + entropy(ac[class][:])
	}
	return int64(math.Ceil(sum))
}

// size is the number of bits of |v|.
func size(v int16) int { return bits.Len(uint(max(int(v), -int(v)))) }

// entropy returns the bits of all symbols that were counted.
func entropy(counts []int) (sum float64) {
	all := 0
	for _, n := range counts {
		all += n
	}
	for _, n := range counts {
		if n > 0 {
			sum -= float64(n) * math.Log2(float64(n)/float64(all))
		}
	}
	return sum
}
