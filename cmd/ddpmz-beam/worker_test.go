//go:build unix

package main

import (
	"bytes"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ddpmz/ddpmz/cmd/internal/coding"
)

// counted returns how many files a folder has that are done, and whether there are temporary ones.
func counted(t *testing.T, root string) (done int, temporary bool) {
	for name := range filesIn(t, root) {
		done += strings.Count(name, coding.Suffix)
		temporary = temporary || strings.HasSuffix(name, ".tmp")
	}
	return done, temporary
}

// TestKilled: a pipeline that is killed, or interrupted, goes on when it is run again, and ends with the files of one that was not.
func TestKilled(t *testing.T) {
	in, out, want := t.TempDir(), filepath.Join(t.TempDir(), "out"), t.TempDir()
	broken := makeTree(t, in, small, 60, 40)
	encodeTree(t, in, want)
	for after, end := range map[int]os.Signal{2: syscall.SIGKILL, 6: syscall.SIGTERM} {
		c := pipelineProcess(t, "--jobs", "1", "--output", out, in+"/")
		var stderr bytes.Buffer
		c.Stderr = &stderr
		if err := c.Start(); err != nil {
			t.Skip("no processes here:", err)
		}
		for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
			if done, _ := counted(t, out); done >= after {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("nothing is done: %s", &stderr)
			}
		}
		c.Process.Signal(end)
		c.Wait()
		if end == syscall.SIGTERM && !signal.Ignored(end) && c.ProcessState.ExitCode() != 128+int(syscall.SIGTERM) && c.ProcessState.ExitCode() != 1 {
			t.Errorf("status %d, %s", c.ProcessState.ExitCode(), &stderr)
		}
		all := filesIn(t, want)
		for name, content := range filesIn(t, out) {
			if !strings.HasSuffix(name, ".tmp") && content != all[name] {
				t.Errorf("after %d files, %q is another file", after, name)
			}
		}
	}
	if left, _ := filepath.Glob(filepath.Join(out, "*", ".ddpmz-*.tmp")); len(left) > 1 {
		t.Errorf("%q are left", left)
	}
	status, printed := pipeline(defaults(out), in+"/")
	if status != 1 || !strings.Contains(printed, "up to date") {
		t.Errorf("status %d, %q", status, printed)
	}
	have := filesIn(t, out)
	for name := range have {
		if strings.HasSuffix(name, ".tmp") { // of what was killed
			delete(have, name)
		}
	}
	wantFiles(t, have, filesIn(t, want))
	if rows := rowsOf(t, filepath.Join(out, manifestName)); len(rows) != small {
		t.Errorf("%d rows, %d of them broken", len(rows), broken)
	}
}

// TestWorkerDies: the engine starts workers as processes of their own, and one of them is killed: the pipeline starts again, and loses
// nothing.
func TestWorkerDies(t *testing.T) {
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
	c.Env = append(c.Env, "WORKER="+itself, diesAfter+"="+out)
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
