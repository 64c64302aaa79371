//go:build unix

package atomicfile

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestWritePipe writes to a named pipe: once somebody reads, and not at all if ctx ends before.
func TestWritePipe(t *testing.T) {
	dir := t.TempDir()
	deaf, path := filepath.Join(dir, "deaf"), filepath.Join(dir, "pipe")
	for _, name := range []string{deaf, path} {
		if err := syscall.Mkfifo(name, 0o600); err != nil {
			t.Skip("no named pipes here:", err)
		}
	}
	failure := errors.New("interrupted")
	ctx, cancel := context.WithCancelCause(context.Background())
	time.AfterFunc(50*time.Millisecond, func() { cancel(failure) })
	if err := Write(ctx, deaf, Options{}, func(io.Writer) error { t.Error("nobody reads"); return nil }); err != failure {
		t.Errorf("interrupted: %v", err)
	}

	read := make(chan string)
	go func() {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
		}
		read <- string(b)
	}()
	if err := Write(context.Background(), path, Options{}, text("through")); err != nil {
		t.Error(err)
	}
	if got := <-read; got != "through" {
		t.Errorf("%q comes through the pipe", got)
	}
}
