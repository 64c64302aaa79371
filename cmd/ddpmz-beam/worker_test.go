//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestWorkerDies: the engine starts workers as processes of their own, and one of them is killed, while it encodes or before that: the
// pipeline starts again, and loses nothing.
func TestWorkerDies(t *testing.T) {
	t.Run("busy", func(t *testing.T) { testWorkerDies(t) })
	t.Run("idle", func(t *testing.T) { testWorkerDies(t, diesIdle+"=1") })
}

func testWorkerDies(t *testing.T, env ...string) {
	in, out, want := t.TempDir(), filepath.Join(t.TempDir(), "out"), t.TempDir()
	makeTree(t, in, 8, 60, 40)
	encodeTree(t, in, want)
	itself, err := os.Executable()
	if err != nil {
		t.Skip("no processes here:", err)
	}
	// What Beam's containers do to start a worker.
	boot := filepath.Join(t.TempDir(), "boot")
	writeFile(t, boot, []byte(`#!/bin/sh
for a; do
	case $a in
	--id=*) id=$(echo "${a#--id=}" | tr -d "'") ;;
	--provision_endpoint=*) at=${a#--provision_endpoint=} ;;
	esac
done
exec "$WORKER" --worker --id="$id" --control_endpoint="$at" --logging_endpoint="$at"
`))
	if err := os.Chmod(boot, 0o755); err != nil {
		t.Fatal(err)
	}
	c := pipelineProcess(t, "--environment_type", "PROCESS", "--environment_config", `{"command":"`+boot+`"}`, "--jobs", "1", "--output", out, in+"/")
	c.Env = append(append(c.Env, "WORKER="+itself, diesAfter+"="+out), env...)
	overdue := time.AfterFunc(time.Minute, func() { c.Process.Kill() })
	defer overdue.Stop()
	c.WaitDelay = time.Second
	text, err := c.CombinedOutput()
	if c.ProcessState == nil {
		t.Skip("no processes here:", err)
	}
	if _, err := os.Stat(out + ".died"); err != nil || !bytes.Contains(text, []byte("starts again")) || c.ProcessState.ExitCode() != 1 {
		t.Errorf("no worker died, or none after it: status %d, %s", c.ProcessState.ExitCode(), text)
	}
	have := filesIn(t, out)
	for name := range have {
		if strings.HasSuffix(name, ".tmp") {
			delete(have, name)
		}
	}
	wantFiles(t, have, filesIn(t, want))
	if rows := rowsOf(t, filepath.Join(out, manifestName)); len(rows) != 8 {
		t.Errorf("%d rows", len(rows))
	}
}

// TestDeadWorker: an attempt ends that would wait for ever for a worker process which the engine's log says has failed, and one that ends
// by itself keeps its error; a record of an attempt before it does not count.
func TestDeadWorker(t *testing.T) {
	defer slog.SetDefault(slog.Default())
	d := watchWorkers()
	says := func() {
		slog.Default().With("envID", "go").Error("process failed while running", "error", "signal: killed")
	}
	wait := func(ctx context.Context) error {
		says()
		<-ctx.Done()
		return ctx.Err()
	}
	if err := d.attempt(t.Context(), wait); err != errDeadWorker {
		t.Errorf("an attempt that waits for a dead worker ends with %v", err)
	}
	says()
	failed := errors.New("the engine has given up")
	if err := d.attempt(t.Context(), func(ctx context.Context) error {
		time.Sleep(50 * time.Millisecond)
		return errors.Join(failed, ctx.Err())
	}); !errors.Is(err, failed) {
		t.Errorf("an attempt that ends by itself ends with %v", err)
	}
	if len(d.died) > 0 {
		t.Error("a record of an attempt before is still there")
	}
}
