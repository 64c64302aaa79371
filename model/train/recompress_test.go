package train

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestRecompress: a JPEG file of high quality shows nearly the same luma; chroma that is repeated is the same in 2x2 pixels, and chroma that is
// interpolated hardly ever.
func TestRecompress(t *testing.T) {
	m := textures(1, 47)[0]
	luma := func(p []uint8) int { return (299*int(p[0]) + 587*int(p[1]) + 114*int(p[2]) + 500) / 1000 }
	for _, linear := range []bool{false, true} {
		c, err := recompress(m, 95, linear)
		if err != nil {
			t.Fatal(err)
		}
		far, same := 0, 0
		for y := range m.H - 1 {
			for x := range m.W - 1 {
				i := 3 * (y*m.W + x)
				if d := luma(c.Pix[i:]) - luma(m.Pix[i:]); d < -8 || d > 8 {
					far++
				}
				if x%2 == 0 && y%2 == 0 {
					below := i + 3*m.W
					d := func(j int) int { return int(c.Pix[j]) - int(c.Pix[j+2]) }
					if a, b, e, f := d(i), d(i+3), d(below), d(below+3); max(a, b, e, f)-min(a, b, e, f) <= 1 { // rounding
						same++
					}
				}
			}
		}
		sites := (m.W / 2) * (m.H / 2)
		if far > sites/10 {
			t.Errorf("luma of %d pixels is far off", far)
		}
		if !linear && same < sites*95/100 || linear && same > sites*60/100 {
			t.Errorf("linear %v: R-B is the same in %d of %d blocks of 2x2 pixels", linear, same, sites)
		}
	}
}

// TestRecompressedCrops: crops of whatever images have the size that was asked for; without them, crops are what they always were.
func TestRecompressedCrops(t *testing.T) {
	images := append(textures(2, 100), textures(1, 1)...)
	r := rand.New(rand.NewPCG(3, 5))
	for range 60 {
		c, err := recompressedCrop(r, images, 64)
		if err != nil || c.W != 64 || c.H != 64 || len(c.Pix) != 3*64*64 {
			t.Fatalf("%d x %d, %d (%v)", c.W, c.H, len(c.Pix), err)
		}
	}
	o := Options{Crop: 64, Derived: .3}
	differ := 0
	for seed := range uint64(20) {
		a, err := o.draw(rand.New(rand.NewPCG(seed, 0)), images)
		if err != nil {
			t.Fatal(err)
		}
		m := randomCrop(rand.New(rand.NewPCG(seed, 0)), images, 64)
		if a.present == 3 && a.colour.Derived() {
			continue
		}
		want := drawn{planes: m.planes(), present: a.present, colour: a.colour}
		if a.present == 3 {
			want.colour.Forward(want.planes[0].Pix, want.planes[1].Pix, want.planes[2].Pix)
			if !slices.Equal(a.planes[0].Pix, want.planes[0].Pix) {
				differ++
			}
		}
	}
	if differ > 0 {
		t.Errorf("%d crops differ", differ)
	}
	o.Recompressed = 1
	for seed := range uint64(4) {
		d, err := o.draw(rand.New(rand.NewPCG(seed, 0)), images)
		if err != nil || d.colour.Derived() {
			t.Errorf("a recompressed crop of colours that %v (%v)", d.colour, err)
		}
	}
}
