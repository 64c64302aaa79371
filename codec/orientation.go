package codec

import (
	"slices"

	"github.com/ddpmz/ddpmz/model"
)

// An orientation says how a modelled picture is flipped before it is coded. Context runs from the left and from the
// top, and online adaptation learns in that order, so a picture and its mirror images take different numbers of
// bytes: of a small one, by a percent.
type orientation uint8

const (
	mirrored   orientation = 1 << iota // left and right are exchanged
	upsideDown                         // top and bottom are exchanged

	orientations = 4
)

// String says what is exchanged with what, if anything.
func (o orientation) String() string {
	return [orientations]string{"", "left-right", "top-bottom", "left-right, top-bottom"}[o]
}

// flip flips rows from row y down of a picture of height h, in place, and returns which row the first of them is
// then. It is its own inverse.
func (o orientation) flip(y int, rows []model.Plane, h int) int {
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
