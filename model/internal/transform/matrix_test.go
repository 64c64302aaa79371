package transform

import (
	"image/color"
	"math"
	"testing"
)

func inverseOf(c Colour, y, d, e int32) [3]int32 {
	v := [3]int32{y, d, e}
	c.Inverse(v[:1], v[1:2], v[2:])
	return v
}

// TestConversions compares the conversions with their definitions: the published formulas, and Go's image/color.
func TestConversions(t *testing.T) {
	r := newRand(61)
	for range 200_000 {
		y, cr, cb := r.Int32N(256), r.Int32N(256), r.Int32N(256)
		red, green, blue := color.YCbCrToRGB(uint8(y), uint8(cb), uint8(cr))
		if got := inverseOf(JFIFGo, y, cr-128, cb-128); got != [3]int32{int32(red), int32(green), int32(blue)} {
			t.Fatalf("Go's %d %d %d is %d %d %d, not %v", y, cb, cr, red, green, blue, got)
		}
		l, p, q := float64(y), float64(cr-128), float64(cb-128)
		for i, want := range [3]float64{l + 1.402*p, l - .344136*q - .714136*p, l + 1.772*q} { // T.871, 7
			want = min(max(want, 0), 255)
			if got := inverseOf(JFIF, y, cr-128, cb-128)[i]; math.Abs(float64(got)-want) > .502 {
				t.Fatalf("JFIF's %d %d %d has sample %d as %d, not %v", y, cb, cr, i, got, want)
			}
		}
		l, p, q = 1.3584*l, math.Floor(1.8215*p), math.Floor(2.2179*q)
		for i, want := range [3]float64{l + 1.8215*float64(cr-128), l - .509*p - .194*q, l + 2.2179*float64(cb-128)} {
			want = min(max(want, 0), 255)
			if got := float64(inverseOf(PhotoCD, y, cr-128, cb-128)[i]); got > want+.01 || got < want-1.01 {
				t.Fatalf("Photo CD's %d %d %d has sample %d as %v, not %v", y, cb, cr, i, got, want)
			}
		}
	}
}

