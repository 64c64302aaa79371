package train

import (
	"errors"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestLoadImages(t *testing.T) {
	folder := t.TempDir()
	if _, err := LoadImages(folder); !errors.Is(err, ErrNoImages) {
		t.Errorf("an empty folder: %v", err)
	}
	m := image.NewNRGBA(image.Rect(0, 0, 3, 2))
	m.SetNRGBA(1, 1, color.NRGBA{10, 20, 30, 128})
	for _, name := range []string{"b.png", "a.PNG"} {
		f, err := os.Create(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(png.Encode(f, m), f.Close()); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(folder, "notes.txt"), []byte("x"), 0o666); err != nil {
		t.Fatal(err)
	}
	images, err := LoadImages(folder)
	if err != nil || len(images) != 2 || images[0].Name != "a.PNG" || images[0].W != 3 || images[0].H != 2 {
		t.Fatalf("%v, %v", images, err)
	}
	if p := images[0].Pix[(3+1)*3:][:3]; p[0] != 10 || p[1] != 20 || p[2] != 30 {
		t.Errorf("a half transparent pixel is %v", p)
	}
	if err := os.WriteFile(filepath.Join(folder, "c.png"), []byte("x"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadImages(folder); err == nil {
		t.Error("a broken picture is taken")
	}
}

func TestSplit(t *testing.T) {
	for n := range 50 {
		learn, held := Split(make([]Image, n))
		switch {
		case n < 2:
			if len(learn) != n || len(held) != n {
				t.Errorf("%d images: %d and %d", n, len(learn), len(held))
			}
		case len(learn)+len(held) != n || len(held) != (n+holdOutEvery-1)/holdOutEvery:
			t.Errorf("%d images: %d and %d", n, len(learn), len(held))
		}
	}
}

// TestTurn: the eight orientations are different, and keep the pixels.
func TestTurn(t *testing.T) {
	seen := map[string]bool{}
	for which := range 8 {
		m := Image{W: 2, H: 2, Pix: []uint8{1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4}}
		turn(m, which)
		sum := 0
		for _, v := range m.Pix {
			sum += int(v)
		}
		if seen[string(m.Pix)] || sum != 30 {
			t.Errorf("orientation %d: %v", which, m.Pix)
		}
		seen[string(m.Pix)] = true
	}
}

// TestResample: a ramp stays the ramp, of as many pixels as are asked for, fewer or more; a box is the mean.
func TestResample(t *testing.T) {
	m := Image{W: 60, H: 60, Pix: make([]uint8, 3*60*60)}
	for i := range m.Pix {
		m.Pix[i] = uint8(i / 3 % 60 * 4)
	}
	for k, f := range filters {
		for _, size := range []int{20, 45, 60, 80, 100} {
			if k == 0 && size > 60 {
				continue // repeats pixels
			}
			s := resample(m, 0, 0, 60, size, f)
			ratio := 60 / float64(size)
			for x := size / 6; x < 5*size/6; x++ {
				want := 4 * ((float64(x)+.5)*ratio - .5)
				if got := float64(s.Pix[(size/3*size+x)*3]); math.Abs(got-want) > 1.5 {
					t.Errorf("filter %d, 60 pixels as %d: column %d is %v, want %.1f", k, size, x, got, want)
				}
			}
		}
	}
}

// TestFrame: up to three lines at the edges change, at every edge some time, and nothing within.
func TestFrame(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var edges [4]int
	for range 200 {
		m := Image{W: 16, H: 16, Pix: make([]uint8, 3*16*16)}
		for i := range m.Pix {
			m.Pix[i] = 130
		}
		addFrame(r, m)
		seen := false
		for y := range 16 {
			for x := range 16 {
				if p := m.Pix[(y*16+x)*3:]; p[0] == 130 && p[1] == 130 && p[2] == 130 {
					continue
				}
				seen = true
				if min(x, y, 15-x, 15-y) > 2 {
					t.Fatalf("(%d, %d) has changed", x, y)
				}
				for e, d := range []int{y, x, 15 - y, 15 - x} {
					if d == 0 && min(x, 15-x) > 2 || d == 0 && min(y, 15-y) > 2 {
						edges[e]++
					}
				}
			}
		}
		if !seen {
			t.Error("no edge has changed")
		}
	}
	if slices.Min(edges[:]) == 0 {
		t.Errorf("pixels changed by edge: %v", edges)
	}
}

// TestNoise: the mean stays, the variance is that of the strengths.
func TestNoise(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		m := Image{W: 64, H: 64, Pix: make([]uint8, 3*64*64)}
		for i := range m.Pix {
			m.Pix[i] = 128
		}
		addNoise(r, m)
		sum, squares := 0.0, 0.0
		for _, v := range m.Pix {
			d := float64(v) - 128
			sum, squares = sum+d, squares+d*d
		}
		n := float64(len(m.Pix))
		if sd := math.Sqrt(squares / n); math.Abs(sum/n) > .3 || sd < .2 || sd > 7 {
			t.Errorf("mean %v, deviation %v", sum/n, sd)
		}
	}
}

// TestSmoothChroma: gray stays as it is, and luma changes by little.
func TestSmoothChroma(t *testing.T) {
	m := textures(1, 32)[0]
	gray := Image{W: 32, H: 32, Pix: make([]uint8, len(m.Pix))}
	for i := 0; i < len(m.Pix); i += 3 {
		gray.Pix[i], gray.Pix[i+1], gray.Pix[i+2] = m.Pix[i], m.Pix[i], m.Pix[i]
	}
	smooth := append([]uint8(nil), gray.Pix...)
	smoothChroma(Image{W: 32, H: 32, Pix: smooth})
	if string(smooth) != string(gray.Pix) {
		t.Error("gray pixels change")
	}
	before := append([]uint8(nil), m.Pix...)
	smoothChroma(m)
	luma := func(p []uint8) float64 { return .299*float64(p[0]) + .587*float64(p[1]) + .114*float64(p[2]) }
	changed := false
	for i := 0; i < len(before); i += 3 {
		if d := luma(before[i:]) - luma(m.Pix[i:]); math.Abs(d) > 1 {
			t.Fatalf("pixel %d: luma changes by %v", i/3, d)
		}
		changed = changed || before[i] != m.Pix[i]
	}
	if !changed {
		t.Error("nothing changes")
	}
}

// TestCrops: crops of whatever images have the size that was asked for.
func TestCrops(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	images := append(textures(2, 100), textures(1, 1)...)
	images = append(images, Image{W: 3, H: 90, Pix: make([]uint8, 3*3*90)})
	for range 300 {
		if c := randomCrop(r, images, 64); c.W != 64 || c.H != 64 || len(c.Pix) != 3*64*64 {
			t.Fatalf("%d x %d, %d", c.W, c.H, len(c.Pix))
		}
	}
}
