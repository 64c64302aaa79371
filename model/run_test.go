package model

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"
)

// A scriptedSource records what an encoder's run sends, by pass and band, and checks that it is called as Source and PassCoder
// promise. What it answers can be set.
type scriptedSource struct {
	t      *testing.T
	chain  *Chain
	passes []Pass
	begin  func(i int) error                // of pass i
	done   func(i int, complete bool) error // of pass i
	coder  func(i, band int) Coder

	mu     sync.Mutex
	tapes  [][]Coder
	closed []int // bands, by pass
	over   int   // passes that are over
	called chan struct{}
}

func newScriptedSource(t *testing.T, c *Chain, passes []Pass) *scriptedSource {
	return &scriptedSource{
		t: t, chain: c, passes: passes, called: make(chan struct{}, len(passes)),
		begin: func(int) error { return nil },
		done:  func(int, bool) error { return nil },
		coder: func(int, int) Coder { return new(tape) },
	}
}

func (s *scriptedSource) Begin(p Pass, bands int) (PassCoder, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := len(s.tapes)
	if p != s.passes[i] || bands != s.chain.bandCount(p) {
		s.t.Errorf("%v with %d bands begins, not %v", p, bands, s.passes[i])
	}
	for k := range i {
		if over := s.closed[k] == len(s.tapes[k]); !over && !(s.passes[k].Scale == 1 && s.chain.independent(p)) {
			s.t.Errorf("%v begins, which depends on %v, of which %d of %d bands are coded", p, s.passes[k], s.closed[k], len(s.tapes[k]))
		}
	}
	if err := s.begin(i); err != nil {
		return nil, err
	}
	s.tapes, s.closed = append(s.tapes, make([]Coder, bands)), append(s.closed, 0)
	s.called <- struct{}{}
	return scriptedPass{s, i}, nil
}

type scriptedPass struct {
	*scriptedSource
	i int
}

func (p scriptedPass) Open(band int) Coder {
	coder := p.coder(p.i, band)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.tapes[p.i][band] != nil {
		p.t.Errorf("%v: band %d is opened twice", p.passes[p.i], band)
	}
	p.tapes[p.i][band] = coder
	return coder
}

func (p scriptedPass) Close(band int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.tapes[p.i][band] == nil {
		p.t.Errorf("%v: band %d is closed, but not open", p.passes[p.i], band)
	}
	p.closed[p.i]++
}

func (p scriptedPass) Done(complete bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.i != p.over {
		p.t.Errorf("%v is over after %d passes", p.passes[p.i], p.over)
	}
	p.over++
	if all := p.closed[p.i] == len(p.tapes[p.i]); all != complete {
		p.t.Errorf("%v: complete %v, but %d of %d bands are closed", p.passes[p.i], complete, p.closed[p.i], len(p.tapes[p.i]))
	}
	return p.done(p.i, complete)
}

// runGeometry has a finest scale of several bands.
var runGeometry = Geometry{40, 2*3*bandRows + 51, 3, 8}

// newRun returns an encoder's chain, its passes, and the first pass that others follow which are independent of it.
func newRun(t *testing.T) (c *Chain, passes []Pass, finest int) {
	c = NewChain(tinyNet(t, 0), runGeometry, -40)
	c.SetImage(smoothImage(newRand(38), runGeometry))
	passes = Passes(runGeometry.Width, runGeometry.Height)
	for i := range passes[:len(passes)-1] {
		if passes[i].Scale == 1 && c.independent(passes[i+1]) {
			return c, passes, i
		}
	}
	t.Fatal("no pass is independent")
	return nil, nil, 0
}

// TestRun: a run codes what coding pass by pass does, and with one processor what it does with many; passes that are
// independent of one of the finest scale are coded while it is in progress.
func TestRun(t *testing.T) {
	want, passes, _ := newRun(t)
	var sent [][]Coder
	for _, p := range passes {
		tapes := make([]Coder, want.bandCount(p))
		for i := range tapes {
			tapes[i] = new(tape)
		}
		if !codePass(want, p, tapes...) {
			t.Fatalf("%v is not complete", p)
		}
		sent = append(sent, tapes)
	}
	for _, procs := range []int{1, 4} {
		t.Run(fmt.Sprint(procs), func(t *testing.T) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
			c, passes, _ := newRun(t)
			s := newScriptedSource(t, c, passes)
			s.coder = func(i, band int) Coder {
				// The finest scale waits for the last of the passes that need not wait for it.
				for k := i; band == 0 && passes[i].Scale == 1 && k+1 < len(passes) && c.independent(passes[k+1]); k++ {
					for len(s.called) < k+2 {
						runtime.Gosched()
					}
				}
				return new(tape)
			}
			if err := c.Run(passes, s); err != nil {
				t.Fatal(err)
			}
			if s.over != len(passes) || !reflect.DeepEqual(s.tapes, sent) {
				t.Errorf("%d of %d passes are over, or they are coded otherwise", s.over, len(passes))
			}
			if !reflect.DeepEqual(c.state(), want.state()) {
				t.Error("the chains differ")
			}
		})
	}
}

