package transform

import (
	"bytes"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"slices"
	"testing"
)

func randomPlane(r *rand.Rand, w, h int, most int32) Plane {
	x := NewPlane(w, h)
	for i := range x.Pix {
		x.Pix[i] = r.Int32N(2*most+1) - most
	}
	return x
}

// blobs returns a plane as chroma is: areas with slow gradients and some noise.
func blobs(r *rand.Rand, w, h int) Plane {
	x := NewPlane(w, h)
	var at [6][4]int32
	for i := range at {
		at[i] = [4]int32{r.Int32N(int32(w)), r.Int32N(int32(h)), 2 + r.Int32N(20), r.Int32N(61) - 30}
	}
	for j := range h {
		for i := range w {
			v := r.Int32N(3) - 1
			for _, b := range at {
				if d := abs(int32(i)-b[0]) + abs(int32(j)-b[1]); d < b[2] {
					v += b[3] - b[3]*d/b[2]/2
				}
			}
			x.Row(j)[i] = v
		}
	}
	return x
}

func abs(v int32) int32 { return max(v, -v) }

// made returns what an upsampling makes of half-resolution samples by its definition.
func made(u upsampling, half Plane, w, h int) Plane {
	at := func(x, y int) int32 { return half.Row(min(max(y, 0), half.H-1))[min(max(x, 0), half.W-1)] }
	x := NewPlane(w, h)
	for j := range h {
		for i := range w {
			a, b, s, t := i/2, j/2, 2*(i%2)-1, 2*(j%2)-1 // the nearest, and towards which the next is
			var v int32
			switch u {
			case linear:
				v = (at(a, b) + at(a+i%2, b) + at(a, b+j%2) + at(a+i%2, b+j%2) + 2) >> 2
			case triangle:
				v = (9*at(a, b) + 3*at(a+s, b) + 3*at(a, b+t) + at(a+s, b+t) + 8 - int32(i%2)) >> 4
			case smooth:
				v = (9*at(a, b) + 3*at(a+s, b) + 3*at(a, b+t) + at(a+s, b+t) + 8) >> 4
			case repeated:
				v = at(a, b)
			case triangleAcross:
				v = (3*at(a, j) + at(a+s, j) + 1 + int32(i%2)) >> 2
			case repeatedAcross:
				v = at(a, j)
			case triangleDown:
				v = (3*at(i, b) + at(i, b+t) + 1 + int32(j%2)) >> 2
			case repeatedDown:
				v = at(i, b)
			}
			x.Row(j)[i] = v
		}
	}
	return x
}

// coefficients returns what w is to make of half-resolution samples, w x h when upsampled: with details that are zero wherever chroma
// was upsampled.
func coefficients(u upsampled, half Plane, w, h int, frac uint) Plane {
	half = half.Clone()
	switch across, down := u.halves(); {
	case !down:
		u.lifting.splitColumns(half)
	case !across:
		u.lifting.splitRows(half)
	}
	for i := range half.Pix {
		half.Pix[i] <<= frac
	}
	x := NewPlane(w, h)
	u.put(x, half)
	return x
}

// details returns how many of the coefficients that are zeros where chroma was upsampled are not.
func details(c Colour, x Plane) (n int) {
	for k := range Subbands {
		dx, dy := Offset(k)
		for j := dy; c.Upsampled(k) && j < x.H; j += 2 {
			for i := dx; i < x.W; i += 2 {
				if x.Row(j)[i] != 0 {
					n++
				}
			}
		}
	}
	return n
}

// wavelet returns the wavelet of chroma at scale 1.
func wavelet(c Colour) upsampled { return c.Wavelet(&Liftings[1], 1, 1).(upsampled) }

var upsamplingSizes = [][2]int{{1, 1}, {2, 1}, {1, 2}, {2, 2}, {3, 2}, {5, 5}, {8, 6}, {31, 20}, {64, 33}}

// TestUpsampling: merged with details that are zero, half-resolution samples become what the definitions say, in Q4 nearly so,
// and any rows of it from an even one on, some rows from the others.
func TestUpsampling(t *testing.T) {
	r := newRand(70)
	for _, c := range ofKind(subsampled) {
		for _, size := range upsamplingSizes {
			w, h := size[0], size[1]
			u := wavelet(c)
			hw, hh := u.halfSize(w, h)
			half := randomPlane(r, hw, hh, 100)
			want := made(u.upsampling, half, w, h)
			x := coefficients(u, half, w, h, 0)
			part := x.Clone()
			u.Merge(x, 0)
			if !slices.Equal(x.Pix, want.Pix) {
				t.Fatalf("%v, %v: %v becomes %v, not %v", c, size, half.Pix, x.Pix, want.Pix)
			}
			halo := 2
			if _, down := u.halves(); !down {
				halo = 6 // what lifting needs
			}
			if from := h / 4 * 2; from > 0 && from+halo < h {
				part = Plane{w, h - from, part.Pix[from*w:]}
				u.Merge(part, 0)
				if !slices.Equal(part.Pix[halo*w:], want.Pix[(from+halo)*w:]) {
					t.Fatalf("%v, %v: from row %d on it is something else", c, size, from)
				}
			}
			fine := coefficients(u, half, w, h, 4)
			u.Merge(fine, 4)
			for i, v := range fine.Pix {
				if d := v - want.Pix[i]<<4; d < -12 || d > 12 {
					t.Fatalf("%v, %v: sample %d is %d sixteenths from %d", c, size, i, d, want.Pix[i])
				}
			}
		}
	}
}

