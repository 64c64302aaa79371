package pixels

import (
	"errors"
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/ddpmz/ddpmz/codec/jpeg"
)

func TestColoursOf(t *testing.T) {
	for _, test := range []struct {
		ids   string
		jfif  bool
		adobe int
		want  Colours
	}{
		{"\x01", true, -1, Gray}, {"\x07", false, 1, Gray},
		{"\x01\x02\x03", true, 0, YCbCr}, {"RGB", true, -1, YCbCr}, // JFIF's colours are JFIF's
		{"\x01\x02\x03", false, 0, RGB}, {"\x01\x02\x03", false, 1, YCbCr}, {"RGB", false, 2, YCbCr},
		{"\x01\x02\x03", false, -1, YCbCr}, {"RGB", false, -1, RGB}, {"\x00\x01\x02", false, -1, YCbCr},
		{"CMYK", false, -1, CMYK}, {"\x01\x02\x03\x04", true, 0, CMYK}, {"\x01\x02\x03\x04", false, 2, YCCK}, {"\x01\x02\x03\x04", false, 1, YCCK},
	} {
		if have, err := ColoursOf([]byte(test.ids), test.jfif, test.adobe); have != test.want || err != nil {
			t.Errorf("%q, JFIF %t, Adobe %d: %d and %v, want %d", test.ids, test.jfif, test.adobe, have, err, test.want)
		}
	}
	if _, err := ColoursOf([]byte{1, 2}, true, -1); !errors.As(err, new(jpeg.UnsupportedError)) {
		t.Errorf("two components: %v", err)
	}
}

// TestColours compares colours with the definition in floating point.
func TestColours(t *testing.T) {
	round := func(v float64) uint8 { return uint8(min(max(math.Round(v), 0), 255)) }
	r := rand.New(rand.NewPCG(7, 8))
	for range 20000 {
		var s [4]byte
		for i := range s {
			s[i] = byte(r.IntN(256))
		}
		rows := [4][]byte{s[:1], s[1:2], s[2:3], s[3:]}
		y, cb, cr, k := float64(s[0]), float64(s[1])-128, float64(s[2])-128, float64(s[3])/255
		rgb := color.RGBA{round(y + 1.402*cr), round(y - 0.344136*cb - 0.714136*cr), round(y + 1.772*cb), 255}
		for c, want := range map[Colours]color.RGBA{
			YCbCr: rgb,
			RGB:   {s[0], s[1], s[2], 255},
			CMYK:  {round(float64(s[0]) * k), round(float64(s[1]) * k), round(float64(s[2]) * k), 255},
			YCCK:  {round(float64(255-rgb.R) * k), round(float64(255-rgb.G) * k), round(float64(255-rgb.B) * k), 255},
		} {
			var p [4]byte
			c.paint(p[:], rows)
			have := color.RGBA{p[0], p[1], p[2], p[3]}
			near := func(a, b uint8) bool { return a-b+1 <= 2 } // constants of 16 bits, whose halves are rounded up
			if !near(have.R, want.R) || !near(have.G, want.G) || !near(have.B, want.B) || have.A != 255 || c == RGB && have != want || c == CMYK && have != want {
				t.Fatalf("colours %d of %v: %v, want %v", c, s, have, want)
			}
		}
	}
}

// randomLayout makes a layout with blocks to spare, and coefficients for it.
func randomLayout(r *rand.Rand, colours Colours, width, height int) (*Layout, Blocks) {
	l := &Layout{Width: width, Height: height, Colours: colours}
	for range colours.components() {
		l.Components = append(l.Components, Component{H: 1 + r.IntN(4), V: 1 + r.IntN(4)})
	}
	coef := make([][]int32, len(l.Components))
	for i := range l.Components {
		c := &l.Components[i]
		c.Wide, c.High = l.blocks(*c)
		c.Wide, c.High = c.Wide+r.IntN(2), c.High+r.IntN(2)
		coef[i] = make([]int32, 64*c.Wide*c.High)
		for k := range coef[i] {
			if r.IntN(8) == 0 {
				coef[i][k] = r.Int32N(401) - 200
			}
		}
	}
	return l, func(component, row int, dst []int32) {
		n := 64 * l.Components[component].Wide
		copy(dst[:n], coef[component][row*n:])
	}
}

