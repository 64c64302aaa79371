package train

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/internal/logistic"
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/thumbnail"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// PriorOptions say how to fit a prior of thumbnails. The zero value of a field that has a default stands for the default.
type PriorOptions struct {
	Components int  // of the mixture, one of which stands for anything else; by default 16
	Whole      bool // images are small, and their own thumbnails are all there are; else those of squares of many sizes are taken, too
	Seed       uint64
	Threads    int // the result does not depend on them
}

const (
	defaultComponents = 16
	priorRounds       = 60 // of expectation and maximization
)

// FitPrior fits the prior of a weights file to the thumbnails of images and of their mirror images, under the given wavelet. Errors wrap ErrNoImages,
// ErrOptions or the context's.
func FitPrior(ctx context.Context, images []Image, wavelet int, o PriorOptions) (*model.Prior, error) {
	if o.Components == 0 {
		o.Components = defaultComponents
	}
	if o.Components < 2 || o.Components > thumbnail.MaxComponents {
		return nil, fmt.Errorf("%w: %d components of a prior", ErrOptions, o.Components)
	}
	if wavelet < 0 || wavelet >= len(transform.Liftings) {
		return nil, fmt.Errorf("%w: wavelet %d", ErrOptions, wavelet)
	}
	lifting := &transform.Liftings[wavelet]
	found := make([][]observation, len(images))
	if err := parallel(ctx, len(images), o.Threads, func(i int) error {
		found[i] = observe(images[i], lifting, o.Whole, rand.New(rand.NewPCG(o.Seed, uint64(i))))
		return nil
	}); err != nil {
		return nil, err
	}
	var all []observation
	for _, f := range found {
		all = append(all, f...)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%w of 2x2 pixels and more", ErrNoImages)
	}
	m := newGaussians(all, o.Components, rand.New(rand.NewPCG(o.Seed, 1<<32)))
	for range priorRounds {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		m.improve(all)
	}
	return m.prior(), nil
}

// An observation is the values of a thumbnail of 2x2 pixels.
type observation [thumbnail.Values]float64

// thumbnailOf returns the values of an image's thumbnail in YCoCg-R, and which of them it has.
func thumbnailOf(m Image, lifting *transform.Lifting) (v [thumbnail.Values]int32, has [thumbnail.Values]bool) {
	x := m.planes()
	transform.YCoCg.Forward(x[0].Pix, x[1].Pix, x[2].Pix)
	return thumbnailWithin(x, lifting)
}

// thumbnailWithin returns the values of the thumbnail of luma and chroma, and which of them it has.
func thumbnailWithin(x planes, lifting *transform.Lifting) (v [thumbnail.Values]int32, has [thumbnail.Values]bool) {
	for p := range x {
		var details [transform.Subbands]transform.Plane
		for x[p].W > 1 || x[p].H > 1 {
			x[p], details = transform.Analyse(lifting, x[p])
		}
		v[p], has[p] = x[p].Pix[0], true
		for b, d := range details {
			i := process.Planes + transform.Subbands*p + b
			if len(d.Pix) > 0 {
				v[i], has[i] = d.Pix[0], true
			}
		}
	}
	return v, has
}

// mirrored returns the image with left and right exchanged.
func (m Image) mirrored() Image {
	c := Image{Name: m.Name, W: m.W, H: m.H, Pix: make([]uint8, 0, len(m.Pix))}
	for y := range m.H {
		for x := m.W - 1; x >= 0; x-- {
			c.Pix = append(c.Pix, m.Pix[3*(y*m.W+x):][:3]...)
		}
	}
	return c
}

// observe returns the thumbnails of an image, if they are of 2x2 pixels, and of its mirror image; those of squares within it, too, unless whole.
func observe(m Image, lifting *transform.Lifting, whole bool, r *rand.Rand) (list []observation) {
	add := func(m Image) {
		for _, m := range []Image{m, m.mirrored()} {
			v, has := thumbnailOf(m, lifting)
			var o observation
			for i := range v {
				if !has[i] {
					return
				}
				o[i] = float64(v[i])
			}
			list = append(list, o)
		}
	}
	side := min(m.W, m.H)
	if whole || side < 32 {
		add(m)
		return list
	}
	for _, c := range []struct{ side, count int }{{32, 16}, {64, 16}, {128, 12}, {256, 8}, {side, 4}} {
		for range c.count {
			if c.side <= side {
				add(cut(m, r.IntN(m.W-c.side+1), r.IntN(m.H-c.side+1), c.side, c.side))
			}
		}
	}
	return list
}

// ThumbnailBits returns the ideal code length of the thumbnails of images in bits, on average, under a prior, or if it is nil under fixed ones.
func ThumbnailBits(p *model.Prior, wavelet int, images []Image) float64 {
	sum := 0.
	for _, m := range images {
		v, has := thumbnailOf(m, &transform.Liftings[wavelet])
		sum += thumbnailBits(p, &v, &has, m.present(), false)
	}
	return sum / float64(len(images))
}

// thumbnailBits returns the code length of the first pass of an image with a thumbnail of such values, of 8-bit samples, under a prior, or if it
// is nil under fixed ones. halved says that chroma is of the transforms whose steps are twice as large as those of others.
func thumbnailBits(prior *model.Prior, v *[thumbnail.Values]int32, has *[thumbnail.Values]bool, present int, halved bool) float64 {
	if prior != nil {
		var coder counter
		s := thumbnail.NewState(prior, 0)
		for i := range v {
			switch {
			case !has[i]:
				s.Skip()
			case planeOf(i) >= present:
				s.Know(0)
			default:
				s.Code(&coder, v[i], func() (int32, bool) { return v[i], true })
			}
		}
		return float64(coder.q16) / (1 << 16)
	}
	bits := 0.
	for i := range v {
		p := planeOf(i)
		if !has[i] || p >= present {
			continue
		}
		mean, scale := process.TopMean[p], process.TopScale[p]
		if i >= process.Planes {
			mean, scale = 0, process.ThumbnailScale[p]
		}
		c := cellOf(v[i], 0, 0)
		if halved && p > 0 {
			c = c.doubled()
		}
		b, _, _ := codeLength(process.Logistic, float32(mean), float32(scale)*math.Ln2/logistic.ScaleSteps, cellOf(v[i], 0, unknown), c)
		bits += float64(b)
	}
	return bits
}

// planeOf returns the plane of a thumbnail's value.
func planeOf(i int) int {
	if i < process.Planes {
		return i
	}
	return (i - process.Planes) / transform.Subbands
}
