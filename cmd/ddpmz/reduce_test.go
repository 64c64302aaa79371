package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
)

// TestReduce decodes smaller pictures, from a file and from a pipe.
func TestReduce(t *testing.T) {
	dir := folder(t)
	for _, c := range []struct {
		name, args string
		n          int
		want       image.Point
	}{
		{"alpha.png", "--reduce", 1, image.Pt(48, 32)}, {"gray16.png", "--reduce", 3, image.Pt(8, 6)}, {"odd/rgb-17x13.png", "--reduce", 2, image.Pt(5, 4)},
		{"odd/gray-1x1.png", "--reduce", 6, image.Pt(1, 1)}, {"palette.png", "--reduce", 2, image.Pt(40, 30)}, {"tiny/rock.png", "--reduce", 0, image.Pt(32, 32)},
		{"alpha.png", "--fit", 40, image.Pt(40, 27)}, {"gray16.png", "--fit", 31, image.Pt(31, 23)}, {"odd/rgb-17x13.png", "--fit", 100, image.Pt(17, 13)},
		{"palette.png", "--fit", 150, image.Pt(150, 113)}, {"odd/gray-7x1.png", "--fit", 2, image.Pt(2, 1)}, {"rgb16.png", "--fit", 1, image.Pt(1, 1)},
	} {
		original := load(t, c.name)
		coded := encoded(t, c.name)
		file := filepath.Join(dir, "x.ddpmz")
		if err := os.WriteFile(file, coded, 0o666); err != nil {
			t.Fatal(err)
		}
		args := []string{"decode", c.args, fmt.Sprint(c.n)}
		piped := must(t, coded, args...)
		m := decodePNG(t, piped).Image
		if m.Bounds() != (image.Rectangle{Max: c.want}) {
			t.Errorf("%s %s %d: %v, want %v", c.name, c.args, c.n, m.Bounds(), c.want)
		}
		if c.args == "--reduce" && c.n == 0 || c.want == decodePNG(t, original).Image.Bounds().Size() {
			wantSame(t, must(t, coded, args...), original)
		}
		if got := must(t, nil, append(args, "-o", "-", file)...); !bytes.Equal(got, piped) {
			t.Errorf("%s %s %d: another picture from a file than from a pipe", c.name, c.args, c.n)
		}
		if half := ddpmz(coded[:len(coded)-2], append(args, "--allow-partial", "-q")...); half.status != 0 ||
			decodePNG(t, half.out).Image.Bounds() != m.Bounds() {
			t.Errorf("%s %s %d of a cut file: status %d, %s", c.name, c.args, c.n, half.status, half.err)
		}
	}
	coded := encoded(t, "tiny/rock.png")
	for _, args := range [][]string{{"--reduce", "7"}, {"--reduce", "-1"}, {"--fit", "0x3"}, {"--fit", "axb"}, {"--fit", "3", "--reduce", "1"}} {
		if r := ddpmz(coded, append([]string{"decode"}, args...)...); r.status != 2 {
			t.Errorf("%q: status %d, %s", args, r.status, r.err)
		}
	}
}

// TestFitAligned: a disc that is made smaller has its centre where it had it, to a twentieth of a pixel, whichever way its file was coded, and
// in whichever orientation. The low band itself is off by much more.
func TestFitAligned(t *testing.T) {
	const w, h, x, y, radius = 209, 157, 90.5, 70.5, 40.
	centre := func(m image.Image) (cx, cy float64) {
		b, sum := m.Bounds(), 0.0
		for py := range b.Dy() {
			for px := range b.Dx() {
				v := float64(color.GrayModel.Convert(m.At(px, py)).(color.Gray).Y) - 20
				cx, cy, sum = cx+v*(float64(px)+.5), cy+v*(float64(py)+.5), sum+v
			}
		}
		return cx / sum, cy / sum
	}
	disc := func(x, y float64) image.Image {
		m := image.NewGray(image.Rect(0, 0, w, h))
		for py := range h {
			for px := range w {
				d := math.Hypot(float64(px)+.5-x, float64(py)+.5-y)
				m.Pix[py*w+px] = uint8(20 + 180*min(1, max(0, (radius-d)/8)))
			}
		}
		return m
	}
	for _, c := range []struct {
		mode codec.Mode
		x, y float64
	}{{codec.Modelled, x, y}, {codec.Modelled, w - x, h - y}, {codec.Stored, x, y}} {
		m := disc(c.x, c.y)
		var file bytes.Buffer
		if err := codec.Encode(&file, m, &codec.Options{Mode: c.mode}); err != nil {
			t.Fatal(err)
		}
		wantX, wantY := centre(m)
		for _, side := range []int{105, 60, 27} { // 105 is a reduced size itself
			small := decodePNG(t, must(t, file.Bytes(), "decode", "--fit", fmt.Sprint(side))).Image
			gotX, gotY := centre(small)
			b := small.Bounds()
			dx, dy := gotX-wantX*float64(b.Dx())/w, gotY-wantY*float64(b.Dy())/h
			t.Logf("mode %v, to fit %d: off by %.3f, %.3f", c.mode, side, dx, dy)
			if math.Hypot(dx, dy) > .05 {
				t.Errorf("mode %v, to fit %d: the centre is off by %.3f, %.3f pixels", c.mode, side, dx, dy)
			}
		}
		if c.mode == codec.Modelled {
			gotX, _ := centre(decodePNG(t, must(t, file.Bytes(), "decode", "--reduce", "2")).Image)
			if off := gotX - wantX/4; math.Abs(off) < .3 {
				t.Errorf("the low band is off by %.3f pixels only: does the test see anything?", off)
			}
		}
	}
}

// TestFitBox tests sizes by fractions.
func TestFitBox(t *testing.T) {
	for w := 1; w < 60; w += 7 {
		for h := 1; h < 60; h += 5 {
			for _, b := range []box{{1, 1}, {10, 3}, {3, 10}, {25, 25}, {100, 2}} {
				x, y := b.within(w, h)
				if x > b.w || y > b.h || x < 1 || y < 1 || x > w || y > h {
					t.Fatalf("%d x %d in %v: %d x %d", w, h, b, x, y)
				}
				if (x != w || y != h) && x != b.w && y != b.h {
					t.Fatalf("%d x %d in %v: %d x %d is smaller than it could be", w, h, b, x, y)
				}
				if x > 1 && y > 1 && max(x*h-y*w, y*w-x*h) > max(w, h) {
					t.Fatalf("%d x %d in %v: %d x %d has other proportions", w, h, b, x, y)
				}
			}
		}
	}
}
