package history

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	stdjpeg "image/jpeg"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/ddpmz/ddpmz/codec/jpeg"
	"github.com/ddpmz/ddpmz/codec/jpeg/pixels"
)

// open reads a picture of the repository.
func open(t testing.TB, name string) image.Image {
	t.Helper()
	f, err := os.Open("../../../testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// pictureOf returns a part of a picture as Find takes it.
func pictureOf(m image.Image, r image.Rectangle) *Picture {
	p := &Picture{Width: r.Dx(), Height: r.Dy()}
	gray, ok := m.(*image.Gray)
	if ok {
		p.Planes = [][]uint8{nil}
	} else {
		p.Planes = [][]uint8{nil, nil, nil}
	}
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if ok {
				p.Planes[0] = append(p.Planes[0], gray.GrayAt(x, y).Y)
				continue
			}
			c := color.RGBAModel.Convert(m.At(x, y)).(color.RGBA)
			for i, v := range [3]uint8{c.R, c.G, c.B} {
				p.Planes[i] = append(p.Planes[i], v)
			}
		}
	}
	return p
}

// compress returns the component that a plane of a picture becomes: at gives its samples.
func compress(t testing.TB, wide, high, quality int, at func(x, y int) uint8) jpeg.Component {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, wide, high))
	for i := range m.Pix {
		m.Pix[i] = at(i%wide, i/wide)
	}
	var b bytes.Buffer
	if err := stdjpeg.Encode(&b, m, &stdjpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	f, err := jpeg.Parse(b.Bytes(), jpeg.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return f.Components[0]
}

// decompressed returns the picture that libjpeg-turbo makes of a JPEG file of m with some sampling, and the file.
func decompressed(t testing.TB, m image.Image, h, v, quality int, repeats bool) (image.Image, *jpeg.File) {
	t.Helper()
	return decompressedBy(t, m, h, v, quality, pixels.LibjpegTurbo, repeats)
}

// decompressedBy is decompressed for any decoder.
func decompressedBy(t testing.TB, m image.Image, h, v, quality int, d pixels.Decoder, repeats bool) (image.Image, *jpeg.File) {
	t.Helper()
	b := m.Bounds()
	ycc := func(x, y int) color.YCbCr {
		return color.YCbCrModel.Convert(m.At(b.Min.X+min(x, b.Dx()-1), b.Min.Y+min(y, b.Dy()-1))).(color.YCbCr)
	}
	components := []jpeg.Component{compress(t, b.Dx(), b.Dy(), quality, func(x, y int) uint8 { return ycc(x, y).Y })}
	if h > 0 {
		wide, high := (b.Dx()+h-1)/h, (b.Dy()+v-1)/v
		components = append(components,
			compress(t, wide, high, quality, func(x, y int) uint8 { return ycc(h*x, v*y).Cb }),
			compress(t, wide, high, quality, func(x, y int) uint8 { return ycc(h*x, v*y).Cr }))
	}
	list := make([]jpeg.Component, len(components))
	for i, c := range components {
		list[i] = jpeg.Component{ID: byte(i + 1), H: 1, V: 1, Quant: c.Quant}
	}
	if h > 0 {
		list[0].H, list[0].V = h, v
	}
	f, err := jpeg.New(b.Dx(), b.Dy(), list)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range components {
		to := &f.Components[i]
		for y := range min(c.High, to.High) {
			n := 64 * min(c.Wide, to.Wide)
			copy(to.Coef[64*y*to.Wide:][:n], c.Coef[64*y*c.Wide:][:n])
		}
	}
	l, err := pixels.LayoutOf(f)
	if err != nil {
		t.Fatal(err)
	}
	l.Repeats, l.Decoder = repeats, d
	out, err := l.Image(pixels.BlocksOf(f), 0)
	if err != nil {
		t.Fatal(err)
	}
	return out, f
}

// wrong returns how many pixels of a picture are others than its history makes.
func wrong(t testing.TB, h *History, p *Picture) (n int) {
	t.Helper()
	l, err := h.Layout()
	if err != nil {
		t.Fatal(err)
	}
	m, err := l.Image(pixels.BlocksOf(h.File), 0)
	if err != nil {
		t.Fatal(err)
	}
	q := pictureOf(m, image.Rect(h.X, h.Y, h.X+p.Width, h.Y+p.Height))
	for i := range p.Planes[0] {
		for k := range p.Planes {
			if p.Planes[k][i] != q.Planes[k][i] {
				n++
				break
			}
		}
	}
	return n
}

// TestFind makes JPEG files of a picture, in every sampling that is looked for, and finds their coefficients in what a decoder makes of
// them.
func TestFind(t *testing.T) {
	m := open(t, "landscape.png")
	m = m.(interface {
		SubImage(r image.Rectangle) image.Image
	}).SubImage(image.Rect(40, 60, 232, 188))
	for _, c := range []struct {
		h, v, quality int
		repeats       bool
		most          int // pixels of a thousand that may be wrong
	}{
		{0, 0, 75, false, 0}, {0, 0, 92, false, 0}, {1, 1, 80, false, 0}, {2, 2, 50, false, 1}, {2, 2, 75, false, 0}, {2, 2, 90, false, 5},
		{2, 1, 80, false, 0}, {1, 2, 80, false, 0}, {2, 2, 75, true, 0}, {2, 1, 85, true, 0},
	} {
		name := fmt.Sprintf("%dx%d, quality %d, repeats %v", c.h, c.v, c.quality, c.repeats)
		out, f := decompressed(t, m, c.h, c.v, c.quality, c.repeats)
		p := pictureOf(out, out.Bounds())
		h := Find(p)
		if h == nil {
			t.Errorf("%s: nothing is found", name)
			continue
		}
		first := h.File.Components[0]
		if h.X != 0 || h.Y != 0 || c.h > 0 && (first.H != c.h || first.V != c.v || h.Repeats != c.repeats) {
			t.Errorf("%s: found %dx%d, repeats %v, at (%d, %d)", name, first.H, first.V, h.Repeats, h.X, h.Y)
		}
		if first.Quant != f.Components[0].Quant {
			t.Errorf("%s: luma has the steps %v, want %v", name, first.Quant, f.Components[0].Quant)
		}
		if n := wrong(t, h, p); n*1000 > c.most*p.Width*p.Height {
			t.Errorf("%s: %d of %d pixels are wrong", name, n, p.Width*p.Height)
		}
	}
}

// TestFindGo finds the coefficients of what Go's decoders make, in every sampling that they have.
func TestFindGo(t *testing.T) {
	m := open(t, "landscape.png")
	for _, d := range []pixels.Decoder{pixels.Go, pixels.GoBefore26} {
		for i, c := range []struct {
			h, v, quality int
			most          int // pixels of a thousand that may be wrong
		}{
			{0, 0, 75, 0}, {0, 0, 97, 15}, {1, 1, 80, 0}, {2, 2, 50, 1}, {2, 2, 75, 0}, {2, 2, 92, 1}, {2, 1, 80, 0}, {1, 2, 80, 0}, {4, 1, 85, 0}, {4, 2, 80, 0},
		} {
			name := fmt.Sprintf("decoder %d, %dx%d, quality %d", d, c.h, c.v, c.quality)
			out, f := decompressedBy(t, m, c.h, c.v, c.quality, d, false)
			for k, at := range []image.Point{{}, {32, 16}, {43, 21}}[:3-2*int(d-pixels.Go)] {
				if k > 0 && k != 1+i%2 && os.Getenv("DDPMZ_LONG") != "1" {
					continue
				}
				p := pictureOf(out, image.Rectangle{at, image.Pt(288, 192)})
				h := Find(p)
				if h == nil {
					t.Errorf("%s, cut at %v: nothing is found", name, at)
					continue
				}
				first := h.File.Components[0]
				if h.Decoder != d || h.X != at.X%max(8*c.h, 8) || h.Y != at.Y%max(8*c.v, 8) || c.h > 0 && (first.H != c.h || first.V != c.v) {
					t.Errorf("%s, cut at %v: found %dx%d, decoder %d, at (%d, %d)", name, at, first.H, first.V, h.Decoder, h.X, h.Y)
				}
				if first.Quant != f.Components[0].Quant {
					t.Errorf("%s, cut at %v: luma has the steps %v, want %v", name, at, first.Quant, f.Components[0].Quant)
				}
				if n := wrong(t, h, p); n*1000 > c.most*p.Width*p.Height && at.X%32 == 0 {
					t.Errorf("%s, cut at %v: %d of %d pixels are wrong", name, at, n, p.Width*p.Height)
				}
			}
		}
	}
}

// TestUndo: luma and chroma come back from every triple of samples, none of them clipped, that a conversion makes.
func TestUndo(t *testing.T) {
	stride := 11
	if os.Getenv("DDPMZ_LONG") == "1" {
		stride = 1
	}
	for _, c := range conversions {
		for i := 0; i < 1<<24; i += stride {
			y, cb, cr := uint8(i>>16), uint8(i>>8), uint8(i)
			part := c.chroma(cb, cr)
			luma := c.luma * int32(y)
			r, g, b := (luma+part[0])>>16, (luma+part[1])>>16, (luma+part[2])>>16
			if min(r, g, b) < 1 || max(r, g, b) > 254 {
				continue
			}
			if y1, cb1, cr1, ok := c.undo(r, g, b); !ok || y1 != y || cb1 != cb || cr1 != cr {
				t.Fatalf("%+v: %d, %d, %d comes back as %d, %d, %d, %v", c, y, cb, cr, y1, cb1, cr1, ok)
			}
		}
	}
}

// TestUndoWide compares with a search of all luma and chroma.
func TestUndoWide(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	clipped := 0
	for i := range 60 {
		ycc := [3]uint8{uint8(r.UintN(256)), uint8(r.UintN(256)), uint8(r.UintN(256))}
		rgb := pixels.WideOfGo(ycc[0], ycc[1], ycc[2])
		near := ycc
		for k := range near {
			near[k] += uint8(r.UintN(9))
		}
		if i%6 == 5 {
			rgb[i%3]++ // of no pixel, or another
		}
		best := int32(1 << 10)
		for k := range 1 << 16 {
			y, cr := uint8(k>>8), uint8(k)
			for cb := range 256 {
				made := pixels.WideOfGo(y, uint8(cb), cr)
				if made[0] != rgb[0] {
					break // which does not depend on blue's chroma
				}
				if made == rgb {
					best = min(best, distance(int32(y), int32(near[0]))+distance(int32(cb), int32(near[1]))+distance(int32(cr), int32(near[2])))
				}
			}
		}
		have, ok := UndoWide(rgb, near)
		far := distance(int32(have[0]), int32(near[0])) + distance(int32(have[1]), int32(near[1])) + distance(int32(have[2]), int32(near[2]))
		if ok != (best < 1<<10) || ok && (far != best || pixels.WideOfGo(have[0], have[1], have[2]) != rgb) {
			t.Fatalf("%v near %v: %v, %v, which is %d away, want %d", rgb, near, have, ok, far, best)
		}
		if ok && !IsWide(rgb) {
			t.Fatalf("%v is not recognized", rgb)
		}
		if ok && max(rgb[0], rgb[1], rgb[2]) == 1<<16-1 {
			clipped++
		}
	}
	if clipped < 10 {
		t.Errorf("%d pixels are clipped", clipped)
	}
}

// TestFindPart finds where the grid is in parts of a picture, and what is inside.
func TestFindPart(t *testing.T) {
	out, f := decompressed(t, open(t, "landscape.png"), 2, 2, 80, false)
	for _, at := range []image.Point{{13, 5}, {16, 9}} {
		p := pictureOf(out, image.Rectangle{at, at.Add(image.Pt(201, 145))})
		h := Find(p)
		if h == nil || !HasGrid(p) {
			t.Errorf("%v: nothing is found", at)
			continue
		}
		if h.X%16 != at.X%16 || h.Y%16 != at.Y%16 {
			t.Errorf("%v: found at (%d, %d)", at, h.X, h.Y)
		}
		if h.File.Components[0].Quant != f.Components[0].Quant {
			t.Errorf("%v: luma has the steps %v, want %v", at, h.File.Components[0].Quant, f.Components[0].Quant)
		}
		edge := 16 * 2 * (p.Width + p.Height) // pixels of blocks that may be there in part only
		if n := wrong(t, h, p); n > edge/2 {
			t.Errorf("%v: %d pixels are wrong, of %d at the edges", at, n, edge)
		}
	}
}

// TestFindNothing: pictures of another origin have no history.
func TestFindNothing(t *testing.T) {
	m := open(t, "landscape.png")
	gray := image.NewGray(m.Bounds())
	for y := range gray.Rect.Dy() {
		for x := range gray.Rect.Dx() {
			gray.Set(x, y, m.At(x, y))
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	noise := image.NewGray(image.Rect(0, 0, 100, 100))
	for i := range noise.Pix {
		noise.Pix[i] = uint8(r.UintN(256))
	}
	out, _ := decompressed(t, m, 2, 2, 80, false)
	smaller := image.NewRGBA(image.Rect(0, 0, 150, 100)) // scaled, which a decoder's pixels do not survive
	for y := range smaller.Rect.Dy() {
		for x := range smaller.Rect.Dx() {
			var sum [3]uint32
			for i := range 4 {
				r, g, b, _ := out.At(2*x+i%2, 2*y+i/2).RGBA()
				sum[0], sum[1], sum[2] = sum[0]+r>>8, sum[1]+g>>8, sum[2]+b>>8
			}
			smaller.SetRGBA(x, y, color.RGBA{uint8(sum[0] / 4), uint8(sum[1] / 4), uint8(sum[2] / 4), 255})
		}
	}
	for name, m := range map[string]image.Image{
		"landscape": m, "gray landscape": gray, "noise": noise, "scaled": smaller, "flat": image.NewGray(image.Rect(0, 0, 64, 64)),
		"small": image.NewGray(image.Rect(0, 0, 15, 400)),
	} {
		p := pictureOf(m, m.Bounds())
		if h := Find(p); h != nil {
			t.Errorf("%s: found %v at (%d, %d)", name, h.File.Components[0].Quant, h.X, h.Y)
		}
		if HasGrid(p) {
			t.Errorf("%s has a grid", name)
		}
	}
}

// TestForward compares the forward transform with its definition (T.81, A.3.3).
func TestForward(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 50 {
		var b block
		for i := range b {
			b[i] = int32(r.IntN(256)) - 128
		}
		have := b
		have.forward(0)
		for f, v := range have {
			want := 0.0
			for i, s := range b {
				want += float64(s) * math.Cos(float64((2*(i%8)+1)*(f%8))*math.Pi/16) * math.Cos(float64((2*(i/8)+1)*(f/8))*math.Pi/16)
			}
			want /= 4
			if f%8 == 0 {
				want /= math.Sqrt2
			}
			if f/8 == 0 {
				want /= math.Sqrt2
			}
			if d := float64(v)/unit - want; math.Abs(d) > 0.15 {
				t.Fatalf("coefficient %d is %.3f, want %.3f", f, float64(v)/unit, want)
			}
		}
	}
}

// TestFirst compares the coefficients of the first probes with the forward transform.
func TestFirst(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	p := newPlane(11, 13)
	for range 200 {
		for i := range p.samples {
			p.samples[i] = uint8(r.UintN(256))
		}
		var s strip
		s.transform(p, 3, 2, 11)
		for y0 := range 4 {
			b := p.blockAt(3, 2+y0)
			b.forward(0)
			for i, v := range s.first(y0) {
				if f := probes[i]; v != b[f] {
					t.Fatalf("coefficient %d is %d, want %d", f, v, b[f])
				}
			}
		}
	}
}

// TestProbe: places have blocks of their grid, with texture, and the coefficients of these.
func TestProbe(t *testing.T) {
	m := open(t, "landscape.png")
	planes := []*plane{}
	for _, size := range []image.Point{{16, 16}, {33, 47}, {90, 80}} {
		gray := image.NewGray(image.Rectangle{Max: size})
		draw.Draw(gray, gray.Rect, m, image.Pt(60, 60), draw.Src)
		gray.Pix[5*size.X+12] = 255 // clipped
		planes = append(planes, grayPlane(pictureOf(gray, gray.Rect)))
	}
	for _, p := range planes {
		s := probing{plane: p}
		for x0 := range 8 {
			s.probe(x0)
			for y0 := range s.places {
				q := &s.places[y0]
				blocks := 0
				p.eachBlock(x0, y0, 1<<20, func(x, y int) { blocks++ })
				if q.n != min(blocks, firstBlocks) {
					t.Fatalf("(%d, %d): %d blocks of %d", x0, y0, q.n, blocks)
				}
				for i, at := range q.at[:q.n] {
					b := p.blockAt(at[0], at[1])
					b.forward(0)
					if at[0]%8 != x0 || at[1]%8 != y0 || !p.textured(at[0], at[1]) {
						t.Fatalf("(%d, %d): a block at %v", x0, y0, at)
					}
					for k := range q.coef {
						if q.coef[k][i] != b[probes[k]] {
							t.Fatalf("(%d, %d): frequency %d of the block at %v is %d, want %d", x0, y0, probes[k], at, q.coef[k][i], b[probes[k]])
						}
					}
				}
			}
		}
	}
}

// TestRulesOut: coefficients are no multiples of a step that is ruled out, and all of a mask's cell are none of its steps.
func TestRulesOut(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	out, ok := 0, 0
	for range 20000 {
		var coef [firstBlocks]int32
		n := 1 + r.IntN(len(coef))
		step := 2 + r.Int32N(40)
		for i := range coef[:n] {
			coef[i] = step*unit*r.Int32N(9) + r.Int32N(1+unit)
			if r.IntN(12) == 0 {
				coef[i] = r.Int32N(1 << 14)
			}
			coef[i] = max(coef[i], roundingNear+1)
		}
		_, _, are := multiples(coef[:n], step, roundingReach, roundingVariance)
		ruled := combs[step].rulesOut(&coef, n)
		if are && ruled {
			t.Fatalf("%v are multiples of %d", coef[:n], step)
		}
		if ruled {
			out++
		}
		if are {
			ok++
		}
	}
	if out == 0 || ok == 0 {
		t.Errorf("%d are ruled out, and %d are multiples", out, ok)
	}
	masks := othersMasks()
	for v := range int32(maskCells * maskUnit) {
		for step := int32(2); step < maskedSteps; step++ {
			d := v % (step * unit)
			d = min(d, step*unit-d)
			other := v > roundingNear && d > combs[step].far
			if masks[v/maskUnit]>>step&1 != 0 && !other {
				t.Fatalf("%d is a multiple of %d", v, step)
			}
		}
	}
}

// TestMostStep: coefficients are no multiples of any step that is left out.
func TestMostStep(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	const variance = unit * unit / 12
	reach := int32(4 * root(variance))
	left := 0
	for range 2000 {
		coef := make([]int32, 1+r.IntN(80))
		step := 1 + r.Int32N(largestStep)
		for i := range coef {
			coef[i] = step*unit*r.Int32N(4) + r.Int32N(unit)
			if r.IntN(20) == 0 {
				coef[i] = r.Int32N(1 << 14)
			}
		}
		for q := mostStep(coef, largestStep, reach) + 1; q <= largestStep; q++ {
			left++
			if n, _, ok := multiples(coef, q, reach, variance); ok {
				t.Fatalf("%d of %v are multiples of %d", n, coef, q)
			}
		}
	}
	if left == 0 {
		t.Error("no step is left out")
	}
}

// TestSharpen: the means of what the filter makes of samples lead back to these.
func TestSharpen(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, s := range []sampling{{2, 2, false}, {2, 1, false}, {1, 2, false}, {1, 1, false}, {2, 2, true}} {
		const wide, high = 37, 22
		h := &half{sampling: s, wide: wide, high: high, samples: make([]uint8, wide*high)}
		for i := range h.samples {
			h.samples[i] = uint8(r.UintN(256))
		}
		p := newPlane(wide*s.h, high*s.v)
		for y := range p.high {
			h.upsampled(p.samples[y*p.wide:][:p.wide], y, 0, p.wide)
		}
		for i := range p.known {
			p.known[i] = true
		}
		e := s.estimate(p)
		for i, v := range e.samples {
			if d := v - (int32(h.samples[i])-128)<<meanBits; d > 2<<meanBits || d < -2<<meanBits {
				t.Fatalf("%v: sample %d is %d/%d, want %d", s, i, v, 1<<meanBits, int32(h.samples[i])-128)
			}
		}
	}
}

// TestUpsampled compares with package pixels.
func TestUpsampled(t *testing.T) {
	out, f := decompressed(t, open(t, "landscape.png"), 2, 2, 70, false)
	_ = out
	for _, s := range samplings {
		f.Components[0].H, f.Components[0].V = s.h, s.v
		wide, high := 60*s.h, 40*s.v
		l := &pixels.Layout{Width: wide, Height: high, Colours: pixels.YCbCr, Repeats: s.repeats}
		var list []jpeg.Component
		for i, c := range f.Components {
			k := jpeg.Component{ID: c.ID, H: 1, V: 1, Quant: c.Quant}
			if i == 0 {
				k.H, k.V = s.h, s.v
			}
			list = append(list, k)
		}
		g, err := jpeg.New(wide, high, list)
		if err != nil {
			t.Fatal(err)
		}
		for i := range g.Components {
			c := &g.Components[i]
			copy(c.Coef, f.Components[i].Coef)
			l.Components = append(l.Components, pixels.Component{H: c.H, V: c.V, Wide: c.Wide, High: c.High})
		}
		all, err := l.Samples(pixels.BlocksOf(g))
		if err != nil {
			t.Fatal(err)
		}
		c := &g.Components[1]
		k := newComponent(c.Wide, c.High, c.Quant, pixels.LibjpegTurbo, nil)
		h := &half{sampling: s, wide: 60, high: 40, samples: make([]uint8, 60*40)}
		for y := range c.High {
			for x := range c.Wide {
				b := k.empty()
				copy(b.coef[:], c.Coef[64*(y*c.Wide+x):])
				b.decode()
				k.put(x, y, &b)
			}
		}
		for y := range h.high {
			copy(h.samples[y*h.wide:][:h.wide], k.samples[y*8*k.wide:])
		}
		row := make([]uint8, wide)
		for y := range high {
			h.upsampled(row, y, 0, wide)
			if !bytes.Equal(row, all[1][y*wide:][:wide]) {
				t.Fatalf("%v: row %d differs", s, y)
			}
		}
	}
}

// TestFindStops: Find returns once its channel is closed, and does not panic for what it has not found.
func TestFindStops(t *testing.T) {
	out, _ := decompressed(t, open(t, "landscape.png"), 2, 2, 80, false)
	p := pictureOf(out, out.Bounds())
	done := make(chan struct{})
	close(done)
	p.Done = done
	if h := Find(p); h != nil && wrong(t, h, p) == 0 {
		t.Error("all has been done")
	}
}
