package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/log"
	"golang.org/x/sync/semaphore"

	"github.com/ddpmz/ddpmz/cmd/internal/atomicfile"
	"github.com/ddpmz/ddpmz/cmd/internal/coding"
	"github.com/ddpmz/ddpmz/cmd/internal/tree"
	"github.com/ddpmz/ddpmz/codec"
)

// A worker encodes files in this process, however many bundles of them the engine gives it at a time: so many files at once, in so
// much memory.
type worker struct {
	*options
	encoder   *coding.Encoder
	jobs      *semaphore.Weighted // of files
	memory    *semaphore.Weighted // of bytes
	maxMemory int64               // in bytes
	share     int64               // of maxMemory, for a job
}

// workers has the process's workers, of which there is one for a pipeline.
var workers struct {
	sync.Mutex
	of map[options]*worker
}

// workerOf returns the process's worker for a pipeline.
func workerOf(ctx context.Context, o options) (*worker, error) {
	workers.Lock()
	defer workers.Unlock()
	if w := workers.of[o]; w != nil {
		return w, nil
	}
	encoder, err := o.encoder(ctx)
	if err != nil {
		return nil, err
	}
	jobs := int64(o.Jobs)
	if jobs == 0 {
		jobs = int64(runtime.GOMAXPROCS(0))
	}
	w := &worker{
		options:   &o,
		encoder:   encoder,
		jobs:      semaphore.NewWeighted(jobs),
		memory:    semaphore.NewWeighted(int64(o.MaxMemory)),
		maxMemory: int64(o.MaxMemory),
		share:     max(1, int64(o.MaxMemory)/jobs),
	}
	if workers.of == nil {
		workers.of = map[options]*worker{}
	}
	workers.of[o] = w
	return w, nil
}

// firstPause is how long after its first fault a file is tried again; each further pause is twice as long.
var firstPause = time.Second

// retry calls try, several times if it returns a fault.
func (o *options) retry(ctx context.Context, try func() error) error {
	pause := firstPause
	for n := 1; ; n++ {
		err := try()
		var f *fault
		if n >= o.Tries || !errors.As(err, &f) {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(pause):
		}
		pause *= 2
	}
}

// file makes a file of an input, and returns its row.
func (w *worker) file(ctx context.Context, input, output string) *row {
	begin, tries, r := time.Now(), 0, newRow(input, output)
	err := w.retry(ctx, func() (err error) {
		tries++
		r = newRow(input, output)
		defer func() {
			if p := recover(); p != nil {
				log.Errorf(ctx, "%s: panic: %v\n%s", input, p, debug.Stack())
				err = &fault{fmt.Errorf("panic: %v", p)}
			}
		}()
		return w.try(ctx, r)
	})
	if err != nil {
		r.failed(err)
	}
	r.Tries, r.Seconds = tries, time.Since(begin).Seconds()
	return r
}

// try makes the file of a row, unless it is up to date, and fills in what the row says of it.
func (w *worker) try(ctx context.Context, r *row) error {
	before, err := stat(ctx, r.Input)
	if err != nil {
		return err
	}
	if before.local != nil && !before.local.Mode().IsRegular() {
		return errors.New("is no regular file")
	}
	r.InputBytes = before.bytes
	switch old, err := stat(ctx, r.Output); {
	case err == nil && upToDate(before, old):
		return w.describeOld(ctx, r)
	case err == nil && !w.Force:
		return &atomicfile.ExistsError{Path: r.Output}
	case err != nil && !isMissing(err):
		return err
	}
	err = w.withMemory(ctx, before.bytes, func(memory int64) error { return w.encode(ctx, r, before, memory) })
	if errors.Is(err, fs.ErrExist) { // another worker, to which the engine gave the file as well, may have been faster
		if old, err := stat(ctx, r.Output); err == nil && upToDate(before, old) {
			return w.describeOld(ctx, r)
		}
	}
	return err
}

// upToDate reports whether an output is that of an input: a local one has the input's time, as ddpmz encode -r has it; on other file
// systems, which do not keep times, it is not older.
func upToDate(in, out *fileInfo) bool {
	if out.local != nil {
		return out.local.Mode().IsRegular() && tree.SameTime(in.modified, out.modified)
	}
	return !out.modified.IsZero() && !out.modified.Before(in.modified)
}

