package dct

// A Tap is a coefficient that a prediction looks at: of a frequency, of the block so many rows down and columns right.
type Tap struct{ Frequency, Down, Right int }

// own reports whether a tap is in the predicted coefficient's own block.
func (t Tap) own() bool { return t.Down == 0 && t.Right == 0 }

var (
	besides  = [][2]int{{-1, 0}, {1, 0}, {0, -1}, {0, 1}}
	diagonal = [][2]int{{-1, -1}, {-1, 1}, {1, -1}, {1, 1}}
)

// magnitudeTaps lists, by frequency, what a magnitude is predicted from: first the own block, then others. There is none for the
// DC, which has no magnitude.
var magnitudeTaps = byFrequency(func(u, v int) (t []Tap) {
	if u == 0 && v == 0 {
		return nil
	}
	near := func(d, block [2]int) {
		if y, x := u+d[0], v+d[1]; y >= 0 && y < 8 && x >= 0 && x < 8 && y+x > 0 {
			t = append(t, Tap{8*y + x, block[0], block[1]})
		}
	}
	for _, d := range append(append([][2]int{{0, -2}, {-2, 0}, {0, 2}, {2, 0}}, besides...), diagonal...) {
		near(d, [2]int{})
	}
	for _, b := range append(append([][2]int{}, besides...), diagonal...) {
		near([2]int{}, b)
	}
	for _, b := range besides {
		for _, d := range besides {
			near(d, b)
		}
	}
	return t
})

// valueTaps lists, by frequency, what a value is predicted from: the coefficients of the same row or column, which make the same
// wave along an edge of the block, in the block and in those at its edges, up to frequencies a little higher. For the DC, also
// those of all blocks around. Frequencies that are high in both directions have none: nothing predicts them.
var valueTaps = byFrequency(func(u, v int) (t []Tap) {
	if u > 0 && v > 0 && u+v > 3 {
		return nil
	}
	near := func(y, x, down, right int) {
		if y <= u+2 && x <= v+2 {
			t = append(t, Tap{8*y + x, down, right})
		}
	}
	if u+v == 0 {
		for _, b := range append(append([][2]int{}, besides...), diagonal...) {
			near(0, 0, b[0], b[1])
		}
	}
	for _, d := range []int{-1, 1} {
		for i := range 8 {
			if u+v+i > 0 {
				near(i, v, d, 0)
				near(u, i, 0, d)
			}
		}
	}
	for i := range 8 {
		if i != u && i+v > 0 {
			near(i, v, 0, 0)
		}
		if i != v && u+i > 0 {
			near(u, i, 0, 0)
		}
	}
	return t
})

// tapLists are lists of taps by frequency.
type tapLists [BlockSize][]Tap

// number returns how many taps there are in all.
func (l *tapLists) number() (n int) {
	for _, taps := range l {
		n += len(taps)
	}
	return n
}

func byFrequency(taps func(u, v int) []Tap) (all tapLists) {
	for f := range all {
		all[f] = taps(f>>3, f&7)
	}
	return all
}

// phases are the blocks that are coded together, by the parity of their row and column, in coding order.
var phases = [4][2]int{{0, 0}, {1, 1}, {0, 1}, {1, 0}}

// order lists the frequencies in coding order: the zigzag of JPEG.
var order = [BlockSize]uint8{
	0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
	35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
}

// weightBits is the precision of the weights in the weights file, tapBits that of the weights of taps.
const (
	weightBits = 12
	tapBits    = 14
)

// leastWeight is the least weight, in the file, of a tap that is looked at.
const leastWeight = 1 << weightBits / 128

// scaled returns the weight of a tap for coefficients with these steps.
func scaled(weight int16, step, of uint16) int32 {
	if max(weight, -weight) < leastWeight {
		return 0
	}
	w := int64(weight) << (tapBits - weightBits) * int64(max(step, 1)) / int64(max(of, 1))
	return int32(min(max(w, -1<<31+1), 1<<31-1))
}
