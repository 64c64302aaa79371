package codec

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"math/rand/v2"

	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// An Interpolation says what Interpolate makes.
type Interpolation struct {
	// Timestep is where the states of the two pictures are mixed: at the last level whose noise is not below that of x_t with
	// this t, from 0 to 1000. The larger it is, the less the pictures say, and the more is drawn.
	Timestep int

	// Pictures is how many there are, at least 2. In the first, the state is that of one picture alone, in the last that of the other.
	Pictures int

	Net *model.Net // the model; nil is the default one of the zoo

	Progress func(permille int) // as Decoder.Progress
	Limits
}

// ErrSizes is the error of two pictures that are not of one size.
var ErrSizes = errors.New("codec: the pictures are not of one size")

// Interpolate mixes the states of two pictures at a timestep, in several shares, and draws from each mixture what leads to a picture (the
// paper's Figure 8), always with the same random numbers. Pictures are taken as 8-bit RGB, without alpha.
//
// Errors: ErrSizes, UnsupportedError of a timestep or a number of pictures that there cannot be, *LimitError, and ctx's.
func Interpolate(ctx context.Context, source rand.Source, a, b image.Image, o Interpolation) ([]image.Image, error) {
	size := a.Bounds().Size()
	switch {
	case b.Bounds().Size() != size:
		return nil, fmt.Errorf("%w: %v and %v", ErrSizes, size, b.Bounds().Size())
	case o.Timestep < 0 || o.Timestep > model.T:
		return nil, UnsupportedError(fmt.Sprintf("timestep %d", o.Timestep))
	case o.Pictures < 2:
		return nil, UnsupportedError(fmt.Sprintf("an interpolation of %d pictures", o.Pictures))
	}
	net := o.Net
	if net == nil {
		var err error
		if net, err = zoo.ByName(zoo.Default); err != nil {
			return nil, err
		}
	}
	info := info{format: formatRGB, w: size.X, h: size.Y, depth: 8}
	need := encodingMemory(net, info.geometry(), efforts[DefaultEffort], false)
	if err := o.Limits.check(size.X, size.Y, func(pixels int64) int64 { return 3*need(pixels) + int64(o.Pictures)*info.imageBytes() }, 0); err != nil {
		return nil, err
	}
	passes := model.Passes(info.w, info.h)
	if o.MaxWork > 0 {
		if err := o.Limits.checkWork(int64(o.Pictures)*info.modelledWork(passes, len(passes), 0), 0); err != nil {
			return nil, err
		}
	}
	level := model.TopLevel(info.w, info.h) + 1
	for level > 0 && model.LevelTimestep(level-1) >= o.Timestep {
		level--
	}
	chain := func() *model.Chain {
		c := model.NewChain(net, info.geometry(), net.Tau())
		c.Done, c.Clip = ctx.Done(), true
		return c
	}
	from, to := chain(), chain()
	from.SetImage(opaquePlanes(a))
	to.SetImage(opaquePlanes(b))
	seed := source.Uint64()
	var pictures []image.Image
	for i := range o.Pictures {
		mixed := chain()
		mixed.SetMixture(from, to, level, i, o.Pictures-1)
		progress := func(permille int) {
			if o.Progress != nil {
				o.Progress((1000*i + permille) / o.Pictures)
			}
		}
		err := mixed.Run(passes, &mixtureSource{level: level, sampling: sampling{source: rand.NewPCG(seed, 0)},
			work: newWork(passes, scaleSites(info.w, info.h), progress)})
		if err != nil {
			if ctx.Err() != nil {
				err = ctx.Err()
			}
			return nil, err
		}
		p := &picture{info: info}
		m, set := p.newImage()
		mixed.Strips(set)
		pictures = append(pictures, m)
	}
	return pictures, nil
}

// opaquePlanes returns red, green and blue of a picture, without its alpha.
func opaquePlanes(m image.Image) []model.Plane {
	b := m.Bounds()
	r := image.NewNRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(r, r.Rect, m, b.Min, draw.Src)
	planes := make([]model.Plane, 3)
	for p := range planes {
		planes[p] = model.NewPlane(b.Dx(), b.Dy())
		for i := range planes[p].Pix {
			planes[p].Pix[i] = int32(r.Pix[4*i+p])
		}
	}
	return planes
}

// A mixtureSource takes a chain to a level as its image says, and draws from there on.
type mixtureSource struct {
	level int
	sampling
	work *work
}

// A mixturePass has the coders of a pass.
type mixturePass struct {
	passSampler // empty where the chain's image says all
	source      *mixtureSource
	pass        model.Pass
}

func (s *mixtureSource) Begin(p model.Pass, bands int) (model.PassCoder, error) {
	if p.Level >= s.level {
		return &mixturePass{source: s, pass: p}, nil
	}
	return &mixturePass{s.sampling.pass(bands), s, p}, nil
}

func (p *mixturePass) Open(band int) model.Coder {
	if p.passSampler == nil {
		return model.Follower{}
	}
	return p.passSampler[band]
}

func (p *mixturePass) Close(int) {}

func (p *mixturePass) Done(complete bool) error {
	if !complete {
		return model.ErrStopped // nothing else ends these coders' passes
	}
	p.source.work.done(p.pass)
	return nil
}
