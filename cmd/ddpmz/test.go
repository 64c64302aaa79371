package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"github.com/urfave/cli/v2"

	"github.com/ddpmz/ddpmz/cmd/internal/coding"
	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// A test is one run of the test command.
type test struct {
	*streams
	json, quiet bool
	model       string // weights file
	nets        []*model.Net
	limits      limitFlags
	collection  collectionFlags // of which only the number of jobs is used, and -r, which says what is done anyway

	mutex      sync.Mutex // of what follows
	failed     error
	incomplete error
	shared     bool  // memory is divided among jobs
	waiting    []job // that need all of it
}

func testCommand(s *streams) *cli.Command {
	t := &test{streams: s}
	return &cli.Command{
		Name:      "test",
		Usage:     "say whether " + suffix + " files are whole",
		ArgsUsage: "[FILES|FOLDERS]",
		Description: "Files are decoded, and nothing is written. Of a folder, all files are tested whose names end in " + suffix + ", also in\n" +
			"folders in it. A line for each file says what it is:\n\n" +
			"   whole                    the image, exactly\n" +
			"   ends early, on purpose   whole as truncate made it\n" +
			"   cut                      its end is missing\n" +
			"   damaged                  and where\n" +
			"   unknown model            its weights are not known; see --model\n" +
			"   not tested               for another reason\n\n" +
			"Several files are decoded at a time, and their lines come as they are done. The exit status is 0 if all files are whole, or end early on purpose; 3 if the worst is that one is cut; else 1.",
		Flags: append([]cli.Flag{
			&cli.BoolFlag{Name: "json", Destination: &t.json, DisableDefaultText: true, Usage: "print an object in JSON for each file"},
			&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Destination: &t.quiet, DisableDefaultText: true,
				Usage: "print nothing of files that are whole, or end early on purpose"},
			&cli.BoolFlag{Name: "recursive", Aliases: []string{"r"}, Destination: &t.collection.recursive, DisableDefaultText: true,
				Usage: "go into folders, as is done anyway"},
			t.collection.jobsFlag(),
			weightsFlag(&t.model),
		}, t.limits.flags()...),
		Action: t.action,
	}
}

func (t *test) action(c *cli.Context) (err error) {
	names := c.Args().Slice()
	if len(names) > 0 {
		if names, err = ddpmzFiles(names); err != nil {
			return err
		}
	}
	list, err := t.pair(names, "", func(name string) string { return name })
	if err != nil {
		return err
	}
	if t.nets, err = loadNets(t.model); err != nil {
		return err
	}
	t.collection.recursive = true
	if err := t.collection.check(runtime.GOMAXPROCS(0)); err != nil {
		return err
	}
	return t.all(c.Context, list)
}

// all does all jobs, several at a time, and those that need more memory than their share after the others.
func (t *test) all(ctx context.Context, list []job) error {
	jobs := min(t.collection.parallel, len(list))
	if jobs < 2 {
		return t.each(ctx, list, t.test)
	}
	t.stdout, t.stderr = &lockedWriter{w: t.stdout}, &lockedWriter{w: t.stderr}
	one := func(j job) error {
		err := t.test(ctx, j)
		if err == nil {
			return nil
		}
		t.mutex.Lock()
		defer t.mutex.Unlock()
		switch {
		case errors.Is(err, errIncomplete):
			t.incomplete = err
		case errors.Is(err, errReported):
			t.failed = err
		case ctx.Err() == nil:
			t.report(err)
			t.failed = errReported
		}
		return err
	}
	whole := t.limits
	t.limits.share(jobs)
	t.shared = true
	err := parallel(ctx, list, jobs, one)
	t.limits, t.shared = whole, false
	if err == nil {
		err = parallel(ctx, t.waiting, 1, one)
	}
	return cmp.Or(err, t.failed, t.incomplete)
}

// ddpmzFiles returns names with the files in folders in place of these.
func ddpmzFiles(names []string) (list []string, err error) {
	seen := make(map[string]bool)
	add := func(name string) {
		if !seen[name] {
			seen[name] = true
			list = append(list, name)
		}
	}
	for _, name := range names {
		if !isFolder(name) {
			add(name)
			continue
		}
		found := false
		err := filepath.WalkDir(name, func(path string, e fs.DirEntry, err error) error {
			if err == nil && !e.IsDir() && namesDdpmz(path) {
				found = true
				add(path)
			}
			return err
		})
		if err == nil && !found {
			err = errors.New("no " + suffix + " file in this folder")
		}
		if err != nil {
			return nil, about(name, err)
		}
	}
	return list, nil
}

// The states of a file, as they are printed.
const (
	stateWhole   = "whole"
	stateEnds    = "ends early, on purpose"
	stateCut     = "cut"
	stateDamaged = "damaged"
	stateModel   = "unknown model"
	stateOther   = "not tested"
)

