//go:build unix

package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ddpmz/ddpmz/cmd/internal/commandline"
)

// asCommand is the environment variable that makes the test's own binary the command.
const asCommand = "DDPMZ_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
	}
	os.Exit(m.Run())
}

// A child is the command in a process of its own.
type child struct {
	*exec.Cmd
	stdin  io.WriteCloser
	stderr bytes.Buffer
}

// start starts the command, with a standard input that stays open.
func start(t *testing.T, program string, args ...string) *child {
	t.Helper()
	c := &child{Cmd: exec.Command(program, args...)}
	c.Env = append(os.Environ(), asCommand+"=1")
	c.Stderr = &c.stderr
	var err error
	if c.stdin, err = c.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Skip("no processes here:", err)
	}
	t.Cleanup(func() { c.Process.Kill(); c.Wait() })
	return c
}

// status waits for the end, and returns the exit status: -1 if a signal ended the process, or if it would not end.
func (c *child) status(t *testing.T) int {
	t.Helper()
	overdue := time.AfterFunc(20*time.Second, func() { c.Process.Kill() })
	defer overdue.Stop()
	err := c.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return c.ProcessState.ExitCode()
}

// until waits for something to become true.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waiting in vain: %s", what)
		}
	}
}

// hasTemporary reports whether there is a temporary file in a folder: the program has begun to write.
func hasTemporary(dir string) bool {
	found, _ := filepath.Glob(filepath.Join(dir, ".ddpmz-*.tmp"))
	return len(found) > 0
}

// itself is the test's own binary.
func itself(t *testing.T) string {
	t.Helper()
	name, err := os.Executable()
	if err != nil {
		t.Skip("no processes here:", err)
	}
	return name
}

// needsInterrupt skips a test where SIGINT is ignored, as in a shell's background jobs: the program leaves it at that.
func needsInterrupt(t *testing.T) {
	t.Helper()
	if signal.Ignored(os.Interrupt) {
		t.Skip("SIGINT is ignored here")
	}
}

// TestSignals ends the program by each of the signals while it waits for its input. Nothing remains.
func TestSignals(t *testing.T) {
	for _, s := range commandline.Endings {
		if signal.Ignored(s) {
			t.Logf("signal %v is ignored here", s)
			continue
		}
		dir := t.TempDir()
		c := start(t, itself(t), "encode", "-o", filepath.Join(dir, "x.ddpmz"))
		until(t, "a temporary file", func() bool { return hasTemporary(dir) })
		if err := c.Process.Signal(s); err != nil {
			t.Fatal(err)
		}
		want := 128 + int(s.(syscall.Signal))
		if status := c.status(t); status != want || c.stderr.String() != "ddpmz: interrupted\n" {
			t.Errorf("%v: status %d, %q, want %d", s, status, c.stderr.String(), want)
		}
		wantFiles(t, dir)
	}
}

// TestIgnoredSignal: what nohup has the program ignore does not end it.
func TestIgnoredSignal(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "x.ddpmz")
	c := start(t, "/bin/sh", "-c", `trap "" HUP; exec "$0" "$@"`, itself(t), "encode", "-o", out)
	until(t, "a temporary file", func() bool { return hasTemporary(dir) })
	if err := c.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	time.Sleep(50 * time.Millisecond) // in which it could end
	if _, err := c.stdin.Write(load(t, "tiny/rock.png")); err != nil {
		t.Fatal(err)
	}
	c.stdin.Close()
	if status := c.status(t); status != 0 {
		t.Errorf("status %d, %q", status, c.stderr.String())
	}
	wantFiles(t, dir, "x.ddpmz")
}

// TestPipesInterrupted: the program can be interrupted while a named pipe has nobody at its other end, wherever that is named.
func TestPipesInterrupted(t *testing.T) {
	needsInterrupt(t)
	coded := encoded(t, "tiny/rock.png")
	for _, line := range []string{
		"encode PIPE -o x.ddpmz", "decode PIPE -o x.png", "info PIPE", "truncate PIPE --steps 5 -o x.ddpmz",
		"decode a.ddpmz -f -o PIPE", "encode a.png --force -o PIPE", "decode a.ddpmz --model PIPE -o x.png", "bench PIPE", "bench --from PIPE",
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			dir := folder(t, "tiny/rock.png")
			if err := os.Rename(filepath.Join(dir, "rock.png"), filepath.Join(dir, "a.png")); err != nil {
				t.Fatal(err)
			}
			writeFile(t, filepath.Join(dir, "a.ddpmz"), coded)
			if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600); err != nil {
				t.Skip("no named pipes here:", err)
			}
			args := strings.Fields(strings.ReplaceAll(line, "PIPE", "pipe"))
			// On a busy machine, the signal may come before the program expects any, and end it: status -1. Then it gets more time.
			for wait, status := 300*time.Millisecond, -1; status == -1 && wait < 10*time.Second; wait *= 3 {
				c := &child{Cmd: exec.Command(itself(t), args...)}
				c.Env, c.Stderr, c.Dir = append(os.Environ(), asCommand+"=1"), &c.stderr, dir
				if err := c.Start(); err != nil {
					t.Skip("no processes here:", err)
				}
				time.Sleep(wait) // it has come to the pipe, or else ends all the sooner
				if err := c.Process.Signal(os.Interrupt); err != nil {
					t.Fatal(err)
				}
				began := time.Now()
				status = c.status(t)
				if d := time.Since(began); d > 10*time.Second {
					t.Errorf("it takes %v to end", d)
				}
				if status == -1 && wait < 3*time.Second {
					continue
				}
				if status != 130 || c.stderr.String() != "ddpmz: interrupted\n" {
					t.Errorf("status %d, %q", status, c.stderr.String())
				}
			}
			wantFiles(t, dir, "a.ddpmz", "a.png", "pipe")
		})
	}
}

// TestSecondSignal: a second signal ends the program at once, as it does any other.
func TestSecondSignal(t *testing.T) {
	needsInterrupt(t)
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip("no named pipes here:", err)
	}
	c := start(t, itself(t), "bench", "--from", pipe) // which waits for a moment before it gives up
	time.Sleep(300 * time.Millisecond)
	done := make(chan struct{})
	go func() {
		c.status(t)
		close(done)
	}()
	for range 2 {
		c.Process.Signal(os.Interrupt)
		time.Sleep(100 * time.Millisecond)
	}
	<-done
	if status := c.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != syscall.SIGINT {
		t.Errorf("the program ended with %v, %q", c.ProcessState, c.stderr.String())
	}
}

// TestOnSignal checks that a context ends by a signal, and which exit status that makes.
func TestOnSignal(t *testing.T) {
	needsInterrupt(t)
	ctx, stop := commandline.OnSignal(t.Context())
	defer stop()
	if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	<-ctx.Done()
	if status := commandline.InterruptedStatus(ctx); status != 128+int(syscall.SIGHUP) {
		t.Errorf("status %d", status)
	}
}
