package jpegs

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	imagejpeg "image/jpeg"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"testing"

	"github.com/ddpmz/ddpmz/codec/jpeg"
	"github.com/ddpmz/ddpmz/model/dct"
	"github.com/ddpmz/ddpmz/model/train"
)

// photograph returns a picture with edges, slopes and texture.
func photograph(w, h int, seed uint64) train.Image {
	r := rand.New(rand.NewPCG(seed, 0))
	m := train.Image{W: w, H: h, Pix: make([]uint8, 3*w*h)}
	for y := range h {
		for x := range w {
			v := 90 + 60*math.Sin(float64(x)/9) + float64(y)/2 + 6*r.NormFloat64()
			if (x-w/2)*(x-w/2)+(y-h/2)*(y-h/2) < w*h/12 {
				v -= 70
			}
			for c := range 3 {
				m.Pix[3*(y*w+x)+c] = uint8(min(max(v+float64(20*c), 0), 255))
			}
		}
	}
	return m
}

// TestTransformBlock compares with the definition of the cosine transform.
func TestTransformBlock(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var samples [64]int64
		var steps [64]uint16
		for i := range samples {
			samples[i] = int64(r.IntN(256)) - 128
			steps[i] = uint16(1 + r.IntN(40))
		}
		var got [64]int16
		transformBlock(&samples, &steps, got[:])
		for v := range 8 {
			for u := range 8 {
				sum := 0.0
				for i, s := range samples {
					sum += float64(s) * math.Cos(float64((2*(i%8)+1)*u)*math.Pi/16) * math.Cos(float64((2*(i/8)+1)*v)*math.Pi/16)
				}
				if u == 0 {
					sum /= math.Sqrt2
				}
				if v == 0 {
					sum /= math.Sqrt2
				}
				// Q14 is good for a tenth of a grey level.
				if exact := sum / 4 / float64(steps[8*v+u]); math.Abs(float64(got[8*v+u])-exact) > .5+.1/float64(steps[8*v+u]) {
					t.Fatalf("frequency %d, %d: %d, not %.3f", u, v, got[8*v+u], exact)
				}
			}
		}
	}
}

// decode returns the samples of a component, not rounded.
func decode(p dct.Plane) plane {
	out := newPlane(8*p.Wide, 8*p.High)
	for b := range p.Wide * p.High {
		for i := range 64 {
			sum := 128.0
			for j, c := range p.Coef[64*b:][:64] {
				sum += float64(c) * float64(p.Quant[j]) * float64(basis[j%8][i%8]*basis[j/8][i/8]) / (1 << (2 * basisBits))
			}
			out.pix[(b/p.Wide*8+i/8)*out.w+b%p.Wide*8+i%8] = float32(sum)
		}
	}
	return out
}

// TestCompress: with steps of 1 the coefficients are the picture, at every sampling and size; blocks that only fill up a unit
// have no AC.
func TestCompress(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {17, 9}, {40, 33}, {64, 48}} {
		m := photograph(size[0], size[1], 1)
		want := components(rgb(m))
		for _, s := range []Settings{{H: 1, V: 1}, {H: 2, V: 1}, {H: 1, V: 2}, {H: 2, V: 2}, {H: 4, V: 1}, {H: 2, V: 2, Sharp: true}, {Gray: true}} {
			h, v := max(s.H, 1), max(s.V, 1)
			for i := range s.Luma {
				s.Luma[i], s.Chroma[i] = 1, 1
			}
			im := Compress(m, s)
			if want := map[bool]int{true: 1, false: 3}[s.Gray]; len(im.Planes) != want || im.Width != m.W || im.Height != m.H {
				t.Fatalf("%d planes, %dx%d", len(im.Planes), im.Width, im.Height)
			}
			for c, p := range im.Planes {
				w := want[c]
				if c > 0 {
					w = w.shrink(h, v, s.Sharp)
					w.round()
				}
				if mw, mh := (m.W+8*h-1)/(8*h), (m.H+8*v-1)/(8*v); p.Wide != mw*p.H || p.High != mh*p.V || p.H*p.V > 1 && (p.H != h || p.V != v) {
					t.Fatalf("%v %+v, component %d: %dx%d blocks", size, s, c, p.Wide, p.High)
				}
				got := decode(p)
				for y := range w.h {
					for x := range w.w {
						if d := got.at(x, y) - w.at(x, y); d > 2 || d < -2 { // 64 roundings of coefficients
							t.Fatalf("%v, %dx%d, component %d: sample %d, %d is off by %.2f", size, h, v, c, x, y, d)
						}
					}
				}
				for b := range p.Wide * p.High {
					if b%p.Wide*8 >= w.w || b/p.Wide*8 >= w.h {
						for _, a := range p.Coef[64*b+1:][:63] {
							if a != 0 {
								t.Fatalf("%v, %dx%d, component %d: block %d fills up, and has AC", size, h, v, c, b)
							}
						}
					}
				}
			}
		}
	}
}

