package codec

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/ddpmz/ddpmz/codec/internal/stored"
)

// A race codes an image by the model and by the fallback codec, side by side, for the smaller file. Either is let off as soon
// as the other is sure to win:
//
//   - the fallback codec begins with a probe, which says how many bytes its file takes at least, and lets go of the image if
//     the model's file may be the smaller one. It codes only if the model's file turns out to be larger than that, from the samples that
//     the model's chain has by then;
//   - if that is not so, it codes at once, and the model's turn is aborted once its file is as large, which it is asked after every
//     band of a pass: what it has by then, it keeps.
type race struct {
	side     *sideData
	coder    *modelCoder
	progress func(permille int)

	probed     chan struct{} // closed when the probe is over: what it took of memory is free then
	storedSize atomic.Int64  // of the fallback codec's file, once there is one
}

// A storedResult is what the fallback codec comes to.
type storedResult struct {
	*file
	least int64 // bytes of the picture that it will take, by the probe, if there is no file
	err   error
}

// errAborted is the error of the model's turn once its file is no smaller than the fallback codec's.
var errAborted = errors.New("the stored file is smaller")

func newRace(side *sideData, coder *modelCoder, progress func(permille int)) *race {
	return &race{side: side, coder: coder, progress: progress, probed: make(chan struct{})}
}

// probeFirst is the size, in pixels, from which on a picture is probed before the model's turn: then the image can go, which
// takes memory, and meanwhile a processor waits, for a twentieth of the time at most.
const probeFirst = 1 << 22

// run returns the smaller file of an image, of which the fallback codec gets a raster; or that codec's file if decoders would refuse
// the model's, which has few bytes for its pixels, as only those of nearly flat images have.
func (r *race) run(ctx context.Context, raster *stored.Raster) (*file, error) {
	if !r.coder.tries.race && raster.Probed() {
		if f, err := r.byProbe(ctx, raster); f != nil || err != nil {
			return f, err
		}
	}
	result := make(chan storedResult, 1)
	go func(raster *stored.Raster) { result <- r.store(ctx, raster) }(raster)
	raster = nil // which holds the image
	p := r.coder.picture
	if p.w*p.h >= probeFirst {
		<-r.probed
	}
	modelled, err := r.coder.code(ctx, r.side, func(bytes int64, finest bool) error { return r.proceed(ctx, bytes, finest) })
	fallback := <-result
	switch {
	case err == errAborted:
		if r.progress != nil {
			r.progress(1000)
		}
		return fallback.file, fallback.err
	case err != nil:
		return nil, err
	}
	decodes := modelled.checkWork(r.coder.limits) == nil
	if fallback.file == nil && fallback.err == nil {
		if decodes && fallback.least > modelled.passBytes {
			return modelled.file, nil
		}
		fallback.file, fallback.err = r.side.storedFile(ctx, p.rasterOf(modelled.planes()))
	}
	if fallback.err != nil {
		return nil, fallback.err
	}
	if n, err := fallback.size(); err != nil || n <= modelled.size || !decodes {
		return fallback.file, err
	}
	return modelled.file, nil
}

// within returns the smaller file of an image if one has at most so many bytes, and else the model's, of which that many are coded: or the
// fallback codec's if decoders would refuse that.
func (r *race) within(ctx context.Context, raster *stored.Raster, most int64) (*file, error) {
	raster.Stop = ctx.Err
	least, err := int64(0), error(nil)
	if !r.coder.tries.all {
		least, err = stored.Probe(raster)
	}
	if err != nil {
		return nil, err
	}
	var fallback *file
	var proceed func(bytes int64, finest bool) error
	if least <= most {
		if fallback, err = r.side.storedFile(ctx, raster); err != nil {
			return nil, err
		}
		n, err := fallback.size()
		if err != nil {
			return nil, err
		}
		if n <= most {
			r.storedSize.Store(n)
			close(r.probed)
			proceed = func(bytes int64, finest bool) error { return r.proceed(ctx, bytes, finest) }
		}
	}
	modelled, err := r.coder.code(ctx, r.side, proceed)
	switch {
	case err == errAborted:
		return fallback, nil
	case err != nil:
		return nil, err
	}
	decodes := modelled.checkWork(r.coder.limits) == nil
	switch {
	case decodes && proceed != nil: // all of fallback fits
		return smallest(fallback, modelled.file)
	case decodes:
		return modelled.file, nil
	case fallback == nil:
		return r.side.storedFile(ctx, raster)
	}
	return fallback, nil
}

// byProbe returns the fallback codec's file of a graphic, by the probe, and the model's of other images: but for those of which decoders
// would refuse it. It returns none where the probe says nothing: of graphics that a JPEG decoder has made, many are smooth photographs.
func (r *race) byProbe(ctx context.Context, raster *stored.Raster) (*file, error) {
	raster.Stop = ctx.Err
	least, err := stored.Probe(raster)
	if err != nil {
		return nil, err
	}
	if least > 0 {
		raster = nil // which holds the image
		modelled, err := r.coder.code(ctx, r.side, nil)
		if err != nil {
			return nil, err
		}
		if modelled.checkWork(r.coder.limits) == nil {
			return modelled.file, nil
		}
		raster = r.coder.picture.rasterOf(modelled.planes())
	} else if r.coder.picture.wasJPEG() {
		r.coder.deriveColour()
		return nil, ctx.Err()
	}
	if r.progress != nil {
		defer r.progress(1000)
	}
	return r.side.storedFile(ctx, raster)
}

// proceed returns errAborted if the model's file, which has so many bytes at least, is no smaller than the fallback codec's. Before the
// passes of the finest scale, it waits for the probe.
func (r *race) proceed(ctx context.Context, bytes int64, finest bool) error {
	if finest {
		select {
		case <-r.probed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if n := r.storedSize.Load(); n > 0 && bytes >= n {
		return errAborted
	}
	return nil
}

// store is the fallback codec's turn.
func (r *race) store(ctx context.Context, raster *stored.Raster) storedResult {
	raster.Stop = ctx.Err
	least, err := int64(0), error(nil)
	if !r.coder.tries.all {
		least, err = stored.Probe(raster)
	}
	close(r.probed)
	if err != nil || least > 0 {
		return storedResult{nil, least, err}
	}
	f, err := r.side.storedFile(ctx, raster)
	if err == nil {
		var n int64
		n, err = f.size()
		r.storedSize.Store(n)
	}
	return storedResult{f, 0, err}
}
