package network

import (
	"slices"

	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// Channels of the network's inputs at a site, as the weights file orders them.
const (
	inDeviation  = 0                                 // of the coarser image from its local mean, by plane
	inBrightness = inDeviation + process.Planes      // of the coarser image, by plane
	inCell       = inBrightness + process.Planes     // centres of the cells, then their clocks, by coefficient
	inTexture    = inCell + 2*process.Coefficients   // logarithm of the local activity of the coarser image, by plane
	inActivity   = inTexture + process.Planes        // logarithm of the local activity of the cells, by coefficient
	inputs       = inActivity + process.Coefficients // how many there are
)

// A channels value is a layout: which channels the trunk's inputs have, and which the cells that heads read. Where the cells of
// chroma are the same at all sites, either zeros or unknown, two channels hold their clock and their activity for all of them,
// and the layers that read them have weights to match (narrow). The sums are the same, with less than half the arithmetic.
type channels struct {
	planes            int // whose cells have channels of their own; the others are constant
	cell, clock       int // of the first coefficient: the centre of its cell, and its clock
	texture, activity int // of the first plane, of the first coefficient
	inputs            int
	constants         int // the first of two: the clock and the activity of chroma; 0 if chroma has channels of its own

	cells        int // channels of the cells that heads read: centres, clocks, and with constants the clock of chroma, and a zero
	cellConstant int // the clock of chroma among them

	stem, near narrowing // of layers that read the inputs, and the cells
}

var (
	allChannels = channels{planes: process.Planes, cell: inCell, clock: inCell + process.Coefficients, texture: inTexture,
		activity: inActivity, inputs: inputs, cells: 2 * process.Coefficients}
	lumaChannels = newLumaChannels()
)

func newLumaChannels() channels {
	const subbands, coefficients = transform.Subbands, process.Coefficients
	c := channels{planes: 1, cell: inCell, clock: inCell + subbands, texture: inCell + 2*subbands, cellConstant: 2 * subbands}
	c.activity = c.texture + process.Planes
	c.constants = c.activity + subbands
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
		return narrowing{slices.Concat(from(luma+subbands, coefficients-subbands)...)}
	}
	c.stem = slices.Concat(from(0, inCell+subbands), from(inCell+coefficients, subbands), from(inTexture, process.Planes), from(inActivity, subbands),
		chroma(inCell+coefficients), chroma(inActivity))
	c.near = slices.Concat(from(0, subbands), from(coefficients, subbands), chroma(coefficients), narrowing{nil})
	c.cells = len(c.near)
	return c
}

// variant returns the index of the layers that read these channels: 0 for all channels, 1 for those of luma.
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

// layouts returns the channels that the trunk reads for an input, and those that heads read.
func (in *Input) layouts() (trunk, heads *channels) {
	switch {
	case in.Coded < process.Planes:
		return &lumaChannels, &lumaChannels
	case in.ChromaUnknown && in.Stage == 0:
		return &lumaChannels, &lumaChannels
	case in.ChromaUnknown: // some of it will be known, but not before the trunk has run
		return &lumaChannels, &allChannels
	}
	return &allChannels, &allChannels
}
