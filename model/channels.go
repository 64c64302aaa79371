package model

import "slices"

// channels say where the channels of a site are: in the network's inputs, after the coarser image's deviation from its
// local mean and its brightness, and in the cells that heads see. Where the cells of chroma all tell the same, that they
// are zeros or that nothing is known of them, two channels hold what they tell, clock and activity, and the layers that
// see them have weights to match (narrow). The sums are the same, with less than half the arithmetic of these layers.
type channels struct {
	planes            int // whose cells are shown; of others, constants
	cell, clock       int // of the first coordinate: the centre of its cell, and its clock
	texture, activity int // the logarithms of the local activities: of the coarser image, of the cells
	inputs            int
	constants         int // the first of two: of a clock, of an activity

	cells        int // channels of the cells that heads see: centres, clocks, and with constants that of a clock, and nothing
	cellConstant int

	stem, near narrowing // of layers that see the inputs, and the cells
}

const (
	inDeviation  = 0
	inBrightness = inDeviation + planes
	inCell       = inBrightness + planes
	inTexture    = inCell + 2*coordinates
	inActivity   = inTexture + planes
	inputs       = inActivity + coordinates
)

var (
	everyChannel = channels{planes: planes, cell: inCell, clock: inCell + coordinates, texture: inTexture,
		activity: inActivity, inputs: inputs, cells: 2 * coordinates}
	lumaChannels = newLumaChannels()
)

func newLumaChannels() channels {
	c := channels{planes: 1, cell: inCell, clock: inCell + bands, texture: inCell + 2*bands, cellConstant: 2 * bands}
	c.activity = c.texture + planes
	c.constants = c.activity + bands
	c.inputs = c.constants + 2

	// from returns the numbers of n channels.
	from := func(first, n int) (list narrowing) {
		for i := range n {
			list = append(list, []int{first + i})
		}
		return list
	}
	// chroma returns those of chroma of which the first of luma is given.
	chroma := func(luma int) narrowing {
		return narrowing{slices.Concat(from(luma+bands, coordinates-bands)...)}
	}
	c.stem = slices.Concat(from(0, inCell+bands), from(inCell+coordinates, bands), from(inTexture, planes), from(inActivity, bands),
		chroma(inCell+coordinates), chroma(inActivity))
	c.near = slices.Concat(from(0, bands), from(coordinates, bands), chroma(coordinates), narrowing{nil})
	c.cells = len(c.near)
	return c
}

// variant returns 0 for every channel, 1 for those of luma.
func (c *channels) variant() int {
	if c.constants > 0 {
		return 1
	}
	return 0
}

// A narrowing makes a layer's input channels fewer: each stands for those listed, which all hold the same value.
type narrowing [][]int

// narrow returns weights of n channels each as those of fewer channels. It is false if a sum does not fit.
func (n narrowing) narrow(w []int16, in int) ([]int16, bool) {
	narrowed := make([]int16, 0, len(w)/in*len(n))
	for ; len(w) > 0; w = w[in:] {
		for _, list := range n {
			sum := int32(0)
			for _, i := range list {
				sum += int32(w[i])
			}
			if int32(int16(sum)) != sum {
				return nil, false
			}
			narrowed = append(narrowed, int16(sum))
		}
	}
	return narrowed, true
}

// view returns the channels that the trunk is shown of the band's scale, and those that heads are.
func (b *band) view() (trunk, heads *channels) {
	s := b.s
	even := s.fw%2 == 0 && s.fh%2 == 0 // no band of chroma lacks a site, of which it would be known that it is zero
	switch {
	case s.planes < planes:
		return &lumaChannels, &lumaChannels
	case !s.chroma && even && b.stage == 0:
		return &lumaChannels, &lumaChannels
	case !s.chroma && even: // some will be, but not by what the trunk sees
		return &lumaChannels, &everyChannel
	}
	return &everyChannel, &everyChannel
}
