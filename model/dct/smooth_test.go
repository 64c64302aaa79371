package dct

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
)

// randomSmoothing returns weights that know nothing but how to smooth, by weights that are as good as any.
func randomSmoothing(r *rand.Rand) *Weights {
	w := untrained()
	w.smoothing.each(func(v []int16) {
		for i := range v {
			v[i] = int16(r.IntN(401) - 200)
		}
	})
	return w
}

// TestInputs compares the inputs of smoothing with their definition: sums over the blocks around, each with the sign that mirroring gives to
// a product of the two frequencies.
func TestInputs(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 22))
	sign := func(n int) int32 { return 1 - 2*int32(n%2) }
	var a around
	const wide, limit = 5, 300
	for i := range a {
		for j := range a[i] {
			for range wide + 2 {
				a[i][j] = append(a[i][j], int32(r.IntN(2001)-1000))
			}
		}
	}
	for x := range wide {
		var s surroundings
		s.set(&a, x, limit)
		for _, f := range order[:smoothed] {
			u, v := int(f)/8, int(f)%8
			var want []int32
			for j, g := range order[:smoothTaps] {
				for _, limited := range []bool{false, true} {
					if limited && g > 0 {
						continue
					}
					at := func(dy, dx int) int32 {
						e := a[1+dy][j][x+1+dx]
						if g == 0 {
							e -= a[1][j][x+1]
						}
						if limited {
							e = min(max(e, -limit), limit)
						}
						return e
					}
					vertical, horizontal := sign(u+int(g)/8), sign(v+int(g)%8)
					for _, d := range [][2]int{{0, 0}, {1, 0}, {0, 1}, {1, 1}} {
						if d[0] == 0 && vertical < 0 || d[1] == 0 && horizontal < 0 || d == [2]int{} && g == 0 {
							continue
						}
						sum := int32(0)
						for dy := -d[0]; dy <= d[0]; dy += 2 * max(d[0], 1) {
							for dx := -d[1]; dx <= d[1]; dx += 2 * max(d[1], 1) {
								e := at(dy, dx)
								if dy < 0 {
									e *= vertical
								}
								if dx < 0 {
									e *= horizontal
								}
								sum += e
							}
						}
						want = append(want, sum)
					}
				}
			}
			if got := new(inputs).of(&s, int(f)); !slices.Equal(got, want) {
				t.Fatalf("frequency %d: %v, want %v", f, got, want)
			}
		}
	}
}

// TestMirror: blocks that are mirrored, which changes the sign of odd frequencies, have the same inputs, with the sign that the frequency to be
// smoothed gets.
func TestMirror(t *testing.T) {
	r := rand.New(rand.NewPCG(25, 26))
	var blocks, across, down around
	for i := range blocks {
		for j := range order[:smoothTaps] {
			blocks[i][j] = []int32{r.Int32N(999) - 500, r.Int32N(999) - 500, r.Int32N(999) - 500}
		}
	}
	for i := range blocks {
		for j, g := range order[:smoothTaps] {
			across[i][j], down[i][j] = slices.Clone(blocks[i][j]), slices.Clone(blocks[2-i][j])
			slices.Reverse(across[i][j])
			for x := range 3 {
				across[i][j][x] *= 1 - 2*int32(g%2)
				down[i][j][x] *= 1 - 2*int32(g/8%2)
			}
		}
	}
	in := func(a *around, f int) []int32 {
		var s surroundings
		s.set(a, 0, 100)
		return new(inputs).of(&s, f)
	}
	for _, f := range order[:smoothed] {
		want, x, y := in(&blocks, int(f)), in(&across, int(f)), in(&down, int(f))
		for i, v := range want {
			if x[i] != v*(1-2*int32(f%2)) || y[i] != v*(1-2*int32(f/8%2)) {
				t.Fatalf("frequency %d, input %d: %d, mirrored across %d, down %d", f, i, v, x[i], y[i])
			}
		}
	}
}

// TestSmoothLimit: the limit is the square root of its definition.
func TestSmoothLimit(t *testing.T) {
	for level := leastSmoothed; level <= TopLevel; level++ {
		for area := int32(1); area <= 16; area++ {
			n := new(big.Int).Sqrt(big.NewInt((1 << (2*level + 2*EstimateBits)) / int64(area)))
			if got := smoothLimit(level, area); int64(got) != n.Int64() {
				t.Errorf("level %d, area %d: %d, want %v", level, area, got, n)
			}
		}
	}
}

// TestSmoothing: whatever the weights are, a smoothed estimate is where the coefficient may be, as the coefficient itself is; others are as
// they were.
func TestSmoothing(t *testing.T) {
	r := rand.New(rand.NewPCG(23, 24))
	w := randomSmoothing(r)
	for _, s := range samplings[3:5] {
		im := testImage(s, 2, 2, 2, 40, r)
		changed := 0
		passes := Passes(im)
		for n := 1; n <= len(passes); n++ {
			c := NewChain(w, im)
			if c.Run(passes[:n], new(recorder)) != nil {
				t.Fatal("not run")
			}
			for i, p := range im.Planes {
				k := c.bands[0].components[i]
				got, before := make([]int32, BlockSize*p.Wide), make([]int32, BlockSize*p.Wide)
				for y := range p.High {
					c.Estimates(i, y, got)
					k.estimates(y, before)
					for j, v := range got {
						x, f := j/BlockSize, j%BlockSize
						truth := int64(*k.truth(f, y, x)) * int64(p.Quant[f]) << EstimateBits
						lo, hi, open := k.open(f, y, x)
						switch {
						case open && slices.Contains(order[:smoothed], uint8(f)):
							if int64(v) < lo || int64(v) > hi || truth < lo || truth > hi {
								t.Fatalf("pass %d, coefficient %d: %d, and in truth %d, in %d to %d", n, f, v, truth, lo, hi)
							}
							if v != before[j] {
								changed++
							}
						case v != before[j]:
							t.Fatalf("pass %d, coefficient %d was %d, and is %d", n, f, before[j], v)
						}
					}
				}
			}
		}
		if changed == 0 {
			t.Error("nothing was smoothed")
		}
	}
}
