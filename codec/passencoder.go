package codec

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/ddpmz/ddpmz/container"
	"github.com/ddpmz/ddpmz/model"
)

// Segments close after a pass that takes them over segmentBytes, and at the end of a level that takes them
// over levelBytes: small images have one, large ones can be cut at every level and lose little to damage.
const (
	segmentBytes = 16 << 10
	levelBytes   = 4 << 10
)

// A large image has as many scales as one of more than 2048 pixels in a row or a column. Its passes of scales that its smallest reduced
// picture needs, which are coarser than thumbnailScale, share no segment with others, unless that has few bytes.
const (
	largeScales    = 12
	thumbnailScale = MaxReduce
	crossedBytes   = 512
)

// A passEncoder is the model.Source of an encoder: it makes segments of passes. Passes of one band share the stream of a
// segment; a pass of several bands has a segment of its own.
type passEncoder struct {
	passes []model.Pass
	enough int64 // bytes of segments after which no more passes are coded, if positive
	begun  int   // passes
	before beforePass
	after  afterBand
	bytes  atomic.Int64 // of streams that are complete, with what joins them in a segment
	work   *work

	segments []*passSegment // in the order of their passes; of those in progress, the payload is missing
	shared   *passSegment   // the last, if passes of one band may follow in it
	coder    symbolEncoder  // of its stream
	unused   encoderPool
}

// beforePass is called before a pass begins: by then, the passes that it depends on are coded. An error ends the run.
type beforePass func(p model.Pass, last bool, coded int64) error

// afterBand is called after a band is coded, by several goroutines, with the bytes of the bands and segments that are complete.
type afterBand func(coded int64)

type passSegment struct {
	units   int // passes
	payload []byte
}

// A runner takes a reverse process through passes, as model.Chain does, until it is stopped.
type runner interface {
	Run(passes []model.Pass, source model.Source) error
}

// errEnough ends a run whose segments have as many bytes as are wanted.
var errEnough = errors.New("the passes that are wanted are coded")

// addPasses codes an image by the model: every pass of its reverse process, which ctx stops, or, if enough is positive, the first passes whose
// segments have so many bytes; then the file ends early. It calls before and after, if they are set, before each pass and after each band.
// The error is that of ctx, or before's.
func (f *file) addPasses(ctx context.Context, r runner, passes []model.Pass, enough int64, work *work, before beforePass, after afterBand) error {
	e := &passEncoder{passes: passes, enough: enough, work: work, before: before, after: after}
	err := r.Run(e.passes, e)
	early := err == errEnough
	if early {
		err = nil
	}
	if errors.Is(err, model.ErrStopped) {
		return ctx.Err()
	}
	if err != nil {
		return err
	}
	e.endShared()
	if len(e.segments) == 1 && len(f.payloads) == 0 && !early {
		e.segments[0].units = 0 // all there are, which the container says in less
	}
	for _, s := range e.segments {
		f.add(container.Passes, s.units, s.payload)
	}
	if early {
		f.header.EndsEarly, f.header.Kept = true, uint64(len(f.payloads[len(f.payloads)-1]))
	}
	return nil
}

// complete returns the bytes of the segments that are complete, up to the first that is not.
func (e *passEncoder) complete() (n int64) {
	for _, s := range e.segments {
		if s.payload == nil {
			break
		}
		n += int64(len(s.payload))
	}
	return n
}

// Begin begins a segment if the pass shall have a new one.
func (e *passEncoder) Begin(p model.Pass, bands int) (model.PassCoder, error) {
	bytes := e.coder.ideal >> 19
	if bands > 1 || bytes >= segmentBytes || bytes >= crossedBytes && e.crosses(p) || bytes >= levelBytes && e.passes[e.begun-1].Level != p.Level {
		e.endShared()
	}
	if e.enough > 0 && e.complete() >= e.enough {
		return nil, errEnough
	}
	if e.before != nil {
		if err := e.before(p, e.begun == len(e.passes)-1, e.bytes.Load()); err != nil {
			return nil, err
		}
	}
	e.begun++
	if bands == 1 {
		if e.shared == nil {
			e.shared = new(passSegment)
			e.segments = append(e.segments, e.shared)
		}
		e.shared.units++
		return sharedPassEncoder{passOf{e, p}}, nil
	}
	s := &passSegment{units: 1}
	e.segments = append(e.segments, s)
	return &bandedPassEncoder{
		passOf: passOf{e, p}, segment: s,
		coders: make([]*symbolEncoder, bands), streams: make([][]byte, bands),
	}, nil
}

// crosses reports whether a pass of a large image is of a scale as small as the picture of a thumbnail needs, and the one before it of
// another, or the other way round. Their segments are apart, so that a thumbnail can be decoded without the other passes.
func (e *passEncoder) crosses(p model.Pass) bool {
	return e.passes[0].Scale >= largeScales && e.begun > 0 && (p.Scale > thumbnailScale) != (e.passes[e.begun-1].Scale > thumbnailScale)
}

// endShared ends the segment that passes share, if there is one.
func (e *passEncoder) endShared() {
	if e.shared != nil {
		e.shared.payload = e.coder.finish()
		e.bytes.Add(int64(len(e.shared.payload)))
		e.shared = nil
	}
}

// passOf is a pass of an encoder.
type passOf struct {
	encoder *passEncoder
	pass    model.Pass
}

// A sharedPassEncoder codes a pass of one band into the stream that it shares with others.
type sharedPassEncoder struct{ passOf }

func (s sharedPassEncoder) Open(int) model.Coder { return &s.encoder.coder }
func (s sharedPassEncoder) Close(int)            {}

func (s sharedPassEncoder) Done(bool) error {
	s.encoder.work.done(s.pass)
	return nil
}

// A bandedPassEncoder codes a pass of several bands. A band has buffers only in its turn, so that those of a few are there at
// a time.
type bandedPassEncoder struct {
	passOf
	segment *passSegment
	coders  []*symbolEncoder
	streams [][]byte
}

func (b *bandedPassEncoder) Open(band int) model.Coder {
	b.coders[band] = b.encoder.unused.take()
	return b.coders[band]
}

func (b *bandedPassEncoder) Close(band int) {
	b.streams[band] = b.coders[band].finish()
	b.encoder.unused.give(b.coders[band])
	b.coders[band] = nil
	if n := b.encoder.bytes.Add(int64(len(b.streams[band]))); b.encoder.after != nil {
		b.encoder.after(n)
	}
}

func (b *bandedPassEncoder) Done(bool) error {
	b.segment.payload = joinBands(b.streams)
	joins := len(b.segment.payload)
	for _, stream := range b.streams {
		joins -= len(stream)
	}
	b.encoder.bytes.Add(int64(joins))
	b.encoder.work.done(b.pass)
	return nil
}

// An encoderPool holds encoders whose buffers wait for the next band.
type encoderPool struct {
	mu   sync.Mutex
	list []*symbolEncoder
}

func (p *encoderPool) take() *symbolEncoder {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.list)
	if n == 0 {
		return new(symbolEncoder)
	}
	e := p.list[n-1]
	p.list = p.list[:n-1]
	return e
}

func (p *encoderPool) give(e *symbolEncoder) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.list = append(p.list, e)
}
