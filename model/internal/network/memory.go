package network

import (
	"github.com/ddpmz/ddpmz/model/internal/kernel"
	"github.com/ddpmz/ddpmz/model/internal/parallel"
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/storage"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// InferenceBytes returns how many bytes the scratch of an Inference takes at most, beside the Inference itself, for bands of up to
// rows of sites, on a number of processors; coded is Input.Coded.
func (n *Net) InferenceBytes(width, rows, coded, procs int) int64 {
	allocated := storage.Allocated
	tensors := func(n int, h, w, c int) int64 { return allocated(int64(n), kernel.Bytes(h, w, c)) }
	w, most, coefficients := int64(width), int64(rows), transform.Subbands*int64(coded)
	layers, trunk, hidden := n.w.most.Layers, n.w.most.Channels, n.w.most.Hidden
	in := &allChannels
	if coded < process.Planes {
		in = &lumaChannels
	}
	slab := slabRows * procs
	ring := int64(ringRows(slab, layers))

	total := allocated(process.Planes, most*w*4) + allocated(coefficients, most*w*2)              // texture, activity
	total += allocated(1, most*w*2) + allocated(1, most*(w+63)/64*8)                              // Mask
	total += allocated(2*process.Planes+coefficients, ring*w*4) + allocated(coefficients, ring*w) // level, deviation, magnitude, clock
	total += tensors(1, rows+2, width, in.cells)                                                  // cells
	total += tensors(1, headRows*procs, (width+1)/2, hidden)                                      // Hidden
	total += tensors(1, int(ring), width, in.inputs) + tensors(layers, slab+3, width, trunk)      // layers
	total += tensors(1, rows, width, trunk)                                                       // the last
	widest := max(trunk, in.inputs)
	if slab*width*trunk*widest/8 < parallel.WorthSharing { // see convolve
		total += kernel.ScratchBytes(widest)
	} else {
		total += int64(procs) * kernel.ScratchBytes(widest)
	}
	return total + int64(procs)*(allocated(2, 4*w)+allocated(2*process.Planes+coefficients, 4*(w+2*columnBorder))+tensors(1, 1, (width+1)/2, hidden)) // workers
}

// LastLayerBytes returns how many bytes a copy of a head's last layer takes at most, as any kernel lays it out.
func (n *Net) LastLayerBytes() int64 {
	const unit = HeadOutputs * 6
	return 1<<10 + storage.Allocated(1, int64(n.w.most.Hidden)*unit)
}