// TestVideoConversions compares the conversions with the formulas of the programs, for luma and chroma around which they were read
// or measured: multiplications of 16 bits of which the upper half is kept, in units of the program.
func TestVideoConversions(t *testing.T) {
	r := newRand(67)
	limit := func(v int32) int32 { return min(max(v, 0), 255) }
	yuv := func(luma, add, vr, ub, vg, ug int32) func(y, u, v int32) [3]int32 {
		return func(y, u, v int32) [3]int32 {
			l := int32(int64(y)*0x101*int64(luma)>>16) + add
			return [3]int32{limit((l + vr*(v-128)) >> 6), limit((l - ug*(u-128) - vg*(v-128)) >> 6), limit((l + ub*(u-128)) >> 6)}
		}
	}
	scale := func(black, luma, vr, ub, vg, ug int32) func(y, u, v int32) [3]int32 {
		high := func(v, by int32) int32 { return 8 * v * by >> 16 }
		return func(y, u, v int32) [3]int32 {
			l := high(y-black, luma)
			return [3]int32{limit(l + high(v-128, vr)), limit(l + high(u-128, -ug) + high(v-128, -vg)), limit(l + high(u-128, ub))}
		}
	}
	// The published matrices, for luma and chroma as fractions of their ranges.
	float := func(kr, kb, first, luma, chroma float64) func(y, u, v int32) [3]int32 {
		return func(y, u, v int32) [3]int32 {
			l, e, d := (float64(y)-first)/luma, float64(u-128)/chroma, float64(v-128)/chroma
			r, b := l+2*(1-kr)*d, l+2*(1-kb)*e
			g := (l - kr*r - kb*b) / (1 - kr - kb)
			round := func(x float64) int32 {
				if v := 255*x + .5; math.Abs(v-math.Round(v)) > 1e-4 {
					return limit(int32(math.Floor(v)))
				}
				return -1 // just between two integers
			}
			return [3]int32{round(r), round(g), round(b)}
		}
	}
	// libswscale's tables: chroma moves the index of luma.
	table := func(luma, add int64, red, blue, greenRed, greenBlue int64) func(y, u, v int32) [3]int32 {
		index := func(v int32, by int64) int64 { return (int64(v)*by)>>16 - by>>9 }
		at := func(i int64) int32 { return int32(clip((i*luma + add) >> 16)) }
		return func(y, u, v int32) [3]int32 {
			l := int64(y)
			return [3]int32{at(l + index(v, red)), at(l + index(u, greenBlue) + index(v, greenRed)), at(l + index(u, blue))}
		}
	}
	high := func(v, by int32) int32 { return v * by >> 8 }
	for c, formula := range map[Colour]func(y, u, v int32) [3]int32{
		WebP: func(y, u, v int32) [3]int32 {
			l := high(y, 19077)
			return [3]int32{limit((l + high(v, 26149) - 14234) >> 6), limit((l - high(u, 6419) - high(v, 13320) + 8708) >> 6), limit((l + high(u, 33050) - 17685) >> 6)}
		},
		Video601:   scale(16, 9539, 13075, 16525, 6660, 3209),
		Video709:   scale(16, 9539, 14686, 17305, 4366, 1747),
		VideoFull:  scale(0, 8192, 11485, 14516, 5850, 2819),
		YUV601:     yuv(18997, -1160, 102, 128, 52, 25),
		YUV709:     yuv(18997, -1160, 115, 128, 34, 14),
		YUVFull601: yuv(16320, 32, 90, 113, 46, 22),
		YUVFull709: yuv(16320, 32, 101, 119, 30, 12),

		Portable601:  table(76309, 326*76309-400<<16+1<<15, 89830, 113537, -45756, -22049),
		Portable709:  table(76309, 326*76309-400<<16+1<<15, 100902, 118894, -29993, -12001),
		PortableFull: table(65536, 1<<15, 91881, 116129, -46800, -22552),

		Nearest601:     float(.299, .114, 16, 219, 224),
		Nearest709:     float(.2126, .0722, 16, 219, 224),
		NearestFull601: float(.299, .114, 0, 255, 255),
		NearestFull709: float(.2126, .0722, 0, 255, 255),
	} {
		for range 20_000 {
			y, u, v := r.Int32N(256), r.Int32N(256), r.Int32N(256)
			got, want := inverseOf(c, y, v-128, u-128), formula(y, u, v)
			for p, s := range want {
				if s >= 0 && got[p] != s {
					t.Fatalf("%v: %d %d %d is %v, not %v", c, y, u, v, got, want)
				}
			}
		}
	}
}

