package model

import (
	"fmt"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/network"
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// TestActivate compares the active-site masks of bands with the definition of the skip test, site by site.
func TestActivate(t *testing.T) {
	r := newRand(87)
	for _, test := range []struct {
		g      Geometry
		colour Colour
		stage  int
	}{
		{Geometry{70, 2*bandRows + 80, 3, 8}, transform.YCoCg, 0},
		{Geometry{70, 2*bandRows + 80, 3, 8}, transform.YCoCg, 2},
		{Geometry{71, 2*bandRows + 81, 3, 8}, transform.YCoCg, 3},
		{Geometry{90, 80, 3, 8}, transform.PhotoCDLinear, 4},
		{Geometry{64, 99, 1, 8}, transform.YCoCg, 3},
		{Geometry{72, 80, 3, 16}, transform.YCoCg, 5},
		{Geometry{1, 9, 3, 8}, transform.YCoCg, 2},
	} {
		t.Run(fmt.Sprint(test), func(t *testing.T) {
			net := tinyNet(t, 0)
			c := NewChain(net, test.g, -20)
			c.Colour = test.colour
			s := &c.scales[1]
			c.begin(s)
			s.chroma = true
			for i := range transform.Subbands * s.planes {
				extra := c.extraBits(i / transform.Subbands)
				for j := range s.w * s.h {
					k := process.Unknown
					if r.IntN(4) > 0 {
						k = max(0, int(target(test.stage, i, extra))+r.IntN(5)-2)
					}
					v := (r.Int32N(61) - 30) << max(extra, 0) >> r.IntN(4)
					s.cells[i].SetCell(j, cellOf(v, uint16(r.UintN(256)), uint8(k)), uint8(k))
				}
			}
			c.ll[1] = *c.newImage(s.w, s.h, c.planes)
			for p := range c.planes {
				for j := range s.w * s.h {
					c.ll[1].Planes[p].Set(j, r.Int32N(1<<(4+r.UintN(9)))>>4<<c.extraDepth+500<<c.extraDepth)
				}
			}
			last, seen := new(above), c.parentOf(s)
			active, inactive := 0, 0
			for number := range bandsOf(s.h) {
				b := &band{procs: 1 + number}
				b.take(c, s, test.stage, &seen, number, last)
				b.runTrunk(false)
				for y := b.y0; y < b.y1; y++ {
					for x := range s.w {
						want := uint16(0)
						for i := range transform.Subbands * process.PlanesIn(test.stage, s.planes) {
							threshold, extra := c.baseThreshold(test.stage, i, s.number), c.extraBits(i/transform.Subbands)
							_, k := s.cells[i].Cell(y*s.w + x)
							base := network.LocalBase(b.inference.Textures(i/transform.Subbands, y)[x])
							if k != process.Unknown {
								base = network.CellBase(base, uint32(b.inference.Activities(i, y)[x]), k, extra)
							}
							edge := y == 0 || y == s.h-1 || x == 0 || x == s.w-1
							if k > target(test.stage, i, extra) && (edge || base >= threshold.least) {
								want |= 1 << i
								active++
							} else {
								inactive++
							}
						}
						if got := b.inference.Mask.Row(y)[x]; got != want {
							t.Fatalf("site %d, %d: %b are active, want %b", y, x, got, want)
						}
					}
				}
			}
			if s.w*s.h > 500 && (active == 0 || inactive == 0) {
				t.Errorf("%d coefficients are active, %d are not", active, inactive)
			}
		})
	}
}
