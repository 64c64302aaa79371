package codec

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"github.com/ddpmz/ddpmz/model"
)

// searchedPixels is the size, in pixels, of the largest pictures of which the encoder tries all orientations by default, side by
// side. Of larger ones it would cost more time, and bring less.
const searchedPixels = 64 * 64

// An orientationSearch codes a small picture in all orientations, side by side, and takes the file of the fewest bytes, or one
// that is hardly larger and whose prefixes are better.
type orientationSearch struct {
	coder *modelCoder
	side  *sideData
	files []*modelledFile // that of the colour transform's orientation first
}

func newOrientationSearch(c *modelCoder, side *sideData) *orientationSearch {
	return &orientationSearch{coder: c, side: side, files: make([]*modelledFile, orientations)}
}

// run returns the file that is taken. It overwrites the planes.
func (s *orientationSearch) run(ctx context.Context, planes []model.Plane) (*modelledFile, error) {
	errs := make([]error, len(s.files))
	code := func(i int, planes []model.Plane, progress func(int)) {
		o := s.coder.orientation ^ orientation(i)
		s.files[i], errs[i] = s.coder.codeOriented(ctx, s.side, planes, o, nil, true, progress)
	}
	var others sync.WaitGroup
	for i := 1; i < len(s.files); i++ {
		copied := clonePlanes(planes)
		others.Go(func() { code(i, copied, nil) })
	}
	code(0, planes, s.coder.progress)
	others.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	if f := s.files[s.best()]; s.coder.fits(f) {
		return f, nil
	}
	return s.mostShown(ctx)
}

// mostShown returns the file that shows the most within the bytes that are wanted, the first of several.
func (s *orientationSearch) mostShown(ctx context.Context) (best *modelledFile, err error) {
	least := int64(0)
	for _, f := range s.files {
		n, err := s.coder.squaredError(ctx, f.file)
		if err != nil {
			return nil, err
		}
		if best == nil || n < least {
			best, least = f, n
		}
	}
	return best, nil
}

// A file that is larger than the smallest by at most one part in sizeTolerance may be taken in its place.
const sizeTolerance = 400

// Losses of quality are in parts of lossUnit. One of at most smallLoss, an eighth of a decibel, counts as none.
const (
	lossUnit  = 1 << 10
	smallLoss = lossUnit / 32
)

// best returns which file is taken: of those of about the fewest bytes, the one with the least worstLoss.
func (s *orientationSearch) best() (best int) {
	order := make([]int, len(s.files))
	for i := range order {
		order[i] = i
	}
	size := func(i int) int64 { return s.files[i].searchSize }
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(size(a), size(b)) })
	most := size(order[0]) + size(order[0])/sizeTolerance
	if size(order[1]) > most { // no choice
		return order[0]
	}
	least := int64(1<<63 - 1)
	for _, i := range order {
		if least <= smallLoss || size(i) > most {
			break
		}
		if loss := s.worstLoss(s.files[i]); loss < least {
			best, least = i, loss
		}
	}
	return best
}

// worstLoss returns the largest share, in 1/lossUnit, by which the squared error of a picture of a prefix is above that of one
// before it. The first pictures are looked at: mid-gray, what the coarsest coefficients say, the thumbnail, and what the next
// pass adds. They depend on a few samples, which in small images mislead easily. And those of the last pass: what is exact by
// then, plane by plane, may have the network mistake the others, if they have little to do with it.
func (s *orientationSearch) worstLoss(f *modelledFile) int64 {
	const all = 1 << 30
	image, g := f.chain.Picture(), s.coder.picture.geometry()
	var least, worst int64 = 1<<63 - 1, 0
	measure := func(c *model.Chain) {
		now := int64(0)
		for p, x := range c.Picture() {
			for i, v := range x.Pix {
				d := int64(v - image[p].Pix[i])
				now += d * d
			}
		}
		if now > least {
			worst = max(worst, (now-least)*lossUnit/max(least, 1))
		}
		least = min(least, now)
	}
	code := func(c *model.Chain, p model.Pass, symbols int) {
		c.CodePass(p, func(int) model.Coder { return &limitedCoder{symbols} }) // small pictures have one band
	}
	passes := model.Passes(g.Width, g.Height)
	for i, values := range []int{0, len(image), all, all} {
		c := model.NewChain(s.coder.net, g, s.coder.net.Tau())
		c.Colour = f.chain.Colour
		c.SetImage(clonePlanes(image))
		c.CodeThumbnail(&limitedCoder{all}, values)
		if i == 3 && len(passes) > 1 {
			code(c, passes[1], all)
		}
		measure(c)
	}
	if len(passes) > 1 {
		measure(f.beforeLast)
		plane := g.Width*g.Height - (g.Width+1)/2*((g.Height+1)/2) // coefficients of the finest scale
		for n := 1; n < len(image); n++ {
			c := f.beforeLast.Fork()
			code(c, passes[len(passes)-1], n*plane)
			measure(c)
		}
	}
	return worst
}

// A limitedCoder codes nothing, and runs out after some symbols.
type limitedCoder struct{ symbols int }

func (c *limitedCoder) Symbol(_ *model.Distribution, s int32) (int32, bool) {
	c.symbols--
	return s, c.symbols >= 0
}

func (c *limitedCoder) Bits(v uint32, _ uint) (uint32, bool) { return v, true }
func (c *limitedCoder) Bit(b, _ uint32) (uint32, bool)       { return b, true }

func clonePlanes(image []model.Plane) []model.Plane {
	planes := slices.Clone(image)
	for i := range planes {
		planes[i].Pix = slices.Clone(planes[i].Pix)
	}
	return planes
}