// TestDerive tests that samples which a conversion makes are derived, and to luma and chroma that make them again: to the
// original ones, if none is clipped. Other samples are not derived, as a search of all luma and chroma confirms.
func TestDerive(t *testing.T) {
	r := newRand(62)
	for _, c := range ofKind(derived) {
		const n = 20_000
		var x [3][]int32
		var from [][3]int32
		for range n {
			y, d, e := r.Int32N(256), r.Int32N(256)-128, r.Int32N(256)-128
			if r.IntN(2) == 0 { // seldom clipped
				y, d, e = 60+y/2, d/4, e/4
			}
			from = append(from, [3]int32{y, d, e})
			for p, v := range inverseOf(c, y, d, e) {
				x[p] = append(x[p], v)
			}
		}
		samples := [3][]int32{append([]int32(nil), x[0]...), append([]int32(nil), x[1]...), append([]int32(nil), x[2]...)}
		if !c.Derive(x[0], x[1], x[2], nil) {
			t.Fatalf("%v: not found in what it made", c)
		}
		inside := 0
		for i, v := range from {
			is := [3]int32{x[0][i], x[1][i], x[2][i]}
			want := [3]int32{samples[0][i], samples[1][i], samples[2][i]}
			if got := inverseOf(c, is[0], is[1], is[2]); got != want {
				t.Fatalf("%v: %v becomes %v, which is %v", c, want, is, got)
			}
			if min(want[0], want[1], want[2]) > 0 && max(want[0], want[1], want[2]) < 255 {
				inside++
				if is != v {
					t.Fatalf("%v: %v was made of %v, and becomes %v", c, want, v, is)
				}
			}
		}
		if inside < n/3 {
			t.Errorf("%v: only %d samples are not clipped", c, inside)
		}

		var made [1 << 24]bool // by red, green and blue: samples near gray that the conversion makes
		of := func(v [3]int32) int { return int(v[0]<<16 | v[1]<<8 | v[2]) }
		for y := int32(0); y < 256; y++ {
			for d := int32(-24); d <= 24; d++ {
				for e := int32(-24); e <= 24; e++ {
					made[of(inverseOf(c, y, d, e))] = true
				}
			}
		}
		found := 0
		for range n {
			g := 60 + r.Int32N(130)
			v := [3]int32{g + r.Int32N(31) - 15, g, g + r.Int32N(31) - 15}
			w := v
			got := c.Derive(w[:1], w[1:2], w[2:], nil)
			if got != made[of(v)] {
				t.Fatalf("%v: found %v in %v, which is made: %v", c, got, v, made[of(v)])
			}
			if got {
				found++
			}
		}
		t.Logf("%v: %.3f of the colours near gray", c, float64(found)/n)
		if found == 0 || found > n/3 {
			t.Errorf("%v: %d of %d colours are of the conversion", c, found, n)
		}
		most := 10
		if c.Derive(samples[0], samples[1], samples[2], &most) || most >= 0 {
			t.Errorf("%v: tried more than it may", c)
		}
	}
}

// TestMiddle tests for every transform that Estimate makes mid-gray of Middle.
func TestMiddle(t *testing.T) {
	for c := range Colours {
		x, y, z := []int32{c.Middle(8)}, []int32{0}, []int32{0}
		c.Estimate(x, y, z)
		if x[0] != 128 || y[0] != 128 || z[0] != 128 {
			t.Errorf("%v: mid-gray is %d %d %d", c, x[0], y[0], z[0])
		}
	}
}

// TestEstimateDerived tests that Estimate of integer luma and chroma is what Inverse makes, up to the rounding, and that the
// differences cancel on average.
func TestEstimateDerived(t *testing.T) {
	r := newRand(63)
	for _, c := range ofKind(derived) {
		var sum [3]float64
		most := int32(1)
		if c.matrix().luma.mask == 1<<16-1 || c.matrix().luma.unit != 0 { // three terms are rounded to integers
			most = 2
		}
		const n = 100_000
		for range n {
			v := [3]int32{80 + r.Int32N(60), r.Int32N(31) - 15, r.Int32N(31) - 15}
			exact := inverseOf(c, v[0], v[1], v[2])
			got := [3]int32{v[0] << 4, v[1] << 4, v[2] << 4}
			c.Estimate(got[:1], got[1:2], got[2:])
			for p := range got {
				d := got[p] - exact[p]
				if d < -most || d > most {
					t.Fatalf("%v: %v is %v, estimated as %v", c, v, exact, got)
				}
				sum[p] += float64(d) / n
			}
		}
		for p, mean := range sum {
			if bias := math.Abs(mean); bias > .06 && (c.matrix().luma.unit == 0 || bias > .12) {
				t.Errorf("%v: estimates of sample %d are %.3f too high on average", c, p, mean)
			}
		}
	}
}