// TestStandard holds steps of libjpeg's tables.
func TestStandard(t *testing.T) {
	for quality, want := range map[int][3]uint16{50: {16, 10, 17}, 75: {8, 5, 9}, 90: {3, 2, 3}, 95: {2, 1, 2}, 25: {32, 20, 34}, 100: {1, 1, 1}} {
		s := Standard(quality, 2, 2)
		if got := [3]uint16{s.Luma[0], s.Luma[2], s.Chroma[0]}; got != want {
			t.Errorf("quality %d: %v, not %v", quality, got, want)
		}
	}
}

// TestShrink: both filters keep a constant, and a ramp away from the edges.
func TestShrink(t *testing.T) {
	p := newPlane(64, 32)
	for i := range p.pix {
		p.pix[i] = float32(2 * (i % 64))
	}
	for _, sharp := range []bool{false, true} {
		for _, n := range []int{2, 4} {
			q := p.shrink(n, 2, sharp)
			if q.w != 64/n || q.h != 16 {
				t.Fatalf("%dx%d", q.w, q.h)
			}
			for y := range q.h {
				for x := 2; x < q.w-2; x++ {
					want := 2 * (float64(n*x) + float64(n-1)/2)
					if math.Abs(float64(q.at(x, y))-want) > 1e-3 {
						t.Errorf("sharp %v, 1/%d: sample %d, %d is %.3f, not %.3f", sharp, n, x, y, q.at(x, y), want)
					}
				}
			}
		}
	}
}

// TestDemosaic: what the sensor saw stays, and smooth colours come back.
func TestDemosaic(t *testing.T) {
	const w, h = 24, 17
	var scene [3]plane
	for c := range scene {
		scene[c] = newPlane(w, h)
		for i := range scene[c].pix {
			scene[c].pix[i] = float32(40 + 3*(i%w) + 2*(i/w) + 20*c)
		}
	}
	full := demosaic(scene)
	for c := range full {
		for y := range h {
			for x := range w {
				d := abs(full[c].at(x, y) - scene[c].at(x, y))
				inside := x > 2 && y > 2 && x < w-3 && y < h-3
				if seen := x&1+y&1 == c; seen && d > 1e-3 || inside && d > 1e-3 || d > 8 {
					t.Errorf("colour %d at %d, %d is off by %.2f", c, x, y, d)
				}
			}
		}
	}
}