// A finding is what test --json prints of a file. The names of the fields, and what they mean, stay; later versions may add some.
type finding struct {
	File     string `json:"file"`           // as named, or "standard input"
	State    string `json:"state"`          // as the command's help lists them
	Bytes    int64  `json:"file_bytes"`     // that were read
	Complete int64  `json:"complete_bytes"` // that the file would have, were it not cut; 0 if its header is not to be read
	Trailing int64  `json:"trailing_bytes"` // after the end of a file that is whole: they are not part of it
	Steps    int    `json:"steps"`          // of 1000, that come before what is missing or damaged
	Exact    bool   `json:"exact"`          // what there is decodes to the image itself
	Offset   int64  `json:"damage_offset"`  // of the damaged block in the file, if that is known; else 0
	Segment  *int   `json:"damage_segment"` // that is damaged, if that is known; else null
	Block    *int   `json:"damage_block"`   // of that segment
	Error    string `json:"error"`          // what is wrong with the file; else empty
}

// test does one job.
func (t *test) test(ctx context.Context, j job) error {
	bar := t.bar(j.in, t.quiet)
	f := finding{File: displayName(j.in)}
	done := make(chan error, 1)
	go func() { done <- t.decode(ctx, j.in, bar, &f) }()
	var err error
	select {
	case err = <-done:
	case <-ctx.Done():
		bar.end()
		return context.Cause(ctx) // and leave f to what still goes on
	}
	bar.end()
	if t.shared && needsMemory(err) {
		t.mutex.Lock()
		defer t.mutex.Unlock()
		t.waiting = append(t.waiting, j)
		return nil
	}
	f.judge(err)
	if err := t.print(&f); err != nil {
		return about("standard output", err)
	}
	switch f.State {
	case stateWhole, stateEnds:
		return nil
	case stateCut:
		return errIncomplete
	}
	return errReported // in that line
}

// judge finds the state of a file that could not be decoded to its end.
func (f *finding) judge(err error) {
	if err == nil {
		return
	}
	var file *fileError
	if f.Error = message(err); errors.As(err, &file) {
		f.Error = message(file.err)
	}
	var (
		segment *codec.CorruptSegmentError
		header  *codec.CorruptHeaderError
		format  codec.FormatError
		wrong   *codec.DigestError
		unknown zoo.UnknownModelError
	)
	switch {
	case errors.As(err, &unknown):
		f.State = stateModel
	case errors.As(err, &segment):
		f.State = stateDamaged
		f.Offset, f.Segment, f.Block = segment.Offset, &segment.Index, &segment.Block
	case errors.As(err, &header), errors.As(err, &format), errors.As(err, &wrong):
		f.State = stateDamaged
	case errors.Is(err, io.ErrUnexpectedEOF) && f.Complete == 0:
		f.State = stateCut
	default:
		f.State = stateOther
	}
}

// decode decodes a file, and finds the state of one that is not damaged.
func (t *test) decode(ctx context.Context, name string, bar *bar, f *finding) error {
	in, err := t.open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	counted := &counter{r: in}
	defer func() { f.Bytes = counted.n }()
	src := newSource(counted)
	s, err := (&codec.Decoder{Nets: t.nets, Progress: bar.update, Limits: t.limits.limits()}).OpenContext(ctx, src)
	if err != nil {
		return err
	}
	size := s.Config()
	coding.TuneCollector(size.Width, size.Height)
	f.Complete = s.Size()
	at, err := s.Last()
	f.Steps, f.Exact = at.Steps, at.Exact && err == nil
	if err != nil {
		return err
	}
	switch {
	case s.Truncated():
		f.State = stateCut
		f.Error = fmt.Sprintf("there are %d of 1000 steps", at.Steps)
		return nil
	case s.EndsEarly():
		f.State = stateEnds
	default:
		f.State = stateWhole
		if s.IsJPEG() { // without a digest, nobody has made it yet
			if err := s.WriteOriginal(io.Discard); err != nil {
				return err
			}
		}
	}
	f.Trailing, err = io.Copy(io.Discard, src)
	return err
}

// print prints a finding.
func (t *test) print(f *finding) error {
	if t.quiet && (f.State == stateWhole || f.State == stateEnds) {
		return nil
	}
	if t.json {
		return printJSON(t.stdout, f)
	}
	line := f.File + ": " + f.State
	if f.Error != "" {
		line += ": " + strings.TrimPrefix(f.Error, "damaged ") // the state says so already
	}
	if f.Trailing > 0 {
		line += fmt.Sprintf("; followed by %d bytes that are not part of it", f.Trailing)
	}
	_, err := fmt.Fprintln(t.stdout, line)
	return err
}