// withMemory calls do when there is memory, of which do may use so much: first a job's share, then what do says that it needs, up to
// all that the worker may use. An input of so many bytes is held beside it, and its output.
func (w *worker) withMemory(ctx context.Context, bytes int64, do func(memory int64) error) error {
	beside := 2 * bytes
	if beside >= w.maxMemory {
		return &codec.LimitError{What: "bytes of memory", Have: beside, Limit: w.maxMemory}
	}
	reserved := w.share
	if reserved < 2*beside {
		reserved = min(reserved+beside, w.maxMemory)
	}
	for {
		if err := w.memory.Acquire(ctx, reserved); err != nil {
			return context.Cause(ctx)
		}
		err := func() error {
			defer w.memory.Release(reserved)
			return do(reserved - beside)
		}()
		var limit *codec.LimitError
		if reserved == w.maxMemory || !errors.As(err, &limit) || limit.What != "bytes of memory" {
			return err
		}
		reserved = min(max(limit.Have+beside, 2*reserved), w.maxMemory)
	}
}

// encode makes the file of a row within so many bytes of memory.
func (w *worker) encode(ctx context.Context, r *row, before *fileInfo, memory int64) error {
	data, err := read(ctx, r.Input)
	if err != nil {
		return err
	}
	r.InputBytes, r.InputSHA256 = int64(len(data)), digest(data)
	encoder := *w.encoder
	encoder.Limits.MaxMemory = memory
	var file bytes.Buffer
	result, err := encoder.Encode(ctx, &file, bytes.NewReader(data))
	r.Width, r.Height, r.Original = result.Width, result.Height, result.Original
	r.Losses = append(r.Losses[:0], result.Losses...)
	if err != nil {
		return err
	}
	verify := func(coded []byte) error { return encoder.Same(ctx, bytes.NewReader(coded), bytes.NewReader(data)) }
	if isLocal(r.Output) {
		err = w.writeLocal(ctx, r.Output, file.Bytes(), before, verify)
	} else {
		if w.Verify {
			err = verify(file.Bytes())
		}
		if err == nil {
			err = writeObject(ctx, r.Output, file.Bytes())
		}
	}
	if err != nil {
		return err
	}
	r.Verified = w.Verify
	return r.describe(file.Bytes())
}

// writeLocal writes a local file, which gets its input's time, and its permissions if these are known. It is read back, and verified,
// before it gets its name.
func (w *worker) writeLocal(ctx context.Context, name string, data []byte, before *fileInfo, verify func([]byte) error) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return faulty(err)
	}
	o := atomicfile.Options{Replace: w.Force, Like: before.local}
	o.Check = func(temporary string) error {
		if w.Verify {
			written, err := os.ReadFile(temporary)
			if err != nil {
				return faulty(err)
			}
			if err := verify(written); err != nil {
				return err
			}
		}
		return faulty(os.Chtimes(temporary, time.Now(), before.modified))
	}
	err := atomicfile.Write(ctx, name, o, func(f io.Writer) error {
		_, err := f.Write(data)
		return faulty(err)
	})
	var path *fs.PathError
	if errors.As(err, &path) {
		return faulty(err)
	}
	return err
}

// describeOld fills in a row what an output says that an earlier run made.
func (w *worker) describeOld(ctx context.Context, r *row) error {
	r.State = stateUpToDate
	data, err := read(ctx, r.Output)
	if err != nil {
		return err
	}
	config, err := codec.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("the output that is there: %w", err)
	}
	r.Width, r.Height = config.Width, config.Height
	return r.describe(data)
}

// describe fills in a row what a file says.
func (r *row) describe(file []byte) error {
	info, err := codec.Inspect(bytes.NewReader(file))
	if err != nil {
		return err
	}
	r.Bytes, r.SHA256 = int64(len(file)), digest(file)
	switch {
	case info.JPEG != nil:
		r.Kind, r.Original = "jpeg", r.Original || !info.EndsEarly && r.State == stateUpToDate
	case info.Modelled:
		r.Kind = "modelled"
	default:
		r.Kind = "stored"
	}
	return nil
}

// digest returns the SHA-256 of a file in hexadecimal.
func digest(file []byte) string {
	sum := sha256.Sum256(file)
	return hex.EncodeToString(sum[:])
}
