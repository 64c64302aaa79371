package model

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/fixed"
	"github.com/ddpmz/ddpmz/model/internal/logistic"
	"github.com/ddpmz/ddpmz/model/internal/network"
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// TestBaseThreshold compares the least base of an active coefficient with its definition.
func TestBaseThreshold(t *testing.T) {
	for _, depth := range []int{8, 16} {
		for _, tau := range []int8{-128, -50, 0, 31, 127} {
			c := NewChain(tinyNet(t, 0), Geometry{2, 2, 3, depth}, tau)
			for n := range (process.Stages - 1) * process.Coefficients * 2 {
				stage, i, l := n/(2*process.Coefficients), n/2%process.Coefficients, 1+n%2
				h := c.baseThreshold(stage, i, l)
				octaves := float64(target(stage, i, 0)) + (float64(tau)-logistic.DeviationSteps-float64(skipMargin(l)))/logistic.ScaleSteps
				if want := math.Exp2(octaves) * 4096; math.Abs(float64(h.least)-want) > 1+want/1e5 {
					t.Errorf("%d bits, τ %d, scale %d, stage %d, coefficient %d: %d, want %.1f", depth, tau, l, stage, i, h.least, want)
				}
			}
		}
	}
}

// TestSiteThresholds: at any clock, the textures and activities that make a coefficient active are those whose base does.
func TestSiteThresholds(t *testing.T) {
	r := newRand(94)
	for range 2000 {
		h, extra := baseThreshold{uint64(r.UintN(1 << r.UintN(24))), uint8(r.UintN(10))}, int(r.UintN(10))-1
		thresholds := h.sites(extra)
		var above, below int
		for range 400 {
			k := uint8(r.UintN(20))
			if r.IntN(4) == 0 {
				k = process.Unknown
			}
			near := thresholds[k&31]
			texture, activity := r.Uint32N(1<<r.UintN(20)), r.Uint32N(1<<r.UintN(17))
			if r.IntN(2) == 0 { // at the threshold, or just below
				texture = uint32(fixed.Clamp(near.texture-r.Int32N(2), 0, 1<<19))
			}
			if r.IntN(2) == 0 {
				activity = uint32(fixed.Clamp(near.activity-r.Int32N(2), 0, 1<<16-1))
			}
			base := network.LocalBase(texture)
			if k != process.Unknown {
				base = network.CellBase(base, activity, k, extra)
			}
			want := uint16(0)
			if k > h.target && base >= h.least {
				want = 1 << 5
			}
			mask := []uint16{1}
			thresholds.activate(mask, 1<<5, []uint8{k}, []uint32{texture}, []uint16{uint16(activity)})
			if mask[0] != 1|want {
				t.Fatalf("%v, %d extra bits: texture %d, activity %d, clock %d: mask %b, want %b", h, extra, texture, activity, k, mask[0], 1|want)
			}
			if want != 0 {
				above++
			} else {
				below++
			}
		}
		if below == 0 && h.least > 5000 || above == 0 && h.least < 1000 {
			t.Errorf("%v: %d are active, %d are not", h, above, below)
		}
	}
}

// TestInactive: what is coded does not depend on the number of processors, nor on what the scratch of inactive sites
// holds, which depends on it. Inactive coefficients stay as they were.
func TestInactive(t *testing.T) {
	net := photoNet(t)
	for _, g := range []Geometry{{150, 4*bandRows + 30, 3, 8}, {97, 2*bandRows - 30, 1, 8}, {130, 70, 3, 16}} {
		t.Run(fmt.Sprint(g), func(t *testing.T) {
			image := smoothImage(newRand(8), g)
			var chains [2]*Chain
			for i := range chains {
				chains[i] = NewChain(net, g, net.Tau())
				chains[i].SetImage(clonePlanes(image))
			}
			inactive, active, scales := 0, 0, map[int]bool{}
			for _, p := range Passes(g.Width, g.Height) {
				var tapes [2][]Coder
				for i, c := range chains {
					for range c.bandCount(p) {
						tapes[i] = append(tapes[i], new(tape))
					}
					procs := runtime.GOMAXPROCS(1 + 2*i)
					codePass(c, p, tapes[i]...)
					runtime.GOMAXPROCS(procs)
				}
				for k := range tapes[0] {
					if !slices.Equal(tapes[0][k].(*tape).Marks, tapes[1][k].(*tape).Marks) {
						t.Fatalf("%v: band %d is coded otherwise", p, k)
					}
				}
				if s := &chains[0].scales[p.Scale]; p.Stage >= 0 && !s.dense(p.Stage) {
					scales[p.Scale] = true
					b := chains[0].workOf(p.Scale).bands[0] // holds the last band
					for y := b.y0; y < b.y1; y++ {
						for x := range b.s.w {
							for i := range transform.Subbands * chains[0].planes {
								if b.inference.Mask.Row(y)[x]>>i&1 != 0 {
									active++
								} else if _, k := b.s.cells[i].Cell(y*b.s.w + x); k > target(p.Stage, i, chains[0].extraBits(i/transform.Subbands)) &&
									(y == 0 || y == b.s.h-1 || x == 0 || x == b.s.w-1) && i < transform.Subbands*process.PlanesIn(p.Stage, b.s.planes) {
									t.Fatalf("%v: coefficient %d of site %d, %d, at an edge, is not active", p, i, y, x)
								} else if _, k := b.s.cells[i].Cell(y*b.s.w + x); k == target(p.Stage, i, chains[0].extraBits(i/transform.Subbands)) {
									t.Fatalf("%v: coefficient %d of site %d, %d is coded and not active", p, i, y, x)
								} else {
									inactive++
								}
							}
						}
					}
				}
			}
			if inactive == 0 || active == 0 || !scales[1] || g.Height > 200 && !scales[2] {
				t.Errorf("%d coefficients are active, %d are not, of scales %v", active, inactive, scales)
			}
		})
	}
}

// TestEstimateInactive: estimates of inactive coefficients are the centres of their cells; those of the others are left alone.
func TestEstimateInactive(t *testing.T) {
	c := NewChain(tinyNet(t, 0), Geometry{128, 140, 3, 8}, -50)
	s, r := &c.scales[1], newRand(96)
	c.begin(s)
	b := whole(t, c, s, 1)
	b.runTrunk(false)
	want := c.newImage(s.fw, s.fh, process.Planes)
	d := c.newImage(s.fw, s.fh, process.Planes)
	for j := range s.w * s.h {
		mask := &b.inference.Mask.Row(j / s.w)[j%s.w]
		*mask = uint16(r.UintN(1 << process.Coefficients))
		for i := range process.Coefficients {
			v := int32(0) // Q4
			if k := uint8(r.IntN(10)); k < 9 {
				u := int32(b.dither[i].At(j))
				a := cellOf(r.Int32N(200)-100, uint16(u), k)
				b.s.cells[i].SetCell(j, a, k)
				v = int32(math.Floor((float64(a-u)+(math.Exp2(float64(k))-1)/2)*16 + .5))
			}
			if *mask>>i&1 != 0 {
				v = 7777
			}
			d.SetCoefficient(i, j%s.w, j/s.w, 7777)
			want.SetCoefficient(i, j%s.w, j/s.w, v)
		}
	}
	b.estimateInactive(d)
	for p := range process.Planes {
		if !slices.Equal(d.Planes[p].Narrow, want.Planes[p].Narrow) {
			t.Errorf("plane %d differs", p)
		}
	}
}
