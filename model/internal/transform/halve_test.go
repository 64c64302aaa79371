package transform

import (
	"slices"
	"testing"
)

// TestBounds compares bounds, fits and what put finds with trying all luma.
func TestBounds(t *testing.T) {
	r := newRand(80)
	for c := PhotoCD; c < PhotoCDHalved; c++ {
		fits, several := 0, 0
		for i := range 4000 {
			y, d, e := r.Int32N(256), r.Int32N(256)-128, r.Int32N(256)-128
			switch i % 4 {
			case 1:
				d, e = r.Int32N(1<<19)-1<<18, r.Int32N(1<<19)-1<<18 // extend may get there
			case 2:
				y = r.Int32N(2*lumaBeyond+256) - lumaBeyond
			}
			rgb := inverseOf(c, y, d, e)
			if i%8 < 4 {
				rgb[r.IntN(3)] += r.Int32N(3) - 1
			}
			var x [3]Plane
			for p := range x {
				x[p] = Plane{1, 1, []int32{min(max(rgb[p], 0), 255)}}
			}
			s := &halving{rgb: x, k: c.conversion(), w: 1, h: 1}
			var all []int32
			for y := int32(-lumaBeyond); y <= 255+lumaBeyond; y++ {
				if inverseOf(c, y, d, e) == [3]int32{x[0].Pix[0], x[1].Pix[0], x[2].Pix[0]} {
					all = append(all, y)
				}
			}
			from, to := s.bounds(0, d, e)
			if got := s.fits(0, d, e); got != (len(all) > 0) || got != (from <= to) {
				t.Fatalf("%v: %v of %d %d: %v, from %d to %d; luma are %v", c, rgb, d, e, got, from, to, all)
			}
			if len(all) == 0 {
				continue
			}
			if from != all[0] || to != all[len(all)-1] {
				t.Fatalf("%v: %v of %d %d: from %d to %d, not %d to %d", c, rgb, d, e, from, to, all[0], all[len(all)-1])
			}
			fits++
			if len(all) > 1 {
				several++
				continue
			}
			if d != int32(int16(d)) || e != int32(int16(e)) {
				continue
			}
			s.chroma, s.open = [2][]int16{{int16(d)}, {int16(e)}}, []bool{clipped(x[0].Pix[0], x[1].Pix[0], x[2].Pix[0])}
			out := [3]Plane{NewPlane(1, 1), NewPlane(1, 1), NewPlane(1, 1)}
			if s.put(out, 0); !slices.Equal(out[0].Pix, all) {
				t.Fatalf("%v: luma of %v with %d %d is %v, not %v", c, rgb, d, e, out[0].Pix, all)
			}
		}
		if fits < 1000 || several < 100 {
			t.Errorf("%v: only %d have luma, %d several", c, fits, several)
		}
	}
}
