package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/ddpmz/ddpmz/cmd/internal/tree"
	"github.com/ddpmz/ddpmz/codec"
)

// A runner does the jobs of a collection, several at a time, and reports.
type runner struct {
	*streams
	*collectionFlags
	output *outputFlags
	limits *limitFlags
	done   string // what has been done with a file: "encoded"

	// do does a job, and returns what came of it.
	do func(ctx context.Context, j job) (*outcome, error)
	// same compares an output, under any name, with its input. It is nil if the command has no --verify.
	same func(ctx context.Context, output, input string) error

	mutex      sync.Mutex // of what follows, and of everything that is printed
	log        io.Writer  // or nil
	tally      tally
	failed     error
	incomplete error
	waiting    []job // that need the memory of all
	line       *collectionLine
}

// A tally counts files by what became of them.
type tally struct {
	done, upToDate, removed, failed int
	inputBytes, bytes               int64 // of those that are done
}

// The states of a file of a collection, as the log has them.
const (
	logDone     = "done"
	logUpToDate = "up to date" // nothing was to be done
	logFailed   = "failed"
)

// A logEntry is a line of --log. The names of the fields, and what they mean, stay; later versions may add some.
type logEntry struct {
	outcome
	State    string  `json:"state"`    // done, up to date, or failed
	Verified bool    `json:"verified"` // the output was read back, and is the same
	Removed  bool    `json:"removed"`  // the input is removed
	Seconds  float64 `json:"seconds"`
}

// run does the jobs of a collection. An error of a file does not stop the others; the last line says what came of all.
func (r *runner) run(ctx context.Context, c *collection) error {
	begin := time.Now()
	if r.collectionFlags.log != "" {
		f, err := os.OpenFile(r.collectionFlags.log, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o666)
		if err != nil {
			return about(r.collectionFlags.log, err)
		}
		defer f.Close()
		r.log = f
	}
	r.line = r.collectionLine(c.jobs)
	// Neither is a terminal any more, so that jobs show no bars of their own.
	r.stderr, r.stdout = &lockedWriter{w: r.stderr, line: r.line}, &lockedWriter{w: r.stdout, line: r.line}
	r.output.keepTimes = true
	for _, x := range c.refused {
		o := newOutcome(job{x.name, ""})
		err := about(x.name, x.err)
		o.fail(err)
		r.finish(o, logEntry{State: logFailed}, err)
	}
	whole := *r.limits
	r.limits.share(r.parallel)
	err := parallel(ctx, c.jobs, r.parallel, func(j job) error { return r.one(ctx, j, r.parallel > 1) })
	*r.limits = whole
	if err == nil { // one at a time, what needs more memory than its share
		err = parallel(ctx, r.waiting, 1, func(j job) error { return r.one(ctx, j, false) })
	}
	r.line.clear()
	if err != nil {
		return err
	}
	if !r.output.quiet {
		r.summary(c, time.Since(begin))
	}
	if r.failed != nil {
		return r.failed
	}
	return r.incomplete
}

// parallel does jobs, so many at a time, until ctx ends or an error shows that the command line is wrong.
func parallel(ctx context.Context, list []job, workers int, do func(job) error) error {
	next, stopped := make(chan job), make(chan struct{})
	var wait sync.WaitGroup
	var stop sync.Once
	var fatal error
	for range min(workers, len(list)) {
		wait.Go(func() {
			for j := range next {
				err := do(j)
				var usage *usageError
				if ctx.Err() != nil || errors.As(err, &usage) {
					stop.Do(func() { fatal = err; close(stopped) })
					return
				}
			}
		})
	}
	for _, j := range list {
		select {
		case next <- j:
			continue
		case <-ctx.Done():
		case <-stopped:
		}
		break
	}
	close(next)
	wait.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return fatal
}

