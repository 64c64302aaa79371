package model

import (
	"unsafe"

	"github.com/ddpmz/ddpmz/model/internal/adapt"
	"github.com/ddpmz/ddpmz/model/internal/kernel"
	"github.com/ddpmz/ddpmz/model/internal/parallel"
	"github.com/ddpmz/ddpmz/model/internal/storage"
)

// Memory returns how many bytes a chain for images of a geometry holds at most on a number of processors, in Run,
// CodePass or Picture; in an encoder from SetImage on, without the planes that SetImage is given. What garbage collection lets lie
// about comes on top of that, and the picture, and the network with its layers. TestMemory compares it with what is there.
func (n *Net) Memory(g Geometry, procs int, encoder bool) int64 {
	c := NewChain(n, g, 0)
	total := allocated(1, int64(unsafe.Sizeof(*c))) + allocated(1, int64(len(c.scales))*int64(unsafe.Sizeof(scale{}))) +
		allocated(1, int64(len(c.scales))*int64(unsafe.Sizeof(storage.Image{})))
	if len(c.scales) == 1 {
		return total + c.stripBytes(procs)
	}
	for l := range c.scales[1:] {
		total += c.scaleBytes(&c.scales[1+l], encoder)
	}
	s := &c.scales[1]
	workers := min(bandsOf(s.h), procs)
	total += allocated(1, stages*stateBytes)           // what is learned
	for _, l := range []int{1, c.firstIndependent()} { // of which passes have scratch
		if l < len(c.scales) {
			s := &c.scales[l]
			n := bandsOf(s.h)
			total += int64(min(n, procs))*c.bandBytes(s, procs, encoder) + c.aboveBytes(s) + allocated(1, int64(n)*stateBytes) + c.mergeBytes(s)
		}
	}
	if s := &c.scales[min(2, len(c.scales)-1)]; c.buffered(s) {
		total += allocated(1, int64(unsafe.Sizeof(backBuffer{}))) + c.coarseBytes(s.fw, s.fh) + allocated(int64(bands*c.planes), int64(s.w)*int64(s.h)*recordBytes)
	}
	return total + max(c.pictureBytes(workers), c.stripBytes(procs))
}

// valueBytes is what a store takes for a value.
func (c *Chain) valueBytes() int64 {
	if c.deep == 0 {
		return 2
	}
	return 4
}

// allocated returns how many bytes a number of slices take that have so many bytes each: Go's allocator takes whole
// pages for large ones, and wastes an eighth of small ones at most.
func allocated(slices, bytes int64) int64 {
	const page, large = 8 << 10, 32 << 10
	if bytes > large {
		return slices * ((bytes + page - 1) / page * page)
	}
	return slices * (bytes + bytes/8 + 16)
}

// scaleBytes is what is known of a scale, and of the image that it splits; see begin, SetImage and codePass.
func (c *Chain) scaleBytes(s *scale, encoder bool) int64 {
	n, stores := int64(s.w)*int64(s.h), int64(bands*c.planes)
	total := allocated(stores, n*c.valueBytes()) + allocated(stores, n*recordBytes) + c.coarseBytes(s.w, s.h) // cells, records
	if encoder {
		runs := (int64(s.w) + storage.RunSites - 1) / storage.RunSites
		total += allocated(stores, runs*int64(s.h)*int64(unsafe.Sizeof([]byte{})))
		total += stores * int64(s.h) * (allocated(runs-1, storage.RunSites*c.valueBytes()) + allocated(1, (int64(s.w)-(runs-1)*storage.RunSites)*c.valueBytes()))
	}
	return total
}

const (
	recordBytes = int64(unsafe.Sizeof(adapt.Record(0)))
	stateBytes  = int64(unsafe.Sizeof(adapt.State{}))
	layerBytes  = 1 << 10 // the last layer as it is adapted, and for each of its units, as any kernel lays it out
	unitBytes   = headOutputs * 6
)

// coarseBytes is what newCoarse takes.
func (c *Chain) coarseBytes(w, h int) int64 {
	return int64(unsafe.Sizeof(storage.Image{})) + allocated(int64(c.planes), int64(w)*int64(h)*c.valueBytes())
}

