package jpeg

import (
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

// TestBasis: the transforms in integers are the cosine transform: the inverse at 8 samples, at means of fewer, and the forward one.
func TestBasis(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	scale := func(u int) float64 {
		if u == 0 {
			return 1 / math.Sqrt(8)
		}
		return 0.5
	}
	var quant [BlockSize]uint16
	for i := range quant {
		quant[i] = 1
	}
	for _, n := range []int{1, 2, 4, 8} {
		b := newBasis(n)
		for range 20 {
			coef := make([]int16, BlockSize)
			for range 5 {
				coef[8*random.IntN(n)+random.IntN(n)] = int16(random.IntN(200) - 100)
			}
			got := make([]int16, n*n)
			b.samples(got, n, n, coef, &quant)
			for y := range n {
				for x := range n {
					want := 0.0
					for i, c := range coef {
						u, v := i%8, i/8
						want += float64(c) * scale(u) * scale(v) * math.Cos(float64((2*x+1)*u)*math.Pi/float64(2*n)) * math.Cos(float64((2*y+1)*v)*math.Pi/float64(2*n))
					}
					if d := float64(got[y*n+x])/16 - want; math.Abs(d) > 0.25 {
						t.Fatalf("%d samples: %d, %d is off by %f", n, x, y, d)
					}
				}
			}
			if n < 8 {
				continue
			}
			var samples [BlockSize]int32
			for i, s := range got {
				samples[i] = int32(s)
			}
			again := make([]int16, BlockSize)
			if b.quantize(again, &samples, &quant); !slices.Equal(again, coef) {
				t.Fatalf("%v comes back as %v", coef, again)
			}
		}
	}
}

// shrunk returns a picture of means over areas.
func shrunk(m *image.RGBA, by int) *image.RGBA {
	small := image.NewRGBA(image.Rect(0, 0, m.Rect.Dx()/by, m.Rect.Dy()/by))
	for y := range small.Rect.Dy() {
		for x := range small.Rect.Dx() {
			var sum [3]int
			for i := range by * by {
				c := m.RGBAAt(x*by+i%by, y*by+i/by)
				sum[0], sum[1], sum[2] = sum[0]+int(c.R), sum[1]+int(c.G), sum[2]+int(c.B)
			}
			small.SetRGBA(x, y, color.RGBA{uint8(sum[0] / (by * by)), uint8(sum[1] / (by * by)), uint8(sum[2] / (by * by)), 255})
		}
	}
	return small
}

// TestResidual: the residual of a thumbnail is much smaller than itself, and gives it back.
func TestResidual(t *testing.T) {
	m := painted(320, 240)
	whole, err := Parse(goEncoded(t, m, 92), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for _, by := range []int{1, 2, 3, 4, 7, 16, 40} {
		f, err := Parse(goEncoded(t, shrunk(m, by), 85), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		residual := f.Residual(whole)
		before, after := 0.0, 0.0
		var want [][]int16
		for i, c := range f.Components {
			for at, v := range c.Coef {
				before += math.Log2(1 + math.Abs(float64(v)))
				after += math.Log2(1 + math.Abs(float64(residual[i][at])))
			}
			want = append(want, c.Coef)
			f.Components[i].Coef = nil
		}
		if after > before/2 {
			t.Errorf("smaller by %d: %.0f bits become %.0f", by, before, after)
		}
		if err := f.AddResidual(residual, whole); err != nil {
			t.Fatal(err)
		}
		for i, c := range f.Components {
			if !slices.Equal(c.Coef, want[i]) {
				t.Errorf("smaller by %d: component %d is another", by, i)
			}
		}
	}
	large, err := Parse(goEncoded(t, painted(321, 240), 85), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if large.Residual(whole) != nil {
		t.Error("a larger picture has a residual")
	}
	if err := large.AddResidual(nil, whole); !errors.As(err, new(FormatError)) {
		t.Error(err)
	}
}

// TestResidualGolden: residuals are the same on every machine. Do not change the sums: files hold such residuals.
func TestResidualGolden(t *testing.T) {
	read := func(name string) *File {
		data, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		f, err := Parse(data, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	whole := read("plain.jpg")
	sum := func(list [][]int16) uint32 {
		h := crc32.NewIEEE()
		for _, coef := range list {
			for _, v := range coef {
				h.Write([]byte{byte(v), byte(v >> 8)})
			}
		}
		return h.Sum32()
	}
	small := &File{Width: 13, Height: 7}
	for _, c := range whole.Components {
		c.Coef = nil
		small.Components = append(small.Components, c)
	}
	if err := small.lay(Limits{}, 1<<10); err != nil {
		t.Fatal(err)
	}
	for i, got := range []uint32{sum(read("optimized.jpg").Residual(whole)), sum(read("restart.jpg").Residual(whole)), sum(small.predict(whole))} {
		if want := [...]uint32{0xcb279445, 0xbd4f44ce, 0xcfd00c93}[i]; got != want {
			t.Errorf("sum %d is %#08x, not %#08x", i, got, want)
		}
	}
}
