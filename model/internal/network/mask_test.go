package network

import (
	"slices"
	"testing"
)

// TestSpans: the spans of a layer hold every site that predictions at an active site depend on, are in order and apart, and hold
// little else.
func TestSpans(t *testing.T) {
	r := newRand(93)
	for _, w := range []int{1, 2, 9, 63, 64, 65, 200} {
		for _, oneIn := range []int{1, 3, 40, 1000} {
			const h, y0 = 11, 4
			m := new(Mask)
			m.begin(false, y0, y0+h, w, h)
			clear(m.coefficients)
			clear(m.sites)
			for j := range m.coefficients {
				if r.IntN(oneIn) == 0 {
					m.coefficients[j] = 1 << r.IntN(3)
					m.sites[j/w*m.words+j%w/64] |= 1 << (j % w % 64)
				}
			}
			for halo := range 5 {
				for y := y0 - halo; y < y0+h+halo; y += 3 {
					in := make([]bool, w)
					last, extra := -spanGap-1, 0
					for _, s := range m.spans(y, y+3, halo) {
						if s.from <= last+spanGap || s.to <= s.from || s.to > w {
							t.Fatalf("span %v after %d, of %d", s, last, w)
						}
						if s.to < w && (s.to-s.from)%2 != 0 {
							t.Fatalf("span %v, of %d, has an odd number of sites", s, w)
						}
						last = s.to
						for x := s.from; x < s.to; x++ {
							in[x] = true
						}
					}
					for x := range w {
						near := func(reach int) (active bool) {
							for v := max(y-halo, y0); v < min(y+3+halo, y0+h); v++ {
								for u := max(x-reach, 0); u <= min(x+reach, w-1); u++ {
									active = active || m.coefficients[(v-y0)*w+u] != 0
								}
							}
							return active
						}
						if near(halo) && !in[x] {
							t.Fatalf("column %d of %d is left out of rows %d to %d", x, w, y, y+3)
						}
						if in[x] && !near(halo) {
							extra++
							if !near(halo + spanGap) {
								t.Fatalf("column %d of %d is in", x, w)
							}
						}
					}
					if extra > 0 && oneIn == 1 {
						t.Error("sites are computed for nobody")
					}
				}
			}
			var list []span
			for x := range min(2, w) {
				for y := range h {
					for _, mask := range []uint16{1, 3, 4} {
						list = m.phaseSpans(list, mask, y0+y, x)
						for k := 0; 2*k+x < w; k++ {
							in := slices.ContainsFunc(list, func(s span) bool { return s.from <= k && k < s.to })
							if active := m.coefficients[y*w+2*k+x]&mask != 0; active && !in {
								t.Fatalf("site %d of phase %d is left out", k, x)
							}
						}
					}
				}
			}
		}
	}
}