// bandBytes is what a band of a scale takes; see take, beginPrepare, runTrunk, runHeads.
func (c *Chain) bandBytes(s *scale, procs int, encoder bool) int64 {
	n := bandsOf(s.h)
	inside := max(1, procs/min(n, procs)) // processors for a band
	w, most := int64(s.w), int64(mostRows(s.h))
	halo := int64(c.net.reach() + textureHalo)
	frame := min(int64(s.h), most+2*halo)
	layers, channels, hidden := c.net.w.layers, c.net.w.channels, c.net.w.hidden
	told := bands * int64(c.planesOf(s))
	shown := &everyChannel
	if c.planesOf(s) < planes {
		shown = &lumaChannels
	}
	tensors := func(n int, h, w, c int) int64 { return allocated(int64(n), kernel.Bytes(h, w, c)) }

	total := int64(unsafe.Sizeof(band{}))
	if encoder {
		total += allocated(told, w*4) // truth
	}
	total += allocated(told, frame*w*c.valueBytes()/2) + allocated(told*2, halo*w*c.valueBytes()) + allocated(1, w*c.valueBytes()) // dither, before, after, exact
	total += allocated(told, (most+2*adapt.Border)*(w+2*adapt.Border)*recordBytes) + allocated(1, (w+2*adapt.Border)*recordBytes)  // records, noRecords
	total += allocated(planes, most*w*4) + allocated(told, most*w*2)                                                               // texture, activity
	total += tensors(1, int(most)+2, s.w, shown.cells)                                                                             // cells
	total += tensors(1, headRows*inside, (s.w+1)/2, hidden) + tensors(1, 1, adapt.Interval, headOutputs)                           // hidden, output
	rows := slabRows * inside
	total += allocated(2*planes+told, int64(ringRows(rows, layers))*w*4)                                                // level, deviation, magnitude
	total += allocated(told, int64(ringRows(rows, layers))*w) + allocated(1, most*w*2) + allocated(1, most*(w+63)/64*8) // clocks; asked, wanted
	total += tensors(1, ringRows(rows, layers), s.w, shown.inputs) + tensors(layers, rows+3, s.w, channels)             // layers
	total += tensors(1, int(most), s.w, channels)                                                                       // the last
	widest := max(channels, shown.inputs)
	if rows*s.w*channels*widest/8 < parallel.WorthSharing { // see convolve
		total += kernel.ScratchBytes(widest)
	} else {
		total += int64(inside) * kernel.ScratchBytes(widest)
	}
	total += int64(inside) * (allocated(1+2*planes+told, 4*w) + tensors(1, 1, (s.w+1)/2, hidden))                                                   // helpers
	return total + allocated(1, 2*w) + allocated(1, 4*w) + allocated(1, 2*w) + allocated(1, w) + layerBytes + allocated(1, int64(hidden)*unitBytes) // line, estimateUnasked's, the last layer
}

// aboveBytes is what eachBand keeps of the band before.
func (c *Chain) aboveBytes(s *scale) int64 {
	w, halo := int64(s.w), int64(c.net.reach()+textureHalo)
	return allocated(int64(bands*c.planes), w*halo*c.valueBytes()) + allocated(int64(bands*c.planes), w*adapt.Border*recordBytes)
}

// pictureBytes is what an estimate takes; see estimates.
func (c *Chain) pictureBytes(workers int) int64 {
	s := &c.scales[1]
	total := int64(0)
	for l := range c.scales[2:] {
		total += c.coarseBytes(c.scales[2+l].fw, c.scales[2+l].fh)
	}
	return total + int64(min(bandsOf(s.h), workers+2))*c.coarseBytes(s.fw, 2*mostRows(s.h)) +
		int64(workers)*c.rowsBytes(2*min(s.h, mostRows(s.h)+2*storage.MergeHalo))
}

// stripBytes is what strips of the picture take.
func (c *Chain) stripBytes(procs int) int64 {
	n := (c.h + stripRows - 1) / stripRows
	return int64(min(n, procs)) * c.rowsBytes(min(c.h+1, stripRows+4*storage.MergeHalo))
}

// rowsBytes is what rows of the image take in a ycc, with the rows of sites that they are made of.
func (c *Chain) rowsBytes(rows int) int64 {
	return allocated(int64(c.planes), int64(c.w)*int64(rows)*4) + allocated(3, int64(c.w)*2)
}

// mergeBytes is what merging takes to make the image that scale s splits, or those of coarser ones; see merger.
func (c *Chain) mergeBytes(s *scale) int64 {
	w, rows := int64(s.w), int64(min(s.h+1, 2*(storage.MergedAtOnce+2*storage.MergeHalo)))
	return allocated(int64(c.planes), w*4*rows) + allocated(int64(c.planes), w*4*2*storage.MergeHalo) +
		allocated(int64(3*c.planes), w*2)
}