// TestUpsamplingSplit: any plane comes back, and one that was upsampled has nearly no details.
func TestUpsamplingSplit(t *testing.T) {
	r := newRand(71)
	for _, c := range ofKind(subsampled) {
		u := wavelet(c)
		for _, size := range upsamplingSizes {
			w, h := size[0], size[1]
			hw, hh := u.halfSize(w, h)
			of := made(u.upsampling, blobs(r, hw, hh), w, h)
			for i, x := range []Plane{randomPlane(r, w, h, 3), randomPlane(r, w, h, 150), of} {
				want := x.Clone()
				u.Split(x)
				n := details(c, x)
				if u.Merge(x, 0); !slices.Equal(x.Pix, want.Pix) {
					t.Fatalf("%v, %v, plane %d: Merge does not undo Split", c, size, i)
				}
				if most := 4 + w*h/50; i == 2 && n > most || i == 2 && u.upsampling != triangle && u.upsampling != smooth && n > 0 {
					t.Errorf("%v, %v: %d of %d samples have details", c, size, n, w*h)
				}
			}
		}
	}
}

// TestRepeatedIsGos compares repeated with Go's image.YCbCr.
func TestRepeatedIsGos(t *testing.T) {
	r := newRand(72)
	for range 20 {
		w, h := 1+r.IntN(40), 1+r.IntN(40)
		m := image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio420)
		half := NewPlane((w+1)/2, (h+1)/2)
		for i := range half.Pix {
			half.Pix[i] = r.Int32N(256)
			m.Cb[i] = uint8(half.Pix[i])
		}
		x := made(repeated, half, w, h)
		for j := range h {
			for i, v := range x.Row(j) {
				if m.Cb[m.COffset(i, j)] != uint8(v) {
					t.Fatalf("%dx%d: Cb at %d, %d is %d, not %d", w, h, i, j, v, m.Cb[m.COffset(i, j)])
				}
			}
		}
	}
}

// subsampledImage returns an image that was made from half-resolution chroma, with many samples clipped.
func subsampledImage(r *rand.Rand, c Colour, w, h int) (x [3]Plane) {
	x[0] = blobs(r, w, h)
	for i, v := range x[0].Pix {
		x[0].Pix[i] = min(max(120+5*v+r.Int32N(9), 0), 255)
	}
	u := colours[c].upsampling
	hw, hh := u.halfSize(w, h)
	for p := 1; p < 3; p++ {
		x[p] = made(u, blobs(r, hw, hh), w, h)
	}
	c.Inverse(x[0].Pix, x[1].Pix, x[2].Pix)
	return x
}

// TestFindUpsampling tests that the upsampling of chroma is found, also where many samples are clipped, and that the chroma
// that Split finds makes the same samples and has few details.
func TestFindUpsampling(t *testing.T) {
	r := newRand(73)
	for _, c := range ofKind(subsampled) {
		rounds := 8
		if c.matrix().video {
			rounds = 4
		}
		for range rounds {
			w, h := 20+r.IntN(60), 20+r.IntN(60)
			x := subsampledImage(r, c, w, h)
			clipped := 0
			for i := range w * h {
				if min(x[0].Pix[i], x[1].Pix[i], x[2].Pix[i]) == 0 || max(x[0].Pix[i], x[1].Pix[i], x[2].Pix[i]) == 255 {
					clipped++
				}
			}
			if got, mirror, turn := atFullResolution(c).FindUpsampling(x); got != c || mirror || turn {
				t.Errorf("%v, %dx%d, %d samples clipped: taken for %v, mirrored: %v, turned: %v", c, w, h, clipped, got, mirror, turn)
			}
			y := [3]Plane{x[0].Clone(), x[1].Clone(), x[2].Clone()}
			if !c.Split(y) {
				t.Fatalf("%v: not found in what it made", c)
			}
			n := 0
			for p := 1; p < 3; p++ {
				z := y[p].Clone()
				wavelet(c).Split(z)
				n += details(c, z)
			}
			most := clipped + w*h/25
			if c.matrix().video { // which have seen a case of 1.45 of the clipped ones
				most += clipped / 2
			}
			if n > most {
				t.Errorf("%v, %dx%d, %d samples clipped: %d details", c, w, h, clipped, n)
			}
			if c.Inverse(y[0].Pix, y[1].Pix, y[2].Pix); !slices.Equal(x[0].Pix, y[0].Pix) || !slices.Equal(x[1].Pix, y[1].Pix) || !slices.Equal(x[2].Pix, y[2].Pix) {
				t.Fatalf("%v, %dx%d: not the same samples", c, w, h)
			}
		}
	}
}

