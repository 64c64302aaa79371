package model

import (
	"errors"
	"io"
	"sync"

	"github.com/ddpmz/ddpmz/model/internal/adapt"
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/storage"
)

// A Source supplies a run with coders, pass by pass.
type Source interface {
	// Begin returns what codes a pass of so many bands, or the error that ends the run. Run calls it in the order of
	// passes, from its own goroutine, when the passes that this one depends on are coded to their ends. Others may be
	// in progress.
	Begin(p Pass, bands int) (PassCoder, error)
}

// A PassCoder codes one pass.
type PassCoder interface {
	// Open returns the coder of a band whose turn begins. Bands have coders of their own, which are used side by side,
	// and Open is called from any goroutine, but in one pass only once for each band.
	Open(band int) Coder

	// Close tells that a band is coded to its end, from the goroutine that has opened it. A band that is not coded to its
	// end, since its coder ran out or the run is stopped, is not closed.
	Close(band int)

	// Done tells that the pass is over: complete, or ended by a coder that ran out. Run calls it in the order of passes,
	// from its own goroutine, not always at once: a pass may be over, and others after it too, while one before it is still
	// in progress. An error ends the run.
	Done(complete bool) error
}

// ErrStopped is the error of a run that was stopped by Chain.Done.
var ErrStopped = errors.New("model: stopped")

// Run takes the chain through passes, which are the next ones of Passes, with coders from a source. Passes of coarse scales,
// which do not keep all processors busy, are coded side by side with one of the finest scale before them that they do
// not depend on.
//
// The error is the first, in the order of passes, of the source's; or ErrStopped; or io.ErrUnexpectedEOF where a coder ran
// out and the source's Done had no error for that. After an error, nothing but Picture makes sense. No goroutine outlives
// the call.
func (c *Chain) Run(passes []Pass, source Source) error {
	var (
		begun      []*codedPass   // in their order, those of which the source does not know yet that they are over
		inProgress sync.WaitGroup // the first of these, if it is of the finest scale
	)
	// wait waits for all that have begun and tells the source.
	wait := func() error {
		inProgress.Wait()
		for _, p := range begun {
			if c.stopped() {
				return ErrStopped
			}
			if err := p.coder.Done(p.complete); err != nil {
				return err
			}
			if !p.complete {
				return io.ErrUnexpectedEOF
			}
		}
		begun = begun[:0]
		return nil
	}
	for i, pass := range passes {
		if !c.independent(pass) {
			if err := wait(); err != nil {
				return err
			}
		}
		var coder PassCoder
		err := ErrStopped
		if !c.stopped() {
			coder, err = source.Begin(pass, c.bandCount(pass))
		}
		if err != nil {
			if earlier := wait(); earlier != nil {
				return earlier
			}
			return err
		}
		p := &codedPass{coder: coder}
		begun = append(begun, p)
		code := c.start(pass)
		if pass.Scale == 1 && i+1 < len(passes) && c.independent(passes[i+1]) {
			inProgress.Go(func() { p.complete = code(coder) })
			continue
		}
		if p.complete = code(coder); !p.complete || len(begun) == 1 {
			if err := wait(); err != nil {
				return err
			}
		}
	}
	return wait()
}

// A codedPass is a pass of a run that has begun.
type codedPass struct {
	coder    PassCoder
	complete bool
}

// CodePass takes the chain through a pass, which must be the next of Passes, with a coder for each of its bands, which are
// used side by side. It asks for all of them before it begins. It returns false if a coder ran out or the chain is stopped,
// which leaves the pass half done: nothing but Picture makes sense then.
func (c *Chain) CodePass(p Pass, coder func(band int) Coder) bool {
	coders := make(fixedCoders, c.bandCount(p))
	for i := range coders {
		coders[i] = coder(i)
	}
	return c.start(p)(coders)
}

// fixedCoders are the coders of a pass, by band.
type fixedCoders []Coder

func (f fixedCoders) Open(band int) Coder { return f[band] }
func (f fixedCoders) Close(int)           {}

// bandCoders is the part of a PassCoder that coding a pass needs.
type bandCoders interface {
	Open(band int) Coder
	Close(band int)
}

// start returns what codes a pass and reports whether it came to the end. A pass of the finest scale may be coded while
// those that follow it, and are independent of it, are started and coded.
func (c *Chain) start(p Pass) (code func(coders bandCoders) bool) {
	if p.Stage < 0 {
		return func(coders bandCoders) bool {
			coder, ok := coders.Open(0), false
			if s, draws := coder.(*Sampler); draws {
				ok = c.drawThumbnail(s)
			} else {
				ok = c.CodeThumbnail(coder, ThumbnailValues)
			}
			if ok {
				coders.Close(0)
			}
			return ok
		}
	}
	seen := c.parentOf(&c.scales[p.Scale])
	return func(coders bandCoders) bool { return c.codePass(p, seen, coders) }
}

// bandCount returns how many bands a pass is coded in.
func (c *Chain) bandCount(p Pass) int {
	if p.Stage < 0 {
		return 1
	}
	return bandsOf(c.scales[p.Scale].h)
}

// independent reports whether a pass may be coded while one of the finest scale is that comes before it. A pass of the finest
// scale reads what is known of scale 2, and nothing of coarser ones; passes of scale 2 read what is known of scale 3. So
// passes of scale 3 and coarser are independent of it; those of scale 2 are if they write to a back buffer.
func (c *Chain) independent(p Pass) bool { return p.Stage >= 0 && p.Scale >= c.firstIndependent() }

// firstIndependent returns the finest of the scales whose passes are independent: none if those of the finest scale have one
// band.
func (c *Chain) firstIndependent() int {
	switch s := &c.scales[1]; {
	case bandsOf(s.h) == 1:
		return len(c.scales)
	case s.w*s.h <= bufferedSites:
		return 2
	}
	return 3
}

// bufferedSites is up to how many sites of the finest scale passes of scale 2 have a back buffer. With more, there are bands
// enough to keep processors busy, and the buffer would take much memory.
const bufferedSites = 1 << 20

// A backBuffer is what passes of scale 2 write to while the finest scale reads what was known before them. It takes the
// place of that at the end of the pass.
type backBuffer struct {
	image   storage.Image
	records [process.Coefficients][]adapt.Record
}

// buffered reports whether passes of a scale write to the back buffer.
func (c *Chain) buffered(s *scale) bool { return s.number == 2 && c.firstIndependent() == 2 }
