package kernel

import (
	"errors"
	"fmt"
	"slices"
)

var (
	// ErrShape means that a layer's sizes are none this package computes, or
	// that its weights do not have the number of elements these sizes need.
	ErrShape = errors.New("kernel: unsupported layer shape")

	// ErrRange means that a layer's sum could leave int32 for some input.
	ErrRange = errors.New("kernel: sum could overflow int32")
)

// block is the number of output channels computed together.
const block = 16

// Conv has the weights of a convolution, laid out for the kernels. Except for SetOutput it
// is read-only, and may be used by several goroutines.
type Conv struct {
	size, in, out int
	shift         uint

	// One entry per block of 16 outputs, in the layout of the kernel in use; the tests have both.
	asm   []asmBlock
	lanes []laneBlock
}

// NewConv lays out the weights w[out][size][size][in] and bias[out] of a
// convolution with a kernel of size x size taps, size 1 or 3, from in channels
// (even) to out channels (a multiple of 16), whose sums are shifted right by
// shift bits (at most 31).
//
// It returns ErrShape for any other sizes, and ErrRange where for some output o
//
//	|bias[o]| + 32768 * sum |w[o]| > 2^31 - 1
//
// since then some input could overflow the sum.
func NewConv(size, in, out int, w []int16, bias []int32, shift uint) (*Conv, error) {
	return newConv(size, in, out, w, bias, shift, best.layout)
}

func newConv(size, in, out int, w []int16, bias []int32, shift uint, layouts layout) (*Conv, error) {
	switch {
	case size != 1 && size != 3, in <= 0, in%2 != 0, out <= 0, out%block != 0, shift > 31:
		return nil, fmt.Errorf("%w: %dx%d, %d to %d channels, shift %d", ErrShape, size, size, in, out, shift)
	case len(bias) != out || len(w)%out != 0 || len(w)/out%(size*size) != 0 || len(w)/out/(size*size) != in:
		return nil, fmt.Errorf("%w: %dx%d, %d to %d channels, with %d weights and %d biases",
			ErrShape, size, size, in, out, len(w), len(bias))
	}
	n := len(w) / out // weights of one output
	for o, b := range bias {
		if err := checkSum(o, w[o*n:(o+1)*n], b); err != nil {
			return nil, err
		}
	}
	c := &Conv{size: size, in: in, out: out, shift: shift}
	for o := 0; o < out; o += block {
		if layouts&layoutAssembly != 0 {
			c.asm = append(c.asm, newAsmBlock(n))
		}
		if layouts&layoutPortable != 0 {
			c.lanes = append(c.lanes, newLaneBlock(n))
		}
	}
	for o, b := range bias {
		if layouts&layoutAssembly != 0 {
			c.asm[o/block].set(o%block, w[o*n:(o+1)*n], b)
		}
		if layouts&layoutPortable != 0 {
			c.lanes[o/block].set(o%block, w[o*n:(o+1)*n], b)
		}
	}
	return c, nil
}

// In returns the number of input channels.
func (c *Conv) In() int { return c.in }

// Out returns the number of output channels.
func (c *Conv) Out() int { return c.out }

// Shift returns by how many bits sums are shifted right.
func (c *Conv) Shift() uint { return c.shift }

// Clone returns a copy whose outputs can be set without c's changing.
func (c *Conv) Clone() *Conv {
	d := *c
	d.asm, d.lanes = slices.Clone(c.asm), slices.Clone(c.lanes)
	for i, p := range c.asm {
		d.asm[i] = p.clone()
	}
	for i, l := range c.lanes {
		d.lanes[i] = l.clone()
	}
	return &d
}

// SetOutput replaces the weights w[size][size][in] and the bias of output o. It returns ErrShape or ErrRange, as NewConv
// would, and then changes nothing. Nobody may use c meanwhile, nor anything that shares its weights.
func (c *Conv) SetOutput(o int, w []int16, bias int32) error {
	if o < 0 || o >= c.out || len(w) != c.size*c.size*c.in {
		return fmt.Errorf("%w: %d weights for output %d", ErrShape, len(w), o)
	}
	if err := checkSum(o, w, bias); err != nil {
		return err
	}
	if c.asm != nil {
		c.asm[o/block].set(o%block, w, bias)
	}
	if c.lanes != nil {
		c.lanes[o/block].set(o%block, w, bias)
	}
	return nil
}

// checkSum returns ErrRange if an output's sum could leave int32.
func checkSum(o int, w []int16, bias int32) error {
	sum := int64(0)
	for _, v := range w {
		sum += max(int64(v), -int64(v))
	}
	if sum = sum<<15 + max(int64(bias), -int64(bias)); sum > 1<<31-1 {
		return fmt.Errorf("%w: output %d could reach %d", ErrRange, o, sum)
	}
	return nil
}

// Outputs returns the convolution to outputs from to from+n-1 alone, both numbers
// multiples of 16. It shares c's weights, and computes the same bits.
func (c *Conv) Outputs(from, n int) *Conv {
	part := *c
	part.out = n
	if c.asm != nil {
		part.asm = c.asm[from/block : (from+n)/block]
	}
	if c.lanes != nil {
		part.lanes = c.lanes[from/block : (from+n)/block]
	}
	return &part
}

