package render

import (
	"image"
	"image/color"
)

// rgb is linear light: 0 is black, one is white paper in the sun, and more is
// allowed (a highlight).
type rgb struct{ r, g, b fix }

// hex reads a colour as a paint program writes it, 0xRRGGBB, and undoes the
// gamma, which is 2 here (sRGB's is near 2.2).
func hex(c uint32) rgb {
	f := func(v uint32) fix { return fix(v&255) * fix(v&255) * one / (255 * 255) }
	return rgb{f(c >> 16), f(c >> 8), f(c)}
}

func (a rgb) add(b rgb) rgb   { return rgb{a.r + b.r, a.g + b.g, a.b + b.b} }
func (a rgb) times(b rgb) rgb { return rgb{mul(a.r, b.r), mul(a.g, b.g), mul(a.b, b.b)} }
func (a rgb) scale(t fix) rgb { return rgb{mul(a.r, t), mul(a.g, t), mul(a.b, t)} }
func (a rgb) mix(b rgb, t fix) rgb {
	return rgb{lerp(a.r, b.r, t), lerp(a.g, b.g, t), lerp(a.b, b.b, t)}
}

// film collects light: w x h pixels, row by row.
type film struct {
	w, h int
	pix  []rgb
}

func newFilm(w, h int) *film { return &film{w, h, make([]rgb, w*h)} }

// at reads a pixel; outside the frame it reads the nearest edge.
func (f *film) at(x, y int) rgb {
	return f.pix[min(max(y, 0), f.h-1)*f.w+min(max(x, 0), f.w-1)]
}

// shrink averages n x n pixels into one.
func (f *film) shrink(n int) *film {
	out := newFilm(f.w/n, f.h/n)
	for y := range out.h {
		for x := range out.w {
			var s rgb
			for j := range n {
				for i := range n {
					s = s.add(f.pix[(y*n+j)*f.w+x*n+i])
				}
			}
			m := fix(n * n)
			out.pix[y*out.w+x] = rgb{s.r / m, s.g / m, s.b / m}
		}
	}
	return out
}

// Grain, in steps of 8-bit grey (Q47.16). Colour grain is weaker than grey
// grain and, as after a camera's demosaicking, two pixels wide.
const (
	lumaGrain   = one * 13 / 10
	chromaGrain = one * 7 / 10
)

// develop turns light into 16-bit sRGB-like values: lens falloff, shoulder,
// gamma 2, contrast, grain.
func (f *film) develop(seed uint32, grain bool) *image.RGBA64 {
	img := image.NewRGBA64(image.Rect(0, 0, f.w, f.h))
	for y := range f.h {
		for x := range f.w {
			p := f.softened(x, y).scale(f.falloff(x, y))
			v := [3]fix{tone(p.r), tone(p.g), tone(p.b)}
			if grain {
				i, j := int64(x), int64(y)
				grey := mul(lumaGrain, bell(seed, i, j))
				for c := range v {
					s := seed + 1 + uint32(c)
					tint := (bell(s, i, j) + bell(s, i+1, j) + bell(s, i, j+1) + bell(s, i+1, j+1)) / 2
					n := grey + mul(chromaGrain, tint)
					// Black has little grain, and saturated white has none.
					quiet := mul(step(0, mil(150), v[c]), step(one, mil(900), v[c]))
					v[c] += mul(n, mil(350)+mul(mil(650), quiet)) / 255
				}
			}
			img.SetRGBA64(x, y, color.RGBA64{R: unit16(v[0]), G: unit16(v[1]), B: unit16(v[2]), A: 65535})
		}
	}
	return img
}

// softened is pixel (x, y) through a lens that spreads a point a little.
func (f *film) softened(x, y int) rgb {
	side := f.at(x-1, y).add(f.at(x+1, y)).add(f.at(x, y-1)).add(f.at(x, y+1))
	return f.at(x, y).scale(mil(800)).add(side.scale(mil(50)))
}

// falloff darkens the corners by a sixth.
func (f *film) falloff(x, y int) fix {
	u := div(num(2*x-f.w), num(f.w))
	v := div(num(2*y-f.h), num(f.h))
	return one - (mul(u, u)+mul(v, v))/12
}

// tone is the curve of the film: a shoulder that lets light up to 4 still
// differ, gamma 2, and a little S for contrast.
func tone(x fix) fix {
	x = max(x, 0)
	x = div(mul(x, one+x/6), one+x*2/3)
	v := min(sqrt(x), one)
	return lerp(v, step(0, one, v), mil(350))
}

// unit16 maps 0..1 to 0..65535 and clips.
func unit16(v fix) uint16 { return uint16(clamp(v, 0, one-1)) }
