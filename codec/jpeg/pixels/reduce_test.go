package pixels

import (
	"bytes"
	"image"
	"math"
	"math/rand/v2"
	"testing"
)

// TestLow compares blocks of fewer samples with the inverse DCT of that length.
func TestLow(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	function := func(n, k, x int) float64 { // of norm sqrt(n/8), for the samples to be those of a longer block
		if k == 0 {
			return math.Sqrt(1. / 8)
		}
		return math.Sqrt(1./4) * math.Cos(float64(2*x+1)*float64(k)*math.Pi/float64(2*n))
	}
	for i := range 800 {
		wide, high := 1<<(i%4), 1<<(i/4%4)
		var coef [64]int32
		for k := range coef {
			coef[k] = r.Int32N(1601) - 800
		}
		have := make([]byte, wide*high)
		invertLow(have, wide, &coef, 4, wide, high)
		for y := range high {
			for x := range wide {
				want := 128.
				for v := range high {
					for u := range wide {
						want += float64(coef[8*v+u]) / 16 * function(high, v, y) * function(wide, u, x)
					}
				}
				want = min(max(want, 0), 255)
				if d := float64(have[y*wide+x]) - want; math.Abs(d) > .75 {
					t.Fatalf("%dx%d: sample (%d, %d) is %d, want %.2f", wide, high, x, y, have[y*wide+x], want)
				}
			}
		}
		if wide == 8 && high == 8 {
			var want [64]byte
			if invert(want[:], 8, &coef, 4); !bytes.Equal(have, want[:]) {
				t.Fatalf("%v, want %v", have, want)
			}
		}
	}
}

// TestReduced makes small pictures of all layouts: their size; the same in parts as at once; and from an eighth on, means.
func TestReduced(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 16))
	for i := range 60 {
		l, source := randomLayout(r, Colours(i%5), 1+r.IntN(100), 1+r.IntN(100))
		var eighth image.Image
		for reduce := range uint(17) {
			img, err := l.Reduced(source, 0, reduce)
			if err != nil {
				t.Fatal(err)
			}
			if b := img.Bounds(); b != image.Rect(0, 0, ceilDiv(l.Width, 1<<reduce), ceilDiv(l.Height, 1<<reduce)) {
				t.Fatalf("%s, reduced by 2^%d: %v", describe(l), reduce, b)
			}
			_, v := l.largest()
			for unit := 0; reduce < 4 && unit < ceilDiv(l.Height, 8*v); unit++ {
				l.draw(unit, unit+1, source, 0, reduce, func(y int, rows [4][]byte) { wantRow(t, l, img, y, rows) })
			}
			if reduce == 3 {
				eighth = img
			}
			if reduce > 3 {
				wantMeans(t, img, eighth, 1<<(reduce-3), 0)
			}
		}
	}
}

// wantMeans checks that samples are means of squares of n x n samples of another picture, to within some levels.
func wantMeans(t *testing.T, img, of image.Image, n, within int) {
	t.Helper()
	b := img.Bounds()
	for y := range b.Dy() {
		for x := range b.Dx() {
			var sums [3]int
			square := image.Rect(n*x, n*y, n*x+n, n*y+n).Intersect(of.Bounds())
			for v := square.Min.Y; v < square.Max.Y; v++ {
				for u := square.Min.X; u < square.Max.X; u++ {
					r, g, b, _ := of.At(u, v).RGBA()
					sums[0], sums[1], sums[2] = sums[0]+int(r>>8), sums[1]+int(g>>8), sums[2]+int(b>>8)
				}
			}
			r, g, b, _ := img.At(x, y).RGBA()
			count := square.Dx() * square.Dy()
			for i, have := range []uint32{r, g, b} {
				want := (2*sums[i] + count) / (2 * count)
				if d := int(have>>8) - want; max(d, -d) > within {
					t.Fatalf("sample %d of (%d, %d) is %d, want %d", i, x, y, have>>8, want)
				}
			}
		}
	}
}

// TestReducedIsNear has a picture of slow waves, which is nearly the means of its pixels at each size.
func TestReducedIsNear(t *testing.T) {
	for _, f := range [][3]int{ // factors, and by how many levels samples may differ: where there are 3 or 4 pixels for a sample, it is repeated
		{1, 1, 2}, {2, 1, 2}, {1, 2, 2}, {2, 2, 2}, {4, 1, 5}, {3, 3, 12},
	} {
		l := &Layout{Width: 30 * 8, Height: 20 * 8, Colours: YCbCr}
		for i := range 3 {
			c := Component{H: 1, V: 1}
			if i == 0 {
				c.H, c.V = f[0], f[1]
			}
			l.Components = append(l.Components, c)
		}
		for i := range l.Components {
			l.Components[i].Wide, l.Components[i].High = l.blocks(l.Components[i])
		}
		// The waves' period is 40 blocks of luma, so that a block is flat to within 40 * 2pi/40 levels, sloped by its first AC
		// coefficient. No colour is out of range.
		source := func(component, row int, dst []int32) {
			c := l.Components[component]
			clear(dst)
			for x := range c.Wide {
				place := (float64(x)+.5)*float64(f[0])/float64(c.H) + float64(component)*10
				phase := place * 2 * math.Pi / 40
				slope := 40 * 2 * math.Pi / 40 * float64(f[0]) / float64(c.H) * math.Cos(phase) // levels a block
				dst[64*x] = int32(math.Round(8 * 40 * math.Sin(phase)))
				dst[64*x+1] = int32(math.Round(-slope * 2.278)) // of a ramp from -7/16 to 7/16
			}
		}
		whole, err := l.Image(source, 0)
		if err != nil {
			t.Fatal(err)
		}
		for reduce := range uint(6) {
			img, err := l.Reduced(source, 0, reduce)
			if err != nil {
				t.Fatal(err)
			}
			wantMeans(t, img, whole, 1<<reduce, f[2])
		}
	}
}

func BenchmarkReduced(b *testing.B) {
	l, source := benchmarkLayout()
	b.SetBytes(int64(l.Width) * int64(l.Height))
	for b.Loop() {
		if _, err := l.Reduced(source, 0, 3); err != nil {
			b.Fatal(err)
		}
	}
}
