package transform

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestLumaRange compares lumaRange, hasLuma and the luma that write finds with a search of all luma.
func TestLumaRange(t *testing.T) {
	r := newRand(80)
	for _, c := range ofKind(derived) {
		fits, several, rounds := 0, 0, 1600
		if c.matrix().video {
			rounds = 600
		}
		for i := range rounds {
			y, d, e := r.Int32N(256), r.Int32N(256)-128, r.Int32N(256)-128
			switch i % 4 {
			case 1:
				d, e = r.Int32N(1<<19)-1<<18, r.Int32N(1<<19)-1<<18 // far beyond mostExtrapolated
			case 2:
				y = r.Int32N(2*lumaOvershoot+256) - lumaOvershoot
			}
			rgb := inverseOf(c, y, d, e)
			if i%8 < 4 {
				rgb[r.IntN(3)] += r.Int32N(3) - 1
			}
			var x [3]Plane
			for p := range x {
				x[p] = Plane{1, 1, []int32{min(max(rgb[p], 0), 255)}}
			}
			s := emptyChromaInverter(x, c)
			var all []int32
			for y := int32(-lumaOvershoot); y <= 255+lumaOvershoot; y++ {
				if inverseOf(c, y, d, e) == [3]int32{x[0].Pix[0], x[1].Pix[0], x[2].Pix[0]} {
					all = append(all, y)
				}
			}
			from, to := s.lumaRange(0, d, e)
			wanted := s.wanted(0)
			if got := s.hasLuma(&wanted, d, e); got != (len(all) > 0) || got != (from <= to) {
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
			s.chroma, s.clipped = [2][]int16{{int16(d)}, {int16(e)}}, []bool{clipped(int64(x[0].Pix[0]), int64(x[1].Pix[0]), int64(x[2].Pix[0]))}
			out := [3]Plane{NewPlane(1, 1), NewPlane(1, 1), NewPlane(1, 1)}
			if s.write(out, 0); !slices.Equal(out[0].Pix, all) {
				t.Fatalf("%v: luma of %v with %d %d is %v, not %v", c, rgb, d, e, out[0].Pix, all)
			}
		}
		if fits < rounds/4 || several < rounds/40 {
			t.Errorf("%v: only %d have luma, %d several", c, fits, several)
		}
	}
}

// randomInverter returns an inverter with random chroma, in which some pixels are clipped.
func randomInverter(r *rand.Rand, w, h int, up upsampling) *chromaInverter {
	rgb := [3]Plane{NewPlane(w, h), NewPlane(w, h), NewPlane(w, h)}
	s := &chromaInverter{rgb: rgb, matrix: photoCD, w: w, h: h, clipped: make([]bool, w*h), up: up}
	for p := range s.chroma {
		s.chroma[p] = make([]int16, w*h)
		hw, hh := up.halfSize(w, h)
		s.half[p] = randomPlane(r, hw, hh, 100)
	}
	for i := range s.clipped {
		s.chroma[0][i], s.chroma[1][i], s.clipped[i] = int16(r.IntN(5)), int16(r.IntN(5)), r.IntN(9) == 0
	}
	return s
}

// TestInvertLines: whatever the half-resolution samples are, those that are found make the same plane.
func TestInvertLines(t *testing.T) {
	r := newRand(85)
	for _, u := range []upsampling{triangleAcross, triangleDown} {
		for i := range 200 {
			w, h := 1+r.IntN(40), 1+r.IntN(40)
			hw, hh := u.halfSize(w, h)
			of := randomPlane(r, hw, hh, []int32{1, 4, 128, 300}[i%4])
			x := made(u, of, w, h)
			if got := made(u, u.invertLines(x, nil), w, h); !slices.Equal(got.Pix, x.Pix) {
				t.Fatalf("%d, %d x %d: %v becomes %v", u, w, h, x.Pix, got.Pix)
			}
			unknown := make([]bool, w*h)
			for k := range unknown {
				if unknown[k] = r.IntN(9) == 0; unknown[k] {
					x.Pix[k] += r.Int32N(9) - 4
				}
			}
			got := made(u, u.invertLines(x, unknown), w, h)
			missed := 0
			for k, v := range got.Pix {
				if v != x.Pix[k] && !unknown[k] {
					missed++
				}
			}
			if missed > 2+w*h/10 {
				t.Fatalf("%d, %d x %d: %d missed around %d unknown ones", u, w, h, missed, w*h/9)
			}
		}
	}
}

// TestContributions tests that contributions returns the pixels that change with a half-resolution sample, and how they depend
// on it.
func TestContributions(t *testing.T) {
	r := newRand(81)
	for up := range upsamplings {
		for _, size := range upsamplingSizes {
			w, h := size[0], size[1]
			if w*h > 1000 && up > repeated { // which takes long
				continue
			}
			s := randomInverter(r, w, h, up)
			for k := range s.half[0].Pix {
				i, j := k%s.half[0].W, k/s.half[0].W
				d, e := r.Int32N(201)-100, r.Int32N(201)-100
				parts := s.contributions(nil, i, j)
				before := made(up, s.half[0], w, h)
				s.half[0].Pix[k] += 1000
				after := made(up, s.half[0], w, h)
				s.half[0].Pix[k], s.half[1].Pix[k] = d, e
				first, second := made(up, s.half[0], w, h), made(up, s.half[1], w, h)
				for _, p := range parts {
					if before.Pix[p.pixel] == after.Pix[p.pixel] {
						t.Fatalf("%d, %v: pixel %d does not depend on %d, %d", up, size, p.pixel, i, j)
					}
					after.Pix[p.pixel] = before.Pix[p.pixel]
					if (p.d+p.weight*d)>>4 != first.Pix[p.pixel] || (p.e+p.weight*e)>>4 != second.Pix[p.pixel] {
						t.Fatalf("%d, %v: pixel %d depends on %d, %d in another way", up, size, p.pixel, i, j)
					}
				}
				if !slices.Equal(before.Pix, after.Pix) {
					t.Fatalf("%d, %v: pixels are missing that depend on %d, %d", up, size, i, j)
				}
			}
		}
	}
}

// TestMismatchesOfLinear compares the number with that of pixels which linear makes otherwise of the samples at even columns
// and rows of the image, mirrored.
func TestMismatchesOfLinear(t *testing.T) {
	r := newRand(82)
	for range 100 {
		// Turned images have their samples at odd columns and rows if their sizes are even.
		w, h := 2+2*r.IntN(30), 2+2*r.IntN(60)
		s := randomInverter(r, w, h, linear)
		for k := range 4 {
			dx, dy := k&1, k>>1
			turned := func(i int) int {
				x, y := i%w, i/w
				if dx > 0 {
					x = w - 1 - x
				}
				if dy > 0 {
					y = h - 1 - y
				}
				return y*w + x
			}
			want := 0
			known, whole := NewPlane(w, h), NewPlane(w, h)
			for i := range w * h {
				if known.Pix[i] = 1; s.clipped[turned(i)] {
					known.Pix[i] = -99
				}
			}
			known = made(linear, linear.pick(known), w, h) // 1 where all samples that it is made of are known
			for p := range s.chroma {
				for i := range w * h {
					whole.Pix[i] = int32(s.chroma[p][turned(i)])
				}
				made := made(linear, linear.pick(whole), w, h)
				for i, v := range made.Pix {
					if !s.clipped[turned(i)] && known.Pix[i] == 1 && v != whole.Pix[i] {
						want++
					}
				}
			}
			if got := s.mismatchesOfLinear(dx, dy, want); got != want {
				t.Fatalf("%d x %d from %d, %d: %d mismatches, not %d", w, h, dx, dy, got, want)
			}
			if got := s.mismatchesOfLinear(dx, dy, want/2); got <= want/2 && want > 0 {
				t.Fatalf("%d x %d from %d, %d: %d mismatches of %d, though %d are too many", w, h, dx, dy, got, want, want/2)
			}
		}
	}
}

// TestFillUnknown compares fillUnknown with rounds in each of which all samples beside known ones become the means of these.
func TestFillUnknown(t *testing.T) {
	r := newRand(83)
	for range 200 {
		w, h := 1+r.IntN(20), 1+r.IntN(20)
		x := [2]Plane{randomPlane(r, w, h, 100), randomPlane(r, w, h, 100)}
		known := make([]bool, w*h)
		for range r.IntN(4) {
			known[r.IntN(w*h)] = true
		}
		want, is := [2]Plane{x[0].Clone(), x[1].Clone()}, slices.Clone(known)
		for more := true; more; {
			more = false
			next := slices.Clone(is)
			for i := range is {
				if is[i] {
					continue
				}
				var sum [2]int32
				n := int32(0)
				for j := range is {
					if is[j] && abs(int32(i%w-j%w)) <= 1 && abs(int32(i/w-j/w)) <= 1 {
						sum[0], sum[1], n = sum[0]+want[0].Pix[j], sum[1]+want[1].Pix[j], n+1
					}
				}
				if n > 0 {
					want[0].Pix[i], want[1].Pix[i], next[i], more = mean(sum[0], n), mean(sum[1], n), true, true
				}
			}
			is = next
		}
		some := slices.Contains(known, true)
		if got := fillUnknown(known, x[0], x[1]); got != some || !slices.Equal(x[0].Pix, want[0].Pix) || !slices.Equal(x[1].Pix, want[1].Pix) {
			t.Fatalf("%d x %d: other means, or reported %v", w, h, got)
		}
	}
}

// TestExtrapolationGrows tests an image in which extrapolated chroma grows from one sample to the next: the chroma that is
// found must still make the image.
func TestExtrapolationGrows(t *testing.T) {
	for _, c := range ofKind(subsampled) {
		if colours[c].upsampling != linear {
			continue
		}
		var x, want [3]Plane
		for p := range x {
			x[p] = NewPlane(2048, 6)
		}
		for y := range x[0].H {
			for i := range x[0].W {
				sign := int32(1 - i/2%2*2)
				of := [3]int32{100, -40 * sign, -40 * sign} // the pixel between two samples makes the next seem as large as the last and 80 more
				if i < 4 {
					of = [3]int32{100, 0, 0}
				} else if i%2 == 0 {
					of = [3]int32{100, 2000 * sign, 2000 * sign}
				}
				for p, v := range of {
					x[p].Row(y)[i] = v
				}
			}
		}
		c.Inverse(x[0].Pix, x[1].Pix, x[2].Pix)
		for p := range x {
			want[p] = x[p].Clone()
		}
		if !c.Split(x) {
			t.Fatalf("%v: no luma and chroma", c)
		}
		most := int32(0)
		for _, v := range x[1].Pix {
			most = max(most, v, -v)
		}
		if most <= 255 || most > 2*mostExtrapolated {
			t.Errorf("%v: chroma of up to %d", c, most)
		}
		c.Inverse(x[0].Pix, x[1].Pix, x[2].Pix)
		for p := range x {
			if !slices.Equal(x[p].Pix, want[p].Pix) {
				t.Errorf("%v: plane %d differs", c, p)
			}
		}
	}
}

// TestSplitFullResolution tests that Split under a Derived colour that is not Subsampled gives what Derive gives, and fails for
// an image without luma and chroma.
func TestSplitFullResolution(t *testing.T) {
	r := newRand(84)
	for _, c := range ofKind(derived) {
		w, h := 30+r.IntN(30), 60+r.IntN(60)
		x := [3]Plane{blobs(r, w, h), blobs(r, w, h), blobs(r, w, h)}
		for i, v := range x[0].Pix {
			x[0].Pix[i] = min(max(120+5*v, 0), 255)
		}
		c.Inverse(x[0].Pix, x[1].Pix, x[2].Pix)
		want := [3]Plane{x[0].Clone(), x[1].Clone(), x[2].Clone()}
		if !c.Derive(want[0].Pix, want[1].Pix, want[2].Pix, nil) {
			t.Fatalf("%v: no luma and chroma", c)
		}
		other := [3]Plane{randomPlane(r, w, h, 127), x[1].Clone(), x[2].Clone()}
		if c.Split(other) {
			t.Errorf("%v: found in noise", c)
		}
		if !c.Split(x) || !slices.Equal(x[0].Pix, want[0].Pix) || !slices.Equal(x[1].Pix, want[1].Pix) || !slices.Equal(x[2].Pix, want[2].Pix) {
			t.Errorf("%v: not what Derive gives", c)
		}
	}
}
