package transform

import (
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/process"
)

// TestColour checks that every plain transform is reversible, that its planes have the ranges that Colour states, on which the
// widths of the coarsest coefficients depend, and that gray images have zero chroma.
func TestColour(t *testing.T) {
	for _, c := range ofKind(plain) {
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
					t.Fatalf("%v, %d bits: RGB %d %d %d become %d %d %d", c, depth, red[i], green[i], blue[i], x[i], y[i], z[i])
				}
			}
		}
	}
}

// TestColourMatrix checks that the transforms are what String says, up to rounding.
func TestColourMatrix(t *testing.T) {
	rows := map[Colour][3][3]int32{ // quarters of R, G, B
		YCoCg:     {{1, 2, 1}, {4, 0, -4}, {-2, 4, -2}},
		RedGreen:  {{2, 2, 0}, {4, -4, 0}, {-2, -2, 4}},
		GreenBlue: {{0, 2, 2}, {0, 4, -4}, {4, -2, -2}},
	}
	r := newRand(5)
	for _, c := range ofKind(plain) {
		m, ok := rows[c]
		if !ok {
			t.Errorf("no matrix for %v", c)
		}
		for range 1000 {
			v := [3]int32{r.Int32N(256), r.Int32N(256), r.Int32N(256)}
			got := [3][]int32{{v[0]}, {v[1]}, {v[2]}}
			c.Forward(got[0], got[1], got[2])
			for p, w := range m {
				if off := 4*got[p][0] - w[0]*v[0] - w[1]*v[1] - w[2]*v[2]; off < -4 || off > 4 {
					t.Fatalf("%v: plane %d of RGB %v is %d, off by %d/4", c, p, v, got[p][0], off)
				}
			}
		}
	}
}

// TestColourNoise checks the weights that levelNoise gives the planes: the mean variance of R, G and B per variance of
// Y, Co and Cg is 1, 1/6 and 1/4. Of the others it is 1, 1/6 and 1/3.
func TestColourNoise(t *testing.T) {
	const amplitude = 1 << 20
	for _, c := range ofKind(plain) {
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

// TestEstimateColour tests that Estimate of integers is exact, that estimates between two integers give samples between those
// of the integers, and that a gray estimate gives a gray sample.
func TestEstimateColour(t *testing.T) {
	r := newRand(12)
	estimate := func(c Colour, v [3]int32) [3]int32 {
		x, y, z := v[:1], v[1:2], v[2:]
		c.Estimate(x, y, z)
		return v
	}
	for _, c := range ofKind(plain) {
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

// TestTable checks that every row of the table is complete: a name, a conversion of the type that its kind needs, and an
// upsampling of its own if chroma is Subsampled. Numbers beyond the table
// are harmless.
func TestTable(t *testing.T) {
	seen := map[colour]bool{}
	for c := range Colours {
		v := colours[c]
		if v.name == "" || v.conversion == nil {
			t.Errorf("row %d is not complete", c)
			continue
		}
		if _, is := v.conversion.(*matrixConversion); is != c.Derived() {
			t.Errorf("%v: a conversion of type %T", c, v.conversion)
		}
		if c.Subsampled() && atFullResolution(c).Subsampled() {
			t.Errorf("%v: no colour of full resolution", c)
		}
		if c.Class() >= process.ColourClasses {
			t.Errorf("%v: class %d", c, c.Class())
		}
		if v.name = ""; seen[v] {
			t.Errorf("%v is there twice", c)
		}
		seen[v] = true
	}
	if c := Colours; c.Derived() || c.Subsampled() || c.String() != "unknown" {
		t.Errorf("colour %d is %v", Colours, Colours)
	}
}
