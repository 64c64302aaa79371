package commandline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"time"
)

// A signalError is the cause of a context that a signal ended.
type signalError struct{ signal os.Signal }

func (e *signalError) Error() string { return fmt.Sprintf("signal: %v", e.signal) }

// OnSignal returns a context that ends with the first of the signals; its cause is then a *signalError. A second signal has
// its default effect: it ends the program at once. A signal that is ignored from the start, as SIGHUP is under nohup, stays so.
func OnSignal(parent context.Context) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(parent)
	var wanted []os.Signal
	for _, s := range Endings {
		if !signal.Ignored(s) {
			wanted = append(wanted, s)
		}
	}
	received := make(chan os.Signal, 1)
	if len(wanted) > 0 { // none would be all to Notify
		signal.Notify(received, wanted...)
	}
	go func() {
		select {
		case s := <-received:
			cancel(&signalError{s})
		case <-ctx.Done():
		}
		signal.Stop(received)
	}()
	return ctx, func() { cancel(nil) }
}

// InterruptedStatus returns the exit status of a program whose context has ended: 128 and the signal's number, as shells have
// it, which is 130 for an interrupt.
func InterruptedStatus(ctx context.Context) int {
	var ended *signalError
	if errors.As(context.Cause(ctx), &ended) {
		return 128 + signalNumber(ended.signal)
	}
	return 128 + interrupt
}

// interrupt is the number of an interrupt, SIGINT, wherever signals have numbers.
const interrupt = 2

// gracePeriod is how long the program may take to remove its temporary files when it is interrupted.
const gracePeriod = time.Second

// Interruptibly calls do, and returns when it does or soon after ctx ends, whichever is first: do has a moment then to clean
// up, but may be waiting for a named pipe to which nobody writes, or for a disk that does not answer.
func Interruptibly(ctx context.Context, do func() error) error {
	done := make(chan error, 1)
	go func() { done <- do() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-done:
		return err
	case <-time.After(gracePeriod):
		return context.Cause(ctx)
	}
}
