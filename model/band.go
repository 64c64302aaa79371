package model

import (
	"github.com/ddpmz/ddpmz/model/internal/adapt"
	"github.com/ddpmz/ddpmz/model/internal/kernel"
	"github.com/ddpmz/ddpmz/model/internal/network"
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/storage"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// A band is the state of a band while it is coded, and the scratch for that, which serves one band after the other.
type band struct {
	c      *Chain
	s      *scale
	stage  int
	parent *parent
	procs  int // processors for this band

	frame
	changes
	records   [process.Coefficients][]adapt.Record // of the band's rows, with a border of adapt.Border sites
	noRecords []adapt.Record                       // zeros, for a row with its border
	learned   adapt.State

	inference   network.Inference
	skip        skipTest
	output      kernel.Tensor                 // outputs of a head at some sites of a row
	predictions [process.MaxGroup]predictions // at these sites
	lastLayer   adapt.LastLayer

	scratch rowScratch
}

// A rowScratch is scratch for the sites of a row.
type rowScratch struct {
	cell   []int32
	clock  []uint8
	dither []uint16
}

func (r *rowScratch) resize(w int) {
	r.cell, r.clock, r.dither = storage.Resize(r.cell, w, w), storage.Resize(r.clock, w, w), storage.Resize(r.dither, w, w)
}

// take sets b up for a band of a scale with what is known before the pass, and keeps in last what the next band will need.
func (b *band) take(c *Chain, s *scale, stage int, seen *parent, number int, last *above) {
	b.c, b.s, b.stage, b.parent = c, s, stage, seen
	b.changes.begin()
	b.scratch.resize(s.w)
	b.frame.take(s, number, c.net.Halo(), last)
	b.takeRecords(number, last)
	b.learned = c.learned[stage]
}

// takeRecords copies the records of the band's rows and of those around from the scale, and from the band before.
func (b *band) takeRecords(number int, last *above) {
	s := b.s
	w, stride := s.w, s.w+2*adapt.Border
	b.noRecords = storage.Resize(b.noRecords, stride, stride)
	for i := range transform.Subbands * s.planes {
		b.records[i] = storage.Resize(b.records[i], (b.y1-b.y0+2*adapt.Border)*stride, (mostRows(s.h)+2*adapt.Border)*stride)
		clear(b.records[i])
		for y := b.y0; y < min(s.h, b.y1+adapt.Border); y++ {
			copy(b.recordRow(i, y), s.records[i][y*w:][:w])
		}
		if number > 0 {
			for y := range adapt.Border {
				copy(b.recordRow(i, b.y0-adapt.Border+y), last.records[i][y*w:][:w])
			}
		}
		if b.y1 < s.h {
			last.records[i] = append(last.records[i][:0], s.records[i][(b.y1-adapt.Border)*w:b.y1*w]...)
		}
	}
}

// putRecords writes the records of the band's rows back to the scale.
func (b *band) putRecords() {
	w := b.s.w
	for i := range transform.Subbands * b.s.planes {
		for y := b.y0; y < b.y1; y++ {
			copy(b.s.records[i][y*w:][:w], b.recordRow(i, y))
		}
	}
}

// recordRow returns the records of row y of the scale, without the border.
func (b *band) recordRow(i, y int) []adapt.Record {
	return b.records[i][(y-b.y0+adapt.Border)*(b.s.w+2*adapt.Border)+adapt.Border:][:b.s.w]
}

// runTrunk runs the network's trunk over the band, for coefficients that pass the skip test, or for all of them.
func (b *band) runTrunk(dense bool) {
	c, s := b.c, b.s
	in := &network.Input{
		Stage: b.stage, Scale: s.number, Class: c.Colour.Class(),
		Width: s.w, Height: s.h, Y0: b.y0, Y1: b.y1, MostRows: mostRows(s.h),
		Planes: c.planes, Coded: s.planes,
		// No band of chroma lacks a site, of which it would be known that it is zero.
		ChromaUnknown: !s.chroma && s.fw%2 == 0 && s.fh%2 == 0,
		Image:         b.parent.image, Shift: b.parent.shift,
		Cells:  func(i, y int) (*storage.Array, int) { return b.frame.cells(s, i, y) },
		Dither: &b.dither, Top: b.top,
		Procs: b.procs, Stopped: c.stopped,
	}
	for p := range in.ExtraBits {
		in.ExtraBits[p] = c.extraBits(p)
	}
	if !dense {
		b.beginSkipTest()
		in.Activate = b.activate
	}
	b.inference.RunTrunk(c.net, in)
}

// runHeads runs the network's heads over the band. It calls then for rows of b.inference.Hidden, as Inference.RunHeads does; then
// may have their outputs computed, and tune the last layer.
func (b *band) runHeads(then func(group, phase, y0 int) bool) bool {
	return b.inference.RunHeads(func(group int, last *kernel.Conv) {
		b.lastLayer.Begin(&b.learned.LastLayers[group], last, len(process.Groups[group]), b.c.net.ActivationBits())
	}, then)
}

// runOutputs has the last layer of a head, as it is tuned by now, compute the outputs of n sites, at most adapt.Interval, from
// site x of row y of the hidden units on.
func (b *band) runOutputs(y, x, n int) {
	b.output.Reset(1, n, network.HeadOutputs)
	b.lastLayer.Layer.Rows(&b.output, kernel.View{T: &b.inference.Hidden, Y: y, X: x}, kernel.View{}, kernel.View{}, false, 0, 1)
}
