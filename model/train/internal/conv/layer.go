package conv

import "fmt"

// block is the number of outputs computed together.
const block = 16

// A Layer is the shape of a convolution: every output is a sum over Rows rows of Taps neighbouring float32. A 3x3
// kernel over C channels has 3 rows of 3*C, a 1x1 kernel one of C. Weights are [Rows][Taps][Out].
type Layer struct {
	Rows, Taps int // Taps is even
	Out        int // a multiple of 16
}

// Conv3 returns the shape of a 3x3 convolution.
func Conv3(in, out int) Layer { return Layer{3, 3 * in, out} }

// Conv1 returns the shape of a 1x1 convolution.
func Conv1(in, out int) Layer { return Layer{1, in, out} }

// Size returns the number of weights.
func (l Layer) Size() int { return l.Rows * l.Taps * l.Out }

// A Grid is the sites that a layer reads or writes: those of a whole tensor, or every second one of every second
// row, or none (Data nil).
type Grid struct {
	Data []float32 // starts at the first site; where a layer reads it, at that site's first tap
	Row  int       // elements from a row of sites to the next
	Site int       // elements from a site to the next
}

// row returns the elements from row y on.
func (g Grid) row(y int) []float32 { return g.Data[y*g.Row:] }

// holds panics unless every of h x w sites has n elements from offset on.
func (g Grid) holds(h, w, offset, n int) {
	if last := (h-1)*g.Row + (w-1)*g.Site + offset + n; g.Row < 0 || g.Site < 0 || last > len(g.Data) {
		panic(fmt.Sprintf("conv: %d x %d sites of %d elements, %d and %d apart, end at %d of %d", h, w, n, g.Row, g.Site, last, len(g.Data)))
	}
}

func (l Layer) check(weights int) {
	if l.Rows < 1 || l.Taps < 2 || l.Taps%2 != 0 || l.Out < block || l.Out%block != 0 || weights != l.Size() {
		panic(fmt.Sprintf("conv: %d weights for a layer %+v", weights, l))
	}
}

// Epilogue is what happens to a layer's sums: pre is added, negative sums become 0 if ReLU is set, post is added.
type Epilogue struct {
	Pre, Post Grid // none if Data is nil
	ReLU      bool
}

// Apply computes the layer at h x w sites:
//
//	dst[y, x, o] = post + relu(pre + bias[o] + sum over r, t of src[y, x][r*tapRow + t] * weights[r][t][o])
//
// Rows of taps are tapRow elements apart. A nil bias is none. dst shares no storage with src; it may be pre or
// post. Like an index out of range, shapes that do not fit are a mistake of the caller's, and Apply panics.
func (l Layer) Apply(dst, src Grid, tapRow, h, w int, weights, bias []float32, e Epilogue) {
	if h == 0 || w == 0 {
		return
	}
	l.check(len(weights))
	dst.holds(h, w, 0, l.Out)
	src.holds(h, w, (l.Rows-1)*tapRow, l.Taps)
	for _, g := range []Grid{e.Pre, e.Post} {
		if g.Data != nil {
			g.holds(h, w, 0, l.Out)
		}
	}
	if bias != nil {
		bias = bias[:l.Out]
	}
	apply := best.apply
	for y := range h {
		apply(l, dst, src, tapRow, y, w, weights, bias, e)
	}
}

// Gradient adds to sum, laid out as the weights are, the gradient of the loss with respect to the weights, given
// its gradient with respect to the layer's sums:
//
//	sum[r][t][o] += sum over y, x of src[y, x][r*tapRow + t] * grad[y, x, o]
//
// src and tapRow are those of Apply.
func (l Layer) Gradient(sum []float32, src Grid, tapRow int, grad Grid, h, w int) {
	if h == 0 || w == 0 {
		return
	}
	l.check(len(sum))
	grad.holds(h, w, 0, l.Out)
	src.holds(h, w, (l.Rows-1)*tapRow, l.Taps)
	best.gradient(l, sum, src, tapRow, grad, h, w)
}

// BiasGradient adds to sum the sum of grad over h x w sites.
func (l Layer) BiasGradient(sum []float32, grad Grid, h, w int) {
	if h == 0 || w == 0 {
		return
	}
	grad.holds(h, w, 0, l.Out)
	sum = sum[:l.Out]
	for y := range h {
		best.bias(l, sum, grad.row(y), grad.Site, w)
	}
}

// Transpose writes the weights of the layer that computes the gradient of the input: size is that of the kernel,
// 3 or 1, and the layer is Conv3(out, in) or Conv1(out, in), over the gradients with the same border.
func (l Layer) Transpose(dst, weights []float32, size int) {
	l.check(len(weights))
	in := l.Taps / size
	dst = dst[:len(weights)]
	taps := size * size
	for k := range taps {
		from, to := weights[k*in*l.Out:][:in*l.Out], dst[(taps-1-k)*in*l.Out:][:in*l.Out]
		for i := range in {
			for o, v := range from[i*l.Out : (i+1)*l.Out] {
				to[o*in+i] = v
			}
		}
	}
}

// Mask sets dst to g where y > x, and to 0 elsewhere: the gradient of a ReLU, y being x and what it added. All
// have the same length, and dst may be g. A nil x is zeros.
func Mask(dst, y, x, g []float32) {
	y, g = y[:len(dst)], g[:len(dst)]
	if x != nil {
		x = x[:len(dst)]
	}
	best.mask(dst, y, x, g)
}

// kernels are an implementation.
type kernels struct {
	name     string
	apply    func(l Layer, dst, src Grid, tapRow, y, w int, weights, bias []float32, e Epilogue) // one row
	gradient func(l Layer, sum []float32, src Grid, tapRow int, grad Grid, h, w int)
	bias     func(l Layer, sum, grad []float32, site, w int) // one row
	mask     func(dst, y, x, g []float32)
}

// implementations are those that run here, the fastest last.
var implementations = append([]*kernels{&portable}, assembly()...)

var best = implementations[len(implementations)-1]

// Name says which implementation is in use.
func Name() string { return best.name }
