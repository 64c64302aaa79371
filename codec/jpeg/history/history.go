package history

import (
	"image"

	"github.com/ddpmz/ddpmz/codec/jpeg"
	"github.com/ddpmz/ddpmz/codec/jpeg/pixels"
)

// A History is how a JPEG decoder has made a picture: the picture of a JPEG file, or a part of it.
type History struct {
	File    *jpeg.File // its coefficients and what a frame says; it has no syntax
	X, Y    int        // where the picture begins in that of the file
	Decoder pixels.Decoder
	Repeats bool // chroma's samples were repeated, not filtered: see pixels.Layout
}

// leastSide is how many pixels a picture has in a row and a column at least.
const leastSide = 16

// HasGrid reports whether a picture has luma, and chroma, as a JPEG decoder that is known makes them, with a grid of blocks whose coefficients are
// multiples of steps. It is what Find looks for first, and takes little time beside encoding.
func HasGrid(p *Picture) bool {
	_, _, _, _, ok := begin(p)
	return ok
}

// begin returns the luma and chroma of a picture, the conversion that they were made by, and where the first whole block of luma begins.
func begin(p *Picture) (planes []*plane, c *conversion, x, y int, ok bool) {
	if p.Width < leastSide || p.Height < leastSide {
		return nil, nil, 0, 0, false
	}
	if planes, c = separate(p); c == nil {
		return nil, nil, 0, 0, false
	}
	x, y, ok = planes[0].grid()
	return planes, c, x, y, ok
}

// Find finds the history of a picture; nil if no JPEG decoder that it knows has made it.
func Find(p *Picture) *History {
	planes, c, x, y, ok := begin(p)
	if !ok {
		return nil
	}
	luma := planes[0]
	blocks := luma.sample(x, y, steppedBlocks)
	table := blocks.steps(&rounding)
	steps := table.complete(nil)
	h := &History{X: (8 - x) % 8, Y: (8 - y) % 8, Decoder: luma.decoder(x, y, &steps, c.decoders)}
	if len(planes) == 1 {
		return h.gray(p, luma, steps)
	}
	g := findChroma(planes[1:], x, y, h.Decoder)
	if g == nil {
		return nil
	}
	g.luma = table
	h.X, h.Y, h.Repeats = g.x, g.y, g.repeats
	return h.colour(p, planes, steps, g, c)
}

// gray finds the coefficients of a gray picture.
func (h *History) gray(p *Picture, luma *plane, steps [64]uint16) *History {
	luma = luma.placed(h.X, h.Y, luma.wide+h.X, luma.high+h.Y)
	f, err := jpeg.New(luma.wide, luma.high, []jpeg.Component{{ID: 1, H: 1, V: 1, Quant: steps}})
	if err != nil {
		return nil
	}
	h.File = f
	for i := range luma.known { // those that are clipped are known as well as others: a decoder clips them, too
		luma.known[i] = i%luma.wide >= h.X && i/luma.wide >= h.Y
	}
	luma.samples = luma.fill()
	c := &f.Components[0]
	k := newComponent(c.Wide, c.High, c.Quant, h.Decoder, p.Done)
	k.solve(luma, image.Rect(h.X, h.Y, luma.wide, luma.high), nil)
	c.Coef, c.Quant = k.coef, k.steps
	return h
}

// alternations is how often luma is found from chroma, and chroma from luma, where pixels are clipped.
const alternations = 8

// colour finds the coefficients of luma and chroma.
func (h *History) colour(p *Picture, planes []*plane, steps [64]uint16, g *chromaGrid, by *conversion) *History {
	right, below := 0, 0
	c := h.solve(p, planes, steps, g, by, right, below)
	if c == nil || h.X == 0 && h.Y == 0 && p.Width%(8*g.h) == 0 && p.Height%(8*g.v) == 0 || !g.filtered() {
		return h
	}
	// Chroma is filtered with the samples beside it. Where the picture is a part of a larger one, those at its edges are missing: it takes
	// more blocks to have them.
	edges := c.edges()
	x, y := h.X, h.Y
	if edges.left && x == 0 && g.h == 2 {
		x = 8 * g.h
	}
	if edges.top && y == 0 && g.v == 2 {
		y = 8 * g.v
	}
	if edges.right && g.h == 2 {
		right = 8*g.h - (p.Width+x)%(8*g.h)
	}
	if edges.bottom && g.v == 2 {
		below = 8*g.v - (p.Height+y)%(8*g.v)
	}
	if x != h.X || y != h.Y || right > 0 || below > 0 {
		first, wrong := *h, c.wrong()
		h.X, h.Y = x, y
		if c := h.solve(p, planes, steps, g, by, right, below); c == nil || c.wrong() >= wrong {
			*h = first
		}
	}
	return h
}

// solve finds the coefficients of a picture with so many columns and rows beyond it; nil if there are too many.
func (h *History) solve(p *Picture, planes []*plane, steps [64]uint16, g *chromaGrid, by *conversion, right, below int) *colourSolver {
	chroma := g.table.complete(&steps)
	wide, high := h.X+p.Width+right, h.Y+p.Height+below
	f, err := jpeg.New(wide, high, []jpeg.Component{
		{ID: 1, H: g.h, V: g.v, Quant: steps}, {ID: 2, H: 1, V: 1, Quant: chroma}, {ID: 3, H: 1, V: 1, Quant: chroma},
	})
	if err != nil {
		return nil
	}
	h.File = f
	c := &colourSolver{history: h, picture: p, conversion: by}
	for i, q := range planes {
		q = q.placed(h.X, h.Y, wide, high)
		k := newComponent(f.Components[i].Wide, f.Components[i].High, f.Components[i].Quant, h.Decoder, p.Done)
		counts := &g.luma.counts
		if i > 0 {
			counts = &g.table.counts
		}
		for j, n := range counts {
			k.sure[j] = n >= evidentNonzero
		}
		if i == 0 {
			c.luma, c.lumaPixels = k, q
			continue
		}
		c.whiten(q)
		c.chroma[i-1] = newChromaPlane(k, g.sampling, q, c.inside())
	}
	c.lumaPixels.samples = c.lumaPixels.fill()
	c.run()
	for i, k := range [3]*component{c.luma, c.chroma[0].component, c.chroma[1].component} {
		f.Components[i].Coef, f.Components[i].Quant = k.coef, k.steps
	}
	return c
}

// Layout returns how the file's coefficients make a picture.
func (h *History) Layout() (*pixels.Layout, error) {
	l, err := pixels.LayoutOf(h.File)
	if err != nil {
		return nil, err
	}
	l.Repeats, l.Decoder = h.Repeats, h.Decoder
	return l, nil
}
