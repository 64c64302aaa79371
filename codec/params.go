package codec

import (
	"fmt"

	"github.com/ddpmz/ddpmz/container"
	"github.com/ddpmz/ddpmz/model"
)

// params are what the header of a modelled file says of how the picture was coded: τ in a byte, then a byte that is left out if
// it is 0, with the number of the colour transform in bits 0, 1 and 4 to 7, and the orientation in bits 2 and 3.
type params struct {
	tau         int8
	colour      model.Colour
	orientation orientation
}

const (
	orientationShift = 2
	highColourShift  = 4
	lowColourMask    = 1<<orientationShift - 1
)

// append appends the params to b.
func (p params) append(b []byte) []byte {
	b = append(b, uint8(p.tau))
	low, high := byte(p.colour)&lowColourMask, byte(p.colour)>>orientationShift
	if v := low | byte(p.orientation)<<orientationShift | high<<highColourShift; v != 0 {
		b = append(b, v)
	}
	return b
}

// parseParams returns the params of a header. In its short form, τ is the model's own.
func parseParams(h *container.Header, tau int8, i info) (p params, err error) {
	unknown := UnsupportedError("unknown parameters of the model")
	p.tau = tau
	rest := h.Params
	if !h.Short {
		if len(rest) == 0 {
			return p, unknown
		}
		p.tau, rest = int8(rest[0]), rest[1:]
	}
	if len(rest) == 0 {
		return p, nil
	}
	p.colour = model.Colour(rest[0]&lowColourMask | rest[0]>>highColourShift<<orientationShift)
	p.orientation = orientation(rest[0] >> orientationShift % orientations)
	switch {
	case len(rest) > 1:
		err = unknown
	case rest[0] == 0:
		err = FormatError("the first colour transform and orientation are spelled out")
	case p.colour >= model.Colours:
		err = UnsupportedError(fmt.Sprintf("colour transform %d", p.colour))
	case p.colour != 0 && i.format.planes() == 1:
		err = FormatError("a colour transform of a single plane")
	case p.colour.Derived() && i.depth != 8:
		err = FormatError("a colour transform of 8-bit samples")
	}
	return p, err
}