// TestParts checks that it does not matter in how many parts a picture is made, and that estimates which are integers make the same
// picture.
func TestParts(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for i := range 40 {
		l, source := randomLayout(r, Colours(i%5), 1+r.IntN(50), 1+r.IntN(200))
		img, err := l.Image(source, 0)
		if err != nil {
			t.Fatal(err)
		}
		if b := img.Bounds(); b != image.Rect(0, 0, l.Width, l.Height) {
			t.Fatalf("%s: bounds %v", describe(l), b)
		}
		samples, err := l.Samples(source)
		if err != nil {
			t.Fatal(err)
		}
		for y := range l.Height {
			var rows [4][]byte
			for i, s := range samples {
				rows[i] = s[y*l.Width:][:l.Width]
			}
			wantRow(t, l, img, y, rows)
		}
		_, v := l.largest()
		for unit := range ceilDiv(l.Height, 8*v) { // each by itself
			l.draw(unit, unit+1, source, 0, 0, func(y int, rows [4][]byte) { wantRow(t, l, img, y, rows) })
		}
		sixteenths := func(component, row int, dst []int32) {
			source(component, row, dst)
			for i := range dst {
				dst[i] *= 16
			}
		}
		l.draw(0, ceilDiv(l.Height, 8*v), sixteenths, 4, 0, func(y int, rows [4][]byte) { wantRow(t, l, img, y, rows) })
	}
}

// wantRow compares a row of samples with that of a picture.
func wantRow(t *testing.T, l *Layout, img image.Image, y int, rows [4][]byte) {
	t.Helper()
	row := make([]byte, 4*img.Bounds().Dx())
	if l.Colours != Gray {
		l.Colours.paint(row, rows)
	}
	for x := range img.Bounds().Dx() {
		have := color.Color(color.RGBA{row[4*x], row[4*x+1], row[4*x+2], row[4*x+3]})
		if l.Colours == Gray {
			have = color.Gray{rows[0][x]}
		}
		if want := img.At(x, y); have != want {
			t.Fatalf("%s: pixel (%d, %d) is %v, want %v", describe(l), x, y, have, want)
		}
	}
}

func TestLayouts(t *testing.T) {
	good := func() *Layout {
		return &Layout{Width: 20, Height: 10, Colours: YCbCr, Components: []Component{{2, 2, 4, 2}, {1, 1, 2, 1}, {1, 1, 2, 1}}}
	}
	source := func(_, _ int, dst []int32) { clear(dst) }
	for name, change := range map[string]func(*Layout){
		"no pixels": func(l *Layout) { l.Width = 0 }, "too high": func(l *Layout) { l.Height = 1 << 16 },
		"no colours": func(l *Layout) { l.Colours = 9 }, "too few components": func(l *Layout) { l.Colours = CMYK },
		"no components": func(l *Layout) { l.Components = nil }, "five components": func(l *Layout) { l.Components = make([]Component, 5) },
		"factor of 0": func(l *Layout) { l.Components[1].V = 0 }, "factor of 5": func(l *Layout) { l.Components[0].H = 5 },
		"too narrow": func(l *Layout) { l.Components[0].Wide = 2 }, "too low": func(l *Layout) { l.Components[2].High = 0 },
	} {
		l := good()
		change(l)
		if _, err := l.Image(source, 0); !errors.As(err, new(LayoutError)) {
			t.Errorf("%s: %v, want a LayoutError", name, err)
		}
	}
	if _, err := good().Image(source, 17); !errors.As(err, new(LayoutError)) {
		t.Errorf("units of 2^-17: %v, want a LayoutError", err)
	}
	img, err := good().Image(source, 0)
	if want := (color.RGBA{128, 128, 128, 255}); err != nil || img.At(19, 9) != want {
		t.Errorf("zeros make %v and %v, want %v", img.At(19, 9), err, want)
	}
}

func BenchmarkImage(b *testing.B) {
	l, source := benchmarkLayout()
	b.SetBytes(int64(l.Width) * int64(l.Height))
	for b.Loop() {
		if _, err := l.Image(source, 0); err != nil {
			b.Fatal(err)
		}
	}
}

// benchmarkLayout is of 3 megapixels, 4:2:0, all rows of blocks the same, with fewer coefficients where frequencies are high.
func benchmarkLayout() (*Layout, Blocks) {
	l := &Layout{Width: 2048, Height: 1536, Colours: YCbCr, Components: []Component{{2, 2, 256, 192}, {1, 1, 128, 96}, {1, 1, 128, 96}}}
	r := rand.New(rand.NewPCG(11, 12))
	row := make([]int32, 64*256)
	for i := range row {
		if k := i & 63; r.IntN(1+k/8+k%8) == 0 && k/8+k%8 < 6 {
			row[i] = r.Int32N(201) - 100
		}
	}
	return l, func(_, _ int, dst []int32) { copy(dst, row) }
}
