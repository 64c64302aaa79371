package dct

import (
	"io"

	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/internal/dctkernel"
	"github.com/ddpmz/ddpmz/model/internal/parallel"
)

// A Chain is the state of the process of one image. Encoder and decoder take it through the same Passes. It is not safe for
// concurrent use.
type Chain struct {
	// Done, if it is set, has Run stop soon after it is closed.
	Done <-chan struct{}

	image     *Image
	bands     []*band
	left      int // passes
	smoothing *smoothing
}

// NewChain returns the chain of an image of which nothing is known yet. If the planes have coefficients, it is an encoder's, which
// reads them. Otherwise it is a decoder's: NewChain makes the planes' Coef, and Run fills them.
func NewChain(w *Weights, im *Image) *Chain { return newChain(w, im, im.bands()) }

// newChain returns a chain of n bands.
func newChain(w *Weights, im *Image, n int) *Chain {
	c := &Chain{image: im, left: len(Passes(im)), smoothing: w.smoothing}
	encodes := im.Planes[0].Coef != nil
	shapes := make([]shape, len(im.Planes))
	for i := range im.Planes {
		p := &im.Planes[i]
		if !encodes {
			p.Coef = make([]int16, BlockSize*p.Wide*p.High)
		}
		x := &shapes[i]
		x.stride = p.Wide + 2
		x.size = x.stride * (p.rowsOfBands(n) + 2)
		if before := max(i-1, 0); class(before) == class(i) && shapes[before].same(x) && im.Planes[before].Quant == p.Quant {
			x.predictors = shapes[before].predictors
		}
		if x.predictors == nil {
			x.predictors = newPredictors(w, p, class(i), x)
		}
	}
	c.bands = make([]*band, n)
	parallel.Each(n, func(j int) {
		b := &band{row: newRow(im), Mixer: dctkernel.NewMixer(w.state.Clone()), encodes: encodes, level: TopLevel + 1}
		for i := range im.Planes {
			k := newComponent(im, i, j, n, &shapes[i])
			if k.class != 0 {
				k.parent = newParent(k, b.components)
			}
			b.components = append(b.components, k)
		}
		c.bands[j] = b
	})
	return c
}

// Run takes the chain through passes, which are the next ones of Passes, with coders from a source. Bands are coded side by side.
//
// The error is the source's; or model.ErrStopped; or io.ErrUnexpectedEOF where a coder ran out and the source's Done had no error
// for that. After an error, nothing but Estimates makes sense: they are then of what each band had come to.
func (c *Chain) Run(passes []model.Pass, source model.Source) error {
	for _, p := range passes {
		if c.stopped() {
			return model.ErrStopped
		}
		coder, err := source.Begin(p, len(c.bands))
		if err != nil {
			return err
		}
		complete := c.pass(p, coder)
		if c.stopped() {
			return model.ErrStopped
		}
		if err := coder.Done(complete); err != nil {
			return err
		}
		if !complete {
			return io.ErrUnexpectedEOF
		}
		c.left--
	}
	return nil
}

// pass codes a pass, and reports whether all bands came to its end.
func (c *Chain) pass(p model.Pass, coder model.PassCoder) bool {
	for i := range c.image.Planes {
		for j, b := range c.bands {
			var above, below *component
			if j > 0 {
				above = c.bands[j-1].components[i]
			}
			if j+1 < len(c.bands) {
				below = c.bands[j+1].components[i]
			}
			b.components[i].border(above, below)
		}
	}
	complete := make([]bool, len(c.bands))
	parallel.Each(len(c.bands), func(j int) {
		if complete[j] = c.bands[j].pass(p, coder.Open(j), c.stopped); complete[j] {
			coder.Close(j)
		}
	})
	for _, ok := range complete {
		if !ok {
			return false
		}
	}
	return true
}

// stopped reports whether Done is closed.
func (c *Chain) stopped() bool {
	select {
	case <-c.Done:
		return true
	default:
		return false
	}
}

// Exact reports whether all passes are done, so that all coefficients are known.
func (c *Chain) Exact() bool { return c.left == 0 }
