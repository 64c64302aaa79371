package jpegs

import (
	"context"
	"math"
	"runtime"
	"sync"

	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/dct"
	"github.com/ddpmz/ddpmz/model/train"
)

// Options say how weights are made. The result depends on them and on the photographs, not on the number of threads.
type Options struct {
	Seed       uint64
	Init       *dct.Weights // whose linear predictions a training begins with; may be nil
	Rounds     int          // in which the linear predictions are fitted, each time to what those of the round before make known
	FitTo      int          // pictures of each of these rounds
	Pictures   int          // that the adaptive state is learned from; with none, and no rounds, it stays that of Init
	Confidence int          // of the adaptive state: what comes counts as if it had seen this much at most
	SmoothTo   int          // pictures to which the weights of smoothing are fitted
	Threads    int          // 0: all
}

// DefaultOptions are those of the model jpeg.
var DefaultOptions = Options{Rounds: 2, FitTo: 120, Pictures: 1000, Confidence: 60, SmoothTo: 120}

// Progress says how far a training is.
type Progress struct {
	Step        string // in words
	Done, Todo  int    // pictures
	Bits, Plain int64  // ideal lengths of the step's pictures so far, and what JPEG's own code would take: see Plain
}

// shards is the number of parts in which pictures are taken in a round, each by a learner of its own.
const shards = 8

// Train returns weights made of photographs. report, if it is set, is called after every picture, by one goroutine at a time.
func Train(ctx context.Context, photographs []train.Image, o Options, report func(Progress)) (*dct.Weights, error) {
	if report == nil {
		report = func(Progress) {}
	}
	threads := o.Threads
	if threads <= 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	w := o.Init
	for round := range o.Rounds {
		source := NewSource(photographs, o.Seed+uint64(round))
		f, err := fitTo(ctx, source, w, o.FitTo, threads, report)
		if err != nil {
			return nil, err
		}
		w = initialWeights(nil)
		f.write(w)
	}
	source := NewSource(photographs, o.Seed+uint64(o.Rounds))
	if o.Init == nil || o.Rounds+o.Pictures > 0 {
		var err error
		if w, err = learnState(ctx, source, w, o, threads, report); err != nil {
			return nil, err
		}
	}
	if o.SmoothTo > 0 {
		if err := fitSmoothing(ctx, source, w, o.SmoothTo, threads, report); err != nil {
			return nil, err
		}
	}
	// What the file does not hold shall not be in the result either.
	return dct.LoadWeights(w.File())
}

// learnState returns weights with the linear predictions of w, and the state that coding pictures leads to.
func learnState(ctx context.Context, source *Source, w *dct.Weights, o Options, threads int, report func(Progress)) (*dct.Weights, error) {
	l := dct.NewLearner(initialWeights(w))
	p := Progress{Step: "adaptive state", Todo: o.Pictures}
	err := source.each(ctx, o.Pictures, threads, func(_ int, im *dct.Image) {
		c := new(counter)
		l.Code(im, c)
		p.Done++
		p.Bits += c.bits()
		p.Plain += Plain(im)
		report(p)
	})
	return l.Weights(o.Confidence), err
}

// initialWeights returns weights with the linear predictions and the smoothing of w, or, if it is nil, with those that a training begins with, and an
// adaptive state that has seen nothing.
func initialWeights(w *dct.Weights) *dct.Weights {
	blank := dct.NewLearner(nil).Weights(0)
	if w == nil {
		return blank
	}
	for class := range 2 {
		for f := range dct.BlockSize {
			for phase := range dct.Phases {
				to, from := blank.Linear(class, f, phase), w.Linear(class, f, phase)
				copy(to.All, from.All)
				copy(to.Part, from.Part)
				copy(to.Value, from.Value)
			}
		}
		for level := 0; level <= dct.TopLevel; level++ {
			for place := range dct.BlockSize {
				copy(blank.Smoothing(class, level, place), w.Smoothing(class, level, place))
			}
		}
	}
	return blank
}

// fitTo fits the linear predictions to n pictures, as coded with weights w.
func fitTo(ctx context.Context, source *Source, w *dct.Weights, n, threads int, report func(Progress)) (*fit, error) {
	var (
		fits    [shards]fit
		next    = make(chan int)
		workers sync.WaitGroup
		mutex   sync.Mutex
		p       = Progress{Step: "linear predictions", Todo: n}
	)
	for range threads {
		workers.Go(func() {
			for shard := range next {
				l := dct.NewLearner(w)
				l.Observe = fits[shard].observe
				for i := shard; i < n && ctx.Err() == nil; i += shards {
					im, c := source.Picture(i), new(counter)
					l.Code(im, c)
					mutex.Lock()
					p.Done++
					p.Bits += c.bits()
					p.Plain += Plain(im)
					report(p)
					mutex.Unlock()
				}
			}
		})
	}
	for shard := range shards {
		next <- shard
	}
	close(next)
	workers.Wait()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	for i := range fits[1:] {
		fits[0].join(&fits[1+i])
	}
	return &fits[0], nil
}

// each calls use with pictures 0 ... n-1 in order, which are made by as many goroutines as there are threads, ahead of their time.
func (s *Source) each(ctx context.Context, n, threads int, use func(i int, im *dct.Image)) error {
	ctx, cancel := context.WithCancel(ctx)
	ahead := make(chan chan *dct.Image, threads)
	var makers sync.WaitGroup
	defer makers.Wait()
	defer cancel()
	makers.Go(func() {
		defer close(ahead)
		for i := range n {
			made := make(chan *dct.Image, 1)
			select {
			case <-ctx.Done():
				return
			case ahead <- made:
			}
			makers.Go(func() { made <- s.Picture(i) })
		}
	})
	for i := range n {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		made, ok := <-ahead
		if !ok {
			return context.Cause(ctx)
		}
		use(i, <-made)
	}
	return nil
}

// A Result is what weights come to on pictures, in bits.
type Result struct {
	Pictures    int
	Bits, Plain int64
}

// Validate codes n pictures made of photographs, each beginning with the weights, as files do.
func Validate(ctx context.Context, photographs []train.Image, w *dct.Weights, seed uint64, n, threads int) (r Result, err error) {
	if threads <= 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	source := NewSource(photographs, seed)
	results := make([]Result, n)
	next := make(chan int)
	var workers sync.WaitGroup
	for range threads {
		workers.Go(func() {
			for i := range next {
				im, c := source.Picture(i), new(counter)
				dct.NewLearner(w).Code(im, c)
				results[i] = Result{1, c.bits(), Plain(im)}
			}
		})
	}
	for i := range n {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	workers.Wait()
	for _, one := range results {
		r.Pictures, r.Bits, r.Plain = r.Pictures+one.Pictures, r.Bits+one.Bits, r.Plain+one.Plain
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return r, err
}

// A counter adds up ideal code lengths, Q16 bits.
type counter uint64

func (c *counter) bits() int64 { return int64(*c >> 16) }

func (c *counter) Symbol(*model.Distribution, int32) (int32, bool) {
	panic("jpegs: the process of JPEG files codes decisions")
}

func (c *counter) Bits(v uint32, n uint) (uint32, bool) {
	*c += counter(n) << 16
	return v, true
}

func (c *counter) Bit(b, p uint32) (uint32, bool) {
	_, freq := model.BitInterval(b, p)
	*c += counter(model.CodeLength(freq))
	return b, true
}

// q12 rounds a weight to Q12.
func q12(v float64) int16 {
	return int16(min(max(math.Round(v*(1<<12)), math.MinInt16), math.MaxInt16))
}