// TestFindUpsamplingOfOthers tests that no upsampling is found for chroma of full resolution, or for noise, which cannot be
// split.
func TestFindUpsamplingOfOthers(t *testing.T) {
	r := newRand(74)
	for _, c := range ofKind(subsampled) {
		x := [3]Plane{blobs(r, 50, 40), randomPlane(r, 50, 40, 9), randomPlane(r, 50, 40, 9)}
		for i := range x[0].Pix {
			x[0].Pix[i] += 128
		}
		whole := atFullResolution(c)
		whole.Inverse(x[0].Pix, x[1].Pix, x[2].Pix)
		if got, _, _ := whole.FindUpsampling(x); got != whole {
			t.Errorf("%v: taken for %v", whole, got)
		}
		if !c.Split([3]Plane{x[0].Clone(), x[1].Clone(), x[2].Clone()}) { // the file is larger, but the image can be coded
			t.Errorf("%v: not split", c)
		}
		for i := range x[0].Pix {
			x[0].Pix[i], x[1].Pix[i], x[2].Pix[i] = r.Int32N(256), r.Int32N(256), r.Int32N(256)
		}
		if got, _, _ := whole.FindUpsampling(x); got != whole || c.Split(x) {
			t.Errorf("%v: found in noise", c)
		}
	}
}

// TestSplitAllClipped tests images whose samples are all clipped, so that nothing is known about chroma.
func TestSplitAllClipped(t *testing.T) {
	for _, c := range ofKind(subsampled) {
		for _, v := range []int32{0, 255} {
			x := [3]Plane{NewPlane(6, 5), NewPlane(6, 5), NewPlane(6, 5)}
			for p := range x {
				for i := range x[p].Pix {
					x[p].Pix[i] = v
				}
			}
			if !c.Split(x) {
				t.Fatalf("%v: no luma and chroma for %d", c, v)
			}
			c.Inverse(x[0].Pix, x[1].Pix, x[2].Pix)
			for p := range x {
				for _, got := range x[p].Pix {
					if got != v {
						t.Fatalf("%v: %d becomes %d", c, v, got)
					}
				}
			}
		}
	}
}

// TestApproximate tests that the luma and chroma that Approximate gives make similar samples.
func TestApproximate(t *testing.T) {
	r := newRand(75)
	for _, c := range append(ofKind(derived), ofKind(subsampled)...) {
		for range 2000 {
			g := 60 + r.Int32N(130)
			want := [3]int32{g + r.Int32N(61) - 30, g, g + r.Int32N(61) - 30}
			v := want
			c.Approximate(v[:1], v[1:2], v[2:])
			got := inverseOf(c, v[0], v[1], v[2])
			for p := range got {
				if abs(got[p]-want[p]) > 3 {
					t.Fatalf("%v: %v becomes %v", c, want, got)
				}
			}
		}
	}
}

// TestSplitJPEG tests that the chroma which is found in an image from Go's JPEG decoder is that of the JPEG file.
func TestSplitJPEG(t *testing.T) {
	r := newRand(76)
	m := image.NewRGBA(image.Rect(0, 0, 75, 50))
	rgb := subsampledImage(r, JFIFRepeated, 75, 50)
	for i := range rgb[0].Pix {
		m.Pix[4*i], m.Pix[4*i+1], m.Pix[4*i+2], m.Pix[4*i+3] = uint8(rgb[0].Pix[i]), uint8(rgb[1].Pix[i]), uint8(rgb[2].Pix[i]), 255
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	d, err := jpeg.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	from := d.(*image.YCbCr)
	x := [3]Plane{NewPlane(75, 50), NewPlane(75, 50), NewPlane(75, 50)}
	for i := range x[0].Pix {
		r, g, b, _ := d.At(i%75, i/75).RGBA()
		x[0].Pix[i], x[1].Pix[i], x[2].Pix[i] = int32(r>>8), int32(g>>8), int32(b>>8)
	}
	if c, _, _ := JFIFGo.FindUpsampling(x); c != JFIFGoRepeated {
		t.Fatalf("taken for %v", c)
	}
	s := newChromaInverter(x, JFIFGoRepeated)
	if !JFIFGoRepeated.Split(x) {
		t.Fatal("not split")
	}
	for i := range x[0].Pix {
		at := from.COffset(i%75, i/75)
		if cb, cr := int32(from.Cb[at])-128, int32(from.Cr[at])-128; !s.clipped[i] && (x[1].Pix[i] != cr || x[2].Pix[i] != cb) {
			t.Fatalf("chroma %d is %d %d, not %d %d", i, x[1].Pix[i], x[2].Pix[i], cr, cb)
		}
	}
}

func BenchmarkFindUpsampling(b *testing.B) {
	for _, c := range ofKind(subsampled) {
		x := subsampledImage(newRand(77), c, 768, 512)
		b.Run(c.String(), func(b *testing.B) {
			b.SetBytes(3 * 768 * 512)
			for b.Loop() {
				atFullResolution(c).FindUpsampling(x)
			}
		})
	}
}