// Rows computes rows y0 to y1-1 of dst:
//
//	v = sat16((bias[o] + sum over ky, kx, i of w[o][ky][kx][i] * src[y+ky-pad, x+kx-pad, i]) >> shift)
//	v = sat16(v + pre[y, x, o])     if pre is given
//	v = max(v, 0)                   if relu is set
//	v = sat16(v + post[y, x, o])    if post is given
//	dst[y, x, o] = v
//
// where pad is 1 for a 3x3 kernel and 0 for a 1x1, and sat16 clamps to int16.
// The shift is arithmetic and does not round: whoever wants rounding adds half
// a unit to the bias.
//
// Beware that a view's step and origin place the kernel's centre. The taps
// around it are the tensor's neighbouring sites, not the view's, so that a 3x3
// kernel over a phase reads the other phases, too.
//
// The views must have dst's sites; src may stop right at the tensor's edge,
// beyond which are zeros. A 3x3 kernel needs a source with exactly in channels.
// dst must have exactly out channels and share no storage with src, pre or
// post. Calls on disjoint rows may run at the same time. Like an index out of
// range, shapes that do not fit are a mistake in the calling code, and Rows
// panics.
func (c *Conv) Rows(dst *Tensor, src, pre, post View, relu bool, y0, y1 int) {
	c.rows(&best, dst, src, pre, post, relu, y0, y1, 0, dst.W)
}

// Span is Rows for the sites of columns x0 to x1-1 alone. Calls on disjoint columns may run at the same time.
func (c *Conv) Span(dst *Tensor, src, pre, post View, relu bool, y0, y1, x0, x1 int) {
	c.rows(&best, dst, src, pre, post, relu, y0, y1, x0, x1)
}

// rows is Span by the given implementation.
func (c *Conv) rows(by *implementation, dst *Tensor, src, pre, post View, relu bool, y0, y1, x0, x1 int) {
	if err := c.fits(dst, src, pre, post, y0, y1, x0, x1); err != nil {
		panic(err)
	}
	if x0 == x1 {
		return
	}
	pad := c.size / 2
	r := row{sites: x1 - x0, relu: relu, srcRow: src.T.rowStride(),
		dstRow: View{T: dst}.rowStride(), preRow: pre.rowStride(), postRow: post.rowStride()}
	for y := y0; y < y1; y++ {
		r.src, r.srcStride = src.row(y, x0, pad)
		r.dst, r.dstStride = View{T: dst}.row(y, x0, 0)
		r.pre, r.preStride = pre.row(y, x0, 0)
		r.post, r.postStride = post.row(y, x0, 0)
		if by.pair != nil && c.size == 3 && src.step() == 1 && y+1 < y1 && by.pair(c, r) {
			y++
			continue
		}
		for b := range c.out / block {
			by.row(c, b, r)
		}
	}
}

// ScratchBytes returns how many bytes a goroutine may hold while Rows computes a layer of in channels, with the kernel that
// takes most.
func ScratchBytes(in int) int64 {
	const tilesAtOnce = 12 // as in winograd.go
	return tilesAtOnce*16*(block*4+2*int64((in+15)&^15)) + 64
}

// fits returns an error that says which of Rows' arguments do not fit, if any. If there is none, a
// kernel reads and writes no element outside the tensors.
func (c *Conv) fits(dst *Tensor, src, pre, post View, y0, y1, x0, x1 int) error {
	switch {
	case dst.C != c.out:
		return fmt.Errorf("kernel: %d channels for %d outputs", dst.C, c.out)
	case y0 < 0 || y1 > dst.H:
		return fmt.Errorf("kernel: rows %d to %d of %d", y0, y1, dst.H)
	case x0 < 0 || x0 > x1 || x1 > dst.W:
		return fmt.Errorf("kernel: columns %d to %d of %d", x0, x1, dst.W)
	case !src.covers(dst.H, dst.W, c.in) || c.size > 1 && src.T.C != c.in:
		return fmt.Errorf("kernel: source does not fit %d x %d sites of %d channels", dst.H, dst.W, c.in)
	case pre.T != nil && !pre.covers(dst.H, dst.W, c.out):
		return fmt.Errorf("kernel: pre does not fit %d x %d sites of %d channels", dst.H, dst.W, c.out)
	case post.T != nil && !post.covers(dst.H, dst.W, c.out):
		return fmt.Errorf("kernel: post does not fit %d x %d sites of %d channels", dst.H, dst.W, c.out)
	}
	return nil
}

// row is what a kernel computes at a time: all sites of one row, for one block
// of outputs. All slices start at the row's first element (src: at the first
// tap of the first site) and go on to the end of their tensor, all strides are
// in elements.
type row struct {
	sites      int
	src, dst   []int16
	pre, post  []int16 // nil: none
	srcStride  int     // from a site to the next
	dstStride  int
	preStride  int
	postStride int
	srcRow     int // from a row of taps to the next
	dstRow     int // from a row to the one below it
	preRow     int
	postRow    int
	relu       bool
}

// rowKernel computes outputs b*16 to b*16+15 of a row with at least one site.
type rowKernel func(c *Conv, b int, r row)

// pairKernel computes all outputs of a 3x3 convolution in a row and the row below it, where the taps of neighbouring
// sites are a site apart. It returns false, and computes nothing, where a rowKernel would be as fast.
type pairKernel func(c *Conv, r row) bool

// A layout is a way to store weights, or several, as bits.
type layout uint8

const (
	layoutPortable layout = 1 << iota
	layoutAssembly
)

// An implementation has a rowKernel, a pairKernel or nil, the layout that these read, the functions that add products, and its
// name in the tests.
type implementation struct {
	name    string
	row     rowKernel
	pair    pairKernel
	layout  layout
	add     productAdder
	squares squareAdder
}

// implementations returns the implementations that this processor can run, the fastest last.
func implementations() []implementation {
	return append([]implementation{{"portable", rowPortable, nil, layoutPortable, productsBySites(addPortable), squaresBySites(squaresPortable)}}, assembly()...)
}

var best = func() implementation {
	all := implementations()
	return all[len(all)-1]
}()
