package render

import (
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

const testdata = "../../testdata"

// The committed pictures are what this machine draws, pixel for pixel. (The
// bytes of a PNG may change with the compressor; they are not compared. With
// -short the large scenes are left out.)
func TestCommittedFiles(t *testing.T) {
	for _, f := range Files() {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			got, err := load(f.Name)
			if err != nil {
				t.Fatal(err)
			}
			if n := got.Bounds().Dx() * got.Bounds().Dy(); (n > 8_000 || strings.HasPrefix(f.Name, "tiny/") && f.Name != "tiny/cloth.png") && os.Getenv("DDPMZ_LONG") != "1" {
				t.Skip("set DDPMZ_LONG=1 for the large scenes, and more small ones")
			}
			want := f.Draw()
			if g, w := reflect.TypeOf(got), reflect.TypeOf(want); g != w {
				t.Fatalf("the file decodes to %v, the drawing is a %v", g, w)
			}
			if got.Bounds() != want.Bounds() {
				t.Fatalf("the file is %v, the drawing %v", got.Bounds(), want.Bounds())
			}
			if at, differ := firstDifference(got, want); differ {
				t.Errorf("pixel %v: file %v, drawing %v; after a change to the renderer run go generate",
					at, got.At(at.X, at.Y), want.At(at.X, at.Y))
			}
		})
	}
}

// Nothing in the folder came from elsewhere.
func TestNoStrangers(t *testing.T) {
	known := map[string]bool{}
	for _, f := range Files() {
		if known[f.Name] {
			t.Errorf("%s is listed twice", f.Name)
		}
		known[f.Name] = true
	}
	total := int64(0)
	for _, pattern := range []string{"*.png", "*/*.png"} {
		paths, err := filepath.Glob(filepath.Join(testdata, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range paths {
			rel, _ := filepath.Rel(testdata, p)
			if !known[filepath.ToSlash(rel)] {
				t.Errorf("%s is not drawn by this package", rel)
			}
			if info, err := os.Stat(p); err == nil {
				total += info.Size()
			}
		}
	}
	if total > 1_200_000 {
		t.Errorf("the pictures take %d bytes, which is much for a repository", total)
	}
}

func TestPalettes(t *testing.T) {
	for name, want := range map[string]int{"palette.png": 10, "palette256.png": 256} {
		m, err := load(name)
		if err != nil {
			t.Fatal(err)
		}
		if p := m.(*image.Paletted).Palette; len(p) != want {
			t.Errorf("%s has %d colours, want %d", name, len(p), want)
		}
	}
}

// The soft alpha has all of clear, partial and opaque, and colours survive
// under the clear part.
func TestAlphaIsSoft(t *testing.T) {
	m, err := load("alpha.png")
	if err != nil {
		t.Fatal(err)
	}
	var clear, soft, opaque, kept int
	pix := m.(*image.NRGBA).Pix
	for i := 0; i < len(pix); i += 4 {
		switch pix[i+3] {
		case 0:
			clear++
			if pix[i]|pix[i+1]|pix[i+2] != 0 {
				kept++
			}
		case 255:
			opaque++
		default:
			soft++
		}
	}
	if clear < 100 || soft < 100 || opaque < 100 || kept < 100 {
		t.Errorf("clear %d (coloured %d), soft %d, opaque %d: want 100 of each", clear, kept, soft, opaque)
	}
}

func load(name string) (image.Image, error) {
	f, err := os.Open(filepath.Join(testdata, filepath.FromSlash(name)))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	m, err := png.Decode(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return m, nil
}

func firstDifference(a, b image.Image) (image.Point, bool) {
	r := a.Bounds()
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if a.At(x, y) != b.At(x, y) {
				return image.Pt(x, y), true
			}
		}
	}
	return image.Point{}, false
}
