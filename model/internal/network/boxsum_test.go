package network

import (
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/fixed"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

func TestBoxSums(t *testing.T) {
	r := newRand(11)
	for _, size := range [][2]int{{1, 1}, {2, 1}, {1, 2}, {3, 3}, {4, 7}, {9, 2}, {20, 13}} {
		src := transform.NewPlane(size[0], size[1])
		for i := range src.Pix {
			src.Pix[i] = r.Int32N(2001) - 1000
		}
		rows := ring[int32]{src.W, src.H, src.Pix}
		dst := make([]int32, src.W)
		var sums boxSum
		for radius := range 4 {
			sums.begin(src.W)
			for k := range 2 * src.H {
				y := k
				if k >= src.H { // in no order
					y = r.IntN(src.H)
				}
				sums.sums(dst, &rows, y, src.H, radius)
				for x, got := range dst {
					want := int32(0)
					for dy := -radius; dy <= radius; dy++ {
						for dx := -radius; dx <= radius; dx++ { // the edge repeats
							want += src.Row(fixed.Clamp(y+dy, 0, src.H-1))[fixed.Clamp(x+dx, 0, src.W-1)]
						}
					}
					if got != want {
						t.Fatalf("%v radius %d: sum at %d,%d is %d, want %d", size, radius, x, y, got, want)
					}
				}
			}
		}
	}
}
