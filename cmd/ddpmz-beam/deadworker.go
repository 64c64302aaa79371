package main

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// Prism waits for ever for a worker process that has died between two bundles, and says so in its log only. deadWorker hears of that.

// errDeadWorker ends an attempt that Prism would not end.
var errDeadWorker = errors.New("a worker process died, and the engine still waits for it")

// deadWorkerPause is how long Prism has to give the pipeline up by itself, as it does if the worker dies within a bundle.
var deadWorkerPause = 3 * time.Second

// A deadWorker is a handler of log records, which passes them on, and sends on died when one says that a worker process has failed.
type deadWorker struct {
	slog.Handler
	died chan struct{} // of one element
}

// watchWorkers makes a deadWorker of the default handler.
func watchWorkers() *deadWorker {
	d := &deadWorker{slog.Default().Handler(), make(chan struct{}, 1)}
	slog.SetDefault(slog.New(d))
	return d
}

func (d *deadWorker) Handle(ctx context.Context, r slog.Record) error {
	if r.Message == "process failed while running" || r.Message == "process failed to start" { // prism/internal/environments.go
		select {
		case d.died <- struct{}{}:
		default:
		}
	}
	return d.Handler.Handle(ctx, r)
}

func (d *deadWorker) WithAttrs(a []slog.Attr) slog.Handler {
	return &deadWorker{d.Handler.WithAttrs(a), d.died}
}

func (d *deadWorker) WithGroup(name string) slog.Handler {
	return &deadWorker{d.Handler.WithGroup(name), d.died}
}

// attempt calls do with a context that ends, with errDeadWorker, some time after a worker process has died.
func (d *deadWorker) attempt(ctx context.Context, do func(context.Context) error) error {
	select { // what an attempt before this one has left
	case <-d.died:
	default:
	}
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	go func() {
		select {
		case <-d.died:
		case <-ctx.Done():
			return
		}
		select {
		case <-time.After(deadWorkerPause):
			end(errDeadWorker)
		case <-ctx.Done():
		}
	}()
	err := do(ctx)
	if context.Cause(ctx) == errDeadWorker {
		return errDeadWorker
	}
	return err
}
