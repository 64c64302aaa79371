package codec

import (
	"context"

	"github.com/ddpmz/ddpmz/codec/internal/stored"
	"github.com/ddpmz/ddpmz/container"
	"github.com/ddpmz/ddpmz/model"
)

// A modelCoder codes a picture by a model.
type modelCoder struct {
	net         *model.Net
	picture     *picture // whose planes it overwrites
	colour      model.Colour
	orientation orientation // that the colour transform is for
	keepColours bool        // no luma and chroma that samples were made from are looked for
	tries       tries
	progress    func(permille int)
	limits      Limits
	most        int64 // bytes of the file that are wanted, if positive

	// squaredError measures what as many bytes of a file show.
	squaredError func(ctx context.Context, f *file) (int64, error)
}

// newModelCoder returns the coder of an image.
func newModelCoder(net *model.Net, rows *pixelReader, o Options) *modelCoder {
	c := &modelCoder{net: net, picture: &picture{info: rows.info, colour: rows.planes()}, tries: o.tries(), keepColours: o.KeepColours, progress: o.Progress, limits: o.Limits, most: o.Bytes}
	if c.tries.plainColours {
		c.colour, c.orientation = chooseColour(c.picture.colour, max(rows.depth, 8), c.tries.derive && !c.keepColours)
	}
	return c
}

// deriveColour looks for the luma and chroma that samples were made from, for the colour transform, if the effort has not done so.
func (c *modelCoder) deriveColour() {
	if !c.tries.derive && !c.keepColours {
		c.colour, c.orientation = chooseColour(c.picture.colour, max(c.picture.depth, 8), true)
	}
}

// fits reports whether all of a file is wanted.
func (c *modelCoder) fits(f *modelledFile) bool {
	return c.most == 0 || !f.header.EndsEarly && f.size <= c.most
}

// A modelledFile is a picture coded by a model, in one orientation.
type modelledFile struct {
	*file
	size        int64 // of the file
	searchSize  int64 // of the file without what comes after the passes
	passBytes   int64 // of its segments of passes
	orientation orientation
	height      int
	chain       *model.Chain // of which all passes are coded
	beforeLast  *model.Chain // the same before the last pass, if it was asked for
}

// checkWork returns a LimitError if a decoder with the same limits would refuse the file.
func (f *modelledFile) checkWork(l Limits) error {
	p := &info{w: int(f.header.Width), h: int(f.header.Height), depth: int(f.header.Depth)}
	passes, done := model.Passes(p.w, p.h), 0
	for _, g := range f.header.Segments {
		if g.Kind == container.Passes {
			done += int(g.Units)
		}
	}
	if !f.header.EndsEarly {
		done = len(passes)
	}
	return l.checkWork(p.modelledWork(passes, done, 0), f.size)
}

// planes returns the picture's colour planes.
func (f *modelledFile) planes() []model.Plane {
	planes := f.chain.Picture()
	f.orientation.flip(0, planes, f.height)
	return planes
}

// code codes the picture with side data around it, in the way of those tried in which that takes the fewest bytes, or, if not all of them are
// wanted, in which those that are show the most. Before
// every pass and after every band it calls proceed, if that is set, with the bytes that the payloads have at least, and whether a pass of
// the finest scale is to begin, whose passes take most of the memory and the time. It ends with proceed's error, if it has one: but not
// for a small picture, where the bytes are of one orientation only.
func (c *modelCoder) code(ctx context.Context, side *sideData, proceed func(bytes int64, finest bool) error) (*modelledFile, error) {
	planes := c.picture.colour
	c.picture.colour = nil // so that planes can go when the chain has what they held
	if c.tries.several(int64(c.picture.w) * int64(c.picture.h)) {
		return (&candidateSearch{coder: c, side: side, planes: planes, proceed: proceed}).run(ctx)
	}
	return c.codeOne(ctx, side, planes, proceed)
}

// codeOne codes the planes, which it overwrites, by the colour transform: small pictures in all orientations, if these are tried.
func (c *modelCoder) codeOne(ctx context.Context, side *sideData, planes []model.Plane, proceed func(bytes int64, finest bool) error) (*modelledFile, error) {
	if c.picture.w*c.picture.h <= min(searchedPixels, c.tries.oriented) {
		return newOrientationSearch(c, side).run(ctx, planes)
	}
	return c.codeOriented(ctx, side, planes, c.orientation, proceed, false, c.progress)
}

// codeOriented codes the planes, which it overwrites, in an orientation. keep is whether the chain before the last pass is
// wanted.
func (c *modelCoder) codeOriented(ctx context.Context, side *sideData, planes []model.Plane, o orientation, proceed func(bytes int64, finest bool) error, keep bool, progress func(int)) (*modelledFile, error) {
	p := c.picture
	f := &modelledFile{file: side.begin(), orientation: o, height: p.h}
	id := c.net.Identity()
	f.header.Modelled, f.header.Model = true, [8]byte(id[:8])
	f.header.Params = params{c.net.Tau(), c.colour, o}.append(nil)
	f.chain = model.NewChain(c.net, p.geometry(), c.net.Tau())
	f.chain.Colour = c.colour
	o.flip(0, planes, p.h)

	sideBytes := f.payloadBytes()
	before := func(pass model.Pass, last bool, coded int64) error {
		if proceed != nil {
			if err := proceed(sideBytes+coded, pass.Scale == 1); err != nil {
				return err
			}
		}
		if last && keep {
			f.beforeLast = f.chain.Fork()
		}
		return nil
	}
	run, after := ctx, afterBand(nil)
	if proceed != nil {
		var stop context.CancelCauseFunc
		run, stop = context.WithCancelCause(ctx)
		defer stop(nil)
		after = func(coded int64) {
			if err := proceed(sideBytes+coded, false); err != nil {
				stop(bandError{err})
			}
		}
	}
	f.chain.Done = run.Done()
	f.chain.SetImage(planes)
	passes := model.Passes(p.w, p.h)
	enough := int64(0)
	if c.most > 0 && !keep {
		enough = max(c.most-sideBytes, 1)
	}
	err := f.addPasses(run, f.chain, passes, enough, newWork(passes, scaleSites(p.w, p.h), progress), before, after)
	if cause, ok := context.Cause(run).(bandError); ok && err != nil {
		return nil, cause.error
	}
	if err != nil {
		return nil, err
	}
	f.chain.Done = ctx.Done() // run ends here
	f.passBytes = f.payloadBytes() - sideBytes
	alone := *f.file
	if !f.header.EndsEarly {
		alone.shorten()
		side.end(f.file)
	}
	if f.searchSize, err = alone.size(); err == nil {
		f.size, err = f.file.size()
	}
	return f, err
}

// A bandError is why coding ends after a band.
type bandError struct{ error }

// rasterOf returns planes as the fallback codec takes them: interleaved, gray at its true depth.
func (p *info) rasterOf(planes []model.Plane) *stored.Raster {
	n, step := len(planes), int32(p.grayStep())
	return &stored.Raster{Width: p.w, Height: p.h, Channels: n, Depth: p.depth, Row: func(y int, samples []uint16) {
		for c, plane := range planes {
			for x, v := range plane.Row(y) {
				samples[x*n+c] = uint16(v / step)
			}
		}
	}}
}
