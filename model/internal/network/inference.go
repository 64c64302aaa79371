package network

import (
	"github.com/ddpmz/ddpmz/model/internal/kernel"
	"github.com/ddpmz/ddpmz/model/internal/parallel"
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/storage"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// An Input is what the network is given of one band of a scale's rows, and how it is run. Rows are numbered as those of the
// scale, and sizes are in sites.
type Input struct {
	Stage, Scale, Class int // the reverse step, the scale, 1 being the finest, and the colour class
	Width, Height       int // of the scale
	Y0, Y1              int // the band's rows, whose coefficients the heads predict
	MostRows            int // rows of the scale's largest band: storage is made for as many
	Planes              int // of the image
	Coded               int // planes whose coefficients the network predicts; those of the others are zeros that both sides know

	// ChromaUnknown says that nothing is known of any coefficient of chroma, and that each has a value at every site.
	ChromaUnknown bool
	ExtraBits     [process.Planes]int // of depth, by plane: see featureTables

	Image *storage.Image // the coarser image that the scale refines, in Q4 when shifted up
	Shift uint

	// Cells returns where the cells of coefficient i in row y are: in an array, from a site on. There have to be cells of Net.Halo
	// rows around the band, where the scale has them. The band's own may change while heads run; see Inference.CellRow.
	Cells func(i, y int) (cells *storage.Array, site int)

	Dither *[process.Coefficients]storage.DitherRows // of the same rows, by coefficient
	Top    int                                       // the row that Dither begins with

	// Activate sets the bits of the active coefficients in row y of the band, which are all 0 at first; see Mask. By then the
	// row's Clocks, Textures and Activities are known. It is called from several goroutines, for a row from one. If it is nil, all
	// coefficients are active.
	Activate func(y int, active []uint16)

	Procs   int         // processors to use
	Stopped func() bool // makes RunHeads stop if it returns true
}

// An Inference is a run of the network over a band, with the scratch for that, which serves one run after the other.
//
// The trunk goes down the band once, a few rows of each layer at a time. Then the heads go over the band's rows for every group
// of coefficients and every phase of sites, and read the cells that have become known by then.
type Inference struct {
	Mask   Mask          // the active coefficients
	Hidden kernel.Tensor // hidden units of a head at the sites of a phase, in the rows at hand: see RunHeads

	net   *Net
	in    *Input
	trunk *channels // that the trunk reads
	head  *channels // that heads read
	heads *[len(process.Groups)]head
	near  *nearLayers

	// Of the band's rows.
	cells    window                         // cells as heads read them, and a row more on either side
	texture  [process.Planes][]uint32       // see Bases
	activity [process.Coefficients][]uint16 // see Bases

	// Of a few rows.
	slab             int // rows that are computed of a layer before the next has its turn
	level, deviation [process.Planes]ring[int32]
	magnitude        [process.Coefficients]ring[int32]
	clock            [process.Coefficients]ring[uint8]
	done             [3]int                          // the rows after the last that the three steps of prepare have done
	trunkConstants   [inputs]int16                   // the trunk's inputs at a site, of coefficients whose cells are constant
	headConstants    [2 * process.Coefficients]int16 // likewise of heads
	layers           []window                        // the trunk's, from its input on, without the last
	output           window                          // the trunk's last layer: it holds all of the band's rows
	workers          []worker                        // for every processor
}

// A worker is the scratch of a processor for a row.
type worker struct {
	row, index       []int32 // sums; indices of tables, features
	level, deviation [process.Planes]boxSum
	magnitude        [process.Coefficients]boxSum
	share            kernel.Tensor // the trunk's share of a head's hidden units
	spans            []span
}

// slabRows is how many rows of a layer a processor computes before it goes on to the next layer: with few, they are
// still in the cache then, and little memory is taken.
const slabRows = 4

// RunTrunk begins a run: it computes the trunk's outputs at the band's sites. Within the image every layer has a row less than
// the one before it on either side, so that the last has those of the band. All go down the band together, each a row behind
// the one that it reads.
func (r *Inference) RunTrunk(net *Net, in *Input) {
	r.net, r.in = net, in
	r.Mask.begin(in.Activate == nil, in.Y0, in.Y1, in.Width, in.MostRows)
	convs := r.chooseLayers()
	n := len(convs)
	r.makeRoom(n)
	layer := func(i int) *window {
		if i == n {
			return &r.output
		}
		return &r.layers[i]
	}
	ahead := max(n-2, 0) // which sites are active has to be known as many rows down as layers depend on
	r.beginPrepare(n)
	for i, conv := range convs[:n-1] {
		r.layers[1+i].begin(max(0, in.Y0-n+1+i), r.slab+3, r.slab+3, in.Width, conv.Out())
	}
	r.output.begin(in.Y0, in.Y1-in.Y0, in.MostRows, in.Width, convs[n-1].Out())
	for y := in.Top - textureHalo - n; y < in.Y1; {
		y = min(y+r.slab, in.Y1)
		r.layers[0].slideTo(layer(1).end - 1)
		r.prepare(min(y+n+ahead, in.Y1+n))
		for i := 1; i <= n; i++ {
			if i < n {
				r.layers[i].slideTo(layer(i+1).end - 1)
			}
			r.convolve(convs[i-1], layer(i), &r.layers[i-1], i > 1, min(y+n-i, in.Height), n-i)
		}
	}
}

// makeRoom makes room for what the trunk's layers, of which there are so many, and the processors need.
func (r *Inference) makeRoom(layers int) {
	r.slab = slabRows * r.in.Procs
	for len(r.workers) < r.in.Procs {
		r.workers = append(r.workers, worker{})
	}
	for len(r.layers) < layers {
		r.layers = append(r.layers, window{})
	}
}

// chooseLayers chooses the channels that the trunk and the heads read, and the layers that read them: it returns the trunk's.
func (r *Inference) chooseLayers() []*kernel.Conv {
	stage, class, l := r.in.Stage, r.in.Class, r.in.Scale
	r.trunk, r.head = r.in.layouts()
	stem := r.net.stem(stage, class, l, r.trunk)
	if stem == nil {
		r.trunk = &allChannels
		stem = r.net.stem(stage, class, l, r.trunk)
	}
	r.heads = r.net.heads(stage, class, l)
	if r.near = r.net.near(stage, class, l, r.head); r.near == nil {
		r.head = &allChannels
		r.near = r.net.near(stage, class, l, r.head)
	}
	return append([]*kernel.Conv{stem}, r.net.blocks(stage, class, l)...)
}

// convolve computes a layer's rows above row to that are not computed yet, from the layer before it; a residual layer
// adds that. Predictions at active sites depend on it from up to halo sites away: other sites are not computed.
func (r *Inference) convolve(k *kernel.Conv, dst, src *window, residual bool, to, halo int) {
	from, w := dst.end, r.in.Width
	if from >= to {
		return
	}
	spans := r.Mask.spans(from, to, halo)
	// Rows are handed out in pairs, which kernels are quicker with.
	parallel.Ranges(r.in.Procs, (to-from+1)/2, (to-from)*w*k.Out()*k.In()/8, func(_, p0, p1 int) {
		y0, y1 := from+2*p0, min(from+2*p1, to)
		in, post := kernel.View{T: src.part(y0, y1)}, kernel.View{}
		if residual {
			post = in
		}
		for _, s := range spans {
			k.Span(dst.part(y0, y1), in, kernel.View{}, post, true, 0, y1-y0, s.from, s.to)
		}
	})
	dst.finishTo(to, r.in.Height)
}

// headRows is how many rows of a phase's hidden units a processor computes at a time: few, so that they are still in the cache when they are
// read.
const headRows = 2

// RunHeads computes the hidden units of every head, group by group and phase by phase. Before a group it calls begin with the
// head's last layer. Then it computes r.Hidden a few rows of a phase's sites at a time, at sites with active coefficients of the
// group, and calls rows for these, from row y0 of the phase on. rows may write to CellRow, and stops the run by returning false.
// RunHeads reports whether it came to the end.
func (r *Inference) RunHeads(begin func(group int, last *kernel.Conv), rows func(group, phase, y0 int) bool) bool {
	in, trunk := r.in, &r.output.Tensor
	for g, members := range process.Groups {
		if members[0] >= transform.Subbands*process.PlanesIn(in.Stage, in.Coded) {
			break
		}
		hd := &r.heads[g]
		active := MaskBits(members)
		begin(g, hd.out)
		for phase, origin := range process.PhaseOrigin {
			w, h := (in.Width-origin[1]+1)/2, (in.Y1-in.Y0-origin[0]+1)/2
			if w == 0 || h == 0 {
				continue
			}
			site, near := hd.site, r.near[g][phase]
			for top := 0; top < h; top += headRows * in.Procs {
				n := min(h-top, headRows*in.Procs)
				r.Hidden.Reset(n, w, near.Out())
				parallel.Ranges(in.Procs, n, n*w*near.Out()*near.In()/8, func(worker, y0, y1 int) {
					h := &r.workers[worker]
					h.share.Reset(1, w, site.Out())
					for y := y0; y < y1; y++ { // a row is still in the cache when the next layer wants it
						row := in.Y0 + 2*(top+y) + origin[0]
						phaseOf := func(t *kernel.Tensor, first int) kernel.View {
							return kernel.View{T: t, Step: 2, Y: row - first, X: origin[1]}
						}
						h.spans = r.Mask.phaseSpans(h.spans, active, row, origin[1])
						for _, s := range h.spans {
							site.Span(&h.share, phaseOf(trunk, in.Y0), kernel.View{}, kernel.View{}, false, 0, 1, s.from, s.to)
							near.Span(r.Hidden.Part(y, y+1), phaseOf(&r.cells.Tensor, r.cells.top), kernel.View{T: &h.share}, kernel.View{}, true, 0, 1, s.from, s.to)
						}
					}
				})
				if in.Stopped() || !rows(g, phase, top) {
					return false
				}
			}
		}
	}
	return true
}

// Textures returns the mean absolute deviations of plane p of the coarser image around the sites of row y of the band, Q8.
func (r *Inference) Textures(p, y int) []uint32 {
	return r.texture[p][(y-r.in.Y0)*r.in.Width:][:r.in.Width]
}

// Activities returns the mean magnitudes of the cells of coefficient i around the sites of row y of the band, Q8, as they were
// before the run.
func (r *Inference) Activities(i, y int) []uint16 {
	return r.activity[i][(y-r.in.Y0)*r.in.Width:][:r.in.Width]
}

// Clocks returns the clocks of coefficient i in row y, while RunTrunk calls Activate for that row.
func (r *Inference) Clocks(i, y int) []uint8 { return r.clock[i].row(y) }

// A CellRow is a row of cells as heads read them, of planes with the same extra bits.
type CellRow struct {
	features       []int16
	stride, clocks int // channels of a site, and from a centre to its clock
	up, down       uint
	asinh          *[2*asinhEnd + 1]int16
	precision      *[process.Unknown + 1]int16
}

// CellRow returns row y of the band, for cells of samples with so many extra bits of depth.
func (r *Inference) CellRow(y, extraBits int) CellRow {
	t := r.net.features
	c := CellRow{features: r.cells.Row(y), stride: r.head.cells, clocks: r.head.clock - r.head.cell, asinh: &t.asinh, precision: &t.clocks[extraBits+1]}
	c.up, c.down = shifts(extraBits)
	return c
}

// Set has heads that run later read cell a at clock k, of which something is known, as that of coefficient i at site x, whose dither is u.
func (c *CellRow) Set(i, x int, a int32, u uint16, k uint8) {
	f := c.features[x*c.stride+i:]
	f[c.clocks], f[0] = c.precision[k], c.asinh[asinhIndex(eightBitCentre(a, u, k, c.up, c.down)>>3)]
}