// one does a job, unless its output is up to date, and removes its input if it may.
func (r *runner) one(ctx context.Context, j job, shared bool) error {
	begin := time.Now()
	o, entry := newOutcome(j), logEntry{State: logDone, Verified: r.verify}
	before, err := os.Stat(j.in)
	if err != nil {
		err = about(j.in, err)
	} else if isUpToDate(before, j.out) {
		entry.State, entry.Verified = logUpToDate, false
		if r.remove { // an earlier run may have come no further
			entry.Verified = true
			err = r.same(ctx, j.out, j.in)
		}
	} else if err = os.MkdirAll(filepath.Dir(j.out), 0o777); err == nil {
		var made *outcome
		if made, err = r.do(ctx, j); made != nil {
			o = made
		}
		if errors.Is(err, fs.ErrExist) && isUpToDate(before, j.out) { // another run was faster
			entry.State, err = logUpToDate, nil
			if r.remove {
				err = r.same(ctx, j.out, j.in)
			}
		}
	}
	if ctx.Err() != nil {
		return err
	}
	if shared && needsMemory(err) {
		r.mutex.Lock()
		defer r.mutex.Unlock()
		r.waiting = append(r.waiting, j)
		return nil
	}
	if r.remove && err == nil {
		err = about(j.in, removeUnchanged(j.in, before))
		entry.Removed = err == nil
	}
	if err != nil && !errors.Is(err, errIncomplete) {
		o.fail(err)
		entry.State, entry.Verified = logFailed, false
	}
	entry.Seconds = time.Since(begin).Seconds()
	r.finish(o, entry, err)
	return err
}

// finish counts a file, and reports it.
func (r *runner) finish(o *outcome, entry logEntry, err error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	switch {
	case entry.State == logFailed:
		r.tally.failed++
		r.failed = errReported
		r.report(err)
	case entry.State == logUpToDate:
		r.tally.upToDate++
	default:
		r.tally.done++
		r.tally.inputBytes += o.InputBytes
		r.tally.bytes += o.Bytes
		if err != nil {
			r.incomplete = err
		}
	}
	if entry.Removed {
		r.tally.removed++
	}
	r.line.finished(o.Input)
	if r.log == nil {
		return
	}
	entry.outcome = *o
	line, err := json.Marshal(entry)
	if err == nil {
		_, err = r.log.Write(append(line, '\n')) // in one piece, so that several runs can share a log
	}
	if err != nil {
		r.failed = errReported
		r.report(about(r.collectionFlags.log, err))
	}
}

// summary prints how many files there were, and what became of them.
func (r *runner) summary(c *collection, took time.Duration) {
	t := &r.tally
	text := fmt.Sprintf("%d files: %d %s", len(c.jobs)+len(c.refused), t.done, r.done)
	if t.upToDate > 0 {
		text += fmt.Sprintf(", %d up to date", t.upToDate)
	}
	if t.failed > 0 {
		text += fmt.Sprintf(", %d failed", t.failed)
	}
	if t.removed > 0 {
		text += fmt.Sprintf(", %d inputs removed", t.removed)
	}
	if c.others > 0 {
		text += fmt.Sprintf("; %d of other kinds left out", c.others)
	}
	if t.inputBytes > 0 {
		text += fmt.Sprintf("; %d bytes to %d, %.1f%%", t.inputBytes, t.bytes, 100*float64(t.bytes)/float64(t.inputBytes))
	}
	fmt.Fprintf(r.stderr, "ddpmz: %s; %.1f s\n", text, took.Seconds())
}

// isUpToDate reports whether an output is there and has its input's time, which outputs of collections are given before they get
// their name.
func isUpToDate(in fs.FileInfo, output string) bool {
	out, err := os.Stat(output)
	return err == nil && out.Mode().IsRegular() && tree.SameTime(in.ModTime(), out.ModTime())
}

// removeUnchanged removes an input, unless it has changed since it was looked at.
func removeUnchanged(name string, before fs.FileInfo) error {
	now, err := os.Stat(name)
	if err != nil {
		return err
	}
	if now.Size() != before.Size() || !now.ModTime().Equal(before.ModTime()) {
		return errors.New("has changed meanwhile, and is not removed")
	}
	return os.Remove(name)
}

// needsMemory reports whether an error is that of a limit on memory.
func needsMemory(err error) bool {
	var limit *codec.LimitError
	return errors.As(err, &limit) && limit.What == "bytes of memory"
}

// share divides the memory that there may be among so many jobs.
func (f *limitFlags) share(jobs int) {
	if jobs < 2 {
		return
	}
	if f.memory == 0 {
		f.memory = codec.DefaultMaxMemory
	}
	f.memory = max(1, f.memory/size(jobs))
}

// A lockedWriter lets jobs write, one at a time, above the line that shows progress.
type lockedWriter struct {
	mutex sync.Mutex
	w     io.Writer
	line  *collectionLine
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.line.clear()
	return l.w.Write(p)
}