// TestRunLevels: a run can be taken in parts.
func TestRunLevels(t *testing.T) {
	whole, passes, _ := newRun(t)
	one := newScriptedSource(t, whole, passes)
	if err := whole.Run(passes, one); err != nil {
		t.Fatal(err)
	}
	parts, _, _ := newRun(t)
	s := newScriptedSource(t, parts, passes)
	for from := 0; from < len(passes); from = len(s.tapes) {
		n := from + 1
		for n < len(passes) && passes[n].Level == passes[from].Level {
			n++
		}
		if err := parts.Run(passes[from:n], s); err != nil || s.over != n {
			t.Fatalf("%v: %d of %d passes are over, %v", passes[from], s.over, n, err)
		}
	}
	if !reflect.DeepEqual(s.tapes, one.tapes) {
		t.Error("they are coded otherwise")
	}
}

// TestRunErrors: a run ends with the first error in the order of passes, also where a later one is found before, and no pass
// after it is over.
func TestRunErrors(t *testing.T) {
	_, _, finest := newRun(t)
	own, other := errors.New("own"), errors.New("other")
	for _, test := range []struct {
		name       string
		begin      map[int]error
		done       map[int]error
		truncated  []int // passes whose coders run out
		want       error
		begun, all int // passes that begin at least and at most
		over       int // passes that are over
	}{
		{name: "at once", begin: map[int]error{0: own}, want: own},
		{name: "before the finest", begin: map[int]error{finest: own}, want: own, begun: finest, all: finest, over: finest},
		{name: "beside the finest", begin: map[int]error{finest + 2: own}, want: own, begun: finest + 2, all: finest + 2, over: finest + 2},
		{name: "after the first", done: map[int]error{0: own}, want: own, begun: 1, all: 1, over: 1},
		{name: "the finest, after another beside it", begin: map[int]error{finest + 2: other}, done: map[int]error{finest: own}, want: own, begun: finest + 2, all: finest + 2, over: finest + 1},
		{name: "two that are over", done: map[int]error{finest: own, finest + 1: other}, want: own, begun: finest + 1, all: finest + 9, over: finest + 1},
		{name: "a coarse one runs out", truncated: []int{3}, want: io.ErrUnexpectedEOF, begun: 4, all: 4, over: 4},
		{name: "and says so", truncated: []int{3}, done: map[int]error{3: own}, want: own, begun: 4, all: 4, over: 4},
		{name: "the finest runs out", truncated: []int{finest}, done: map[int]error{finest: own}, want: own, begun: finest + 1, all: finest + 9, over: finest + 1},
		{name: "one beside it runs out", truncated: []int{finest + 1}, done: map[int]error{finest + 1: own}, want: own, begun: finest + 2, all: finest + 2, over: finest + 2},
		{name: "both run out", truncated: []int{finest, finest + 1}, done: map[int]error{finest: own, finest + 1: other}, want: own, begun: finest + 2, all: finest + 2, over: finest + 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, passes, _ := newRun(t)
			s := newScriptedSource(t, c, passes)
			s.begin = func(i int) error { return test.begin[i] }
			s.done = func(i int, _ bool) error { return test.done[i] }
			s.coder = func(i, band int) Coder {
				if slices.Contains(test.truncated, i) {
					return &failing{left: 1}
				}
				if i == finest {
					time.Sleep(10 * time.Millisecond) // so that others come first
				}
				return new(tape)
			}
			err := c.Run(passes, s)
			if err != test.want || len(s.tapes) < test.begun || len(s.tapes) > test.all || s.over != test.over {
				t.Errorf("%v; %d passes have begun, %d are over; want %v, %d to %d, %d", err, len(s.tapes), s.over, test.want, test.begun, test.all, test.over)
			}
			checkPicture(t, c, runGeometry)
		})
	}
}

// TestRunStops: once Chain.Done is closed, a run ends with ErrStopped, and no pass begins or is over any more.
func TestRunStops(t *testing.T) {
	_, _, finest := newRun(t)
	for _, at := range []int{-1, 0, 3, finest, finest + 1} {
		c, passes, _ := newRun(t)
		stop := make(chan struct{})
		c.Done = stop
		s := newScriptedSource(t, c, passes)
		var once sync.Once
		halt := func() { once.Do(func() { close(stop) }) }
		if at < 0 {
			halt()
		}
		s.coder = func(i, band int) Coder {
			if i == at {
				halt()
			} else if i == finest {
				<-stop
			}
			return new(tape)
		}
		over := max(min(at, finest), 0) // those beside the finest wait for it
		if err := c.Run(passes, s); err != ErrStopped || s.over != over || len(s.tapes) > max(at+9, 0) {
			t.Errorf("stopped in pass %d: %v; %d passes have begun, %d are over", at, err, len(s.tapes), s.over)
		}
	}
}
