package transform

import "testing"

// TestColour checks that every transform is reversible, keeps to the ranges that its comment states, on which the widths
// of the coarsest coefficients rest, and leaves gray alone.
func TestColour(t *testing.T) {
	for c := range PhotoCD {
		for _, depth := range []int{8, 16} {
			top := int32(1)<<depth - 1
			r := newRand(3)
			value := []int32{0, 1, 2, top/2 - 1, top / 2, top/2 + 1, top - 2, top - 1, top}
			var red, green, blue []int32
			for _, a := range value {
				for _, b := range value {
					for _, c := range value {
						red, green, blue = append(red, a), append(green, b), append(blue, c)
					}
				}
			}
			for range 100_000 {
				red, green, blue = append(red, r.Int32N(top+1)), append(green, r.Int32N(top+1)), append(blue, r.Int32N(top+1))
			}
			x, y, z := append([]int32(nil), red...), append([]int32(nil), green...), append([]int32(nil), blue...)
			c.Forward(x, y, z)
			for i := range x {
				if x[i] < 0 || x[i] > top || y[i] < -top || y[i] > top || z[i] < -top || z[i] > top {
					t.Fatalf("%v, %d bits: RGB %d %d %d gives %d %d %d", c, depth, red[i], green[i], blue[i], x[i], y[i], z[i])
				}
				if red[i] == green[i] && green[i] == blue[i] && (x[i] != red[i] || y[i] != 0 || z[i] != 0) {
					t.Fatalf("%v, %d bits: gray %d gives %d %d %d", c, depth, red[i], x[i], y[i], z[i])
				}
			}
			c.Inverse(x, y, z)
			for i := range x {
				if x[i] != red[i] || y[i] != green[i] || z[i] != blue[i] {
					t.Fatalf("%v, %d bits: RGB %d %d %d came back as %d %d %d", c, depth, red[i], green[i], blue[i], x[i], y[i], z[i])
				}
			}
		}
	}
}

// TestColourMatrix checks that the transforms are what String says, up to rounding.
func TestColourMatrix(t *testing.T) {
	rows := [PhotoCD][3][3]int32{ // quarters of R, G, B
		YCoCg:     {{1, 2, 1}, {4, 0, -4}, {-2, 4, -2}},
		RedGreen:  {{2, 2, 0}, {4, -4, 0}, {-2, -2, 4}},
		GreenBlue: {{0, 2, 2}, {0, 4, -4}, {4, -2, -2}},
	}
	r := newRand(5)
	for c, m := range rows {
		for range 1000 {
			v := [3]int32{r.Int32N(256), r.Int32N(256), r.Int32N(256)}
			got := [3][]int32{{v[0]}, {v[1]}, {v[2]}}
			Colour(c).Forward(got[0], got[1], got[2])
			for p, w := range m {
				if off := 4*got[p][0] - w[0]*v[0] - w[1]*v[1] - w[2]*v[2]; off < -4 || off > 4 {
					t.Fatalf("%v: plane %d of RGB %v is %d, off by %d/4", Colour(c), p, v, got[p][0], off)
				}
			}
		}
	}
}

// TestColourNoise checks the weights that levelNoise gives the planes: the mean variance of R, G and B per variance of
// Y, Co and Cg is 1, 1/6 and 1/4. Of the others it is 1, 1/6 and 1/3.
func TestColourNoise(t *testing.T) {
	const amplitude = 1 << 20
	for c := range PhotoCD {
		want := [...]int64{12, 2, 4} // in twelfths
		if c == YCoCg {
			want[2] = 3
		}
		for plane, want := range want {
			var x [3][]int32
			for p := range x {
				x[p] = []int32{0}
			}
			x[plane][0] = amplitude
			c.Inverse(x[0], x[1], x[2])
			sum := int64(0)
			for p := range x {
				v := int64(x[p][0])
				sum += v * v
			}
			if sum*12 != want*3*amplitude*amplitude {
				t.Errorf("%v, plane %d: squares sum to %d·2^40/12, want %d", c, plane, sum*12>>40, want*3)
			}
		}
	}
}

// TestEstimateColour: integers are converted exactly, between two of them estimates are between theirs, and a gray
// estimate stays gray.
func TestEstimateColour(t *testing.T) {
	r := newRand(12)
	estimate := func(c Colour, v [3]int32) [3]int32 {
		x, y, z := v[:1], v[1:2], v[2:]
		c.Estimate(x, y, z)
		return v
	}
	for c := range PhotoCD {
		for range 10_000 {
			v := [3]int32{r.Int32N(256), r.Int32N(511) - 255, r.Int32N(511) - 255}
			exact := v
			c.Inverse(exact[:1], exact[1:2], exact[2:])
			if got := estimate(c, [3]int32{v[0] << 4, v[1] << 4, v[2] << 4}); got != exact {
				t.Fatalf("%v: %v is %v, estimated as %v", c, v, exact, got)
			}
			// Of a sample, each plane has a share of -1, 0, 1/2 or 1: from one integer to the next, it goes one way, and
			// by not more than 1.
			p := r.IntN(3)
			next := v
			next[p]++
			c.Inverse(next[:1], next[1:2], next[2:])
			between := [3]int32{v[0] << 4, v[1] << 4, v[2] << 4}
			between[p] += r.Int32N(16)
			for i, got := range estimate(c, between) {
				if lo, hi := min(exact[i], next[i]), max(exact[i], next[i]); got < lo || got > hi || hi-lo > 1 {
					t.Fatalf("%v: between %v and %v, estimated as %d", c, exact, next, got)
				}
			}
			gray := r.Int32N(4096)
			want := (gray + 8) >> 4
			if got := estimate(c, [3]int32{gray, 0, 0}); got != [3]int32{want, want, want} {
				t.Fatalf("%v: gray %d/16 becomes %v", c, gray, got)
			}
		}
	}
}
