package main

import (
	"fmt"
	"os"
	"time"

	"golang.org/x/term"

	"github.com/ddpmz/ddpmz/model/train"
)

// progress tells how the training goes: on a line of the terminal that is written again and again, or, where there is
// no terminal, on a new line every half minute.
type progress struct {
	*training
	trainer  *train.Trainer
	terminal bool
	drawn    bool
	last     time.Time
	since    struct { // the last line
		elapsed time.Duration
		steps   int
		work    float64
	}
	bits train.Bits // since the last line
}

func newProgress(t *training, trainer *train.Trainer) *progress {
	p := &progress{training: t, trainer: trainer, last: time.Now()}
	if f, ok := t.stderr.(*os.File); ok {
		p.terminal = term.IsTerminal(int(f.Fd()))
	}
	p.mark()
	return p
}

func (p *progress) mark() {
	p.since.elapsed, p.since.steps, p.since.work = p.trainer.Elapsed(), p.trainer.Steps(), p.trainer.Work()
	p.bits = train.Bits{}
}

// step takes note of a step, and now and then prints.
func (p *progress) step(b train.Bits) {
	p.bits.Add(b)
	every := 30 * time.Second
	if p.terminal {
		every = 2 * time.Second
	}
	if p.quiet || time.Since(p.last) < every {
		return
	}
	p.last = time.Now()
	seconds := (p.trainer.Elapsed() - p.since.elapsed).Seconds()
	images := float64((p.trainer.Steps()-p.since.steps)*p.trainer.Options().Batch) / seconds
	line := fmt.Sprintf("step %d: %v | %.1f images/s, %.0f GFLOP/s | %v left", p.trainer.Steps(), p.bits, images,
		2*(p.trainer.Work()-p.since.work)/seconds/1e9, p.left())
	if p.terminal {
		fmt.Fprintf(p.stderr, "\r\x1b[K%s", line)
		p.drawn = true
	} else {
		fmt.Fprintln(p.stderr, line)
	}
	p.mark()
}

// left estimates the time that is left.
func (p *progress) left() time.Duration {
	o := p.trainer.Options()
	left := o.Duration - p.trainer.Elapsed()
	if o.Steps > 0 {
		each := p.trainer.Elapsed().Seconds() / float64(p.trainer.Steps())
		left = time.Duration(each * float64(o.Steps-p.trainer.Steps()) * float64(time.Second))
	}
	return max(left, 0).Round(time.Second)
}

// end leaves the line of the terminal.
func (p *progress) end() {
	if p.drawn {
		fmt.Fprintln(p.stderr)
		p.drawn = false
	}
}