// TestSource: a picture depends on the seed and its number only; an epoch has every photograph; pictures have all samplings and
// both sides of the choice of a camera.
func TestSource(t *testing.T) {
	photographs := []train.Image{photograph(40, 56, 1), photograph(48, 48, 2), photograph(64, 40, 3)}
	a, b := NewSource(photographs, 7), NewSource(photographs, 7)
	other := NewSource(photographs, 8)
	samplings := map[[3]int]int{}
	sizes := map[[2]int]bool{}
	same := 0
	const n = 60
	for i := range n {
		im := a.Picture(i)
		if i%10 == 9 && !reflect.DeepEqual(im, b.Picture(i)) {
			t.Fatalf("picture %d depends on those before", i)
		}
		if i%10 == 9 && reflect.DeepEqual(im, other.Picture(i)) {
			same++
		}
		samplings[[3]int{len(im.Planes), im.Planes[0].H, im.Planes[0].V}]++
		sizes[[2]int{im.Width, im.Height}] = true
		for _, p := range im.Planes {
			if p.Wide%p.H != 0 || p.High%p.V != 0 || len(p.Coef) != 64*p.Wide*p.High {
				t.Fatalf("picture %d: %dx%d blocks of %d, %d, %d coefficients", i, p.Wide, p.High, p.H, p.V, len(p.Coef))
			}
			for j, q := range p.Quant {
				if q < 1 || q > 255 {
					t.Fatalf("picture %d: step %d is %d", i, j, q)
				}
			}
		}
	}
	for _, s := range [][3]int{{1, 1, 1}, {3, 1, 1}, {3, 2, 1}, {3, 2, 2}} {
		if samplings[s] < n/30 {
			t.Errorf("%d of %d pictures have %d components and sampling %dx%d", samplings[s], n, s[0], s[1], s[2])
		}
	}
	if same > 0 || len(sizes) < n/3 {
		t.Errorf("%d pictures are those of another seed; %d sizes", same, len(sizes))
	}
}

// TestGolden holds the pictures that a seed gives, since weights can be made again only from the same ones. Processors that
// add and multiply in one step make slightly others.
func TestGolden(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("floating point is that of amd64")
	}
	h := sha256.New()
	s := NewSource([]train.Image{photograph(96, 80, 1), photograph(72, 88, 2)}, 1)
	for i := range 12 {
		for _, p := range s.Picture(i).Planes {
			binary.Write(h, binary.LittleEndian, p.Quant)
			binary.Write(h, binary.LittleEndian, p.Coef)
		}
	}
	if got, want := h.Sum(nil)[:4], []byte{0x13, 0x38, 0x15, 0x4d}; !reflect.DeepEqual(got, want) {
		t.Errorf("the pictures are others: %x", got)
	}
}

// TestAsEncoders compares with Go's encoder, which samples 4:2:0 by means of four and has libjpeg's tables. It rounds in between,
// so that coefficients near a half come out otherwise.
func TestAsEncoders(t *testing.T) {
	m := photograph(130, 90, 3)
	for _, quality := range []int{50, 90} {
		var file bytes.Buffer
		if err := imagejpeg.Encode(&file, m.Picture(), &imagejpeg.Options{Quality: quality}); err != nil {
			t.Fatal(err)
		}
		want, err := jpeg.Parse(file.Bytes(), jpeg.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		got := Compress(m, Standard(quality, 2, 2))
		for c, p := range got.Planes {
			w := want.Components[c]
			if p.H != w.H || p.V != w.V || p.Wide != w.Wide || p.High != w.High || p.Quant != w.Quant {
				t.Fatalf("quality %d, component %d: %dx%d blocks, steps %v", quality, c, p.Wide, p.High, p.Quant)
			}
			others := 0
			for by := range (m.H + 16/p.V - 1) / (16 / p.V) { // blocks of the picture: what fills up units is a matter of taste
				for bx := range (m.W + 16/p.H - 1) / (16 / p.H) {
					at := 64 * (by*p.Wide + bx)
					for i := range 64 {
						if d := p.Coef[at+i] - w.Coef[at+i]; d < -1 || d > 1 {
							t.Fatalf("quality %d, component %d, block %d, %d: frequency %d is %d, not %d", quality, c, bx, by, i, p.Coef[at+i], w.Coef[at+i])
						} else if d != 0 {
							others++
						}
					}
				}
			}
			if n := len(p.Coef); others > n/50 {
				t.Errorf("quality %d, component %d: %d of %d coefficients are others", quality, c, others, n)
			}
		}
	}
}
