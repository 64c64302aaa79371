package transform

import "testing"

// TestColour checks that the transform is reversible and keeps to the ranges that its comment states: these
// are what the widths of the coarsest coefficients rest on.
func TestColour(t *testing.T) {
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
		y, co, cg := append([]int32(nil), red...), append([]int32(nil), green...), append([]int32(nil), blue...)
		ForwardColour(y, co, cg)
		for i := range y {
			if y[i] < 0 || y[i] > top || co[i] < -top || co[i] > top || cg[i] < -top || cg[i] > top {
				t.Fatalf("%d bits: RGB %d %d %d gives YCoCg %d %d %d", depth, red[i], green[i], blue[i], y[i], co[i], cg[i])
			}
			if red[i] == green[i] && green[i] == blue[i] && (y[i] != red[i] || co[i] != 0 || cg[i] != 0) {
				t.Fatalf("%d bits: gray %d gives YCoCg %d %d %d", depth, red[i], y[i], co[i], cg[i])
			}
		}
		InverseColour(y, co, cg)
		for i := range y {
			if y[i] != red[i] || co[i] != green[i] || cg[i] != blue[i] {
				t.Fatalf("%d bits: RGB %d %d %d came back as %d %d %d", depth, red[i], green[i], blue[i], y[i], co[i], cg[i])
			}
		}
	}
}

// TestColourNoise checks the weights that levelNoise gives the planes: the mean variance of R, G and B per
// variance of Y, Co and Cg is 1, 1/6 and 1/4.
func TestColourNoise(t *testing.T) {
	const amplitude = 1 << 20
	for plane, want := range []int64{12, 2, 3} { // in twelfths
		var x [3][]int32
		for p := range x {
			x[p] = []int32{0}
		}
		x[plane][0] = amplitude
		InverseColour(x[0], x[1], x[2])
		sum := int64(0)
		for p := range x {
			v := int64(x[p][0])
			sum += v * v
		}
		if sum*12 != want*3*amplitude*amplitude {
			t.Errorf("plane %d: squares sum to %d·2^40/12, want %d", plane, sum*12>>40, want*3)
		}
	}
}

// TestEstimateColour: integers are converted exactly, and a gray estimate stays gray.
func TestEstimateColour(t *testing.T) {
	r := newRand(12)
	for range 10_000 {
		y, co, cg := []int32{r.Int32N(256)}, []int32{r.Int32N(511) - 255}, []int32{r.Int32N(511) - 255}
		ey, eco, ecg := []int32{y[0] << 4}, []int32{co[0] << 4}, []int32{cg[0] << 4}
		InverseColour(y, co, cg)
		EstimateColour(ey, eco, ecg)
		if ey[0] != y[0] || eco[0] != co[0] || ecg[0] != cg[0] {
			t.Fatalf("%v %v %v estimated as %v %v %v", y, co, cg, ey, eco, ecg)
		}
		gray := r.Int32N(4096)
		r, g, b := []int32{gray}, []int32{0}, []int32{0}
		EstimateColour(r, g, b)
		if r[0] != (gray+8)>>4 || g[0] != r[0] || b[0] != r[0] {
			t.Fatalf("gray %d/16 becomes %v %v %v", gray, r, g, b)
		}
	}
}
