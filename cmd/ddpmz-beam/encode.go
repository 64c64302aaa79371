package main

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
)

func init() {
	register.DoFn4x1[context.Context, string, func(*string) bool, func(string), error](&encodeFn{})
}

// stopping ends when this process gets a signal to end: workers stop writing then, and leave no temporary files. Contexts of the engine end
// with what it calls, and files are worked on beside that.
var stopping = context.Background()

// An encodeFn makes files, as many of a bundle at a time as the worker has jobs, and emits a row for each. Whether an engine gives a
// worker one large bundle or many small ones, all processors are used.
type encodeFn struct {
	Options options

	worker *worker
	batch  *batch
}

// A batch is the files of a bundle.
type batch struct {
	wait  sync.WaitGroup
	mutex sync.Mutex
	rows  []*row
}

func (b *batch) add(r *row) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.rows = append(b.rows, r)
}

// Setup prepares the worker.
func (fn *encodeFn) Setup(ctx context.Context) (err error) {
	fn.worker, err = workerOf(ctx, fn.Options)
	return err
}

// StartBundle begins a bundle.
func (fn *encodeFn) StartBundle(context.Context, func(string)) { fn.batch = new(batch) }

// ProcessElement starts work on a file: the inputs of one output. There is more than one if patterns overlap, and another than the
// first, by name, is an error.
func (fn *encodeFn) ProcessElement(_ context.Context, output string, inputs func(*string) bool, _ func(string)) error {
	var names []string
	var name string
	for inputs(&name) {
		names = append(names, name)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	b := fn.batch
	for _, other := range names[1:] {
		b.add(newRow(other, "").failed(errors.New(names[0] + " becomes " + output + " already")))
	}
	if err := fn.worker.jobs.Acquire(stopping, 1); err != nil {
		return context.Cause(stopping)
	}
	b.wait.Go(func() {
		defer fn.worker.jobs.Release(1)
		b.add(fn.worker.file(stopping, names[0], output))
	})
	return nil
}

// FinishBundle waits for the files of a bundle, and emits their rows.
func (fn *encodeFn) FinishBundle(_ context.Context, emit func(string)) error {
	fn.batch.wait.Wait()
	if stopping.Err() != nil {
		return context.Cause(stopping)
	}
	for _, r := range fn.batch.rows {
		emit(r.text())
	}
	return nil
}
