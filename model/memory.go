package model

import (
	"unsafe"

	"github.com/ddpmz/ddpmz/model/internal/adapt"
	"github.com/ddpmz/ddpmz/model/internal/kernel"
	"github.com/ddpmz/ddpmz/model/internal/network"
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/storage"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// Memory returns an upper bound of the bytes that a chain for images of a geometry holds on a number of processors during Run, CodePass
// and Picture; in an encoder, from SetImage on, without the planes that SetImage is given. It does not count garbage that has not been
// collected, the picture, and the network with its layers. TestMemory compares it with what is allocated.
func Memory(n *Net, g Geometry, procs int, encoder bool) int64 {
	return memory(NewChain(n, g, 0), procs, encoder)
}

// ReducedMemory is Memory for a decoder's chain that makes a reduced picture.
func ReducedMemory(n *Net, g Geometry, r Reduction, procs int) int64 {
	c := NewChain(n, g, 0)
	c.Reduction = r
	return memory(c, procs, false)
}

func memory(c *Chain, procs int, encoder bool) int64 {
	total := storage.Allocated(1, int64(unsafe.Sizeof(*c))) + storage.Allocated(1, int64(len(c.scales))*int64(unsafe.Sizeof(scale{}))) +
		storage.Allocated(1, int64(len(c.scales))*int64(unsafe.Sizeof(storage.Image{})))
	if len(c.scales) == 1 {
		return total + c.stripBytes(procs)
	}
	finest := min(max(c.Reduction.Finest, 1), len(c.scales)-1)
	for l := finest; l < len(c.scales); l++ {
		total += c.scaleBytes(&c.scales[l], encoder)
	}
	if finest > 1 {
		total += c.imageBytes(c.scales[finest].fw, c.scales[finest].fh)
	}
	s := &c.scales[finest]
	workers := min(bandsOf(s.h), procs)
	total += storage.Allocated(1, process.Stages*stateBytes) // the state of adaptation
	scratch := []int{finest}                                 // the scales whose passes have scratch
	if l := c.firstIndependent(); l > finest && l < len(c.scales) {
		scratch = append(scratch, l)
	}
	for _, l := range scratch {
		s := &c.scales[l]
		n := bandsOf(s.h)
		total += int64(min(n, procs))*c.bandBytes(s, procs) + c.aboveBytes(s) + storage.Allocated(1, int64(n)*stateBytes) + c.mergeBytes(s)
	}
	if s := &c.scales[min(2, len(c.scales)-1)]; finest <= 2 && c.buffered(s) {
		total += storage.Allocated(1, int64(unsafe.Sizeof(backBuffer{}))) + c.imageBytes(s.fw, s.fh) + storage.Allocated(int64(transform.Subbands*c.planes), int64(s.w)*int64(s.h)*recordBytes)
	}
	return total + max(c.pictureBytes(workers, procs), c.stripBytes(procs))
}

// valueBytes is the size of a value in a storage.Array.
func (c *Chain) valueBytes() int64 {
	if c.extraDepth == 0 {
		return 2
	}
	return 4
}

// scaleBytes is the size of what is known of a scale and of the image at its sites: see begin, SetImage and codePass.
func (c *Chain) scaleBytes(s *scale, encoder bool) int64 {
	n, stores := int64(s.w)*int64(s.h), int64(transform.Subbands*c.planes)
	total := storage.Allocated(stores, n*c.valueBytes()) + storage.Allocated(stores, n*recordBytes) + c.imageBytes(s.w, s.h) // cells, records
	if encoder {
		runs := (int64(s.w) + storage.RunSites - 1) / storage.RunSites
		total += storage.Allocated(stores, runs*int64(s.h)*int64(unsafe.Sizeof([]byte{})))
		total += stores * int64(s.h) * (storage.Allocated(runs-1, storage.RunSites*c.valueBytes()) + storage.Allocated(1, (int64(s.w)-(runs-1)*storage.RunSites)*c.valueBytes()))
	}
	return total
}

const (
	recordBytes = int64(unsafe.Sizeof(adapt.Record(0)))
	stateBytes  = int64(unsafe.Sizeof(adapt.State{}))
)

// imageBytes is the size of an image of w x h samples that newImage makes.
func (c *Chain) imageBytes(w, h int) int64 {
	return int64(unsafe.Sizeof(storage.Image{})) + storage.Allocated(int64(c.planes), int64(w)*int64(h)*c.valueBytes())
}

// bandBytes is the size of a band of a scale.
func (c *Chain) bandBytes(s *scale, procs int) int64 {
	n := bandsOf(s.h)
	inside := max(1, procs/min(n, procs)) // processors for a band
	w, most, halo := int64(s.w), int64(mostRows(s.h)), int64(c.net.Halo())
	coded := c.planesOf(s)
	coefficients := transform.Subbands * int64(coded)
	frame := min(int64(s.h), most+2*halo)

	total := int64(unsafe.Sizeof(band{})) + c.net.InferenceBytes(s.w, int(most), coded, inside)
	total += storage.Allocated(coefficients, frame*w*c.valueBytes()/2) + storage.Allocated(coefficients*2, halo*w*c.valueBytes())                         // the frame: dither, cells
	total += storage.Allocated(coefficients, (most+2*adapt.Border)*(w+2*adapt.Border)*recordBytes) + storage.Allocated(1, (w+2*adapt.Border)*recordBytes) // records, noRecords
	total += storage.Allocated(1, kernel.Bytes(1, adapt.Interval, network.HeadOutputs)) + c.net.LastLayerBytes()                                          // output, lastLayer
	return total + storage.Allocated(1, 4*w) + storage.Allocated(1, 2*w) + storage.Allocated(1, w)                                                        // scratch
}

// aboveBytes is the size of what eachBand keeps of the band before.
func (c *Chain) aboveBytes(s *scale) int64 {
	w, halo := int64(s.w), int64(c.net.Halo())
	return storage.Allocated(int64(transform.Subbands*c.planes), w*halo*c.valueBytes()) + storage.Allocated(int64(transform.Subbands*c.planes), w*adapt.Border*recordBytes)
}

// pictureBytes is the size of what estimates takes.
func (c *Chain) pictureBytes(workers, procs int) int64 {
	s := &c.scales[1]
	total := int64(0)
	for l := max(c.Reduction.Scales, 1) + 1; l < len(c.scales); l++ {
		total += c.imageBytes(c.scales[l].fw, c.scales[l].fh)
	}
	if c.Reduction.Scales > 0 {
		return total + c.stripBytes(procs)
	}
	return total + int64(min(bandsOf(s.h), workers+2))*c.imageBytes(s.fw, 2*mostRows(s.h)) +
		int64(workers)*c.rowsBytes(c.w, 2*min(s.h, mostRows(s.h)+2*storage.MergeHalo))
}

// stripBytes is the size of the strips of a picture that are in use at a time.
func (c *Chain) stripBytes(procs int) int64 {
	w, h := c.pictureSize()
	n := (h + stripRows - 1) / stripRows
	return int64(min(n, procs)) * c.rowsBytes(w, min(h+1, stripRows+4*storage.MergeHalo))
}

// rowsBytes is the size of rows of w pixels in a ycc, with the rows of sites that they are made of.
func (c *Chain) rowsBytes(w, rows int) int64 {
	return storage.Allocated(int64(c.planes), int64(w)*int64(rows)*4) + storage.Allocated(3, int64(w)*2)
}

// mergeBytes is the size of the scratch for merging what passes of scale s make up, or coarser scales, with the coarser image. Scale
// 1 itself is not merged so: see strip.
func (c *Chain) mergeBytes(s *scale) int64 {
	wide, high := s.fw, s.fh
	if s.number == 1 {
		wide, high = s.w, s.h
	}
	w, rows := int64(wide), int64(min(high+1, 2*(storage.MergedAtOnce+2*storage.MergeHalo)))
	return storage.Allocated(int64(c.planes), w*4*rows) + storage.Allocated(int64(c.planes), w*4*2*storage.MergeHalo) +
		storage.Allocated(int64(3*c.planes), w*2)
}
