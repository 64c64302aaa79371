package codec

import (
	"cmp"
	"slices"

	"github.com/ddpmz/ddpmz/model"
)

// An orientation says how a modelled picture is turned over before it is coded. Context runs from the left and from the
// top, and what the corrections learn comes in that order, so a picture and its mirror images take different numbers of
// bytes: of a small one, by a percent.
type orientation uint8

const (
	mirrored   orientation = 1 << iota // left and right are exchanged
	upsideDown                         // top and bottom are exchanged

	orientations = 4
)

// chooseColour returns the transform of a picture's colours, and the orientation that it is for.
func chooseColour(image []model.Plane, depth int, derive bool) (c model.Colour, o orientation) {
	c, mirror, turn := model.ChooseColour(image, depth, derive)
	if mirror {
		o |= mirrored
	}
	if turn {
		o |= upsideDown
	}
	return c, o
}

// turnedPixels is the size, in pixels, of the largest pictures of which the encoder tries all orientations. Of larger
// ones it would cost more time, and bring less.
const turnedPixels = 64 * 64

// String says what is exchanged with what, if anything.
func (o orientation) String() string {
	return [orientations]string{"", "left-right", "top-bottom", "left-right, top-bottom"}[o]
}

// turn turns rows from row y down of a picture of height h over, in place, and returns which row the first of them is
// then. It is its own inverse.
func (o orientation) turn(y int, rows []model.Plane, h int) int {
	for _, p := range rows {
		if o&mirrored != 0 {
			for r := range p.H {
				slices.Reverse(p.Row(r))
			}
		}
		if o&upsideDown != 0 {
			for r := range p.H / 2 {
				a, b := p.Row(r), p.Row(p.H-1-r)
				for x := range a {
					a[x], b[x] = b[x], a[x]
				}
			}
		}
	}
	if o&upsideDown != 0 {
		return h - y - rows[0].H
	}
	return y
}

// An orientation that costs more than the shortest by at most a steadyShare of its bytes is taken in its place if its pictures
// do not get as much worse where more of the file is there.
const steadyShare = 400

// steadyFall is what a fall may be that is none: an eighth of a decibel.
const steadyFall = fallUnit / 32

const fallUnit = 1 << 10

// steadiest returns which of orientations with files of the given sizes is taken.
func steadiest(sizes []int64, fall func(i int) int64) (best int) {
	order := make([]int, len(sizes))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(sizes[a], sizes[b]) })
	most := sizes[order[0]] + sizes[order[0]]/steadyShare
	if len(order) == 1 || sizes[order[1]] > most { // no choice
		return order[0]
	}
	least := int64(1<<63 - 1)
	for _, i := range order {
		if least <= steadyFall || sizes[i] > most {
			break
		}
		if f := fall(i); f < least {
			best, least = i, f
		}
	}
	return best
}

// fall, of a picture of one band, returns the largest share, in 1/fallUnit, by which the squared error of a picture of a prefix is above that of one
// before it. The first ones are looked at: mid-gray, what the coarsest coefficients say, the thumbnail, and what the next pass
// adds. They depend on a few samples, which in small images mislead easily. And those of the last pass, of which last is the
// chain before: what is exact by then, plane by plane, may have the network mistake the others, if they have little to do with it.
func fall(last *model.Chain, net *model.Net, g model.Geometry, image []model.Plane) int64 {
	const all = 1 << 30
	var least, worst int64 = 1<<63 - 1, 0
	see := func(c *model.Chain) {
		now := int64(0)
		for p, x := range c.Picture() {
			for i, v := range x.Pix {
				d := int64(v - image[p].Pix[i])
				now += d * d
			}
		}
		if now > least {
			worst = max(worst, (now-least)*fallUnit/max(least, 1))
		}
		least = min(least, now)
	}
	passes := model.Passes(g.Width, g.Height)
	for i, symbols := range []int{0, len(image), all, all} {
		c := model.NewChain(net, g, net.Tau())
		c.Colour = last.Colour
		c.SetImage(clone(image))
		c.CodePass(passes[0], func(int) model.Coder { return &starved{symbols} })
		if i == 3 && len(passes) > 1 {
			c.CodePass(passes[1], func(int) model.Coder { return &starved{all} })
		}
		see(c)
	}
	if len(passes) > 1 {
		see(last)
		pass := passes[len(passes)-1]
		plane := g.Width*g.Height - (g.Width+1)/2*((g.Height+1)/2) // coordinates of the finest scale
		for n := 1; n < len(image); n++ {
			c := last.Fork()
			c.CodePass(pass, func(int) model.Coder { return &starved{n * plane} })
			see(c)
		}
	}
	return worst
}

// A starved coder runs out after some symbols.
type starved struct{ symbols int }

func (c *starved) Symbol(_ *model.Distribution, s int32) (int32, bool) {
	c.symbols--
	return s, c.symbols >= 0
}

func (c *starved) Bits(v uint32, _ uint) (uint32, bool) { return v, true }

func clone(image []model.Plane) []model.Plane {
	planes := slices.Clone(image)
	for i := range planes {
		planes[i].Pix = slices.Clone(planes[i].Pix)
	}
	return planes
}

// Params of a modelled picture beside τ are one byte, which is left out if it is 0: the colour transform in bits 0, 1 and 4
// to 7, and the orientation in bits 2 and 3.
const (
	orientationShift = 2
	moreColourShift  = 4
	lowColour        = 1<<orientationShift - 1
)

func packParams(colour model.Colour, o orientation) []byte {
	low, high := byte(colour)&lowColour, byte(colour)>>orientationShift
	if b := low | byte(o)<<orientationShift | high<<moreColourShift; b != 0 {
		return []byte{b}
	}
	return nil
}

func unpackParams(b byte) (colour model.Colour, o orientation) {
	return model.Colour(b&lowColour | b>>moreColourShift<<orientationShift), orientation(b >> orientationShift % orientations)
}