// TestDivisor tests the divisors at the least and the greatest dividend of every quotient that they are exact for, and between.
func TestDivisor(t *testing.T) {
	r := newRand(64)
	for _, c := range ofKind(derived) {
		v := c.matrix()
		for _, p := range []*product{&v.luma, &v.red, &v.blue} {
			d := p.by
			if d.n != p.gain || (d.reciprocal == 0) != (d.n >= 1<<18) {
				t.Fatalf("%v: a divisor of %d", c, d.n)
			}
			for q := int64(-256); q < 768; q++ {
				for _, x := range []int64{q * d.n, q*d.n + 1, q*d.n + d.n/2, q*d.n + r.Int64N(d.n), q*d.n + d.n - 1} {
					if got := d.floor(x); got != q {
						t.Fatalf("%d / %d is %d, not %d", x, d.n, got, q)
					}
				}
				for _, x := range []int64{q * d.n, q*d.n - r.Int64N(d.n), q*d.n - d.n + 1} {
					if got := d.ceil(x); q > -256 && got != q {
						t.Fatalf("%d / %d, rounded up, is %d, not %d", x, d.n, got, q)
					}
				}
			}
		}
	}
}

// searched is a slow undo, which tries the values of chroma one by one.
func searched(v *matrixConversion, r, g, b int64) (y, d, e int64, tried int, ok bool) {
	// chroma returns the values that make a sample s, the least first, or the greatest first if s is 0.
	chroma := func(s, l int64, p *product) (all []int64) {
		makes := func(c int64) int64 { return clip((l + p.of(c)) >> v.shift) }
		c := floorDiv(s<<v.shift-l-p.meanOffset(), p.slope)
		for makes(c) < s {
			c++
		}
		for s > 0 && makes(c-1) >= s {
			c--
		}
		step := int64(1)
		if s == 0 {
			for makes(c) > 0 {
				c--
			}
			for makes(c+1) == 0 {
				c++
			}
			step = -1
		}
		for ; makes(c) == s && int64(len(all)) < v.clippedMore(); c += step {
			all = append(all, c)
		}
		return all
	}
	reach := int64(lumaReach)
	if min(r, g, b) == 0 || max(r, g, b) == 255 {
		reach = v.clippedMore()
	}
	middle := floorDiv((v.weights[0]*r+v.weights[1]*g+v.weights[2]*b)<<(v.shift-16)-v.lumaRest+v.luma.slope/2, v.luma.slope)
	for far := range reach + 1 {
		for _, y := range []int64{middle - far, middle + far} {
			if y == middle && far > 0 {
				continue
			}
			for _, d := range chroma(r, v.luma.of(y)+v.add[0], &v.red) {
				for _, e := range chroma(b, v.luma.of(y)+v.add[2], &v.blue) {
					tried++
					if _, m, _ := v.rgb(y, d, e); clip(m) == g {
						return y, d, e, tried, true
					}
				}
			}
			if far == 0 {
				break
			}
		}
	}
	return 0, 0, 0, tried, false
}

// TestUndo compares undo with a search that does not divide by reciprocals, for samples of which many are clipped
// or near gray.
func TestUndo(t *testing.T) {
	r := newRand(65)
	for _, c := range ofKind(derived) {
		v := c.matrix()
		found := 0
		rounds := 8_000
		if v.video {
			rounds = 3_000
		}
		for i := range rounds {
			p := [3]int64{r.Int64N(256), r.Int64N(256), r.Int64N(256)}
			switch i % 4 {
			case 1:
				p[r.IntN(3)] = 255 * r.Int64N(2)
			case 2:
				for k := range p {
					p[k] = min(max(p[0]+r.Int64N(41)-20, 0), 255)
				}
			case 3:
				m := inverseOf(c, r.Int32N(256), r.Int32N(256)-128, r.Int32N(256)-128)
				p = [3]int64{int64(m[0]), int64(m[1]), int64(m[2])}
			}
			y, d, e, tried, ok := v.undo(p[0], p[1], p[2])
			y0, d0, e0, tried0, ok0 := searched(v, p[0], p[1], p[2])
			if y != y0 || d != d0 || e != e0 || tried != tried0 || ok != ok0 {
				t.Fatalf("%v: of %v, %d %d %d after %d, %v, not %d %d %d after %d, %v", c, p, y, d, e, tried, ok, y0, d0, e0, tried0, ok0)
			}
			if ok {
				found++
			}
		}
		if found < rounds/6 {
			t.Errorf("%v: only %d samples come from it", c, found)
		}
	}
}
