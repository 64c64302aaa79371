package render

import (
	"image"
	"image/color"
	"image/draw"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

// Gradient runs red across, green down and blue along the diagonal, with no
// grain: smoother than any photograph.
func Gradient(width, height int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	ramp := func(i, n int) uint8 { return uint8(i * 255 / max(n-1, 1)) }
	for y := range height {
		for x := range width {
			m.SetRGBA(x, y, color.RGBA{ramp(x, width), ramp(y, height), 255 - ramp(x+y, width+height-1), 255})
		}
	}
	return m
}

// Noise is independent, uniform bytes: nobody can compress it.
func Noise(width, height int, seed uint32) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			h := hash(seed, int64(x), int64(y), 2)
			m.SetRGBA(x, y, color.RGBA{uint8(h), uint8(h >> 8), uint8(h >> 16), 255})
		}
	}
	return m
}

// colours of Chart and Text.
var (
	paper  = color.RGBA{250, 250, 248, 255}
	ink    = color.RGBA{36, 41, 47, 255}
	faint  = color.RGBA{221, 224, 228, 255}
	dull   = color.RGBA{124, 132, 140, 255}
	bar    = color.RGBA{233, 236, 239, 255}
	blue   = color.RGBA{5, 80, 174, 255}
	red    = color.RGBA{207, 34, 46, 255}
	green  = color.RGBA{17, 99, 41, 255}
	violet = color.RGBA{130, 80, 223, 255}
	amber  = color.RGBA{212, 167, 44, 255}
)

// Chart is a bar chart with a line over it, in ten flat colours.
func Chart(width, height int, seed uint32) *image.Paletted {
	m := image.NewPaletted(image.Rect(0, 0, width, height),
		color.Palette{paper, ink, faint, dull, bar, blue, red, green, violet, amber})
	const left, foot = 26, 18
	for i := range 6 {
		y := 8 + (height-foot-8)*i/5
		fill(m, image.Rect(left, y, width-6, y+1), faint)
		write(m, 4, y+4, dull, string(rune('5'-i)))
	}
	const n = 8
	tints := []color.RGBA{blue, green, violet, amber}
	slot := (width - left - 6) / n
	last := image.Point{}
	for i := range n {
		u := int(hash(seed, int64(i), 0, 3) % uint32(max(height*6/10, 1)))
		x := left + i*slot + slot/6
		fill(m, image.Rect(x, height-foot-height/8-u, x+slot*2/3, height-foot), tints[i%len(tints)])
		write(m, x+slot/3-3, height-5, ink, string(rune('A'+i)))
		p := image.Pt(x+slot/3, height/2-int(wave(fix(i)*one/7)*fix(height/4)>>fracBits))
		if i > 0 {
			line(m, last, p, red)
		}
		last = p
	}
	fill(m, image.Rect(left, 4, left+1, height-foot), ink)
	fill(m, image.Rect(left, height-foot, width-4, height-foot+1), ink)
	return m
}

// Text looks like a screenshot of an editor.
func Text(width, height int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	fill(m, m.Rect, paper)
	fill(m, image.Rect(0, 0, width, 20), bar)
	for i, c := range []color.RGBA{red, amber, green} {
		fill(m, image.Rect(8+14*i, 7, 15+14*i, 14), c)
	}
	write(m, 60, 14, ink, "haiku.go - editor")
	fill(m, image.Rect(0, 20, width, 21), faint)
	fill(m, image.Rect(0, 21, 26, height), bar)
	lines := []struct {
		text string
		tint color.RGBA
	}{
		{"// An old silent pond;", dull}, {"// bytes jump in, one at a time.", dull},
		{"// The sound of a shift.", dull}, {"package haiku", red}, {"", ink},
		{"func Pond(b []byte) (n uint32) {", blue}, {"	for _, frog := range b {", ink},
		{"		n = n<<1 ^ uint32(frog)*7", ink}, {"	}", ink}, {"	return n // splash", violet},
		{"}", blue}, {"", ink}, {"var calm = Pond(nil) == 0", green},
	}
	for i, l := range lines {
		y := 35 + 14*i
		write(m, 5, y, dull, string([]rune{rune('0' + (i+1)/10), rune('0' + (i+1)%10)}))
		x, s := 32, l.text
		for ; s != "" && s[0] == '\t'; s = s[1:] {
			x += 28
		}
		write(m, x, y, l.tint, s)
	}
	fill(m, image.Rect(32+7*19, 25+14*9, 34+7*19, 38+14*9), ink) // the cursor
	fill(m, image.Rect(width-8, 21, width, height), bar)
	fill(m, image.Rect(width-7, 40, width-1, 40+height/3), dull)
	return m
}

func fill(m draw.Image, r image.Rectangle, c color.Color) {
	draw.Draw(m, r, image.NewUniform(c), image.Point{}, draw.Src)
}

// write sets s with its baseline at y. The font's masks are on or off, so
// text has no soft edges.
func write(m draw.Image, x, y int, c color.Color, s string) {
	d := font.Drawer{Dst: m, Src: image.NewUniform(c), Face: basicfont.Face7x13, Dot: fixed.P(x, y)}
	d.DrawString(s)
}

// line is Bresenham's, two pixels thick.
func line(m draw.Image, a, b image.Point, c color.Color) {
	n := max(b.X-a.X, a.X-b.X, b.Y-a.Y, a.Y-b.Y, 1)
	for i := range n + 1 {
		x, y := a.X+(b.X-a.X)*i/n, a.Y+(b.Y-a.Y)*i/n
		fill(m, image.Rect(x, y, x+2, y+2), c)
	}
}
