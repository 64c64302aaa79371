package main

import (
	"bytes"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"testing"
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
		coded := must(t, original, "encode")
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
	coded := must(t, load(t, "tiny/rock.png"), "encode")
	for _, args := range [][]string{{"--reduce", "7"}, {"--reduce", "-1"}, {"--fit", "0x3"}, {"--fit", "axb"}, {"--fit", "3", "--reduce", "1"}} {
		if r := ddpmz(coded, append([]string{"decode"}, args...)...); r.status != 2 {
			t.Errorf("%q: status %d, %s", args, r.status, r.err)
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
